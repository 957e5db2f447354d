"""What holds for every station, whatever its files: order, batches, cuts, rotations, damage."""

import random
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weather_etl.ingestion import raw_table
from weather_etl.ingestion import reading as landing_reading
from weather_etl.lake.parquet import encode_parquet
from weather_etl.landing.versions import FileVersion
from weather_etl.meteorology import observations, schemas
from weather_etl.meteorology.quality import VARIABLES
from weather_etl.meteorology.reasons import Rejected
from weather_etl.meteorology.vocabulary import CONDITIONS
from weather_etl.stations import StationSettings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.meteorology.damage import damaged, hurt, seeds_of_damage
from weather_etl_tests.meteorology.making import (
    LANDED_AT,
    STATION,
    TEMPERATURE,
    TIME,
    Aggregates,
    File,
    aggregated,
    csv,
    days_and_months,
    entry_of,
    hour_range,
    observed,
    raw_of,
    validated,
)

HEADER = f"{TIME},{TEMPERATURE},Wind Speed (m/s),Wind Bearing,Pressure,Humidity,Precip Type,Summary"
AGGREGATED = ("daily_weather", "monthly_weather", "yearly_weather", "climate_normals")
TABLES = ("validated_observations", "quality_events", "quarantined_rows", *AGGREGATED)
PROVENANCE = ["other_rows", "landing_file", "line", "landed_at"]

careful = settings(derandomize=True, deadline=None, max_examples=25, database=None)


# Rows as a writer may repeat, correct and scramble them, in half a day; some values are out of range or missing.
numbers = st.sampled_from(["", "1", "5.5", "-3", "20"])
minutes = st.sampled_from([0, 0, 0, 10, 29, 30, 45, 50])
cells = st.tuples(
    numbers,
    st.sampled_from(["0", "2", "7.5", "", "90"]),
    st.sampled_from(["0", "90", "360", "225", ""]),
    st.sampled_from(["1000", "0", "930", ""]),
    st.sampled_from(["0.5", "0", "1.01", ""]),
    st.sampled_from(["rain", "Snow", "hail", "null"]),
    st.sampled_from(["Clear", '"Foggy, dry"', ""]),
)
moments = st.tuples(st.integers(0, 12), minutes).map(lambda t: f"2020-03-01 {t[0]:02}:{t[1]:02}:00 +0000")
good_rows = st.tuples(moments, cells).map(lambda r: ",".join((r[0], *r[1])))
bad_rows = st.sampled_from(
    ["x,1,1,1,1000,0.5,rain,", "2020-03-01 05:00:00 +0000,,,,,,,", "1,2", "2020-03-01 05:00:00 +0000,?,,,,,,"]
)
rows_of_a_file = st.lists(st.one_of(good_rows, good_rows, good_rows, good_rows, good_rows, bad_rows), max_size=12)


@st.composite
def stations(draw) -> list[File]:
    contents = draw(st.lists(rows_of_a_file, min_size=1, max_size=5))
    landed = [LANDED_AT + timedelta(hours=draw(st.integers(0, 2))) for _ in contents]
    return [
        File(csv(*rows, header=HEADER), f"{STATION}/{i}.csv", at)
        for i, (rows, at) in enumerate(zip(contents, landed, strict=True))
    ]


