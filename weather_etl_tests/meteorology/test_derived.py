"""What follows from measured values: formulas against published figures, and which hours get a computed value."""

import builtins
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weather_etl.meteorology import derived, schemas, wind
from weather_etl.meteorology.conditions import condition_of
from weather_etl.meteorology.quality import VARIABLES
from weather_etl.meteorology.vocabulary import CONDITIONS
from weather_etl.stations import StationSettings, WindSettings
from weather_etl_tests.meteorology.making import csv, observed

NAN = np.nan
SZEGED = StationSettings(elevation_m=84.0)
COLUMNS = {
    "temperature_c": "Temperature (C)",
    "apparent_temperature_c": "Apparent Temperature (C)",
    "dew_point_c": "Dew Point (C)",
    "humidity_percent": "Humidity (%)",
    "wind_speed_ms": "Wind Speed (m/s)",
    "pressure_msl_hpa": "Pressure (hPa)",
    "pressure_station_hpa": "Station Pressure (hPa)",
    "summary": "Summary",
}


def one_hour(settings: StationSettings = SZEGED, **columns: object):
    """The observation of one hour with these columns; its row, and everything that came of it."""
    row = ",".join(["2020-01-01T00:00Z", *("" if v is None else f"{v}" for v in columns.values())])
    observations = observed(csv(row, header=",".join(["Time", *(COLUMNS[c] for c in columns)])), settings=settings)
    return observations.validated.iloc[0], observations


@pytest.mark.parametrize("temperature", [-40, -10, 0, 20, 35])
def test_in_saturated_air_the_dew_point_is_the_temperature(temperature):
    assert derived.dew_point(np.array(temperature), np.array(100.0)) == pytest.approx(temperature, abs=1e-12)


def test_the_dew_point_of_20_degrees_and_50_percent():
    # WMO-No. 8 Magnus constants by hand: g = ln 0.5 + 17.62 * 20 / 263.12 = 0.646179; 243.12 g / (17.62 - g)
    assert derived.dew_point(np.array(20.0), np.array(50.0)) == pytest.approx(9.2560, abs=1e-3)


@pytest.mark.parametrize("humidity", [0.0, -1.0, NAN])
def test_air_without_vapour_has_no_dew_point(humidity):
    assert np.isnan(derived.dew_point(np.array(20.0), np.array(humidity)))


def test_the_wind_chill_of_minus_5_degrees_and_35_metres_a_second():
    # MetPy tests/calc/test_basic.py, test_windchill_scalar
    assert derived.wind_chill(np.array(-5.0), np.array(35.0)) == pytest.approx(-18.9357, abs=5e-5)


def test_the_wind_chill_of_minus_1_degree_and_10_kilometres_an_hour():
    # xclim tests/test_indices.py, test_wind_chill
    assert derived.wind_chill(np.array(-1.0), np.array(10 / 3.6)) == pytest.approx(-4.509267, abs=5e-7)


def test_the_heat_index_of_35_degrees_and_70_percent():
    # MetPy tests/calc/test_basic.py, test_heat_index_units: 50.3405 degC
    assert derived.heat_index(np.array(35.0), np.array(70.0)) == pytest.approx(50.3405, abs=1e-4)


@pytest.mark.parametrize(
    ("t", "rh", "kmh", "by"),
    [
        (10.0, 50, 4.83, "chill"),
        (10.0, 50, 4.828032, "temperature"),
        (10.01, 50, 50, "temperature"),
        (26.6, 50, 5, "temperature"),
        (26.7, 50, 5, "heat"),
        (-5.0, NAN, 0, "temperature"),
        (15.0, NAN, NAN, "temperature"),
        (5.0, 50, NAN, "nothing"),
        (30.0, NAN, 5, "nothing"),
        (NAN, 50, 5, "nothing"),
    ],
)
def test_the_air_feels_by_wind_in_the_cold_and_by_humidity_in_the_heat(t, rh, kmh, by):
    t, rh, v = np.array([t]), np.array([float(rh)]), np.array([kmh / 3.6])
    expected = {
        "chill": derived.wind_chill(t, v),
        "heat": derived.heat_index(t, rh),
        "temperature": t,
        "nothing": np.array([NAN]),
    }
    assert np.array_equal(derived.apparent_temperature(t, rh, v), expected[by], equal_nan=True)


