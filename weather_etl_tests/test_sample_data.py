"""The sample generator: its bytes never change, and its quirks are what it says, counted again from the CSV."""

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import sample_data.generate as sample  # noqa: E402
from sample_data import alpine, source  # noqa: E402

SHA256 = {
    "szeged": {
        "weather_2015.csv": "88e90a7baaa9ac6542bdd743e2035cab9395eb50e04b7cab70078f44b72dd371",
        "weather_2016.csv": "fd137c4c55748871edc7dc29953c3618a0582f06e62709954a6c02f1e1981524",
    },
    "valentia": {
        "weather_2015.csv": "6765919a81572b052f61f93ede3ed5c27caa438aa3c2b2c3947829637ffa20fa",
        "weather_2016.csv": "412007ec1ae31777ec8db785507acdcf03a4c1e648f176dc6ee46e7910d06756",
    },
}
TEMPERATURE, PRESSURE, HUMIDITY = "Temperature (C)", "Pressure (millibars)", "Humidity"
WIND, BEARING, VISIBILITY = "Wind Speed (km/h)", "Wind Bearing (degrees)", "Visibility (km)"

both = pytest.mark.parametrize("station", list(sample.STATIONS))


def rows(station: str) -> pd.DataFrame:
    frames = [pd.read_csv(io.BytesIO(body), keep_default_na=False) for body in sample.generate(station).values()]
    frame = pd.concat(frames, ignore_index=True)
    frame["time"] = pd.to_datetime(frame["Formatted Date"], utc=True)
    return frame


def hours(station: str) -> pd.DataFrame:
    return rows(station).drop_duplicates("time").set_index("time").sort_index()


def jumps(values: pd.Series, limit: float) -> pd.DatetimeIndex:
    """Hours that go out and come back by more than the limit on both sides."""
    back, forth = values.diff(), -values.diff(-1)
    return values.index[(back * forth < 0) & (np.minimum(back.abs(), forth.abs()) > limit)]


@both
def test_the_bytes_are_pinned(station):
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in sample.generate(station).items()}
    assert digests == SHA256[station]


@both
def test_rows_duplicates_and_gaps(station):
    facts, frame = sample.expected(station), rows(station)
    assert len(frame) == facts["rows"] == sum(facts["rows_by_file"].values())
    assert frame["time"].nunique() == facts["station_hours"]
    assert frame.duplicated().sum() == frame.duplicated("time").sum() == facts["identical_duplicates"] == 24
    grid = pd.date_range(facts["first_hour"], facts["last_hour"], freq="h")
    assert [t.isoformat() for t in grid.difference(frame["time"])] == facts["missing_hours"]
    local = grid.tz_convert(facts["timezone"])
    assert (local[0].isoformat()[:16], local[-1].isoformat()[:16]) == ("2015-01-01T00:00", "2016-12-31T23:00")
    assert len(set(local.date)) == facts["local_days"]


@both
def test_offsets_are_those_of_the_zone(station):
    facts, frame = sample.expected(station), rows(station)
    local = frame["time"].dt.tz_convert(facts["timezone"])
    assert (local.dt.strftime("%Y-%m-%d %H:%M:%S.000 %z") == frame["Formatted Date"]).all()
    wall = frame.drop_duplicates("time")["Formatted Date"].str[:13]
    assert wall.duplicated().sum() == facts["repeated_local_hours"]
    grid = pd.date_range(facts["first_hour"], facts["last_hour"], freq="h").tz_convert(facts["timezone"])
    per_day = pd.Series(grid.date).value_counts()
    assert (per_day == 25).sum() == facts["repeated_local_hours"]
    assert (per_day == 23).sum() == facts["skipped_local_hours"]


@both
def test_bad_values(station):
    facts, frame = sample.expected(station), hours(station)
    assert (frame[PRESSURE] == 0).sum() == facts["pressure_zero"]
    assert 0.012 < facts["pressure_zero"] / len(frame) < 0.014
    assert (frame[HUMIDITY] == 0).sum() == facts["humidity_zero"]
    assert (frame[VISIBILITY] == 0).sum() == facts["visibility_zero"]
    assert (frame["Precip Type"] == "null").sum() == facts["precip_null"]
    run = (frame[VISIBILITY] != 0).cumsum()[frame[VISIBILITY] == 0]
    longest = run[run == run.value_counts().idxmax()]
    assert longest.index[0].isoformat() == facts["visibility_stuck"]["from"]
    assert len(longest) == facts["visibility_stuck"]["hours"]


@both
def test_jumps_are_at_midnight_utc_of_the_first_year(station):
    facts, frame = sample.expected(station), hours(station)
    pressure = jumps(frame[PRESSURE].where(frame[PRESSURE] > 0), 3.0)
    temperature = jumps(frame[TEMPERATURE], 4.0)
    assert len(pressure) == facts["pressure_jumps"]
    assert len(temperature) == facts["temperature_jumps"]
    for when in (pressure, temperature):
        assert (when.hour == 0).all() and (when.year == 2015).all()


@both
def test_wind(station):
    facts, frame = sample.expected(station), hours(station)
    calm = frame[WIND] == 0
    assert calm.sum() == facts["calm"] and (frame.loc[calm, BEARING] == 0).all()
    assert (frame.loc[~calm, BEARING] == 0).sum() == facts["north_with_wind"]
    assert frame[BEARING].between(0, 359).all()


