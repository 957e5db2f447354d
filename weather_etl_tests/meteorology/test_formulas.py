"""What the docstrings of all formulas promise at once: scalars broadcast, and NaN stays NaN."""

import inspect
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from weather_etl.meteorology import derived, photovoltaics, sun, units, wind
from weather_etl.meteorology.aggregation import evapotranspiration
from weather_etl.meteorology.site import SolarSettings

NAN = np.nan
MODULES = (derived, wind, evapotranspiration, photovoltaics)

# Three hours (days: of the polar night, of spring and of the midnight sun) for every argument that is an array: cold and windy, mild, hot and damp.
ARRAYS = {
    "temperature_c": [-12.0, 15.0, 33.0],
    "humidity_percent": [10.0, 60.0, 90.0],
    "wind_speed_ms": [9.0, 2.0, 26.0],
    "speed_ms": [9.0, 2.0, 26.0],
    "pressure_msl_hpa": [990.0, 1013.0, 1030.0],
    "pressure_station_hpa": [980.0, 1003.0, 1020.0],
    "air_density_kgm3": [1.3, 1.225, 1.1],
    "sunshine_h": [0.0, 4.0, 11.0],
    "day_of_year": [1.0, 90.0, 172.0],
    "temperature_min_c": [-12.0, 5.0, 22.0],
    "temperature_max_c": [-2.0, 15.0, 33.0],
    "vapour_pressure_kpa": [0.2, 0.9, 3.0],
    "wind_2m_ms": [6.0, 2.0, 0.5],
    "radiation_mjm2": [1.0, 12.0, 28.0],
    "pressure_kpa": [98.0, 100.0, 102.0],
    "plane_wm2": [0.0, 300.0, 900.0],
    "horizontal_wm2": [0.0, 300.0, 900.0],
}
NUMBERS = {"elevation_m": 120.0, "latitude": 80.0, "height_m": 10.0, "anemometer_height_m": 10.0, "hub_height_m": 100.0}
NEEDS_NO_ARRAY = {"isa_pressure", "pressure_at", "turbine"}
SUN = sun.position(np.array([438_000.5, 438_006.5, 438_012.5]), 52.0, 10.0)  # night, morning, noon
# Arguments that a formula can do without, as its docstring says.
NOT_NEEDED = {("apparent_temperature", "humidity_percent"), ("apparent_temperature", "wind_speed_ms"), ("power_kw", "wind_speed_ms")}  # fmt: skip


def _public(module: ModuleType) -> dict[str, Callable[..., Any]]:
    functions = inspect.getmembers(module, inspect.isroutine)
    return {n: f for n, f in functions if f.__module__ == module.__name__ and not n.startswith("_")}


def _formula(function: Callable[..., Any]) -> tuple[Callable[..., Any], dict[str, np.ndarray]]:
    """The function with its numbers and settings given, and its arrays."""
    names = list(inspect.signature(function).parameters)
    given = {n: NUMBERS[n] for n in names if n in NUMBERS}
    given |= {"sun": SUN} if "sun" in names else {}
    given |= {"settings": SolarSettings(tilt=35.0)} if "settings" in names else {}
    return partial(function, **given), {n: np.array(ARRAYS[n]) for n in names if n not in given}


def _converted(unit: str, quantity: str, values: Any) -> Any:
    return units.to_canonical(values, unit, quantity)


FORMULAS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": _formula(function)
    for module in MODULES
    for name, function in _public(module).items()
    if name not in NEEDS_NO_ARRAY
}
FORMULAS["Turbine.power_kw"] = _formula(wind.turbine().power_kw)
FORMULAS["Turbine.power_kw of a curve"] = _formula(wind.Turbine("x", 2.0, (3.0, 12.0, 25.0), (0.0, 2.0, 2.0)).power_kw)
FORMULAS["sun.daylight"] = (partial(sun.daylight, latitude=80.0), {"day_of_year": np.array([1.0, 90.0, 172.0])})
FORMULAS["sun.clear_sky"] = (
    partial(sun.clear_sky, elevation_m=120.0),
    {"extraterrestrial": np.array([3.0, 25.0, 41.0])},
)
FORMULAS["sun.position"] = (
    lambda hours: vars(sun.position(hours, 52.0, 10.0)).values(), {"hours": np.array([0.5, 438_000.5, 438_006.5])},
)  # fmt: skip
FORMULAS |= {
    f"units.to_canonical {unit} of {quantity}": (
        partial(_converted, unit, quantity),
        {"values": np.array([0.5, 4.0, 998.0])},
    )
    for quantity, known in units.UNITS.items()
    for unit in sorted(set(known.values()) - {"sky", "10 degree", "10 m"})
}
OF_THE_SUN = {name for name, (formula, _) in FORMULAS.items() if "sun" in getattr(formula, "keywords", {})}


