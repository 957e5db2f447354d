"""Is a value good? The tests of quality control in their cascade, on the rows of a station."""

import numpy as np
import pandas as pd
import pytest

from sample_data import generate as sample
from weather_etl.meteorology.quality import LIMITS, POSSIBLE, VARIABLES
from weather_etl.station_file import parse_settings
from weather_etl.stations import StationSettings
from weather_etl_tests.meteorology.making import File, csv, observed

COLUMNS = {
    "temperature_c": "Temperature (C)",
    "apparent_temperature_c": "Apparent Temperature (C)",
    "dew_point_c": "Dew Point (C)",
    "humidity_percent": "Humidity (%)",
    "wind_speed_ms": "Wind Speed (m/s)",
    "wind_gust_ms": "Wind Gust (m/s)",
    "wind_direction_deg": "Wind Direction (deg)",
    "visibility_km": "Visibility (km)",
    "pressure_msl_hpa": "Pressure (hPa)",
    "precipitation_type": "Precip Type",
}


def station(hours: "list[int] | None" = None, settings: StationSettings | None = None, **columns):
    """Observations of a station with these columns, one value per hour; the temperature wavers around 10."""
    n = max(len(c) for c in columns.values())
    columns = {"temperature_c": [10 + i % 2 for i in range(n)], **columns}
    times = pd.Timestamp("2020-01-01T00:00Z") + pd.to_timedelta(hours or range(n), unit="h")
    rows = [
        ",".join([f"{t:%Y-%m-%dT%H:%MZ}", *("" if c[i] is None else f"{c[i]}" for c in columns.values())])
        for i, t in enumerate(times)
    ]
    header = ",".join(["Time", *(COLUMNS[c] for c in columns)])
    return observed(csv(*rows, header=header), settings=settings or StationSettings())


def flags_of(observations, variable: str) -> list[int]:
    return observations.validated[f"{variable}_qc"].tolist()


def findings_of(observations, variable: str) -> list[tuple[str, int]]:
    events = observations.events[observations.events["variable"] == variable]
    return list(zip(events["test"], events["flag"], strict=True))


def test_a_value_out_of_range_does_not_make_spikes_of_its_neighbours():
    observations = station(pressure_msl_hpa=[1000, 1001, 0, 1001, 1000])
    assert flags_of(observations, "pressure_msl_hpa") == [1, 1, 4, 1, 1]
    assert findings_of(observations, "pressure_msl_hpa") == [("gross_range", 4)]


def test_a_failed_spike_is_no_rate_of_change():
    observations = station(temperature_c=[10, 11, 30, 11, 10])
    assert findings_of(observations, "temperature_c") == [("spike", 4)]
    assert observations.events["original_value"].tolist() == [30] and np.isnan(
        observations.validated["temperature_c"][2]
    )


def test_a_jump_that_stays_is_suspect_once():
    observations = station(temperature_c=[10, 11, 30, 31, 30])
    assert findings_of(observations, "temperature_c") == [("rate_of_change", 3)]
    assert flags_of(observations, "temperature_c") == [1, 1, 3, 1, 1]


@pytest.mark.parametrize("test", ["spike", "rate_of_change"])
def test_what_lies_more_than_an_hour_apart_is_not_compared(test):
    observations = station(hours=[0, 2, 4, 6], temperature_c=[10, 30, 10, 30])
    assert test not in observations.events["test"].tolist() and flags_of(observations, "temperature_c") == [1, 1, 1, 1]


def test_a_gap_ends_a_run_of_equal_hours():
    hours = [*range(23), *range(24, 47)]
    assert station(hours=hours, visibility_km=[7] * 46).events.empty
    assert flags_of(station(visibility_km=[7] * 46), "visibility_km") == [3] * 46


@pytest.mark.parametrize(
    ("variable", "hours", "value", "flag"),
    [
        (name, n, 7 if name != "pressure_msl_hpa" else 1000, flag)
        for name in COLUMNS
        if name in LIMITS and LIMITS[name].flat_hours
        for n, flag in zip((LIMITS[name].flat_hours[0] - 1, *LIMITS[name].flat_hours), (1, 3, 4), strict=True)
    ],
)
def test_a_stuck_sensor_is_found_after_the_hours_of_its_limit(variable, hours, value, flag):
    others = {"apparent_temperature_c": [None] * hours}
    assert set(flags_of(station(**{variable: [value] * hours, **others}), variable)) == {flag}


@pytest.mark.parametrize(
    ("variable", "value", "others"),
    [
        ("humidity_percent", 95, {}),
        ("wind_speed_ms", 0.4, {}),
        ("wind_direction_deg", 90, {"wind_speed_ms": [0.4 - i % 2 / 10 for i in range(80)]}),
    ],
)
def test_what_may_stand_still_is_no_flat_line(variable, value, others):
    assert set(flags_of(station(**{variable: [value] * 80}, **others), variable)) == {1}


@pytest.mark.parametrize(("cap", "flag"), [(None, 4), (16.0, 1), (16.2, 4)])
def test_visibility_may_stand_at_the_cap_of_the_instrument(cap, flag):
    observations = station(visibility_km=[16.1] * 80, settings=StationSettings(visibility_cap_km=cap))
    assert set(flags_of(observations, "visibility_km")) == {flag}