def test_the_pressure_at_84_metres():
    # MetPy altimeter_to_station_pressure(1016 hPa, 84 m) = 1006.2 hPa; an altimeter setting has 0.3 hPa of its own
    assert derived.station_pressure(np.array(1016.0), 84.0, np.array(15.0)) == pytest.approx(1006.2 - 0.3, abs=0.05)


@pytest.mark.parametrize(("elevation", "hpa"), [(0, 1013.25), (1000, 898.75), (5000, 540.20)])
def test_the_standard_atmosphere(elevation, hpa):
    # US Standard Atmosphere 1976, table I (geopotential metres)
    assert derived.isa_pressure(elevation) == pytest.approx(hpa, abs=0.05)


def test_the_density_of_dry_air_at_standard_conditions():
    assert derived.air_density(np.array(15.0), np.array(1013.25), np.array(0.0)) == pytest.approx(1.225, abs=1e-4)


reasonable = {
    "t": st.floats(-60, 50),
    "rh": st.floats(1, 100),
    "elevation": st.floats(-400, 5000),
    "p": st.floats(500, 1085),
}
quick = settings(derandomize=True, deadline=None, max_examples=60, database=None)


@quick
@given(**reasonable)
def test_the_dew_point_is_never_above_the_temperature_and_rises_with_humidity(t, rh, elevation, p):
    dew, damper = (derived.dew_point(np.array(t), np.array(h)) for h in (rh, min(rh + 1, 100)))
    assert dew <= t + 1e-9 and damper >= dew


@quick
@given(**reasonable)
def test_damp_air_is_lighter_than_dry_air(t, rh, elevation, p):
    dry, damp = (derived.air_density(np.array(t), np.array(p), np.array(h)) for h in (0.0, rh))
    assert damp < dry


def test_a_dew_point_that_is_not_reported_is_computed_with_flag_2():
    row, observations = one_hour(temperature_c=20, humidity_percent=50)
    assert (round(row["dew_point_c"], 2), row["dew_point_c_qc"]) == (9.26, 2)
    assert observations.computed["dew_point_c_computed"] == 1 and observations.events.empty


def test_a_reported_dew_point_wins():
    row, observations = one_hour(temperature_c=20, humidity_percent=50, dew_point_c=9)
    assert (row["dew_point_c"], row["dew_point_c_qc"], observations.computed["dew_point_c_computed"]) == (9, 1, 0)


def test_a_reported_value_that_failed_is_not_replaced():
    row, _ = one_hour(temperature_c=20, humidity_percent=50, dew_point_c=99)
    assert np.isnan(row["dew_point_c"]) and row["dew_point_c_qc"] == 4


def test_what_is_computed_from_a_suspect_value_is_suspect_and_an_event():
    row, observations = one_hour(temperature_c=20, humidity_percent=4)
    assert row["dew_point_c_qc"] == 3
    assert observations.events[["variable", "test", "flag"]].values.tolist() == [
        ["humidity_percent", "gross_range", 3],
        ["dew_point_c", "suspect_input", 3],
        ["apparent_temperature_c", "suspect_input", 3],
    ]


def test_what_cannot_be_computed_is_missing():
    row, _ = one_hour(temperature_c=20, humidity_percent=None, pressure_msl_hpa=1000)
    assert np.isnan(row["dew_point_c"]) and row["dew_point_c_qc"] == 9


def test_a_computed_value_beyond_its_own_fail_span_is_left_out():
    row, _ = one_hour(temperature_c=58, humidity_percent=100)
    assert np.isnan(row["dew_point_c"]) and row["dew_point_c_qc"] == 9
    assert np.isnan(row["apparent_temperature_c"]) and row["apparent_temperature_c_qc"] == 9