@both
def test_layout(station):
    month_names = [f"{pd.Timestamp(2015, m, 1):%B}" for m in range(1, 13)]
    for name, body in sample.generate(station).items():
        assert body.count(b"\n") == body.count(b"\r\n") == body.count(b"\r") and body.endswith(b"\r\n")
        assert body.isascii()
        frame = pd.read_csv(io.BytesIO(body), keep_default_na=False)
        assert list(frame) == source.HEADER.split(",") and len(frame.columns) == 12
        day = frame["Formatted Date"].str[:10]
        assert (day.str[:4] == name[8:12]).all()
        order = list(dict.fromkeys(day))  # the duplicated day shows at its first place only
        assert order == sorted(order, key=lambda d: (month_names[int(d[5:7]) - 1], str(int(d[8:]))))
        assert order[0].endswith("-04-01") and order[1].endswith("-04-10")
    wide = frame[TEMPERATURE].astype(str).str.len()
    assert (wide > 14).sum() > 1000


@both
def test_plausible(station):
    frame = hours(station)
    assert frame[TEMPERATURE].between(-30, 42).all()
    assert frame[HUMIDITY].between(0, 1).all()
    assert frame[VISIBILITY].between(0, 16.1).all()
    assert frame[PRESSURE].where(frame[PRESSURE] > 0).dropna().between(940, 1060).all()
    assert ((frame["Precip Type"] == "snow") == (frame[TEMPERATURE] <= 0))[frame["Precip Type"] != "null"].all()
    assert frame[TEMPERATURE].corr(frame[HUMIDITY]) < -0.25
    july, january = (frame[frame.index.month == m][TEMPERATURE] for m in (7, 1))
    assert july.mean() > january.mean() + 5
    by_hour = july.groupby(july.index.hour).mean()
    assert by_hour.idxmax() in range(11, 17) and by_hour.idxmin() in range(1, 7)
    assert (frame.groupby(frame["Formatted Date"].str[:10])["Daily Summary"].nunique() == 1).all()
    assert (frame["Loud Cover"] == 0).all()


def test_the_stations_differ():
    szeged, valentia = (hours(s) for s in ("szeged", "valentia"))
    assert szeged[TEMPERATURE].std() > 2 * valentia[TEMPERATURE].std()
    assert valentia[WIND].mean() > 1.5 * szeged[WIND].mean()


@pytest.fixture(scope="module")
def valley() -> pd.DataFrame:
    (body,) = alpine.generate().values()
    frame = pd.read_csv(io.BytesIO(body), sep=";", na_values="-")
    return frame.set_index(pd.to_datetime(frame["reference_timestamp"], format="%d.%m.%Y %H:%M", utc=True))


def test_the_bytes_of_the_mountain_valley_are_pinned() -> None:
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in alpine.generate().items()}
    assert digests == {"davos_2015-2016.csv": "5b0fa7f0ec8fcade2c9cd9ee1ec91a8609d4d1503ae5866cc45b4b9ac4455237"}


def test_the_faults_of_the_mountain_valley_are_what_it_says(valley: pd.DataFrame) -> None:
    facts = alpine.expected()
    assert len(valley) == facts["rows"] and valley.index.is_unique
    grid = pd.date_range(valley.index[0], valley.index[-1], freq="h")
    assert [t.isoformat() for t in grid.difference(valley.index)] == facts["missing_hours"]
    assert valley["prestah0"].isna().sum() == facts["without_pressure"]
    assert [t.isoformat() for t in valley.index[valley["rre150h0"] > 100]] == [facts["cloudburst"]]
    still = valley["fkl010h0"].groupby((valley["fkl010h0"].diff() != 0).cumsum()).size()
    assert facts["iced_hours"] <= still.max() < facts["iced_hours"] + 3


def test_rain_snow_and_sun_of_the_mountain_valley_are_plausible(valley: pd.DataFrame) -> None:
    local = valley.tz_convert("Europe/Zurich")
    night = local.index.hour.isin([0, 1, 2])
    assert (local.loc[night, ["gre000h0", "sre000h0"]] == 0).all().all()
    assert local["gre000h0"].between(0, 1150).all() and local["sre000h0"].between(0, 60).all()
    by_hour = local["gre000h0"].groupby(local.index.hour).mean()
    assert by_hour.idxmax() in (12, 13, 14)
    rain = local["rre150h0"].where(local["rre150h0"] < 100)
    assert 700 < rain.sum() / 2 < 1400 and (local.loc[rain > 0, "ure200h0"] >= 88).all()
    assert local.loc[local.index.month == 7, "htoauths"].max() == 0
    assert local.loc[local.index.month == 1, "htoauths"].max() > 20


def test_a_second_run_leaves_the_files_alone(tmp_path):
    command = [sys.executable, str(ROOT / "sample_data" / "generate.py"), str(tmp_path)]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(first.splitlines()) == 8 and first.count("written") == 8
    files = sorted(tmp_path.rglob("*.csv"))
    assert [f.relative_to(tmp_path).as_posix() for f in files] == [
        "davos/davos_2015-2016.csv",
        *(f"{s}/weather_{y}.csv" for s in ("szeged", "valentia") for y in (2015, 2016)),
    ]
    stamps = [f.stat().st_mtime_ns for f in files]
    files[2].write_bytes(b"spoilt")
    second = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (second.count("unchanged"), second.count("written")) == (7, 1)
    assert files[2].read_bytes() == sample.generate("szeged")["weather_2016.csv"]
    assert [f.stat().st_mtime_ns for f in files if f != files[2]] == stamps[:2] + stamps[3:]
    assert not list(tmp_path.rglob("*.part"))
