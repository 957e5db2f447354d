"""NOAA Global Hourly CSV: the Integrated Surface Database, several reports an hour, with quality codes.

A cell such as `+0020,1` is composite: a number (here tenths of a degree) and a quality code; `030,1,N,0005,1` is the
wind: direction, its code, type, speed in tenths of m/s, its code. Nines are missing. What the codes mean for flags is
in `cells.UPSTREAM_FLAGS`. Times are in UTC. Reports of the types SOD and SOM sum up a day or a month.

Source: NOAA, Federal Climate Complex Data Documentation for Integrated Surface Data (ISD), format document.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.cutting import parse_csv
from weather_etl.meteorology.formats.base import Options, Profile, copied, header_names, mapper_of
from weather_etl.meteorology.raw_rows import DICTIONARY, ParsedFile
from weather_etl.meteorology.reasons import Reason

PROFILE = Profile(
    "noaa_global_hourly",
    "NOAA Global Hourly CSV",
    names={
        "station": ("station", ""),
        "date": ("timestamp", ""),
        "tmp": ("temperature_c", "degC"),
        "dew": ("dew_point_c", "degC"),
        "wnd": ("wind_direction_deg", "degree"),
        "oc1": ("wind_gust_ms", "m/s"),
        "vis": ("visibility_km", "m"),
        "slp": ("pressure_msl_hpa", "hPa"),
        "ma1": ("pressure_station_hpa", "hPa"),
    },
    fields={
        "temperature_c": Field(10, (9999,), part=0, quality=1),
        "dew_point_c": Field(10, (9999,), part=0, quality=1),
        "wind_direction_deg": Field(1, (999,), part=0, quality=1),
        "wind_speed_ms": Field(10, (9999,), part=3, quality=4),
        "wind_gust_ms": Field(10, (9999,), part=0, quality=1),
        "visibility_km": Field(1, (999999,), part=0, quality=1),
        "pressure_msl_hpa": Field(10, (99999,), part=0, quality=1),
        "pressure_station_hpa": Field(10, (99999,), part=2, quality=3),
    },
    timezone="UTC",
    names_stations=True,
    padded=True,
)
_COMPOSITE = {"tmp", "dew", "wnd", "vis", "slp"}


def recognises(head: bytes) -> bool:
    names = header_names(head)
    return {"station", "date"} <= names and bool(names & _COMPOSITE)


def read(data: bytes, options: Options) -> ParsedFile:
    parsed = parse_csv(data, bad_utf8=options.bad_utf8, mapper=mapper_of(PROFILE), keep_empty=False)
    rows = copied(parsed.rows, [("wind_direction_deg", "wind_speed_ms")])
    warnings = [w.replace("wind_speed_ms, ", "") for w in parsed.warnings]
    units = {**parsed.units, "wind_speed_ms": "m/s"}
    return replace(parsed, adapter=PROFILE.name, rows=_without_summaries(rows), units=units, warnings=warnings)


def _without_summaries(rows: pa.Table) -> pa.Table:
    """Refuse the rows that sum up a day or a month; their cells stay."""
    kind = pc.match_substring_regex(rows.column("rescued").cast(pa.string()), r'(?i)"REPORT_TYPE": "SO[DM] *"')
    mask = pc.and_(pc.fill_null(kind, False), pc.is_null(rows.column("refused")))
    if not pc.any(mask).as_py():
        return rows
    for name, text in (("refused", str(Reason.SUMMARY_ROW)), ("detail", "a report of the type SOD or SOM")):
        at = rows.schema.get_field_index(name)
        filled = pc.if_else(mask, text, rows.column(name).cast(pa.string()))
        rows = rows.set_column(at, pa.field(name, DICTIONARY), filled.dictionary_encode())
    return rows.combine_chunks()
