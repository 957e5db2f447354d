"""Meteostat hourly data: the bulk CSV without a header, CSV with one, and the JSON of the interface.

Times are in UTC, wind is in km/h, `pres` is reduced to sea level. Precipitation, snow, sunshine and the condition code
stay in `rescued`. In JSON, the number of the record in `data` stands for the line.

Source: https://dev.meteostat.net (formats and units; bulk data, hourly).
"""

import json
import re
from dataclasses import replace
from typing import Any

import pyarrow as pa

from weather_etl.meteorology.cutting import parse_csv
from weather_etl.meteorology.formats.base import Options, Profile, first_lines, header_names, mapper_of
from weather_etl.meteorology.headers import MAX_COLUMNS, Header
from weather_etl.meteorology.raw_rows import DICTIONARY, TEXT, ParsedFile, RefusedLine, raw_rows, rescue
from weather_etl.meteorology.reasons import Reason, Rejected

PROFILE = Profile(
    "meteostat",
    "Meteostat hourly CSV or JSON",
    names={
        "station": ("station", ""),
        "time": ("timestamp", ""),
        "temp": ("temperature_c", "degC"),
        "temperature": ("temperature_c", "degC"),
        "dwpt": ("dew_point_c", "degC"),
        "dewpoint": ("dew_point_c", "degC"),
        "rhum": ("humidity_percent", "%"),
        "humidity": ("humidity_percent", "%"),
        "wdir": ("wind_direction_deg", "degree"),
        "winddirection": ("wind_direction_deg", "degree"),
        "wspd": ("wind_speed_ms", "km/h"),
        "windspeed": ("wind_speed_ms", "km/h"),
        "wpgt": ("wind_gust_ms", "km/h"),
        "peakgust": ("wind_gust_ms", "km/h"),
        "pres": ("pressure_msl_hpa", "hPa"),
        "pressure": ("pressure_msl_hpa", "hPa"),
    },
    timezone="UTC",
    names_stations=True,
    padded=True,
)
_BULK = ["date", "hour", "temp", "dwpt", "rhum", "prcp", "snow", "wdir", "wspd", "wpgt", "pres", "tsun", "coco"]
_OWN_NAMES = frozenset(_BULK) - {"date", "hour", "temp", "snow"}
_BULK_LINE = re.compile(rb'"?\d{4}-\d\d-\d\d"?,"?\d{1,2}"?(?:,"?(?:-?\d+(?:\.\d+)?)?"?){11}')
_TIME_PARTS = (("date", "hour"), ("year", "month", "day", "hour"))
MAX_JSON_BYTES = 64 * 1024**2


def recognises(head: bytes) -> bool:
    if _is_json(head):
        return re.search(rb'"data"\s*:\s*\[', head) is not None
    return _is_bulk(head) or _has_header(head)


def read(data: bytes, options: Options) -> ParsedFile:
    if _is_json(data):
        return _read_json(data)
    names = header_names(data[: 64 * 1024])
    times = next((p for p in _TIME_PARTS if set(p) <= names and "time" not in names), ())
    header = None
    if _is_bulk(data[: 64 * 1024]):
        mapped = mapper_of(PROFILE, times=_TIME_PARTS[0])(_BULK)
        header = Header(_BULK, mapped, delimiter=",", line=0, end=0)
    parsed = parse_csv(
        data, bad_utf8=options.bad_utf8, mapper=mapper_of(PROFILE, times=times), header=header, keep_empty=False
    )
    return replace(parsed, adapter=PROFILE.name)


def _is_json(text: bytes) -> bool:
    return text[:64].lstrip().startswith(b"{")


def _is_bulk(head: bytes) -> bool:
    """Of the first lines more than half have the form; one of them may be damaged."""
    lines = [line for line in first_lines(head) if line.strip()]
    whole = lines[:-1] if len(lines) > 1 else lines
    return bool(whole) and sum(_BULK_LINE.fullmatch(line) is not None for line in whole) * 2 > len(whole)


def _has_header(head: bytes) -> bool:
    names = header_names(head)
    has_time = "time" in names or any(set(p) <= names for p in _TIME_PARTS)
    return has_time and "temp" in names and len(names & _OWN_NAMES) >= 2


def _read_json(data: bytes) -> ParsedFile:
    records = _records(data)
    good = [(i, r) for i, r in enumerate(records, 1) if isinstance(r, dict)]
    refused = [
        RefusedLine(i, Reason.ROW_WIDTH, "the record is no object", json.dumps(r))
        for i, r in enumerate(records, 1)
        if not isinstance(r, dict)
    ]
    names = list(dict.fromkeys(name for _, record in good for name in record))
    if len(names) > MAX_COLUMNS:
        raise Rejected(
            Reason.TOO_MANY_COLUMNS, f"the records have {len(names)} members, at most {MAX_COLUMNS} are read"
        )
    if not records:
        names = ["time", "temp"]
    mapped = mapper_of(PROFILE)(names)
    columns: dict[str, pa.ChunkedArray] = {}
    unknown: list[tuple[str, pa.ChunkedArray]] = []
    for name, column in zip(names, mapped.columns, strict=True):
        texts = pa.chunked_array([pa.array([_text(record.get(name)) for _, record in good], TEXT)])
        if column == "timestamp":
            columns[column] = texts
        elif column:
            columns[column] = texts.cast(DICTIONARY)
        else:
            unknown.append((name, texts.cast(DICTIONARY)))
    lines = pa.array([i for i, _ in good], pa.int64()).to_numpy()
    rescued = rescue(unknown, keep_empty=False) if unknown else None
    rows = raw_rows(columns, rescued, lines, None, refused)
    warnings = list(mapped.warnings)
    if not records:
        warnings.append("the file has no record")
    return ParsedFile(rows, mapped.units, "", ".", adapter=PROFILE.name, warnings=warnings)


def _records(data: bytes) -> list[Any]:
    if len(data) > MAX_JSON_BYTES:
        raise Rejected(Reason.TOO_LARGE, f"the JSON has {len(data):,} bytes, at most {MAX_JSON_BYTES:,} are read")
    try:
        document = json.loads(data, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Rejected(Reason.NOT_CSV, f"the file is JSON that is cut or damaged ({str(error)[:100]})") from None
    records = document.get("data") if isinstance(document, dict) else None
    known = PROFILE.names.keys() - {"station", "time"}
    first = next((r for r in records if isinstance(r, dict)), {}) if isinstance(records, list) else {}
    if not isinstance(records, list) or (records and not ("time" in first and known & first.keys())):
        raise Rejected(Reason.NOT_CSV, "the file is JSON (of the JSON formats only Meteostat's hourly one is read)")
    return records


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