def test_an_apparent_temperature_that_is_not_reported_is_computed():
    row, _ = one_hour(temperature_c=-1, humidity_percent=50, wind_speed_ms=10 / 3.6)
    assert row["apparent_temperature_c"] == pytest.approx(-4.509267) and row["apparent_temperature_c_qc"] == 2


def test_a_failed_temperature_has_no_part_in_anything_computed():
    row, _ = one_hour(temperature_c=99, humidity_percent=50, wind_speed_ms=5, pressure_msl_hpa=1000)
    names = ["dew_point_c", "apparent_temperature_c", "air_density_kgm3", "wind_power_density_wm2", "wind_power_kw"]
    assert row[names].isna().all()


def density(t: float, p: float, rh: float) -> float:
    return float(derived.air_density(np.array(t), np.array(p), np.array(rh)))


@pytest.mark.parametrize(
    ("columns", "pressure"),
    [
        ({"pressure_station_hpa": 990}, 990.0),
        ({"pressure_station_hpa": 990, "pressure_msl_hpa": 1010}, 990.0),
        ({"pressure_msl_hpa": 1010}, float(derived.station_pressure(np.array(1010.0), 84.0, np.array(20.0)))),
        ({}, derived.isa_pressure(84.0)),
        ({"pressure_msl_hpa": 0}, derived.isa_pressure(84.0)),
    ],
)
def test_density_takes_station_pressure_else_sea_level_pressure_else_the_standard_atmosphere(columns, pressure):
    row, observations = one_hour(temperature_c=20, humidity_percent=50, **columns)
    assert row["air_density_kgm3"] == pytest.approx(density(20, pressure, 50), rel=1e-12)
    standard = pressure == derived.isa_pressure(84.0)
    assert observations.computed["air_density_from_standard_pressure"] == standard


def test_density_without_humidity_assumes_50_percent_and_counts_it():
    row, observations = one_hour(temperature_c=20, pressure_station_hpa=990)
    assert row["air_density_kgm3"] == density(20, 990, 50)
    assert observations.computed["air_density_with_assumed_humidity"] == 1


def test_without_an_elevation_sea_level_pressure_gives_no_density_and_a_warning():
    row, observations = one_hour(StationSettings(), temperature_c=20, wind_speed_ms=5, pressure_msl_hpa=1010)
    assert row[["air_density_kgm3", "wind_power_density_wm2", "wind_power_kw"]].isna().all()
    assert "elevation" in observations.warnings[0]


def test_without_an_elevation_station_pressure_still_gives_a_density():
    row, observations = one_hour(StationSettings(), temperature_c=20, humidity_percent=50, pressure_station_hpa=990)
    assert row["air_density_kgm3"] == density(20, 990, 50) and observations.warnings == []


def test_power_density_grows_with_the_cube_of_the_speed():
    rows = [
        one_hour(temperature_c=20, humidity_percent=50, pressure_station_hpa=990, wind_speed_ms=v)[0] for v in (3, 6)
    ]
    assert rows[0]["wind_power_density_wm2"] == pytest.approx(0.5 * density(20, 990, 50) * 27)
    assert rows[1]["wind_power_density_wm2"] == pytest.approx(8 * rows[0]["wind_power_density_wm2"])


def test_the_speed_at_the_hub_follows_the_power_law():
    # windpowerlib tests/test_wind_speed.py: hellman of 5.0 m/s from 10 m to 100 m with exponent 1/7 = 6.947477
    assert wind.hub_height_speed(np.array(5.0), 10.0, 100.0) == pytest.approx(6.947477, abs=5e-7)


def test_thin_air_counts_as_a_weaker_wind_of_the_same_power():
    v = wind.normalised_speed(np.array(10.0), np.array(1.0))
    assert 1.225 * v**3 == pytest.approx(1.0 * 10.0**3)


