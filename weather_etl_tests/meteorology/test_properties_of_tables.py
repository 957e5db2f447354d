"""What holds of aggregated tables whatever the weather: rotated winds, sums of days, months and years, extremes, energy."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from weather_etl.meteorology import schemas
from weather_etl.meteorology.vocabulary import CONDITIONS
from weather_etl_tests.meteorology.making import Aggregates, aggregated, days_and_months, hour_range, validated


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
few = settings(derandomize=True, deadline=None, max_examples=10, database=None)
fewer = settings(few, max_examples=6)


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
