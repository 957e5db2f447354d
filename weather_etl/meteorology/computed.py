"""Which hours get a computed value, and what its flag says.

Belongs here: what is computed where a station reports nothing, flags and counts of computed values.
Does not belong here: the formulas (`derived.py`, `wind.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from weather_etl.meteorology import derived, photovoltaics, wind
from weather_etl.meteorology.findings import Finding
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.quality.changes import BLOCK
from weather_etl.meteorology.site import Site
from weather_etl.meteorology.sun import position

_FORMULAS: Mapping[str, tuple[Callable[..., np.ndarray], tuple[str, ...]]] = {
    "dew_point_c": (derived.dew_point, ("temperature_c", "humidity_percent")),
    "apparent_temperature_c": (
        derived.apparent_temperature,
        ("temperature_c", "humidity_percent", "wind_speed_ms"),
    ),
}
_NO_ELEVATION = (
    "air density and wind power are null where no station pressure is reported: the station settings name no elevation"
)
_NO_PLACE = "the power of a tilted solar module is null: the station settings name no latitude and longitude"


@dataclass
class Computed:
    """What was computed for n hours.

    Attributes:
        columns: air_density_kgm3, wind_power_density_wm2, wind_power_kw and pv_power_kw, float64 of shape (n,).
        counts: in how many hours something was computed or stood in.
        findings: the values that were computed from a suspect one.
        warnings: one sentence for what could not be computed at all.
    """

    columns: dict[str, np.ndarray]
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def compute(
    values: dict[str, np.ndarray],
    flags: dict[str, np.ndarray],
    site: Site,
    *,
    hours: np.ndarray | None = None,
    mean_cube: np.ndarray | None = None,
) -> Computed:
    """Fill in what can be computed for every hour, after quality control.

    A reported value wins: dew point and apparent temperature are computed only in hours where none came (flag 9);
    one that failed stays null. A computed value has flag 2, since no test has looked at it, or 3 if a value that it
    comes from is suspect; one that would break the variable's own fail span is left out.

    Args:
        values: variable -> float64 of shape (n,), NaN where failed or missing; changed in place.
        flags: variable -> uint8 of shape (n,); changed in place.
        site: elevation, limits, wind sensor and turbine, solar module.
        hours: int64, hours since 1970-01-01 UTC, for the sun; without them a tilted module has no power.
        mean_cube: mean cube of the wind speeds of hours that have several, NaN elsewhere.
    """
    n = len(values["temperature_c"])
    whole = Computed({}, warnings=[])
    parts = []
    for start in range(0, max(n, 1), BLOCK):
        part = slice(start, start + BLOCK)
        computed = _compute(
            {name: x[part] for name, x in values.items()},
            {name: x[part] for name, x in flags.items()},
            site,
            None if hours is None else hours[part],
            None if mean_cube is None else mean_cube[part],
        )
        for finding in computed.findings:
            finding.rows = finding.rows + start
        parts.append(computed)
    whole.columns = {name: np.concatenate([p.columns[name] for p in parts]) for name in parts[0].columns}
    whole.counts = {name: sum(p.counts[name] for p in parts) for name in parts[0].counts}
    whole.warnings = list(dict.fromkeys(w for p in parts for w in p.warnings))
    for of_test in zip(*(p.findings for p in parts), strict=True):
        first = of_test[0]
        rows, original = (np.concatenate([getattr(f, a) for f in of_test]) for a in ("rows", "original"))
        whole.findings.append(Finding(first.variable, first.test, first.flag, rows, original, first.limit))
    return whole


def _compute(
    values: dict[str, np.ndarray],
    flags: dict[str, np.ndarray],
    site: Site,
    hours: np.ndarray | None,
    mean_cube: np.ndarray | None,
) -> Computed:
    """As `compute`, for a block of hours."""
    t, rh, speed = values["temperature_c"], values["humidity_percent"], values["wind_speed_ms"]
    counts, findings = {}, []
    for name, (formula, sources) in _FORMULAS.items():
        given, suspect = _fill(name, formula, sources, values, flags, site)
        counts[f"{name}_computed"] = given
        limit = f"computed from good {' and '.join(sources)}"
        findings.append(Finding(name, "suspect_input", Flag.SUSPECT, suspect, values[name][suspect], limit))
    pressure, standard, warnings = _pressure_for_density(values, site)
    dry = np.isnan(rh)
    density = derived.air_density(t, pressure, np.where(dry, derived.ASSUMED_HUMIDITY_PERCENT, rh) if dry.any() else rh)
    with np.errstate(invalid="ignore"):
        density[density <= 0.0] = np.nan  # more vapour than air: one of the values is wrong
    known = ~np.isnan(density)
    counts["air_density_from_standard_pressure"] = int((standard & known).sum())
    counts["air_density_with_assumed_humidity"] = int((dry & known).sum())
    hub = wind.hub_height_speed(speed, site.wind.anemometer_height_m, site.wind.hub_height_m)
    power_density = wind.power_density(speed, density)
    if mean_cube is not None:
        power_density = np.where(np.isnan(mean_cube) | np.isnan(speed), power_density, 0.5 * density * mean_cube)
    columns = {
        "air_density_kgm3": density,
        "wind_power_density_wm2": power_density,
        "wind_power_kw": wind.turbine(site.wind.turbine).power_kw(wind.normalised_speed(hub, density)),
    }
    columns["pv_power_kw"], no_wind, warning = _solar_power(values, site, hours)
    counts["pv_power_with_assumed_wind"] = no_wind
    warnings += warning
    return Computed(columns, counts, findings, warnings)


def _solar_power(
    values: Mapping[str, np.ndarray], site: Site, hours: np.ndarray | None
) -> tuple[np.ndarray, int, list[str]]:
    """Power of the solar module, in how many hours its wind was assumed, and warnings."""
    radiation = values["solar_radiation_wm2"]
    if np.isnan(radiation).all():
        return np.full(len(radiation), np.nan), 0, []
    if site.solar.tilt:
        if site.place is None or hours is None:
            return np.full(len(radiation), np.nan), 0, [_NO_PLACE]
        sun = position(hours - 0.5, *site.place)
        radiation = photovoltaics.plane(radiation, sun, site.place[0], site.solar)
    power = photovoltaics.power_kw(radiation, values["temperature_c"], values["wind_speed_ms"])
    return power, int((np.isnan(values["wind_speed_ms"]) & ~np.isnan(power)).sum()), []


def _fill(
    name: str,
    formula: Callable[..., np.ndarray],
    sources: tuple[str, ...],
    values: Mapping[str, np.ndarray],
    flags: Mapping[str, np.ndarray],
    site: Site,
) -> tuple[int, np.ndarray]:
    """Compute a variable where it was not reported; returns in how many hours, and where from a suspect value."""
    rows = np.flatnonzero(flags[name] == Flag.MISSING)
    if not len(rows) or any(np.isnan(values[s]).all() for s in sources[:1]):
        return 0, rows[:0]
    at = slice(None) if len(rows) == len(flags[name]) else rows
    computed = formula(*(values[s][at] for s in sources))
    low, high = site.limits_of(name).fail
    with np.errstate(invalid="ignore"):
        given = (computed >= low) & (computed <= high)
    suspect = np.zeros(len(computed), dtype=bool)
    for source in sources:
        suspect |= flags[source][at] == Flag.SUSPECT
    suspect &= given
    values[name][at] = np.where(given, computed, np.nan)
    flags[name][at] = np.where(suspect, Flag.SUSPECT, np.where(given, Flag.NOT_EVALUATED, Flag.MISSING))
    return int(given.sum()), rows[suspect]


def _pressure_for_density(values: Mapping[str, np.ndarray], site: Site) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Pressure at the station, the mask of the hours where it is that of the standard atmosphere, and warnings.

    Reported at the station, else from sea-level pressure, else that of the standard atmosphere; the last two need
    the elevation.
    """
    pressure = values["pressure_station_hpa"]
    missing = np.isnan(pressure)
    if site.elevation_m is None:
        wanted = missing & ~(np.isnan(values["pressure_msl_hpa"]) & np.isnan(values["wind_speed_ms"]))
        return pressure, np.zeros(len(pressure), dtype=bool), [_NO_ELEVATION] if wanted.any() else []
    reduced = derived.station_pressure(values["pressure_msl_hpa"], site.elevation_m, values["temperature_c"])
    pressure = np.where(missing, reduced, pressure)
    standard = np.isnan(pressure)
    return np.where(standard, derived.isa_pressure(site.elevation_m), pressure), standard, []