@pytest.mark.parametrize(
    ("speed", "share"),
    [
        (0, 0),
        (3.4, 0),
        (3.5, 0),
        (8, (512 - 42.875) / (2197 - 42.875)),
        (13, 1),
        (24.9, 1),
        (25, 0),
        (40, 0),
        (NAN, NAN),
    ],
)
def test_the_generic_turbine(speed, share):
    assert wind.generic_curve(np.array([float(speed)]))[0] == pytest.approx(share, nan_ok=True)


def test_the_power_of_an_hour_is_that_of_the_normalised_speed_at_the_hub():
    place = StationSettings(elevation_m=84.0, wind=WindSettings(anemometer_height_m=20, hub_height_m=80))
    row, _ = one_hour(place, temperature_c=20, humidity_percent=50, pressure_station_hpa=990, wind_speed_ms=7)
    hub = 7 * 4 ** (1 / 7) * (density(20, 990, 50) / 1.225) ** (1 / 3)
    assert row["wind_power_kw"] == pytest.approx(2000 * (hub**3 - 3.5**3) / (13**3 - 3.5**3))


def test_no_wind_speed_is_no_power_not_zero_power():
    row, _ = one_hour(temperature_c=20, humidity_percent=50, pressure_station_hpa=990)
    assert row[["wind_power_density_wm2", "wind_power_kw"]].isna().all()


def test_a_named_turbine_without_windpowerlib_is_refused_with_the_command_that_installs_it(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "windpowerlib":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "windpowerlib", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(wind.TurbineUnavailable, match=r"pip install 'weather-etl\[wind\]'"):
        one_hour(StationSettings(wind=WindSettings(turbine="V112/3075")), temperature_c=20)


def test_the_core_works_without_windpowerlib():
    assert "windpowerlib" not in vars(wind) and wind.turbine().rated_kw == 2000


@pytest.mark.parametrize(
    ("summary", "condition"),
    [
        ("Partly Cloudy", "partly_cloudy"),
        ("Breezy and Mostly Cloudy", "mostly_cloudy"),
        ("Dangerously Windy and Partly Cloudy", "partly_cloudy"),
        ("Windy and Foggy", "foggy"),
        ("Light Rain", "light_rain"),
        ("Humid and Overcast", "overcast"),
        ("Breezy", "breezy"),
        ("Breezy and Dry", "breezy"),
        ("Overcast and Drizzle", "drizzle"),
        ("Rain and Drizzle", "rain"),
        ("  windy   AND  clear ", "clear"),
        ("Sandstorm", "other"),
        ("Rainy", "other"),
    ],
)
def test_precipitation_goes_before_the_sky_and_the_sky_before_modifiers(summary, condition):
    assert condition_of(summary) == condition


@pytest.mark.parametrize(("summary", "condition"), [("Clear", "clear"), ("null", None), ("", None), ("-", None)])
def test_an_hour_without_a_summary_has_no_condition(summary, condition):
    found = one_hour(temperature_c=20, summary=summary)[0]["condition"]
    assert found == condition or (condition is None and found is np.nan)


def test_conditions_are_ordered_by_severity():
    assert CONDITIONS[:8] == (
        "rain", "light_rain", "drizzle", "foggy", "overcast", "mostly_cloudy", "partly_cloudy", "clear",
    )  # fmt: skip


values = st.one_of(st.none(), st.floats(-1e4, 1e4), st.floats(-90, 110))
NAMES = [v for v in COLUMNS if v in VARIABLES]


@quick
@given(
    st.lists(st.tuples(*[values] * len(NAMES)), min_size=1, max_size=8), st.sampled_from([None, -400.0, 84.0, 8000.0])
)
def test_computed_columns_keep_the_contract_whatever_is_measured(rows, elevation):
    lines = [
        ",".join([f"2020-01-01T{i:02}:00Z", *("" if v is None else f"{v:.3f}" for v in row)])
        for i, row in enumerate(rows)
    ]
    data = csv(*lines, header=",".join(["Time", *(COLUMNS[v] for v in NAMES)]))
    observations = observed(data, settings=StationSettings(elevation_m=elevation))
    assert schemas.check("validated_observations", observations.validated) == []
    assert schemas.check("quality_events", observations.events) == []
