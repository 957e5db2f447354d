"""NOAA ISD-Lite: twelve numbers a line, one line an hour, one station a file, no header.

Year, month, day, hour (UTC), then air temperature, dew point, sea-level pressure, wind direction, wind speed, sky
cover, precipitation of 1 and of 6 hours. All but the direction and the sky cover are in tenths; -9999 is missing, and
-1 in precipitation a trace. Sky cover and precipitation stay in `rescued`.

Source: NOAA NCEI, ISD-Lite format document (ish-lite, fixed width: 4+3+3+3 and eight fields of 6 characters).
"""

import re
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.cutting import parse_csv
from weather_etl.meteorology.formats.base import Options, Profile, first_lines
from weather_etl.meteorology.headers import Header, Mapped
from weather_etl.meteorology.raw_rows import ParsedFile

PROFILE = Profile(
    "noaa_isd_lite",
    "NOAA ISD-Lite",
    names={
        "year": ("timestamp", ""),
        "month": ("timestamp", ""),
        "day": ("timestamp", ""),
        "hour": ("timestamp", ""),
        "air_temperature": ("temperature_c", "degC"),
        "dew_point": ("dew_point_c", "degC"),
        "sea_level_pressure": ("pressure_msl_hpa", "hPa"),
        "wind_direction": ("wind_direction_deg", "degree"),
        "wind_speed": ("wind_speed_ms", "m/s"),
    },
    fields={
        "temperature_c": Field(10),
        "dew_point_c": Field(10),
        "pressure_msl_hpa": Field(10),
        "wind_speed_ms": Field(10),
    },
    timezone="UTC",
    padded=True,
)
_NAMES = [*PROFILE.names, "sky_condition", "precipitation_1h", "precipitation_6h"]
_HEADER = Header(
    _NAMES,
    Mapped(
        [PROFILE.names[n][0] if n in PROFILE.names else None for n in _NAMES],
        {column: unit for column, unit in PROFILE.names.values() if unit},
    ),
    delimiter=",",
    line=0,
    end=0,
)
_LINE = re.compile(rb"\d{4} \d\d \d\d \d\d(?: {1,5}-?\d{1,5}){8} *")


def recognises(head: bytes) -> bool:
    """Of the first lines more than half have the form; one of them may be damaged."""
    lines = [line for line in first_lines(head) if line.strip()]
    whole = lines[:-1] if len(lines) > 1 else lines
    return bool(whole) and sum(_LINE.fullmatch(line) is not None for line in whole) * 2 > len(whole)


def read(data: bytes, options: Options) -> ParsedFile:
    """One blank or more between two numbers, so that they can be cut like cells between commas."""
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    cells = data.replace(b",", b";").replace(b'"', b"'").replace(b"\t", b" ")
    while b"  " in cells:
        cells = cells.replace(b"  ", b" ")
    cells = cells.replace(b" \n", b"\n").rstrip(b" ").replace(b" ", b",")
    parsed = parse_csv(cells, bad_utf8=options.bad_utf8, header=_HEADER, keep_empty=False)
    return replace(parsed, adapter=PROFILE.name, delimiter="", decimal=".", rows=_as_they_stood(parsed.rows, data))


def _as_they_stood(rows: pa.Table, data: bytes) -> pa.Table:
    """Refused lines with the text that they had in the file."""
    refused = pc.is_valid(rows.column("refused"))
    if not pc.any(refused).as_py():
        return rows
    lines = data.split(b"\n")
    texts = rows.column("raw_text").to_pylist()
    for i, line in enumerate(rows.column("line").to_pylist()):
        if texts[i] is not None:
            texts[i] = lines[line - 1].decode("utf-8", "replace")
    return rows.set_column(rows.schema.get_field_index("raw_text"), "raw_text", pa.array(texts, pa.string()))
