"""METAR and SYNOP: coded reports, each with a day and an hour, and no month.

Belongs here: finding the reports of a text, their date, the decoded values as text cells.
Does not belong here: the codes themselves; two libraries know them (extra `bulletins`: `metar`, `pymetdecoder`).

Month and year come from `bulletin_date` of the station or from the file name (`2024-05-31`, `20240531`, `2024-05`); lines
of Ogimet have a date of their own. Without one the file is refused as NO_DATE.
"""

import calendar
import contextlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.formats.engine import Table, read_table
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source import Source, Text
from weather_etl.meteorology.formats.tables import of_columns
from weather_etl.meteorology.plain_text import plain_newlines
from weather_etl.meteorology.raw_rows import TEXT, ParsedFile, RefusedLine
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.vocabulary import LONG_PERIODS_H

MAX_REPORTS = 1_000_000
_METAR = re.compile(r"(?:(METAR|SPECI)\s+)?(?:COR\s+)?([A-Z][A-Z0-9]{3})\s+(\d{2})(\d{2})(\d{2})Z\b")
# Lists of Ogimet have a date of their own: `202401130020 METAR EDDF ...`, `EDDF,2024,01,13,00,20,METAR EDDF ...`.
_DATED = re.compile(r"(?:[A-Z][A-Z0-9]{3},)?(\d{4}),?(\d\d),?(\d\d),?(\d\d),?(\d\d)[,\s]+(?=(?:METAR|SPECI|COR)\b)")
_OGIMET = re.compile(r"(\d{5}),(\d{4}),(\d{2}),(\d{2}),(\d{2}),(\d{2}),(.*)")
_COLUMNS = (
    "time", "station", "report_type", "temperature", "dew_point", "wind_direction", "wind_speed", "wind_gust", "visibility",
    "pressure_msl", "pressure_station", "precipitation", "precipitation_trace",
    *(f"precipitation_{h}h" for h in LONG_PERIODS_H), "snow_depth", "sunshine", "radiation", "cloud_cover", "report",
)  # fmt: skip


@dataclass
class Report:
    """One report: its line, its text on one line, and its date where its line has one."""

    line: int
    text: str
    date: datetime | None = None


def read(text: Text, profile: Profile, source: Source, options: Options) -> ParsedFile:
    """Raw rows of a bulletin.

    Raises:
        Rejected: no date is known (NO_DATE), or the library is not installed.
    """
    lines = plain_newlines(text.data).decode("utf-8", "replace").replace("\x01", "").replace("\x03", "").split("\n")
    reports = list(_synops(lines) if profile.decoder == "synop" else _metars(lines))
    if len(reports) > MAX_REPORTS:
        raise Rejected(Reason.TOO_LARGE, f"the file has more than {MAX_REPORTS:,} reports")
    date = _date_of(source.name, options)
    if date is None and any(r.date is None for r in reports):
        raise Rejected(
            Reason.NO_DATE,
            'the reports have a day and an hour, but no month and year; set bulletin_date = "2024-05" in station.toml, or '
            "put the date into the file name, as in metar_2024-05-31.txt",
        )
    decode = _synop_decoder() if profile.decoder == "synop" else _metar_decoder()
    rows, refused = [], []
    for report in reports:
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                rows.append((report.line, decode(report, date)))
        except Exception as error:  # the libraries raise exceptions of many kinds on damaged reports
            detail = f"the report cannot be decoded ({str(error)[:100]})"
            refused.append(RefusedLine(report.line, Reason.TYPE, detail, report.text))
    columns = [pa.array([str(cells.get(name, "")) for _, cells in rows], TEXT) for name in _COLUMNS]
    cut = of_columns(list(_COLUMNS), columns, np.array([line for line, _ in rows], dtype=np.int64))
    cut.refused = refused
    return read_table(Table(cut, "", (), "", [profile.title]), profile, source, options)


