"""Real files of providers as raw rows of a station, for tests of the core.

Belongs here: which columns of a file mean what, cell by cell as text. Does not belong here: reading formats in general
(`weather_etl/meteorology/formats`); these few lines are independent of it on purpose.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from weather_etl.meteorology import observations
from weather_etl.meteorology.cells import Field
from weather_etl.meteorology.raw_rows import DICTIONARY, raw_rows
from weather_etl.meteorology.readings import Precipitation, Reading
from weather_etl.meteorology.site import UNKNOWN_SITE, Site
from weather_etl.station_file import parse_settings
from weather_etl_tests.meteorology.making import STATION, File
from weather_etl_tests.meteorology.making import observed as landed

FILES = Path(__file__).resolve().parents[3] / "shared" / "field" / "files"
needs_files = pytest.mark.skipif(not FILES.exists(), reason="the files do not lie in ../shared/field")
AMOUNT = Precipitation(kind="amount", minutes=60)
DE_BILT = Site(1.9, latitude=52.1, longitude=5.18)
SAO_PAULO = Site(792.06, latitude=-23.48333333, longitude=-46.61666666)
BASEL = Site(316.0, latitude=47.541, longitude=7.584)
GREENSBORO = Site(273.0, latitude=36.1, longitude=-79.95)


def raw_table(
    columns: Mapping[str, Sequence[str]],
    name: str = f"{STATION}/a.csv",
    landed_at: datetime = datetime(2026, 1, 1, tzinfo=UTC),
) -> pa.Table:
    """Raw rows of a file whose cells are these texts; "" is an empty cell."""
    n = len(next(iter(columns.values())))
    arrays = {
        c: pa.chunked_array([pa.array(list(t), pa.string()) if c == "timestamp" else pa.array(list(t)).dictionary_encode().cast(DICTIONARY)])
        for c, t in columns.items()
    }  # fmt: skip
    rows = raw_rows(arrays, None, np.arange(2, n + 2), [])
    same = {"station_id": STATION, "landing_file": name, "etag": "0x1"}
    for at, (column, text) in enumerate(same.items()):
        rows = rows.add_column(at, column, pa.array([text] * n).dictionary_encode())
    return rows.append_column("landed_at", pa.array([landed_at] * n, pa.timestamp("us", "UTC")))


def observed(
    columns: Mapping[str, Sequence[str]], reading: Reading, *, timezone: str = "UTC", site: Site = UNKNOWN_SITE
) -> observations.Observations:
    raw = raw_table(columns)
    return observations.observe(raw, {f"{STATION}/a.csv": reading}, [], station=STATION, timezone=timezone, site=site)


def table(name: str, delimiter: str = ",", *, skip: int = 0, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    lines = (FILES / name).read_text(encoding).splitlines()[skip:]
    return list(csv.DictReader(lines, delimiter=delimiter))


@lru_cache
def delivered(name: str, toml: str = "") -> observations.Observations:
    """A file as it lands at a station: read by the packaged profile that fits it."""
    settings = parse_settings(toml, source="station.toml", version="1")
    file = File((FILES / name).read_bytes(), f"{STATION}/{name}", datetime(2027, 1, 1, tzinfo=UTC))
    return landed(file, timezone=settings.timezone, settings=settings)


@lru_cache
def de_bilt() -> observations.Observations:
    """KNMI: hours 1 to 24 are ends; tenths; RH -1 is a trace, SQ -1 less than 0.05 h."""
    lines = (FILES / "knmi_uurgeg_260.txt").read_text("utf-8").splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("# STN,"))
    names = [n.strip() for n in lines[head].strip("# ").split(",")]
    rows = [
        dict(zip(names, (c.strip() for c in line.split(",")), strict=True))
        for line in lines[head + 1 :]
        if line.strip()
    ]
    times = [
        f"{datetime.strptime(r['YYYYMMDD'], '%Y%m%d') + timedelta(hours=int(r['HH'])):%Y-%m-%dT%H:%MZ}" for r in rows
    ]
    wanted = {
        "temperature_c": "T", "dew_point_c": "TD", "humidity_percent": "U", "wind_speed_ms": "FH", "wind_gust_ms": "FX",
        "pressure_msl_hpa": "P", "precipitation_mm": "RH", "sunshine_min": "SQ", "solar_radiation_wm2": "Q",
        "cloud_cover_percent": "N",
    }  # fmt: skip
    tenths = Field(10.0)
    reading = Reading.of(
        {"humidity_percent": "%", "wind_speed_ms": "m/s", "wind_gust_ms": "m/s", "sunshine_min": "h",
         "solar_radiation_wm2": "J/cm2", "cloud_cover_percent": "okta"},
        fields=(
            *((c, tenths) for c in ("temperature_c", "dew_point_c", "wind_speed_ms", "wind_gust_ms", "pressure_msl_hpa")),
            ("precipitation_mm", Field(10.0, trace=("-1",))),
            ("sunshine_min", Field(10.0, low=("-1",))),
        ),
        precipitation=AMOUNT,
    )  # fmt: skip
    return observed({"timestamp": times, **{c: [r[n] for r in rows] for c, n in wanted.items()}}, reading, site=DE_BILT)


@lru_cache
def lcd(name: str, minutes_west: int, *, types: bool = True) -> observations.Observations:
    """NOAA LCD: local standard time; sums of rain run on from one routine report (FM-15) to the next."""
    rows = [r for r in table(name) if r["REPORT_TYPE"].strip() not in ("SOD", "SOM")]
    times = [f"{datetime.fromisoformat(r['DATE']) + timedelta(minutes=minutes_west):%Y-%m-%dT%H:%MZ}" for r in rows]
    us = name.startswith("lcd_v1")
    wanted = {
        "temperature_c": "HourlyDryBulbTemperature", "dew_point_c": "HourlyDewPointTemperature",
        "humidity_percent": "HourlyRelativeHumidity", "wind_speed_ms": "HourlyWindSpeed",
        "wind_gust_ms": "HourlyWindGustSpeed", "visibility_km": "HourlyVisibility",
        "pressure_msl_hpa": "HourlySeaLevelPressure", "pressure_station_hpa": "HourlyStationPressure",
        "precipitation_mm": "HourlyPrecipitation", "cloud_cover_percent": "HourlySkyConditions",
        "report_type": "REPORT_TYPE",
    }  # fmt: skip
    columns = {c: [re.sub(r"[sV*]+$", "", r[n].strip()) for r in rows] for c, n in wanted.items()}
    units = {"humidity_percent": "%", "cloud_cover_percent": "sky", "wind_speed_ms": "m/s", "wind_gust_ms": "m/s"}
    if us:
        units |= {"temperature_c": "degF", "dew_point_c": "degF", "wind_speed_ms": "mph", "wind_gust_ms": "mph",
                  "visibility_km": "mi", "pressure_msl_hpa": "inHg", "pressure_station_hpa": "inHg", "precipitation_mm": "in"}  # fmt: skip
    if not types:
        del columns["report_type"]
    reading = Reading.of(
        units,
        fields=(("precipitation_mm", Field(trace=("T",))),),
        precipitation=Precipitation(kind="running", routine="FM-15" if types else ""),
    )
    return observed({"timestamp": times, **columns}, reading)


@lru_cache
def basel() -> observations.Observations:
    rows = table("meteoswiss_basel.csv", ";")
    times = [f"{datetime.strptime(r['time'], '%Y%m%d%H%M'):%Y-%m-%dT%H:%MZ}" for r in rows]
    wanted = {
        "temperature_c": "tre200h0",
        "precipitation_mm": "rre150h0",
        "sunshine_min": "sre000h0",
        "wind_speed_ms": "fkl010h0",
    }
    reading = Reading.of({"wind_speed_ms": "m/s"}, precipitation=AMOUNT)
    return observed({"timestamp": times, **{c: [r[n] for r in rows] for c, n in wanted.items()}}, reading, site=BASEL)


@lru_cache
def davis() -> observations.Observations:
    """Davis WeatherLink: fixed columns, archive intervals of ten minutes, km/h; the zone does not matter here."""
    lines = (FILES / "davis_downld02_a.txt").read_text("latin-1").splitlines()[3:]
    rows = [line.split() for line in lines if line.strip()]
    times = [f"{datetime.strptime(f'{r[0]} {r[1]}', '%d/%m/%y %H:%M'):%Y-%m-%dT%H:%MZ}" for r in rows]
    columns = {
        "temperature_c": 2,
        "humidity_percent": 5,
        "wind_speed_ms": 7,
        "wind_gust_ms": 10,
        "precipitation_mm": 17,
    }
    reading = Reading.of({"humidity_percent": "%"}, precipitation=Precipitation(kind="interval"))
    return observed({"timestamp": times, **{c: [r[i] for r in rows] for c, i in columns.items()}}, reading)


@lru_cache
def nice(*periods: int) -> observations.Observations:
    """Meteo-France SYNOP: amounts of 1, 3, 6, 12 and 24 hours, or only of some of these."""
    rows = [r for r in table("mf_synop_opendatasoft.csv", ";") if r["ID OMM station"] == "07690"]
    names = {"precipitation_mm": "Précipitations dans la dernière heure", "precipitation_3h_mm": "Précipitations dans les 3 dernières heures",
             "precipitation_6h_mm": "Précipitations dans les 6 dernières heures", "precipitation_12h_mm": "Précipitations dans les 12 dernières heures",
             "precipitation_24h_mm": "Précipitations dans les 24 dernières heures", "temperature_c": "Température"}  # fmt: skip
    kept = {f"precipitation_{p}h_mm" for p in periods}
    names = {c: n for c, n in names.items() if not periods or c in kept or not c.startswith("precipitation")}
    times = [datetime.fromisoformat(r["Date"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ") for r in rows]
    traces = tuple((c, Field(trace=("-0.1",))) for c in names if c.startswith("precipitation"))
    reading = Reading.of({"temperature_c": "K"}, fields=traces, precipitation=AMOUNT)
    return observed({"timestamp": times, **{c: [r[n] for r in rows] for c, n in names.items()}}, reading)