def parts(result: Any) -> list[np.ndarray]:
    return [np.asarray(x) for x in (result if not isinstance(result, np.ndarray | float) else [result])]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_scalar_stands_for_an_array_of_it(name):
    formula, arrays = FORMULAS[name]
    for argument, values in arrays.items():
        once, whole = (parts(formula(**arrays | {argument: x})) for x in (float(values[1]), np.full(3, values[1])))
        for found, expected in zip(once, whole, strict=True):
            if len(arrays) > 1 or name in OF_THE_SUN:
                np.testing.assert_array_equal(found, expected, err_msg=argument)


@pytest.mark.parametrize("name", sorted(FORMULAS.keys() - OF_THE_SUN))
def test_scalars_alone_give_what_each_row_of_the_arrays_gives(name):
    formula, arrays = FORMULAS[name]
    whole = parts(formula(**arrays))
    for i in range(3):
        alone = parts(formula(**{n: float(x[i]) for n, x in arrays.items()}))
        assert [x.shape for x in alone] == [()] * len(whole)
        np.testing.assert_allclose([float(x) for x in alone], [x[i] for x in whole], rtol=1e-14, atol=0)


@pytest.mark.parametrize("name", sorted(FORMULAS.keys() - OF_THE_SUN))
def test_the_shape_of_the_arrays_is_that_of_the_result(name):
    formula, arrays = FORMULAS[name]
    table = {n: np.tile(x, (2, 1)) for n, x in arrays.items()}
    for found, row in zip(parts(formula(**table)), parts(formula(**arrays)), strict=True):
        np.testing.assert_allclose(found, np.tile(row, (2, 1)), rtol=1e-14, atol=0)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_missing_value_gives_none(name):
    formula, arrays = FORMULAS[name]
    numbers = {n for n in getattr(formula, "keywords", {}) if n in NUMBERS}
    for argument in sorted(arrays.keys() | numbers):
        if (name.rpartition(".")[2], argument) not in NOT_NEEDED:
            missing = NAN if argument in numbers else np.full(3, NAN)
            for found in parts(formula(**arrays | {argument: missing})):
                assert np.isnan(found).all(), argument


@pytest.mark.parametrize("quantity", units.UNITS)
def test_every_unit_of_a_quantity_but_its_own_changes_the_numbers_and_can_be_undone(quantity):
    columns = [c for c, q in units.QUANTITIES.items() if q == quantity]
    own = {units.CANONICAL_UNITS[c.rpartition("_")[2]] for c in columns}
    assert len(own) == 1
    x = np.array([0.0, 1.0, 5.0])
    for unit in sorted({units.scale_of(u)[1] for u in units.UNITS[quantity].values()} - {"sky", "sss"}):
        there = units.to_canonical(x, unit, quantity, minutes=10.0)
        assert (there.tolist() == x.tolist()) == (unit in own), unit
        back = units.in_unit(units.to_canonical(x, unit, quantity), unit, columns[0])
        np.testing.assert_allclose(back, x, atol=1e-12, err_msg=unit)


@pytest.mark.parametrize(
    ("unit", "quantity"),
    [("hPA", "pressure"), ("mm", "temperature"), ("degC", ""), ("10 m", "distance"), ("10 degree", "direction"), ("K?", "temperature"), ("m", "lenght")],
)  # fmt: skip
def test_a_unit_that_is_not_known_for_a_quantity_is_an_error_and_no_value(unit, quantity):
    assert not units.is_unit(quantity, unit)
    with pytest.raises(ValueError, match=unit.strip("?")):
        units.to_canonical(np.array([1.0]), unit, quantity)


def test_numbers_in_no_unit_stay_as_they_stand():
    assert units.to_canonical(np.array([1.0, NAN]), "", "").tolist() == pytest.approx([1.0, NAN], nan_ok=True)