@pytest.mark.parametrize(
    ("dew", "flags"), [(10.5, (1, 1)), (10.6, (3, 3)), (12, (3, 3)), (12.1, (4, 3))]
)  # temperature 10
def test_a_dew_point_above_the_temperature_is_inconsistent(dew, flags):
    observations = station(dew_point_c=[dew])
    assert (flags_of(observations, "dew_point_c")[0], flags_of(observations, "temperature_c")[0]) == flags


@pytest.mark.parametrize(("gust", "flags"), [(5, (1, 1)), (4.9, (3, 3)), (3, (3, 3)), (2.9, (4, 3))])
def test_a_gust_below_the_mean_wind_is_inconsistent(gust, flags):
    observations = station(wind_gust_ms=[gust], wind_speed_ms=[5])
    assert (flags_of(observations, "wind_gust_ms")[0], flags_of(observations, "wind_speed_ms")[0]) == flags


@pytest.mark.parametrize(("apparent", "flag"), [(20, 1), (25, 1), (25.1, 3), (14.9, 3)])
def test_an_apparent_temperature_far_from_the_computed_one_is_inconsistent(apparent, flag):
    observations = station(temperature_c=[20], apparent_temperature_c=[apparent])
    assert flags_of(observations, "apparent_temperature_c") == flags_of(observations, "temperature_c") == [flag]


@pytest.mark.parametrize(
    ("word", "temperature", "flag"),
    [("snow", 5, 1), ("snow", 5.1, 3), ("rain", -5, 1), ("rain", -5.1, 3), ("sleet", 9, 1)],
)
def test_warm_snow_and_cold_rain_are_inconsistent(word, temperature, flag):
    assert flags_of(station(temperature_c=[temperature], precipitation_type=[word]), "temperature_c") == [flag]


@pytest.mark.parametrize(("visibility", "humidity", "flag"), [(0, 90, 1), (0, 89, 3), (0.1, 50, 1), (0, None, 1)])
def test_no_visibility_in_dry_air_is_inconsistent(visibility, humidity, flag):
    observations = station(visibility_km=[visibility], humidity_percent=[humidity])
    assert flags_of(observations, "visibility_km") == [flag]
    assert humidity is None or flags_of(observations, "humidity_percent") == [flag]


def test_each_rule_that_a_value_breaks_is_an_event():
    observations = station(temperature_c=[10], dew_point_c=[10.7], precipitation_type=["snow"])
    assert findings_of(observations, "temperature_c") == [("consistency", 3), ("consistency", 3)]


def test_the_rest_of_a_bad_month_is_suspect_and_an_event():
    observations = station(pressure_msl_hpa=[1000, 1001, 1000, 0, 0, 0])
    assert flags_of(observations, "pressure_msl_hpa") == [3, 3, 3, 4, 4, 4]
    assert findings_of(observations, "pressure_msl_hpa").count(("month_clean_up", 3)) == 3


@pytest.mark.parametrize("name", list(sample.STATIONS))
def test_the_faults_planted_in_the_sample_fail_and_no_other_value_does(name):
    planted = sample.STATIONS[name]
    files = [File(body, f"{name}/{file}") for file, body in sample.generate(name).items()]
    events = observed(*files, timezone=planted.timezone).events
    found = events[events["flag"] == 4].groupby(["test", "variable"]).size().to_dict()
    assert found == {
        ("gross_range", "pressure_msl_hpa"): planted.zero_pressure_rows,
        ("gross_range", "humidity_percent"): planted.zero_humidity_rows,
        ("spike", "pressure_msl_hpa"): planted.pressure_jumps,
        ("spike", "temperature_c"): planted.temperature_jumps,
        ("flat_line", "visibility_km"): planted.stuck_visibility_hours,
    }


def test_the_limits_of_a_station_win_over_the_defaults():
    toml = "[limits.temperature_c]\nfail = [-100, 60]\nsuspect = [-95, 50]\nspike = [1, 20]\nrate = 30\nflat_hours = [2, 9]"
    observations = station(
        settings=parse_settings(toml, source="station.toml", version="1"), temperature_c=[-90, -90, -80, -90, -70]
    )
    assert flags_of(observations, "temperature_c") == [3, 3, 3, 3, 1]
    assert observations.events["test"].tolist() == ["flat_line", "flat_line", "spike", "spike"]


@pytest.mark.parametrize("variable", VARIABLES)
def test_no_limits_of_a_station_may_go_beyond_what_is_possible(variable):
    low, high = POSSIBLE[variable]
    with pytest.raises(Exception, match="must lie within"):
        parse_settings(f"[limits]\n{variable} = {{ fail = [{low}, {high + 1}] }}", source="x", version="1")
    parse_settings(f"[limits]\n{variable} = {{ fail = [{low}, {high}] }}", source="x", version="1")


def test_the_default_limits_are_possible():
    assert all(POSSIBLE[v][0] <= x.fail[0] and x.fail[1] <= POSSIBLE[v][1] for v, x in LIMITS.items())