def _date_of(name: str, options: Options) -> datetime | None:
    """A date near that of the reports: the last of the month where only the month is known."""
    for text in (options.bulletin_date or "", name):
        match = re.search(r"(?<!\d)((?:19|20)\d{2})[-_]?(0[1-9]|1[0-2])(?:[-_]?(0[1-9]|[12]\d|3[01]))?(?!\d)", text)
        if match:
            year, month = int(match[1]), int(match[2])
            last = calendar.monthrange(year, month)[1]
            if not match[3]:
                return datetime(year, month, 1)
            return datetime(year, month, min(int(match[3]), last), 12)
    return None


def _moment(day: int, hour: int, minute: int, near: datetime) -> datetime:
    """The time of a report: in the month of `near`, or in the one before or after if it names a day and that is nearer."""
    candidates = []
    for shift in (0,) if near.hour == 0 else (-1, 0, 1):
        month = near.month - 1 + shift
        year, month = near.year + month // 12, month % 12 + 1
        if day <= calendar.monthrange(year, month)[1]:
            candidates.append(datetime(year, month, day) + timedelta(hours=hour, minutes=minute))
    if not candidates or day < 1 or hour > 24 or minute > 59:
        raise ValueError(f"day {day} is not in {near:%Y-%m}")
    return min(candidates, key=lambda t: abs(t - near))


def _metars(lines: list[str]) -> Iterator[Report]:
    """Reports begin with a station and a time, and end with `=` or where the next one begins."""
    report: Report | None = None
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):  # lines of bulletins end in CR CR LF
            continue
        date = None
        if dated := _DATED.match(stripped):
            date, stripped = datetime(*map(int, dated.groups())), stripped[dated.end() :]  # type: ignore[arg-type]
        if _METAR.match(stripped):
            if report:
                yield report
            report = Report(number, stripped, date)
        elif report:
            report.text += f" {stripped}"
        if report and report.text.endswith("="):
            yield Report(report.line, report.text.rstrip("= "), report.date)
            report = None
    if report:
        yield report


def _synops(lines: list[str]) -> Iterator[Report]:
    """`AAXX DDhhi` stands above the reports of one hour, or the lines are those of Ogimet, with a date of their own."""
    head = ""
    report: Report | None = None
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if match := _OGIMET.match(stripped):
            _, year, month, day, hour, minute, text = match.groups()
            yield Report(number, text.rstrip("= "), datetime(int(year), int(month), int(day), int(hour), int(minute)))
            continue
        if match := re.match(r"AAXX\s+(\d{5})\s*(.*)", stripped):
            head, stripped = match[1], match[2]
            if report:
                yield report
            report = None
        if not head or not stripped:
            continue
        if report is None and re.match(r"\d{5}\s", stripped):
            report = Report(number, f"AAXX {head} {stripped}")
        elif report:
            report.text += f" {stripped}"
        if report and report.text.endswith("="):
            yield Report(report.line, report.text.rstrip("= "))
            report = None
    if report:
        yield report


def _missing(library: str) -> Rejected:
    return Rejected(
        Reason.NOT_CSV,
        f"the file holds coded reports, and {library} is not installed: pip install 'weather-etl[bulletins]'",
    )


def _metar_decoder() -> Callable[[Report, datetime | None], dict[str, Any]]:
    try:
        from metar.Metar import Metar
    except ModuleNotFoundError:
        raise _missing("metar") from None

    def decode(report: Report, date: datetime | None) -> dict[str, Any]:
        match = _METAR.match(report.text)
        if match is None or (near := report.date or date) is None:
            raise ValueError("no station and time")
        time = report.date or _moment(int(match[3]), int(match[4]), int(match[5]), near)
        code = report.text[match.start(2) :]
        metar = Metar(code, month=time.month, year=time.year, strict=False)

        def value(quantity: Any, unit: str) -> str:
            return "" if quantity is None else f"{quantity.value(unit):.10g}"

        def millimetres(quantity: Any) -> str:
            return "" if quantity is None else f"{quantity.value('CM') * 10:.10g}"

        covers = [sky[0] for sky in metar.sky if sky[0]]
        return {
            "time": f"{time:%Y-%m-%d %H:%M}",
            "station": match[2],
            "report_type": match[1] or metar.type or "METAR",
            "temperature": value(metar.temp, "C"),
            "dew_point": value(metar.dewpt, "C"),
            "wind_direction": "" if metar.wind_dir is None else f"{metar.wind_dir.value():g}",
            "wind_speed": value(metar.wind_speed, "MPS"),
            "wind_gust": value(metar.wind_gust, "MPS"),
            "visibility": value(metar.vis, "KM"),
            "pressure_msl": value(metar.press_sea_level, "HPA"),
            "precipitation": millimetres(metar.precip_1hr),
            "precipitation_3h": millimetres(metar.precip_3hr),
            "precipitation_6h": millimetres(metar.precip_6hr),
            "precipitation_24h": millimetres(metar.precip_24hr),
            "snow_depth": value(metar.snowdepth, "IN"),
            "cloud_cover": " ".join(covers),
            "report": report.text,
        }

    return decode


