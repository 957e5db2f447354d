"""CSV of no particular format: what is told, what is proven, what is assumed and said so, what is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import MISSING, OK
from weather_etl.meteorology.cells import Cells
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl_tests import field
from weather_etl_tests.meteorology import generic_files
from weather_etl_tests.meteorology.generic_files import hours, table, warnings_of
from weather_etl_tests.meteorology.making import File, csv, observed, raw_of


def read(data: bytes, **options) -> tuple[dict[str, str], Cells]:
    """What was assumed, and the cells."""
    parsed, cells = generic_files.read(data, **options)
    return parsed.assumed, cells


def test_an_assumed_unit_is_a_warning_with_the_line_that_ends_it():
    said = warnings_of(csv("2023-01-01 00:00,5,4", header="Time (UTC),Temperature (C),Wind Speed"))
    assert "m/s is ASSUMED" in said and "km/h" in said and 'units = { wind_speed_ms = "m/s" }' in said


def test_a_unit_of_the_station_ends_the_warning():
    data = csv("2023-01-01 00:00,5,36", header="Time (UTC),Temperature (C),Wind Speed")
    assert "ASSUMED" not in warnings_of(data, units={"wind_speed_ms": "km/h"})


def test_kelvin_is_proven_by_its_minimum():
    assumed, cells = read(table(("Time", hours(2)), ("Temperature", ["270.15", "283.15"])))
    assert not assumed and cells.values["temperature_c"].tolist() == pytest.approx([-3, 10])


@pytest.mark.parametrize(("unit", "write"), [("degC", lambda t: t), ("degF", lambda t: t * 1.8 + 32)])
def test_celsius_or_fahrenheit_is_proven_by_humidity_and_dew_point(unit, write):
    t = np.linspace(0, 20, 30)
    d = t - np.linspace(2, 8, 30)
    u = 100 * np.exp(17.625 * d / (243.04 + d) - 17.625 * t / (243.04 + t))
    columns = [("Temperature", write(t)), ("Dew Point", write(d)), ("Humidity", u)]
    data = table(("Time", hours(30)), *((n, [f"{v:.2f}" for v in x]) for n, x in columns))
    assumed, cells = read(data)
    assert not {k for k in assumed if "temp" in k or "dew" in k}
    assert cells.values["temperature_c"].tolist() == pytest.approx(t.tolist(), abs=0.01)


@pytest.mark.parametrize(("n", "is_told"), [(25, False), (3, True)])
def test_a_fraction_is_proven_by_more_than_twenty_values_and_else_assumed(n, is_told):
    assumed, cells = read(
        table(("Time", hours(n)), ("Humidity", [f"0.{50 + i % 40}" for i in range(n)]), ("T (C)", ["5"] * n))
    )
    assert ("units.humidity_percent" in assumed) == is_told and cells.values["humidity_percent"][0] == 50


@pytest.mark.parametrize(
    ("text", "hpa"), [("1001.5", 1001.5), ("100.15", 1001.5), ("100150", 1001.5), ("29.92", 29.92 * 33.8639)]
)
def test_the_unit_of_a_pressure_is_proven_by_its_median(text, hpa):
    assumed, cells = read(table(("Time", hours(3)), ("Sea Level Pressure", [text] * 3)))
    assert not assumed and cells.values["pressure_msl_hpa"][0] == pytest.approx(hpa)


def test_a_pressure_that_may_be_mmhg_or_that_of_a_mountain_is_not_read_but_told():
    data = table(("Time", hours(3)), ("Temperature (C)", ["5"] * 3), ("Station Pressure", ["745"] * 3))
    assert "'Station Pressure' is not read" in warnings_of(data)
    _, cells = read(data, units={"pressure_station_hpa": "mmHg"})
    assert cells.values["pressure_station_hpa"][0] == pytest.approx(993.25, abs=0.01)


@pytest.mark.parametrize("texts", [["55", "71", "60"], ["105", "-20", "33"]])
def test_a_temperature_that_cannot_be_celsius_is_refused(texts):
    with pytest.raises(Rejected) as caught:
        read(table(("Time", hours(3)), ("Temperature", texts)))
    assert caught.value.reason is Reason.UNIT_UNLIKELY and "units = {" in caught.value.detail


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Temp, °F", "50", 10), ("tempF", "50", 10), ("temp_f", "50", 10), ("temperature_degF", "50", 10), ("Temperature [K]", "283.15", 10),
        ("Temperatura (°C)", "10", 10), ("Lufttemperatur", "50 F", 10), ("Teplota", "10°C", 10), ("기온(°C)", "10", 10), ("気温(℃)", "10", 10),
    ],
)  # fmt: skip
def test_the_unit_of_a_temperature_is_read_from_name_brackets_or_cells(name, text, expected):
    assumed, cells = read(table(("Time (UTC)", hours(2)), (f'"{name}"', [text] * 2)))
    assert not assumed and cells.values["temperature_c"][0] == pytest.approx(expected)


def test_a_line_of_units_below_the_header_is_obeyed():
    data = csv(
        "UTC,,degree_F,m s-1", "2023-01-01T00:00:00,bug06,41.0,5.0", header="time,station,air_temperature,wind_speed"
    )
    assumed, cells = read(data)
    assert (
        not assumed and cells.values["temperature_c"].tolist() == [5] and cells.values["wind_speed_ms"].tolist() == [5]
    )


def test_compass_points_are_directions():
    assert read(table(("Time", hours(2)), ("Wind Direction", ["N", "WSW"]), ("Temperature (C)", ["1", "2"])))[1].values[
        "wind_direction_deg"
    ].tolist() == [0, 247.5]


def test_the_indoor_temperature_is_never_read():
    data = csv("2025/1/01 0:00,23.5,14.0", header="Zeit,Temperatur Innen(℃),Temperatur Aussen(℃)")
    assert read(data)[1].values["temperature_c"].tolist() == [14]


@pytest.mark.parametrize("name", ["Module Temperature", "Soil Temp", "Temp Min (C)", "Tpot (K)", "Feels Like"])
def test_what_is_no_air_temperature_is_not_read_as_one(name):
    data = csv("2023-01-01 00:00,5,50", header=f"Time,{name},Humidity (%)")
    parsed = formats.read_text(data)
    assert "temperature_c" not in parsed.columns


def test_one_letter_counts_only_beside_two_other_known_names():
    data = csv("2023-01-01 00:00,5,50,3", header="Time,T,RH,ws")
    assert "temperature_c" in formats.read_text(data).columns
    with pytest.raises(Rejected):
        formats.read_text(csv("2023-01-01 00:00,5", header="Time,T"))


def test_an_alias_to_ignore_leaves_a_column_alone():
    data = csv("2023-01-01 00:00,5,99", header="Time,Temperature (C),Humidity (%)")
    assert "humidity_percent" not in formats.read_text(data, formats.Options(aliases={"Humidity": "ignore"})).columns


def test_all_missing_columns_are_named_at_once_with_lines_to_paste():
    with pytest.raises(Rejected) as caught:
        formats.read_text(csv("a,b", header="Wann,Grad"))
    assert (
        "the time" in caught.value.detail
        and "measured" in caught.value.detail
        and '"Wann" = "timestamp"' in caught.value.detail
    )


def test_one_dead_sensor_does_not_cost_the_file():
    dew = ["---", "unavailable"] * 24
    data = table(("Time (UTC)", hours(48)), ("Temperature (C)", ["8"] * 48), ("Dew Point (C)", dew))
    assert "'---', 'unavailable'" in warnings_of(data)
    _, cells = read(data)
    assert (cells.states["temperature_c"] == OK).all() and (cells.states["dew_point_c"] == MISSING).all()


def test_texts_that_the_station_calls_missing_are_missing():
    data = table(("Time (UTC)", hours(3)), ("Temperature (F)", ["30", "-99", "-99.0"]))
    assert read(data, missing=("-99",))[1].states["temperature_c"].tolist() == [OK, MISSING, MISSING]


@pytest.mark.parametrize("mark", [",", "."])
def test_thousands_are_never_taken_for_decimals(mark):
    sight = [f"{m}{mark}000" for m in (10, 9, 12, 8)]
    data = table(("Time (UTC)", hours(4)), ("Temperature (C)", ["8"] * 4), ("Visibility (m)", sight), delimiter=";")
    values = read(data)[1].values["visibility_km"]
    assert np.isnan(values).all() or values.min() >= 8


def test_an_unreadable_column_is_set_aside_under_its_name():
    data = table(
        ("Time (UTC)", hours(4)), ("Temperature (C)", ["8"] * 4), ("Humidity (%)", ["wet", "dry", "wet", "50"])
    )
    raw = raw_of(File(data))
    assert not raw.rejected and raw.rows.column("humidity_percent").null_count == 4
    assert json.loads(raw.rows.column("rescued")[0].as_py())["Humidity (%)"] == "wet"


def test_rows_ahead_of_their_time_are_quarantined_and_cost_no_other():
    texts = [f"2023-12-31 {h:02}:00" for h in range(10)] + [f"2024-01-02 {h:02}:00" for h in range(6)]
    data = table(("Time (UTC)", texts), ("Temperature (C)", ["5"] * 16))
    observations = observed(File(data, landed_at=datetime(2024, 1, 1, tzinfo=UTC)))
    assert (
        len(observations.validated) == 10
        and observations.quarantined["reason"].tolist() == ["TIMESTAMP_OUT_OF_RANGE"] * 6
    )


def test_zeros_and_ones_are_no_amounts_of_rain():
    data = table(("Time (UTC)", hours(30)), ("Temperature (C)", ["8"] * 30), ("Rain", ["0", "1"] * 15))
    assert "precipitation_mm" not in formats.read_text(data).columns and "'Rain' is not read" in warnings_of(data)


real = pytest.mark.skipif(
    not (field.FIELD / "manifest.json").exists(), reason="the real files do not lie beside the checkout"
)


@real
@pytest.mark.parametrize(
    "name",
    [Path(e["file"]).name for e in json.loads((field.FIELD / "manifest.json").read_text())]
    if field.FIELD.exists()
    else [],
)
def test_a_real_file_is_read_right_or_refused_as_it_must_be(name):
    entries = json.loads((field.FIELD / "manifest.json").read_text("utf-8"))
    judgement = field.judge_file(next(e for e in entries if e["file"].endswith(f"/{name}")))
    assert judgement.verdict in ("right", "refused"), judgement.notes
