"""What a column is said to be computed from is enough to compute it, and there."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import lineage
from weather_etl.meteorology.schemas import TABLES
from weather_etl_tests.meteorology import making

TABLES_OF_HOURS = ("daily_weather", "monthly_weather", "yearly_weather")
KEYS = {"station_id", "timestamp"}
SPAN = ("2020-12-01 00:00", "2021-03-01 00:00")


@pytest.mark.parametrize("table", [*TABLES_OF_HOURS, "climate_normals"])
def test_every_column_has_sources_that_exist(table: str) -> None:
    found = lineage.sources(table)
    assert set(TABLES[table].column_names) - found.keys() <= {"timezone", "degree_day_bases"}
    for sources in found.values():
        assert sources and all(column in TABLES[of].column_names for of, column in sources)


@pytest.mark.parametrize(("table", "source"), [("daily_weather", lineage.HOURS), ("climate_normals", lineage.MONTHS)])
def test_a_column_whose_sources_nobody_said_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, table: str, source: str
) -> None:
    contract = TABLES[table]
    column = replace(contract.columns[-1], name="ozone_mean_ugm3")
    monkeypatch.setitem(TABLES, table, replace(contract, columns=(*contract.columns, column)))
    with pytest.raises(lineage.UnknownSources, match=f"ozone_mean_ugm3 is .* the columns of {source} .*lineage.py"):
        lineage.sources(table)


@pytest.fixture(scope="module")
def hours() -> pd.DataFrame:
    times = making.hour_range(*SPAN)
    n, noise = len(times), np.random.default_rng(1)
    hour = times.hour.to_numpy()
    return making.validated(
        times,
        temperature_c=np.round(noise.normal(5, 6, n), 1),
        apparent_temperature_c=np.round(noise.normal(4, 6, n), 1),
        dew_point_c=np.round(noise.normal(-2, 2, n), 1),
        humidity_percent=np.round(noise.uniform(40, 90, n)),
        pressure_msl_hpa=np.round(noise.uniform(990, 1030, n), 1),
        visibility_km=np.round(noise.uniform(0, 20, n), 1),
        wind_speed_ms=np.round(noise.weibull(2, n) * 6, 1),
        wind_gust_ms=np.round(noise.weibull(2, n) * 9, 1),
        wind_direction_deg=np.round(noise.uniform(0, 359, n)),
        wind_power_density_wm2=np.round(noise.uniform(0, 300, n)),
        wind_power_kw=np.round(noise.uniform(0, 2000, n)),
        precipitation_mm=np.round(np.maximum(noise.normal(-1, 1, n), 0), 1),
        snow_depth_cm=np.round(noise.uniform(0, 9, n)),
        solar_radiation_wm2=np.round(np.maximum(np.sin((hour - 6) / 12 * np.pi), 0) * 300),
        sunshine_min=np.round(np.maximum(np.sin((hour - 6) / 12 * np.pi), 0) * 60),
        cloud_cover_percent=np.round(noise.uniform(0, 100, n)),
        pv_power_kw=np.round(noise.uniform(0, 1, n), 2),
    )


@pytest.mark.parametrize("table", TABLES_OF_HOURS)
def test_a_column_stays_when_all_columns_but_its_sources_are_taken_away(table: str, hours: pd.DataFrame) -> None:
    name = table.removesuffix("_weather")
    whole = getattr(making.aggregated(hours), name)
    by_sources: dict[frozenset[str], list[str]] = {}
    for column, sources in lineage.sources(table).items():
        by_sources.setdefault(frozenset(c for _, c in sources), []).append(column)
    for kept, columns in by_sources.items():
        alone = hours.copy()
        for other in set(hours.columns) - kept - KEYS:
            if pd.api.types.is_float_dtype(hours[other]):
                alone[other] = np.nan
        pd.testing.assert_frame_equal(getattr(making.aggregated(alone), name)[columns], whole[columns])