# Rows without two for the same moment in one file that say different things: cutting such a file in two turns its
# conflict (later line wins, loser quarantined, flag 3) into a correction (later file wins), by rule.
rows_without_conflicts = st.dictionaries(moments, cells, max_size=14).flatmap(
    lambda d: st.permutations([*(",".join((t, *c)) for t, c in d.items())] * 2).map(lambda p: p[: len(p) * 2 // 3])
)


def tables(raw: raw_table.pa.Table, readings, rejected) -> dict[str, pd.DataFrame]:
    of_station = observations.observe(raw, readings, rejected, station=STATION, timezone="Europe/Budapest")
    assert of_station.balance.holds()
    made = aggregated(of_station.validated, "Europe/Budapest")
    return dict(zip(TABLES, (of_station.validated, of_station.events, of_station.quarantined, *made), strict=True))


def in_batches(files: list[File], sizes: list[int]) -> dict[str, pd.DataFrame]:
    """The tables after the files came in this order, some at a time, each batch joined to what raw holds already."""
    old, entries, readings, rejected, names = None, {}, {}, {}, []
    files = list(files)
    while files:
        size = sizes.pop() if sizes else len(files)
        batch, files = files[:size], files[size:]
        parts = []
        for file in sorted(batch, key=lambda f: (f.landed_at, f.name)):
            one = raw_of(file)
            entries[file.name] = entry_of(file)
            rejected[file.name] = one.rejected
            if not one.rejected:
                parts.append(one.rows)
                readings |= one.readings
        old = raw_table.assemble(old, names, parts, entries)
        names = sorted(readings)
    return tables(old, readings, [r for name in sorted(rejected) for r in rejected[name]])


batches = given(stations(), st.randoms(use_true_random=False), st.lists(st.integers(1, 3), max_size=5))


@settings(careful, max_examples=10)
@batches
def test_files_in_any_order_and_batches_give_the_same_bytes(files, shuffler, sizes):
    check_batches(files, shuffler, sizes)


@pytest.mark.faults
@settings(careful, max_examples=200)
@batches
def test_two_hundred_orders_and_batches_give_the_same_bytes(files, shuffler, sizes):
    check_batches(files, shuffler, sizes)


def check_batches(files, shuffler, sizes):
    expected = in_batches(files, [])
    shuffled = shuffler.sample(files, len(files))
    batched = in_batches(shuffled, sizes)
    for table in TABLES:
        pd.testing.assert_frame_equal(batched[table], expected[table])
        a, b = (encode_parquet(table, schemas.to_arrow(table, t[table])) for t in (batched, expected))
        assert a == b, table


def without_provenance(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=PROVENANCE)


@careful
@given(rows_without_conflicts, st.data())
def test_cutting_a_file_in_two_changes_no_observation(rows, data):
    cut = data.draw(st.integers(0, len(rows)))
    later = LANDED_AT + timedelta(hours=data.draw(st.sampled_from([0, 1])))
    whole = observed(csv(*rows, header=HEADER))
    halves = observed(
        File(csv(*rows[:cut], header=HEADER), f"{STATION}/1.csv"),
        File(csv(*rows[cut:], header=HEADER), f"{STATION}/2.csv", later),
    )
    pd.testing.assert_frame_equal(without_provenance(halves.validated), without_provenance(whole.validated))


@careful
@given(rows_without_conflicts, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_but_lines(rows, shuffler):
    shuffled = shuffler.sample(rows, len(rows))
    a, b = (observed(csv(*r, header=HEADER)) for r in (rows, shuffled))
    pd.testing.assert_frame_equal(
        a.validated.drop(columns=["line", "other_rows"]), b.validated.drop(columns=["line", "other_rows"])
    )
    pd.testing.assert_frame_equal(a.events.drop(columns="line"), b.events.drop(columns="line"))
    assert a.balance == b.balance


@careful
@given(stations())
def test_every_line_is_kept_identical_superseded_or_quarantined(files):
    raw = raw_of(*files)
    of_station = observations.observe(raw.rows, raw.readings, raw.rejected, station=STATION, timezone="UTC")
    lines = sum(f.data.count(b"\n") - 1 for f in files if f.name in raw.readings)
    assert of_station.balance.data_lines == lines and of_station.balance.holds()


@careful
@given(stations())
def test_every_flag_agrees_with_its_value_and_its_events(files):
    of_station = observed(*files)
    events = of_station.events.groupby("variable")["timestamp"].agg(set).to_dict()
    for name in VARIABLES:
        value, flag = of_station.validated[name], of_station.validated[f"{name}_qc"]
        assert (value.isna() == flag.isin([4, 9])).all()
        assert set(of_station.validated.loc[flag.isin([3, 4]), "timestamp"]) == events.get(name, set())


def random_weather(seed: int, *, calms: bool = True) -> pd.DataFrame:
    choose = np.random.default_rng(seed)
    times = hour_range("2021-02-20T00:00", "2021-04-30T23:00", "Europe/Budapest")
    n = len(times)
    speed = np.round(choose.gamma(2, 2, n), 1) if calms else choose.gamma(2, 2, n) + 0.01
    direction = np.where(
        speed == 0, np.nan, np.round(choose.vonmises(choose.uniform(-3, 3), 0.7, n) * 180 / np.pi) % 360
    )
    temperature = 15 + 15 * np.sin(np.arange(n) / 300) + choose.normal(0, 8, n)
    kept = np.ones(n, dtype=bool)
    if seed % 2:
        kept[choose.integers(0, n, n // 20)] = False
    return validated(
        times[kept],
        temperature_c=temperature[kept].clip(-50, 50),
        wind_speed_ms=speed[kept],
        wind_direction_deg=direction[kept],
    )


seeds = st.integers(0, 10_000)
few = settings(careful, max_examples=10)
fewer = settings(careful, max_examples=6)


@few
@given(seeds, st.floats(0, 360, exclude_max=True))
def test_rotating_all_directions_rotates_both_mean_directions(seed, angle):
    frame = random_weather(seed)
    turned = frame.assign(wind_direction_deg=(frame["wind_direction_deg"] + angle) % 360)
    for a, b in zip(days_and_months(frame), days_and_months(turned), strict=True):
        for name in ("wind_direction_circular_deg", "wind_direction_resultant_deg"):
            apart = (b[name] - a[name] - angle + 180) % 360 - 180
            assert a[name].notna().any() and (apart.dropna().abs() < 1e-6).all()
            assert (a[name].isna() == b[name].isna()).all()


@few
@given(seeds, st.floats(0, 360, exclude_max=True))
def test_rotating_all_directions_changes_no_speed(seed, angle):
    frame = random_weather(seed)
    turned = frame.assign(wind_direction_deg=(frame["wind_direction_deg"] + angle) % 360)
    names = ["wind_speed_mean_ms", "wind_speed_max_ms", "wind_speed_resultant_ms", "wind_steadiness"]
    for a, b in zip(days_and_months(frame), days_and_months(turned), strict=True):
        pd.testing.assert_frame_equal(a[names], b[names])


@few
@given(seeds)
def test_cooling_minus_heating_degree_days_is_the_mean_minus_18(seed):
    daily, _ = days_and_months(random_weather(seed), "Europe/Budapest")
    assert np.allclose(daily["cdd_18"] - daily["hdd_18"], daily["temperature_mean_c"] - 18, 0, 1e-9, equal_nan=True)
    assert daily["hdd_18"].notna().any()


@few
@given(seeds)
def test_the_mean_lies_between_minimum_and_maximum(seed):
    daily, _ = days_and_months(random_weather(seed), "Europe/Budapest")
    shown = daily.dropna(subset="temperature_min_c")
    assert len(shown) and (shown["temperature_min_c"] <= shown["temperature_mean_c"]).all()
    assert (shown["temperature_mean_c"] <= shown["temperature_max_c"]).all()


@few
@given(seeds)
def test_the_resultant_is_at_most_the_scalar_mean_where_every_hour_has_a_direction(seed):
    for table in days_and_months(random_weather(seed, calms=False), "Europe/Budapest"):
        shown = table.dropna(subset="wind_speed_resultant_ms")
        assert len(shown) and (shown["wind_speed_resultant_ms"] <= shown["wind_speed_mean_ms"] * (1 + 1e-12)).all()


@few
@given(seeds)
def test_ice_days_are_frost_days_and_hot_days_are_summer_days(seed):
    daily, monthly = days_and_months(random_weather(seed), "Europe/Budapest")
    assert (daily["is_frost_day"] | ~daily["is_ice_day"]).dropna().all()
    assert (daily["is_summer_day"] | ~daily["is_hot_day"]).dropna().all()
    assert (monthly["frost_days"] >= monthly["ice_days"]).dropna().all()
    assert (monthly["summer_days"] >= monthly["hot_days"]).dropna().all()


@few
@given(seeds)
def test_the_counts_of_a_month_are_the_sums_of_its_days(seed):
    daily, monthly = days_and_months(random_weather(seed), "Europe/Budapest")
    of_month = daily.groupby(daily["date"].to_numpy("datetime64[M]"))
    for name in ("temperature_n", "wind_n", "suspect_n", "fail_n"):
        assert of_month[name].sum().tolist() == monthly[name].tolist()
    complete = monthly["days_n"] == monthly["days_expected"]
    for name, flag in (("frost_days", "is_frost_day"), ("summer_days", "is_summer_day"), ("calm_hours", "calm_hours")):
        shown = monthly[name].notna()
        assert (shown <= complete).all()
        assert of_month[flag].sum()[shown.to_numpy()].tolist() == monthly.loc[shown, name].tolist()
    for name in ("hdd_18", "cdd_18", "gdd_10"):
        shown = monthly[name].notna().to_numpy()
        assert shown.any() and np.allclose(of_month[name].sum()[shown], monthly.loc[shown, name])


def random_years(seed: int, angle: float = 0.0) -> Aggregates:
    """The tables of two to three years; some days, some months and single values are missing."""
    choose = np.random.default_rng(seed)
    first = pd.Timestamp(choose.choice(["2018-12-31", "2019-01-01", "2019-05-17"]))
    last = first + pd.Timedelta(days=int(choose.integers(800, 1100)))
    times = hour_range(str(first), str(last), "Europe/Budapest")
    for _ in range(choose.integers(0, 3)):
        start = times[choose.integers(0, len(times))]
        times = times[(times < start) | (times > start + pd.Timedelta(hours=int(choose.choice([5, 30, 100, 900]))))]
    n = len(times)
    speed = np.round(choose.gamma(2, 2, n), 1)
    direction = np.round(choose.vonmises(1.0, 0.7, n) * 180 / np.pi) % 360
    temperature = 12 + 14 * np.sin(times.day_of_year.to_numpy() / 58 - 1.8) + choose.normal(0, 4, n)
    temperature[choose.integers(0, n, seed % 3)] = np.nan
    frame = validated(
        times,
        temperature_c=temperature,
        humidity_percent=np.where(choose.random(n) < 0.001 * (seed % 4), np.nan, 50.0),
        wind_speed_ms=speed,
        wind_direction_deg=np.where(speed == 0, np.nan, (direction + angle) % 360),
        wind_power_density_wm2=0.6 * speed**3,
        wind_power_kw=np.minimum(speed**3, 2000.0),
        condition=choose.choice(np.array(CONDITIONS, dtype=object), n),
    )
    return aggregated(frame, "Europe/Budapest")


def years_of(table: pd.DataFrame) -> np.ndarray:
    return table["date" if "date" in table else "month"].dt.year.to_numpy()


@fewer
@given(seeds)
def test_the_n_columns_of_years_are_the_sums_of_their_months_and_days(seed):
    made = random_years(seed)
    for table in (made.daily, made.monthly):
        for name in ("suspect_n", "fail_n", "temperature_n", "dew_point_n", "humidity_n", "pressure_n", "wind_n"):
            assert table.groupby(years_of(table))[name].sum().tolist() == made.yearly[name].tolist()
    assert made.monthly.groupby(years_of(made.monthly))["days_n"].sum().tolist() == made.yearly["days_n"].tolist()
    hours = made.monthly["energy_coverage"] * made.monthly["hours_expected"]
    known = made.yearly["energy_coverage"] * made.yearly["hours_expected"]
    assert np.allclose(hours.groupby(years_of(made.monthly)).sum(), known)


@fewer
@given(seeds)
def test_the_sums_of_a_year_are_those_of_its_months_and_days(seed):
    made = random_years(seed)
    flags = {"frost_days": "is_frost_day", "ice_days": "is_ice_day", "hot_days": "is_hot_day"}
    for name in ("hdd_18", "cdd_18", "gdd_10", "energy_kwh", "calm_hours", "windy_hours", *flags):
        shown = made.yearly[name].notna().to_numpy()
        of_year = made.yearly[name].to_numpy(float, na_value=np.nan)[shown]
        of_months = made.monthly.groupby(years_of(made.monthly))[name].sum().to_numpy(float)[shown]
        of_days = made.daily.groupby(years_of(made.daily))[flags.get(name, name)].sum().to_numpy(float)[shown]
        assert np.allclose(of_year, of_months, rtol=1e-12), name
        # A month may show the energy of nine tenths of its hours, a day that of all.
        assert name == "energy_kwh" or np.allclose(of_year, of_days, rtol=1e-12), name


@fewer
@given(seeds)
def test_a_year_shows_what_all_of_its_months_show(seed):
    made = random_years(seed)
    for name in set(made.yearly) & set(made.monthly) - {"pressure_kind", "temperature_anomaly_c"}:
        months = made.monthly[name].notna().groupby(years_of(made.monthly)).sum()
        assert (made.yearly[name].notna().to_numpy() == (months.to_numpy() == 12)).all() or name in NEVER_NULL, name


NEVER_NULL = [c.name for c in schemas.TABLES["yearly_weather"].columns if not c.nullable]


@fewer
@given(seeds, st.floats(0, 360, exclude_max=True))
def test_rotating_all_directions_rotates_those_of_years_and_normals(seed, angle):
    a, b = random_years(seed), random_years(seed, angle)
    for name in ("wind_direction_circular_deg", "wind_direction_resultant_deg"):
        for before, after in ((a.yearly, b.yearly), (a.normals, b.normals)):
            apart = (after[name] - before[name] - angle + 180) % 360 - 180
            assert (apart.dropna().abs() < 1e-6).all() and after[name].isna().equals(before[name].isna())


@fewer
@given(seeds)
def test_energy_never_exceeds_that_of_the_rated_power(seed):
    for table in random_years(seed)[:3]:
        assert table["energy_coverage"].between(0, 1).all()
        assert table["capacity_factor"].dropna().between(0, 1).all()


@fewer
@given(seeds)
def test_normals_lie_between_the_lowest_and_the_highest_month(seed):
    made = random_years(seed)
    number = made.monthly["month"].dt.month
    for row in made.normals.dropna(subset="temperature_mean_c").to_dict("records"):
        values = made.monthly.loc[number == row["calendar_month"], "temperature_mean_c"].dropna()
        assert values.min() - 1e-9 <= row["temperature_mean_c"] <= values.max() + 1e-9


@pytest.mark.parametrize("seed", seeds_of_damage(20))
def test_of_fifty_damaged_files_each_is_rejected_or_its_lines_are_accounted_for(seed):
    choose = random.Random(seed)
    for number in range(50):
        file = File(damaged(choose))
        entry = entry_of(file)
        try:
            rows = landing_reading.parse_landing_file(file.data, entry, StationSettings(), STATION)
        except Rejected:
            continue
        version = FileVersion(file.name, "etag", len(file.data), file.landed_at)
        raw = raw_table.with_provenance(rows, STATION, version, entry)
        reading = landing_reading.reading_of(entry, StationSettings(), STATION)
        of_station = observations.observe(raw, {file.name: reading}, [], station=STATION, timezone="Europe/Budapest")
        lines = raw.column("line").to_pylist()
        assert of_station.balance.holds() and of_station.balance.data_lines == len(lines), number
        assert lines == sorted(set(lines)), number
        assert (
            len(of_station.quarantined) == of_station.balance.quarantined
            and len(of_station.validated) == of_station.balance.kept
        )


@pytest.mark.parametrize("seed", seeds_of_damage(20))
def test_of_fifty_damaged_plain_files_every_line_that_is_not_blank_is_a_row(seed):
    choose = random.Random(1000 + seed)
    for number in range(50):
        data = weather_csv(choose.choice([1, 5, 48]))
        head, _, body = data.partition(b"\r\n")
        for _ in range(choose.randint(1, 3)):
            body = hurt(choose, body).replace(b'"', b"'")
        entry = entry_of(File(data))
        try:
            rows = landing_reading.parse_landing_file(head + b"\r\n" + body, entry, StationSettings(), STATION)
        except Rejected:
            continue
        dropped = sum(int(w.split()[0]) for w in entry["warnings"] if "repeated header" in w)
        lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        assert rows.num_rows + dropped == sum(bool(line.strip()) for line in lines), number
