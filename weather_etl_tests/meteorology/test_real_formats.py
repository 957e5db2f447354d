"""Real files of providers: recognised by content, kept whole, to figures that were counted with the csv and json modules alone.

They lie beside the checkout and are not part of it; without them their tests are skipped.
"""

from pathlib import Path

import numpy as np
import pytest

from weather_etl.meteorology.cell_states import OK
from weather_etl_tests.meteorology.making import File, observed, raw_of
from weather_etl_tests.meteorology.provider_files import LANDED, read

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "formats"
real = pytest.mark.skipif(not REAL.exists(), reason="the real files do not lie beside the checkout")
FIGURES = {
    "iem_asos_nl_2020-05-23.csv.gz": ("iem_asos", 1390, {
        "temperature_c": (1390, None), "dew_point_c": (1390, None), "humidity_percent": (1390, None),
        "wind_direction_deg": (1387, None), "wind_speed_ms": (1390, 13371.428448), "visibility_km": (1362, 13418.790739),
        "wind_gust_ms": (49, 677.008304), "pressure_msl_hpa": (0, 0), "pressure_station_hpa": (0, 0),
    }),
    "isd_global_hourly_00702699999.csv.gz": ("noaa_global_hourly", 6843, {
        "temperature_c": (6840, 138404), "wind_direction_deg": (3075, 454350), "wind_speed_ms": (6843, 7363.8),
        "visibility_km": (6209, 60274.313), "wind_gust_ms": (357, 3109.5), "pressure_station_hpa": (0, 0),
    }),
    "isd_lite_725300-2016.gz": ("noaa_isd_lite", 8782, {
        "temperature_c": (8782, 100010.1), "dew_point_c": (8782, 48632.7), "pressure_msl_hpa": (8671, 8815658.2),
        "wind_direction_deg": (8647, 1612610), "wind_speed_ms": (8782, 38042.1),
    }),
    "meteostat_16230_2008-06.json.gz": ("meteostat_json", 720, {
        "temperature_c": (714, 18149.6), "dew_point_c": (660, 9699.9), "humidity_percent": (660, 35770),
        "wind_direction_deg": (501, 71800), "wind_speed_ms": (713, 6101 / 3.6), "wind_gust_ms": (0, 0), "pressure_msl_hpa": (232, 235061.1),
    }),
    "open_meteo_berlin.csv": ("open_meteo", 2592, {"temperature_c": (2224, 15777)}),
}  # fmt: skip


@real
@pytest.mark.parametrize("name", FIGURES)
def test_a_real_file_gives_the_figures_counted_without_us(name):
    adapter, rows, variables = FIGURES[name]
    parsed_file, cells = read((REAL / name).read_bytes())
    assert (parsed_file.profile, parsed_file.rows.num_rows) == (adapter, rows)
    for variable, (n, total) in variables.items():
        good = cells.states[variable] == OK
        assert int(good.sum()) == n, variable
        if total is not None:
            assert float(cells.values[variable][good].sum()) == pytest.approx(total, rel=1e-9), variable
    assert not np.isnat(cells.timestamp).any()


@real
def test_the_stations_of_the_real_iem_file_are_told_apart():
    parsed_file, cells = read((REAL / "iem_asos_nl_2020-05-23.csv.gz").read_bytes())
    assert len(parsed_file.stations) == 28
    schiphol = np.array(parsed_file.rows.column("station").to_pylist()) == "EHAM"
    temperatures = cells.values["temperature_c"][schiphol]
    assert (len(temperatures), temperatures.mean(), temperatures.min(), temperatures.max()) == pytest.approx(
        (48, 15, 13, 18)
    )


@real
def test_the_doubts_of_the_real_global_hourly_file_are_flags():
    _, cells = read((REAL / "isd_global_hourly_00702699999.csv.gz").read_bytes())
    assert int((cells.upstream["temperature_c"] == 3).sum()) == 4
    assert int((cells.upstream["dew_point_c"] == 3).sum()) == 24


@real
@pytest.mark.parametrize("name", [n for n in FIGURES if not n.startswith("iem")])
def test_every_line_of_a_real_file_is_accounted_for(name):
    raw = raw_of(File((REAL / name).read_bytes(), landed_at=LANDED))
    observations = observed(File((REAL / name).read_bytes(), landed_at=LANDED))
    assert observations.balance.holds() and observations.balance.data_lines == FIGURES[name][1] == raw.rows.num_rows
