"""What holds of rain and of hours whatever the file: every kind of amount, cut anywhere, delivered again, in two files."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weather_etl.meteorology import observations
from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.readings import Precipitation, Reading
from weather_etl_tests.meteorology import field
from weather_etl_tests.meteorology.making import STATION, File, aggregated, csv, observed

quick = settings(derandomize=True, deadline=None, max_examples=10, database=None)
# What a column may mean, and the minutes between its rows.
KINDS = {
    "amount": (Precipitation("amount", 60), 60),
    "10 minutes": (Precipitation("amount", 10), 10),
    "interval": (Precipitation("interval"), 10),
    "running": (Precipitation("running", routine="FM-?15"), 20),
    "counter": (Precipitation("counter", resets="day"), 30),
    "3 hours": (Precipitation("amount", 180), 180),
}
ROWS = 60
RAIN = ["timestamp", "precipitation_mm", "precipitation_trace", "precipitation_long_mm", "precipitation_long_h"]
LATER = datetime(2026, 2, 1, tzinfo=UTC)


def station(kind: str, amounts: list[int | None], *parts: slice) -> pd.DataFrame:
    """The rain of a station whose rows lie in as many files as there are parts."""
    meaning, minutes = KINDS[kind]
    start = pd.Timestamp("2020-01-01T20:52Z" if kind == "running" else "2020-01-01T20:00Z")
    times = [f"{start + pd.Timedelta(minutes=minutes * i):%Y-%m-%dT%H:%MZ}" for i in range(len(amounts))]
    x = np.cumsum([a or 0 for a in amounts]) if kind == "counter" else amounts
    cells = [
        "" if a is None else "-1" if a == 9 and kind == "amount" else f"{v / 10}"
        for a, v in zip(amounts, x, strict=True)
    ]
    columns = {"timestamp": times, "temperature_c": ["5"] * len(times), "precipitation_mm": cells}
    if kind == "running":
        columns["report_type"] = ["FM-15" if t.endswith(":52Z") else "FM-16" for t in times]
    reading = Reading.of({}, precipitation=meaning, fields=(("precipitation_mm", Field(trace=("-1",))),))
    files = {
        f"{STATION}/{i}.csv": field.raw_table(
            {name: texts[part] for name, texts in columns.items()}, f"{STATION}/{i}.csv", LATER.replace(day=1 + i)
        )
        for i, part in enumerate(parts)
        if times[part]
    }
    import pyarrow as pa

    raw = pa.concat_tables(files.values()).unify_dictionaries()
    of_station = observations.observe(raw, dict.fromkeys(files, reading), [], station=STATION, timezone="UTC")
    assert of_station.balance.holds()
    return of_station.validated[RAIN]


amounts = st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=ROWS, max_size=ROWS)


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(x=amounts, cut=st.integers(0, ROWS))
def test_no_cut_between_files_and_no_second_delivery_changes_the_rain(kind, x, cut):
    whole = station(kind, x, slice(None))
    pd.testing.assert_frame_equal(station(kind, x, slice(cut), slice(cut, None)), whole)
    pd.testing.assert_frame_equal(station(kind, x, slice(None), slice(cut, None)), whole)


@pytest.mark.parametrize("kind", ["amount", "10 minutes", "interval", "counter"])
@quick
@given(x=st.lists(st.integers(0, 8), min_size=ROWS, max_size=ROWS))
def test_rain_is_never_invented(kind, x):
    """What the hours hold is at most what the rows hold: nothing counts twice."""
    hours = station(kind, list(x), slice(None))
    assert hours["precipitation_mm"].sum() <= sum(x) / 10 + 1e-9


@quick
@given(x=amounts)
def test_a_trace_is_0_with_a_mark_and_a_blank_is_nothing(x):
    hours = station("amount", x, slice(None)).set_index("timestamp")
    for i, a in enumerate(x):
        hour = hours.loc[pd.Timestamp("2020-01-01T20:00Z") + pd.Timedelta(hours=i)]
        if a is None:
            assert pd.isna(hour["precipitation_mm"]) and hour["precipitation_trace"] is pd.NA
        else:
            assert (hour["precipitation_mm"], hour["precipitation_trace"]) == (0.0 if a == 9 else a / 10, a == 9)


NAMES = {
    "Temperature (C)": (5, 20),
    "Wind Speed (m/s)": (0, 9),
    "Pressure (hPa)": (990, 1010),
    "precipitation_mm": (0, 5),
}
minute = st.sampled_from([0, 10, 53, 57])
row = st.tuples(st.integers(0, 20), minute, *(st.one_of(st.none(), st.integers(*span)) for span in NAMES.values()))


def lines(rows, names) -> bytes:
    at = [list(NAMES).index(n) + 2 for n in names]
    kept = [r for r in rows if any(r[i] is not None for i in at)]
    texts = [
        f"2020-03-01T{r[0]:02}:{r[1]:02}Z," + ",".join("" if r[i] is None else str(r[i]) for i in at) for r in kept
    ]
    return csv(*texts, header=",".join(["Time", *names]))


@settings(quick, max_examples=15)
@given(st.lists(row, min_size=2, max_size=20, unique_by=lambda r: r[:2]), st.integers(1, 14))
def test_files_that_complete_each_other_are_one_file_with_all_columns(rows, which):
    first = [n for i, n in enumerate(NAMES) if which >> i & 1]
    second = [n for n in NAMES if n not in first]
    parts = [(lines(rows, n), n) for n in (first, second)]
    if any(data.count(b"\n") < 2 for data, _ in parts):
        return
    files = [File(data, f"{STATION}/{i}.csv") for i, (data, _) in enumerate(parts)]
    beside = ["landing_file", "line", "landed_at", "rows_n", "other_rows"]
    one = observed(lines(rows, list(NAMES))).validated.drop(columns=beside)
    pd.testing.assert_frame_equal(observed(*files).validated.drop(columns=beside), one)


GOOD = {"Temperature (C)": ("5", "temperature_c"), "Humidity (%)": ("80", "humidity_percent"),
        "Wind Speed (m/s)": ("3", "wind_speed_ms"), "Pressure (hPa)": ("1001", "pressure_msl_hpa"),
        "Visibility (km)": ("10", "visibility_km"), "Dew Point (C)": ("2", "dew_point_c")}  # fmt: skip


@pytest.mark.parametrize("bad", ["x", "-999.9", "99999", ""])
@pytest.mark.parametrize("name", GOOD)
def test_a_bad_value_on_the_hour_never_hides_a_good_one_seven_minutes_before(name, bad):
    good, column = GOOD[name]
    header = f"Time,{name},Apparent Temperature (C)"
    before = [f"2020-01-01T{h:02}:53Z,{float(good) + h / 10},4" for h in range(11)]
    of_station = observed(csv(*before, f"2020-01-01T11:53Z,{good},4", f"2020-01-01T12:00Z,{bad},4", header=header))
    assert of_station.validated[["timestamp", column]].iloc[-1].tolist() == [
        pd.Timestamp("2020-01-01T12:00Z"),
        float(good),
    ]
    assert of_station.validated[f"{column}_qc"].tolist()[-1] == 1 and of_station.quarantined.empty
    assert of_station.events[of_station.events["test"].isin(["syntax", "gross_range"])].empty


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns"])
@pytest.mark.parametrize("missing", [(), (400,)])
def test_hours_days_months_and_years_hold_the_same_rain(zone, missing):
    times = pd.date_range("2018-12-31", "2020-01-02", freq="h", tz="UTC")
    x = np.random.default_rng(1).choice([0.0, 0.0, 0.3, 1.2], len(times))
    rows = [f"{t:%Y-%m-%dT%H:%MZ},5,{'' if i in missing else a}" for i, (t, a) in enumerate(zip(times, x, strict=True))]
    validated = observed(csv(*rows, header="Time,Temperature (C),precipitation_mm")).validated
    aggregates = aggregated(validated, zone)
    began = (validated["timestamp"] - pd.Timedelta(hours=1)).dt.tz_convert(zone).dt.tz_localize(None)
    year = validated[began.dt.year == 2019]
    months = aggregates.monthly[aggregates.monthly["month"].dt.year == 2019].set_index("month")["precipitation_mm"]
    by_month = year.groupby(began.dt.to_period("M"))["precipitation_mm"].sum()
    for month, total in by_month.items():
        days = aggregates.daily[aggregates.daily["date"].dt.to_period("M") == month]["precipitation_mm"]
        if missing and month == pd.Period("2019-01"):
            assert np.isnan(months[month.to_timestamp()]) and days.isna().sum() == 1
        else:
            assert months[month.to_timestamp()] == pytest.approx(total, rel=1e-9)
            assert days.sum() == pytest.approx(total, rel=1e-9)
    total = aggregates.yearly.set_index("year")["precipitation_mm"][2019]
    assert np.isnan(total) if missing else total == pytest.approx(year["precipitation_mm"].sum(), rel=1e-9)
