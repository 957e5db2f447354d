"""IEM ASOS CSV: reports of airport stations, of many stations in one file, as the Iowa Environmental Mesonet sends them.

`M` or empty is missing, `T` a trace of precipitation. Temperatures are in Fahrenheit (or Celsius, by the name), wind in
knots, visibility in miles. `alti` is the altimeter setting: neither the pressure at the station nor the one reduced to
sea level with the temperature, so it stays in `rescued`; `mslp` is the latter. Times are in UTC unless the file's
comment names another zone.

Source: https://mesonet.agron.iastate.edu/request/download.phtml (description of the columns).
"""

import re
from dataclasses import replace

from weather_etl.meteorology.cutting import parse_csv
from weather_etl.meteorology.formats.base import Options, Profile, first_lines, header_names, mapper_of
from weather_etl.meteorology.headers import Mapped
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.units import known_zone

PROFILE = Profile(
    "iem_asos",
    "IEM ASOS CSV",
    names={
        "station": ("station", ""),
        "valid": ("timestamp", ""),
        "tmpf": ("temperature_c", "degF"),
        "tmpc": ("temperature_c", "degC"),
        "dwpf": ("dew_point_c", "degF"),
        "dwpc": ("dew_point_c", "degC"),
        "relh": ("humidity_percent", "%"),
        "drct": ("wind_direction_deg", "degree"),
        "sknt": ("wind_speed_ms", "kn"),
        "sped": ("wind_speed_ms", "mph"),
        "gust": ("wind_gust_ms", "kn"),
        "gust_sknt": ("wind_gust_ms", "kn"),
        "gust_mph": ("wind_gust_ms", "mph"),
        "vsby": ("visibility_km", "mi"),
        "mslp": ("pressure_msl_hpa", "hPa"),
        "feel": ("apparent_temperature_c", "degF"),
    },
    timezone="UTC",
    names_stations=True,
    padded=True,
)
_TIME = re.compile(r"valid\s*(?:\(([^()]*)\))?", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    names = header_names(head)
    return (
        "station" in names and any(map(_TIME.fullmatch, names)) and bool(names & (PROFILE.names.keys() - {"station"}))
    )


def read(data: bytes, options: Options) -> ParsedFile:
    zones: list[str] = []
    base = mapper_of(PROFILE)

    def mapper(names: list[str]) -> Mapped:
        times = [_TIME.fullmatch(n) for n in names]
        zones.extend(found[1] for found in times if found and found[1])
        return base(["valid" if found else name for name, found in zip(names, times, strict=True)])

    parsed = parse_csv(data, bad_utf8=options.bad_utf8, mapper=mapper, keep_empty=False)
    head = b"\n".join(first_lines(data[: 64 * 1024]))
    named = re.findall(rb"(?m)^#DEBUG: Time Zone\s*->\s*(\S+)", head)
    zones += [name.decode("utf-8", "replace") for name in named]
    zone = next((known for z in reversed(zones) if (known := known_zone(z.replace("Etc/", "")))), PROFILE.timezone)
    return replace(parsed, adapter=PROFILE.name, decimal=".", timezones={"": zone})
