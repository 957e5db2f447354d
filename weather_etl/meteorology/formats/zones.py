"""In which zone the times of a file are, and what else a file says of its place.

Belongs here: the preamble, zones in headers, offsets proven by raw reports. Does not belong here: reading a time.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.cell_times import read_form
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats.names import Names, bare
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import ZONE_WORDS, Profile
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.formats.timing import Timing
from weather_etl.meteorology.plain_text import is_utf8
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.time_forms import HOUR
from weather_etl.meteorology.units import known_zone, zone_of_offset

_LST = re.compile(r"(?i)l\.?s\.?t\.?|local standard time|lst.*|standard time")
# What stands behind the name of a time and is no zone, such as dd/mm/yyyy hh:mm; MST and HST are zones all the same.
_NO_ZONE = re.compile(r"(?i)local( time)?|iso[ -]?8601|[ymdhs:/. t-]+|24h?|\d+")
_CLOCK_NAME = re.compile(r"[A-Z]{1,3}T")
_LIKE_A_ZONE = re.compile(
    r"(UTC|GMT).*|[A-Za-z_]+/[A-Za-z_/]+|(?i:.*\b(eastern|central|mountain|pacific|atlantic|daylight|summer time|"
    r"standard time|sommerzeit|winterzeit|heure d'(été|hiver)|ora legale|ora solare|hora de verano)\b.*)"
)
# `Tiempo UTC-4`, `dateUTC`, `UTC time`: a zone in the name, without brackets.
_IN_NAME = re.compile(r"(?i)((?:UTC|GMT)(?:\s*[+-]\d{1,2}(?::?\d\d)?)?)$|^((?:UTC|GMT))(?=[\s_]*(?:date|time))")
_MIN_AGREEING = 0.9
_QUARTER = HOUR // 4


@dataclass
class Zone:
    """The zone of times without an offset.

    Attributes:
        timezones: text of the station -> zone; "" stands for all; empty: the station's.
        assumed: nobody says it.
        how: what told it, for a person.
    """

    timezones: dict[str, str] = field(default_factory=dict)
    assumed: bool = False
    how: str = ""


def meta_of(profile: Profile, preamble: str, names: Sequence[str], source: Source) -> dict[str, str]:
    """What the text around the table says: station, name, place, zone, date."""
    out: dict[str, str] = {}
    for key, rule in profile.part("meta").items():
        if "member" in rule:
            text = "\n".join(
                m.data.decode("utf-8", "replace") if is_utf8(m.data) else m.data.decode("latin-1")
                for m in source.members
                if re.search(rule["member"], m.name)
            ).replace("\r\n", "\n")
        else:
            text = {"preamble": preamble, "header": "\n".join(names), "file": source.name}[rule.get("from", "preamble")]
        texts = [m.group(1) if m.re.groups else m.group() for m in re.finditer(rule["regex"], text, re.MULTILINE)]
        if texts:
            text = texts[-1 if rule.get("take") == "last" else 0].strip()
            if text:
                out[key] = text
    return out


def place_of(meta: Mapping[str, str]) -> dict[str, str | float]:
    """Name and coordinates that a file gives of its station; numbers that are none are left out."""
    out: dict[str, str | float] = {k: meta[k] for k in ("station", "name") if k in meta}
    for key, low, high in (("latitude", -90, 90), ("longitude", -180, 180), ("elevation_m", -500, 9000)):
        match = re.fullmatch(r"\s*([+-]?\d+(?:[.,]\d+)?)\s*(?:m|°)?\s*", meta.get(key, ""))
        if match and low <= (number := float(match[1].replace(",", "."))) <= high:
            out[key] = number
    return out


def zone_of(
    profile: Profile, timing: Timing, cut: Cut, names: Names, meta: Mapping[str, str], options: Options
) -> Zone:
    """The zone of the times, tried in the order of the profile.

    Raises:
        Rejected: the header names a zone that nobody knows (UNIT_UNKNOWN).
    """
    time = profile.part("time")
    for word in profile.zones:
        zone = ""
        match word:
            case "station":
                if options.timezone:
                    return Zone(how=f"the station's zone {options.timezone}")
            case "header":
                zone = _of_header(timing.names, time, options)
            case "meta":
                zone = _of_text(meta.get("zone", ""), time)
            case "evidence":
                by_reports = _by_reports(cut, names, timing, time)
                if by_reports:
                    return Zone({"": by_reports[0]}, how=by_reports[1])
            case "solar":
                if zone := _solar(meta.get("longitude", "")):
                    return Zone({"": zone}, how=f"{zone}, solar time of longitude {meta['longitude']} in whole hours")
            case "lst":
                if options.timezone:
                    return Zone({"": "lst"}, how=f"local standard time all year, of {options.timezone}")
            case _:
                zone = known_zone(word) or word
        if zone == "lst" and not options.timezone:
            continue
        if zone:
            return Zone(
                {"": zone},
                how=f"{zone}, by the {'header' if word == 'header' else 'file' if word in ZONE_WORDS else 'format'}",
            )
    if options.timezone:
        return Zone(how=f"the station's zone {options.timezone}")
    return Zone(assumed=True, how="not known, taken as UTC")


def _solar(longitude: str) -> str:
    """Mean solar time of a longitude in whole hours of 15 degrees; "" where there is none."""
    match = re.fullmatch(r"[+-]?\d{1,3}(\.\d+)?", longitude.strip())
    return zone_of_offset(round(float(longitude) / 15) * 3600) if match else ""


def _of_text(text: str, time: Mapping[str, object]) -> str:
    zones = time.get("zones", {})
    text = str(zones.get(text.strip(), text)) if isinstance(zones, Mapping) else text
    if _LST.fullmatch(text.strip()):
        return "lst"
    if re.fullmatch(r"-?\d{3,5}", text.strip()) and int(text) % 900 == 0:  # seconds
        return known_zone(zone_of_offset(int(text))) or ""
    return known_zone(text) or (
        f"UTC{int(text):+03d}:00" if re.fullmatch(r"[+-]?\d{1,2}(\.0+)?", text.strip()) and "." not in text else ""
    )


def _of_header(names: Sequence[str], time: Mapping[str, object], options: Options) -> str:
    """The zone that the name of a time column carries: `Time (UTC)`, `Date Time, GMT+02:00`, `MST`."""
    pattern = time.get("zone_regex")
    for name in names:
        text = ""
        if isinstance(pattern, str):
            match = re.search(pattern, name)
            text = (match[1] if match and match.re.groups else match[0]) if match else ""
        else:
            within = _IN_NAME.search(name)
            text = bare(name)[1] or (within and (within[1] or within[2])) or ""
        if isinstance(pattern, str) and text and (zone := _of_text(text, time)):
            return zone
        if not text or (_NO_ZONE.fullmatch(text) and not _CLOCK_NAME.fullmatch(text)):
            continue
        if zone := _of_text(text, time):
            return zone
        if _LIKE_A_ZONE.fullmatch(text) or (text.isalpha() and text.isupper() and 2 <= len(text) <= 5):
            if "timestamp" in options.aliases.values():  # the station explains this column, its zone counts
                continue
            raise Rejected(
                Reason.UNIT_UNKNOWN,
                f"the time zone {text!r} of column {name!r} is not known; write UTC, an offset such as UTC+01:00, "
                "or an IANA name, or explain the column in station.toml, and the station's zone counts: "
                f'aliases = {{ "{name}" = "timestamp" }}',
            )
    return ""


def _by_reports(cut: Cut, names: Names, timing: Timing, time: Mapping[str, object]) -> tuple[str, str] | None:
    """The offset from UTC that raw reports in the rows prove: day, hour and minute in UTC stand in each."""
    rule = time.get("evidence")
    at = names.first([rule["column"]]) if isinstance(rule, dict) else None
    if at is None or not isinstance(rule, dict):
        return None
    counter = iter(("d", "h", "m"))
    pattern = re.sub(r"(?<!\\)\((?!\?)", lambda _: f"(?P<{next(counter, 'x')}>", rule["regex"], count=3)
    cells = one_chunk(cut.columns[at])
    texts = cells.cast(pa.string())
    groups = pc.extract_regex(texts, pattern)
    there = pc.is_valid(groups).to_numpy(zero_copy_only=False)
    local = read_form(one_chunk(timing.texts), timing.form)
    there &= ~np.isnat(local)
    if not there.any():
        return None
    chosen = groups.filter(pa.array(there))
    day, hour, minute = (
        pc.cast(pc.struct_field(chosen, i), pa.int64()).to_numpy(zero_copy_only=False) for i in range(3)
    )
    local = local[there]
    counts: Counter[int] = Counter()
    known = np.zeros(len(local), dtype=bool)
    for shift in (-1, 0, 1):
        date = local.astype("datetime64[D]") + np.timedelta64(shift, "D")
        same = (date - date.astype("datetime64[M]")).astype(np.int64) + 1 == day
        utc = date.astype("datetime64[us]") + ((hour % 24 * 60 + minute) * 60_000_000).astype("timedelta64[us]")
        offsets = np.round((utc - local).astype(np.int64) / _QUARTER).astype(np.int64)
        use = same & ~known & (np.abs(offsets) <= 14 * 4)
        known |= use
        counts.update(offsets[use].tolist())
    if not counts:
        return None
    [(offset, n)] = counts.most_common(1)
    total = int(there.sum())
    if n <= _MIN_AGREEING * total:
        return None
    zone = zone_of_offset(-offset * 900)
    return zone, f"{zone}, proven by {n} of {total} raw reports in {cut.names[at]!r}"