def _synop_decoder() -> Callable[[Report, datetime | None], dict[str, Any]]:
    try:
        from pymetdecoder import synop
    except ModuleNotFoundError:
        raise _missing("pymetdecoder") from None

    def decode(report: Report, date: datetime | None) -> dict[str, Any]:
        decoded = synop.SYNOP().decode(report.text)
        said = decoded["obs_time"]
        near = report.date or date
        if near is None:
            raise ValueError("no date")
        time = report.date or _moment(said["day"]["value"], said["hour"]["value"], 0, near)

        def value(name: str, part: str = "value", of: Any = decoded) -> str:
            item = of.get(name) if isinstance(of, dict) else None
            return "" if not isinstance(item, dict) or item.get(part) is None else f"{item[part]}"

        wind = decoded.get("surface_wind") or {}
        speed, direction = value("speed", of=wind), value("direction", of=wind)
        if (decoded.get("wind_indicator") or {}).get("unit") == "KT" and speed:
            speed = f"{float(speed) * 0.514444:.6g}"
        visibility = value("visibility")
        return {
            "time": f"{time:%Y-%m-%d %H:%M}",
            "station": value("station_id"),
            "report_type": "FM-12",
            "temperature": value("air_temperature"),
            "dew_point": value("dewpoint_temperature"),
            "wind_direction": direction,
            "wind_speed": speed,
            "visibility": visibility and f"{float(visibility) / 1000:g}",
            "pressure_msl": value("sea_level_pressure"),
            "pressure_station": value("station_pressure"),
            **_fallen(decoded),
            **_shone(decoded),
            "snow_depth": value("depth", "depth", decoded.get("ground_state_snow")),
            "cloud_cover": value("cloud_cover"),
            "report": report.text,
        }

    return decode


def _fallen(decoded: dict[str, Any]) -> dict[str, str]:
    """Amounts by their periods (RRR and tR of both sections, R24), and whether that of the hour is a trace."""
    cells: dict[str, str] = {}
    for group in ("precipitation_24h", "precipitation_s3", "precipitation_s1"):
        item = decoded.get(group) or {}
        amount, hours = item.get("amount") or {}, (item.get("time_before_obs") or {}).get("value")
        if amount.get("value") is None or hours not in (1, *LONG_PERIODS_H):
            continue
        cells["precipitation" if hours == 1 else f"precipitation_{hours}h"] = f"{amount['value']}"
        if hours == 1 and amount.get("trace"):
            cells["precipitation_trace"] = "1"
    return cells


def _shone(decoded: dict[str, Any]) -> dict[str, str]:
    """Sunshine in hours and global radiation in kJ m-2 of the last hour."""
    groups = [*(decoded.get("sunshine") or ()), *((decoded.get("radiation") or {}).get("global_solar") or ())]
    cells: dict[str, str] = {}
    for item in groups:
        span = item.get("duration") or item.get("time_before_obs") or {}
        amount = item.get("amount") if "amount" in item else item
        if span.get("value") == 1 and isinstance(amount, dict) and amount.get("value") is not None:
            cells["sunshine" if amount.get("unit") == "h" else "radiation"] = f"{amount['value']}"
    return cells
