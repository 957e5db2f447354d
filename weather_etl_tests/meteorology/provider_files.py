"""Small files as IEM, Open-Meteo, NOAA and Meteostat write them, and reading them by what they hold.

Belongs here: files that more than one test reads, and what is read in them. Does not belong here: expectations; samples
of other profiles (`profile_samples.py`).
"""

import json
from datetime import UTC, datetime

import numpy as np

from weather_etl.landing.unpacking import unpack
from weather_etl.meteorology import formats
from weather_etl.meteorology.cells import Cells, read_cells
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl_tests.meteorology.making import csv

LANDED = datetime(2027, 1, 1, tzinfo=UTC)

IEM_HEADER = "station,valid,tmpf,dwpf,relh,drct,sknt,p01i,alti,mslp,vsby,gust,skyc1,wxcodes,feel,metar"  # as `data=all` orders them, shortened
IEM = csv(
    "EHAM,2020-05-23 00:25,50.00,41.00,71.83,240.00,10.00,0.00,30.09,1013.20,6.21,20.00,NSC,BR,50.00,EHAM 230025Z",
    "EHAM,2020-05-23 00:55,M,M,M,M,M,T,M,M,M,M,M,M,M,EHAM 230055Z",
    "EHRD,2020-05-23 00:25,59.00,M,M,0.00,0.00,M,M,M,M,M,M,M,M,EHRD 230025Z",
    header=IEM_HEADER,
)

OPEN_METEO = """latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation
46.25,20.14,84.0,7200,Europe/Budapest,GMT+2

time,temperature_2m (°C),relative_humidity_2m (%),wind_speed_10m (m/s),surface_pressure (hPa),weather_code (wmo code)
2024-07-01T00:00,20.5,55,2.5,1003.1,3
2024-07-01T01:00,NaN,NaN,NaN,NaN,NaN
2024-10-27T02:00,8.5,90,1.5,1001.0,45
2024-10-27T03:00,8.0,91,1.5,1001.0,45
"""
DAILY = """
time,temperature_2m_max (°C),sunrise (iso8601)
2024-07-01,31.0,2024-07-01T04:51
2024-07-02,30.0,2024-07-02T04:52
"""
TWO_PLACES = """location_id,latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation
0,46.25,20.14,84.0,7200,Europe/Budapest,GMT+2
1,40.7,-74.0,10.0,-14400,America/New_York,GMT-4

location_id,time,temperature_2m (°C)
0,2024-07-01T00:00,20.5
1,2024-07-01T00:00,25.5
"""

ISD_LITE = b"""2016 01 01 00   -44   -83 10256   260    67     4    -1 -9999
2016 01 01 01 -9999   -89 10258   360    62     2     0 -9999
2016 01 01 02   105 -9999 -9999     0     0 -9999     0    12
"""

GLOBAL_HOURLY_HEADER = (
    '"STATION","DATE","SOURCE","NAME","REPORT_TYPE","WND","CIG","VIS","TMP","DEW","SLP","AA1","MA1","OC1","REM"'
)


def global_hourly(*rows: dict[str, str]) -> bytes:
    usual = {
        "STATION": "01001099999", "DATE": "2020-01-01T00:00:00", "SOURCE": "4", "NAME": "JAN MAYEN, NO", "REPORT_TYPE": "FM-12",
        "WND": "030,1,N,0051,1", "CIG": "22000,1,9,N", "VIS": "010000,1,9,9", "TMP": "-0070,1", "DEW": "-0100,1", "SLP": "09987,1",
        "AA1": "06,0001,9,1", "MA1": "99999,9,09971,1", "OC1": "0120,1", "REM": "SYN",
    }  # fmt: skip
    names = [n.strip('"') for n in GLOBAL_HOURLY_HEADER.split(",")]
    lines = []
    for i, row in enumerate(rows):
        whole = {**usual, "DATE": f"2020-01-01T{i:02}:00:00", **row}
        lines.append(",".join(f'"{whole[n]}"' for n in names))
    return csv(*lines, header=GLOBAL_HOURLY_HEADER)


BULK = csv(
    "2008-06-29,0,22.0,16.9,73.0,0.0,,200.0,36.0,72.0,1017.8,,1",
    "2008-06-29,1,,,,,,,,,,,",
    "2008-06-29,12,20.8,14.9,69.0,,,,,,,,",
    header="",
)[1:]
METEOSTAT_RECORDS = [
    {"time": "2008-06-29 00:00:00", "temp": 22.0, "dwpt": 16.9, "rhum": 73, "prcp": None, "wdir": 200, "wspd": 36.0, "wpgt": None, "pres": 1017.8, "coco": 1},
    {"time": "2008-06-29 01:00:00", "temp": None, "dwpt": None, "rhum": None, "prcp": None, "wdir": None, "wspd": None, "wpgt": None, "pres": None, "coco": None},
]  # fmt: skip
METEOSTAT = {"meta": {"generated": "2025-02-13 09:22:53"}, "data": METEOSTAT_RECORDS}
SPLIT = csv("2008,6,29,0,22.0,dwd,16.9,36.0", header="year,month,day,hour,temp,temp_source,dwpt,wspd")
JSON = json.dumps(METEOSTAT).encode()


def parsed(data: bytes, **options) -> ParsedFile:
    return formats.read(formats.Source("a", unpack(data)), formats.Options(**options))


def read(data: bytes, timezone: str = "Europe/Budapest", **settings) -> tuple[ParsedFile, Cells]:
    parsed_file = parsed(data)
    return parsed_file, read_cells(parsed_file.rows, formats.reading_of(parsed_file.declared, **settings), timezone)


def values(data: bytes, variable: str, **settings) -> list[float | None]:
    _, found = read(data, **settings)
    return [None if np.isnan(v) else round(float(v), 6) for v in found.values[variable]]


def times(data: bytes, **settings) -> list[str]:
    return [str(t)[:16] for t in read(data, **settings)[1].timestamp]


def rescued(data: bytes) -> list[dict[str, str] | None]:
    return [r and json.loads(r) for r in parsed(data).rows.column("rescued").to_pylist()]
