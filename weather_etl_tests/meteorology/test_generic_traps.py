"""CSV of no particular format, files that invite a wrong reading: each is read to values counted by hand, or not at all."""

import io
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest
import xlsxwriter

from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import OK
from weather_etl.meteorology.cells import Cells, read_cells
from weather_etl.meteorology.formats import evidence
from weather_etl.meteorology.formats.compass import read_points
from weather_etl.meteorology.formats.inspection import inspect
from weather_etl.meteorology.formats.registry import compile_profile
from weather_etl.meteorology.month_names import month_of
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.station_file import parse_settings
from weather_etl_tests.meteorology.making import csv

UTC_TIME = "Time (UTC)"


def read(data: bytes, **options) -> tuple[ParsedFile, Cells]:
    chosen = formats.Options(**options)
    parsed = formats.read_text(data, chosen)
    how = formats.reading_of(parsed.declared, units=chosen.units, standard_time=chosen.standard_time)
    return parsed, read_cells(parsed.rows, how, chosen.timezone or "UTC")


def options_of(toml: str) -> dict:
    """What a pasted `station.toml` says, as options."""
    s = parse_settings(toml, source="station.toml", version="")
    profiles = (s.format_profile,) if s.format_profile else ()
    return {
        "units": s.units, "aliases": s.aliases, "date_order": s.date_order, "timezone": s.own_timezone, "profiles": profiles,
        "format": profiles[0].name if profiles else s.format, "missing": s.missing, "decimal": s.dialect.decimal,
        "sheet": s.dialect.sheet,
    }  # fmt: skip


def day(header: str, row, n: int = 24, delimiter: str = ",") -> bytes:
    """n hours from 2023-01-31 on; `row(hour)` gives the cells behind the time."""
    times = (datetime(2023, 1, 31) + timedelta(hours=h) for h in range(n))
    return csv(*(f"{t:%Y-%m-%d %H:%M}{delimiter}{row(h)}" for h, t in enumerate(times)), header=header)


def values(data: bytes, variable: str, **options) -> list[float]:
    return read(data, **options)[1].values[variable].tolist()


def left_out(data: bytes, name: str, **options) -> str:
    """The sentence that says why a column is not read."""
    parsed = formats.read_text(data, formats.Options(**options))
    assert name not in [found[0] for found in parsed.columns.values()]
    return next(w for w in (*parsed.warnings, *parsed.assumed.values()) if w.startswith(repr(name)))


# which column is which


def test_u_beside_v_is_a_component_of_the_wind_and_no_humidity():
    parsed, _ = read(day(f"{UTC_TIME},temperature (C),u,v", lambda h: f"5,{h / 2},{-h}"))
    assert "humidity_percent" not in parsed.columns


@pytest.mark.parametrize(
    ("header", "row", "variable", "expected"),
    [
        ("TempMax,TempMin,TempAvg,Humidity (%)", "9,1,5,50", "temperature_c", 5),
        ("Temp Max (C),Temp Min (C),Temp Avg (C)", "9,1,5", "temperature_c", 5),
        ("TempMin,Temp (C)", "1,5", "temperature_c", 5),
        (
            "Temperature (C),Wind Speed Max (m/s),Wind Speed Avg (m/s),Wind Speed Min (m/s)",
            "5,9,4,1",
            "wind_speed_ms",
            4,
        ),
        ("Temperature (C),Max Humidity (%),Min Humidity (%),Humidity Avg (%)", "5,90,10,50", "humidity_percent", 50),
        ("Temp In (C),Temp Out (C)", "21,5", "temperature_c", 5),
        ("Soil Temperature (C),Feels Like (C),Temperature (C)", "1,2,5", "temperature_c", 5),
        ("Temperature (C),Rain Rate (mm/h),Rain Hour (mm),Rain Today (mm)", "5,9,1,7", "precipitation_mm", 1),
        ("Temperature (C),Gust Direction,Wind Dir", "5,90,270", "wind_direction_deg", 270),
    ],
)
def test_the_mean_of_the_air_is_read_among_extremes_and_other_places(header, row, variable, expected):
    assert values(day(f"{UTC_TIME},{header}", lambda _: row), variable) == [expected] * 24


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("TempMin", "temperature_c"), ("Temp In (C)", "temperature_c"), ("Temp_max", "temperature_c"), ("Hum In", "humidity_percent"),
        ("Wind Speed Min (m/s)", "wind_speed_ms"), ("Max Wind Speed (m/s)", "wind_speed_ms"), ("Rain Rate (mm/h)", "precipitation_mm"),
        ("室内温度(℃)", "temperature_c"), ("Temperatura suolo (°C)", "temperature_c"), ("Température ressentie (°C)", "temperature_c"),
    ],
)  # fmt: skip
def test_an_extreme_or_another_place_is_never_taken_for_the_air(name, variable):
    parsed = formats.read_text(day(f"{UTC_TIME},Dew Point (C),{name}", lambda _: "3,5"))
    assert variable not in parsed.columns


@pytest.mark.parametrize("groups", [",Indoor,Indoor,Outdoor,Outdoor", ",Indoor,,Outdoor,"])
def test_a_line_of_groups_above_the_header_tells_indoor_from_outdoor(groups):
    header = f"{groups}\n{UTC_TIME},Temperature(℃),Humidity(%),Temperature(℃),Humidity(%)"
    assert values(day(header, lambda _: "21,40,5,80"), "temperature_c") == [5] * 24


def test_a_file_of_indoor_columns_alone_is_refused():
    with pytest.raises(Rejected, match="Indoor Temperature"):
        read(day(f",Indoor,Indoor\n{UTC_TIME},Temperature(℃),Humidity(%)", lambda _: "21,40"))


def test_rows_below_a_header_in_another_order_are_not_read_in_the_first_one():
    first = f"{UTC_TIME},Temperature (C),Humidity (%)"
    again = [f"2023-01-31 {h:02}:00,5,80" for h in range(20)]
    data = csv(*again, first, *again, f"{UTC_TIME},Humidity (%),Temperature (C)", "2023-02-01 00:00,80,5", header=first)
    parsed, cells = read(data)
    there = cells.refused == 0
    assert set(cells.values["temperature_c"][there]) == {5} and there.sum() == 40
    assert "below a header line" in " ".join(d or "" for d in parsed.rows.column("detail").to_pylist())


@pytest.mark.parametrize(
    "header",
    [
        "Datum;Tid;Lufttemperatur (°C);Daggpunkt (°C);Relativ luftfuktighet (%);Vindhastighet (m/s);Byvind (m/s);Vindriktning;Lufttryck (hPa);Nederbörd (mm);Sikt (km)",
        "Dato;Tid;Temperatur (°C);Dugpunkt (°C);Luftfugtighed (%);Vindhastighed (m/s);Vindstød (m/s);Vindretning;Lufttryk (hPa);Nedbør (mm);Sigtbarhed (km)",
        "Dato;Klokkeslett;Lufttemperatur (°C);Duggpunkt (°C);Luftfuktighet (%);Vindhastighet (m/s);Vindkast (m/s);Vindretning;Lufttrykk (hPa);Nedbør (mm);Sikt (km)",
        "Dátum;Idő;Hőmérséklet (°C);Harmatpont (°C);Páratartalom (%);Szélsebesség (m/s);Széllökés (m/s);Szélirány;Légnyomás (hPa);Csapadék (mm);Látótávolság (km)",
        "Tarih;Saat;Sıcaklık (°C);Çiy noktası (°C);Nem (%);Rüzgar hızı (m/s);Rüzgar hamlesi (m/s);Rüzgar yönü;Basınç (hPa);Yağış (mm);Görüş (km)",
        "日期;时间;气温(℃);露点温度(℃);相对湿度(%);风速(m/s);阵风(m/s);风向;气压(hPa);降水量(mm);能见度(km)",
        "日期;時間;氣溫(℃);露點溫度(℃);相對濕度(%);風速(m/s);陣風(m/s);風向;氣壓(hPa);降水量(mm);能見度(km)",
        "Дата;Время;Температура воздуха (°C);Точка росы (°C);Относительная влажность (%);Скорость ветра (m/s);Порывы ветра (m/s);Направление ветра;Давление (hPa);Осадки (mm);Видимость (km)",
        "日付;時刻;気温(℃);露点温度(℃);相対湿度(%);風速(m/s);最大瞬間風速(m/s);風向;現地気圧(hPa);降水量(mm);視程(km)",
        "날짜;시간;기온(°C);이슬점온도(°C);습도(%);풍속(m/s);순간최대풍속(m/s);풍향;현지기압(hPa);강수량(mm);시정(km)",
        "Fecha;Hora;Temperatura (°C);Punto de rocío (°C);Humedad relativa (%);Velocidad del viento (m/s);Racha (m/s);Dirección del viento;Presión (hPa);Precipitación (mm);Visibilidad (km)",
        "Datum;Čas;Teplota (°C);Rosný bod (°C);Vlhkost (%);Rychlost větru (m/s);Náraz (m/s);Směr větru;Tlak (hPa);Srážky (mm);Dohlednost (km)",
        "Data;Godzina;Temperatura powietrza (°C);Punkt rosy (°C);Wilgotność (%);Prędkość wiatru (m/s);Porywy wiatru (m/s);Kierunek wiatru;Ciśnienie (hPa);Opad (mm);Widzialność (km)",
    ],
)  # fmt: skip
def test_the_names_of_each_language_mean_what_they_say(header):
    data = csv("2023-01-31;05:00;5,5;2,5;80;3;6;270;1010;0,2;20", header=header)
    _, cells = read(data, timezone="UTC")
    found = {v: x[0] for v, x in cells.values.items() if not np.isnan(x[0])}
    assert str(cells.timestamp[0])[:16] == "2023-01-31T05:00"
    assert found == {
        "temperature_c": 5.5, "dew_point_c": 2.5, "humidity_percent": 80, "wind_speed_ms": 3, "wind_gust_ms": 6,
        "wind_direction_deg": 270, "pressure_station_hpa": 1010, "precipitation_mm": 0.2, "visibility_km": 20,
    }  # fmt: skip


# units and what numbers mean


def test_directions_up_to_36_are_not_taken_for_degrees():
    data = day(f"{UTC_TIME},Temperature (C),Wind Direction", lambda h: f"5,{h + 1}")
    assert '"10 degree"' in left_out(data, "Wind Direction")
    told = options_of('units = { wind_direction_deg = "10 degree" }')
    assert values(data, "wind_direction_deg", **told)[:2] == [10, 20]
    assert values(data, "wind_direction_deg", **options_of('units = { wind_direction_deg = "degree" }'))[:2] == [1, 2]


def test_a_column_that_says_degrees_is_read_though_it_ends_at_36():
    data = day(f"{UTC_TIME},Temperature (C),Wind Direction (deg)", lambda h: f"5,{h + 1}")
    assert values(data, "wind_direction_deg")[:2] == [1, 2]


@pytest.mark.parametrize("digits", [10, 20])
def test_tenths_are_asked_for_and_read_when_the_station_says_so(digits):
    data = day(f"{UTC_TIME},Temperature (C),Sea Level Pressure", lambda h: f"5,{10000 + digits + h}")
    assert "0.1 hPa" in left_out(data, "Sea Level Pressure")
    pressures = values(data, "pressure_msl_hpa", **options_of('units = { pressure_msl_hpa = "0.1 hPa" }'))
    assert pressures[0] == pytest.approx(1000 + digits / 10)


def test_a_scaled_unit_of_the_station_holds_for_files_that_were_read_before_it():
    parsed = formats.read_text(csv("2023-01-31 00:00,5,12", header=f"{UTC_TIME},Temperature (C),Visibility (km)"))
    for unit, km in (("10 m", 0.12), ("m", 0.012), ("km", 12)):
        cells = read_cells(parsed.rows, formats.reading_of(parsed.declared, units={"visibility_km": unit}), "UTC")
        assert cells.values["visibility_km"][0] == pytest.approx(km)


def test_a_visibility_of_thousands_is_not_assumed_to_be_in_kilometres():
    data = day(f"{UTC_TIME},Temperature (C),Visibility", lambda h: f"5,{h * 1000}")
    assert "no kilometres" in left_out(data, "Visibility")
    assert values(data, "visibility_km", units={"visibility_km": "m"})[3] == 3


def test_a_cloud_cover_in_eighths_is_asked_for():
    data = day(f"{UTC_TIME},Temperature (C),Cloud Cover", lambda h: f"5,{h % 9}")
    assert "eighths" in left_out(data, "Cloud Cover")
    assert values(data, "cloud_cover_percent", units={"cloud_cover_percent": "okta"})[4] == 50


@pytest.mark.parametrize(("unit", "percent"), [("okta", 50), ("1/8", 50), ("tenths", 40), ("%", 4)])
def test_a_cloud_cover_is_in_the_unit_of_its_header(unit, percent):
    data = day(f"{UTC_TIME},Temperature (C),Cloud cover ({unit})", lambda h: f"5,{h % 9}")
    assert values(data, "cloud_cover_percent")[4] == percent


def test_numbers_that_mean_missing_prove_no_unit():
    humid = day(f"{UTC_TIME},Temperature (C),Humidity", lambda h: f"5,{999 if h == 3 else 0.5 + h / 100}", n=48)
    assert values(humid, "humidity_percent")[0] == 50
    warm = day(f"{UTC_TIME},Temperature", lambda h: f"{-999 if h == 3 else 283.15}")
    assert values(warm, "temperature_c")[0] == pytest.approx(10)
    assert evidence.is_kelvin(np.array([280.0, -99.9])) and not evidence.is_kelvin(np.array([-999.0, -999.0]))


def test_temperatures_that_do_not_agree_with_the_humidity_prove_no_unit():
    t, d = np.linspace(25, 35, 30), np.linspace(0, 5, 30)
    u = 100 * np.exp(17.625 * d / (243.04 + d) - 17.625 * t / (243.04 + t))
    assert evidence.unit_by_humidity(t, d, u) == "degC" and evidence.unit_by_humidity(t, d, u + 2) is None


def test_kelvin_that_is_not_certain_is_not_called_fahrenheit():
    with pytest.raises(Rejected) as caught:
        read(day(f"{UTC_TIME},Temperature", lambda h: f"{0 if h == 3 else 283.15}"))
    assert caught.value.reason is Reason.UNIT_UNLIKELY and 'temperature_c = "K"' in caught.value.detail


def test_a_line_of_units_in_brackets_is_obeyed():
    data = csv("(UTC),(°F),(mph)", "2023-01-31 00:00,50,10", header="Time,Temperature,Wind Speed")
    assert values(data, "temperature_c") == [10] and values(data, "wind_speed_ms") == [pytest.approx(4.4704)]


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "ReadTime", "last_updated"])
def test_a_time_that_no_name_tells_is_found_by_its_cells(name):
    data = csv("2023-01-31 05:00,5,80", "2023-01-31 06:00,6,81", header=f"{name},temp (C),humidity (%)")
    parsed, cells = read(data)
    assert str(cells.timestamp[1])[:16] == "2023-01-31T06:00" and parsed.zone_is_assumed
    assert cells.values["temperature_c"].tolist() == [5, 6]


def test_a_column_that_only_has_the_name_of_a_time_gives_way_to_one_whose_cells_are_times():
    data = csv("2023-01-31 05:00;6.3 °C;80 %", "2023-01-31 06:00;6.1 °C;81 %", header="momento;ts;humedad")
    assert str(read(data)[1].timestamp[1])[:16] == "2023-01-31T06:00"


def test_an_indoor_look_is_told():
    assert any(
        "indoors" in w
        for w in read(csv("2023-01-31 05:00,21,800", header=f"{UTC_TIME},Temp (C),CO2 (ppm)"))[0].warnings
    )


def test_of_two_times_without_a_usual_name_the_end_of_the_period_is_read():
    data = csv("2023-01-31 05:00,2023-01-31 06:00,5", header="PeriodStart,PeriodEnd,temp (C)")
    assert str(read(data)[1].timestamp[0])[:16] == "2023-01-31T06:00"
    with pytest.raises(Rejected, match="no column for the time"):
        read(csv("2023-01-31 05:00,2023-01-31 06:00,5", header="Mounted,Calibrated,temp (C)"))


def test_an_index_with_an_offset_is_a_better_time_than_columns_without():
    data = csv("2023-01-31 00:00:00-07:00,2023,1,31,0,5", header=",Year,Month,Day,Hour,Temperature (C)")
    assert str(read(data)[1].timestamp[0])[:16] == "2023-01-31T07:00"


def test_of_two_clocks_of_one_name_that_of_utc_is_read():
    data = csv("01/31/2023 00:00,5,01/31/2023 05:00", header="ObservationTime(LST),Temp (C),ObservationTime(GMT)")
    parsed, cells = read(data)
    assert str(cells.timestamp[0])[:16] == "2023-01-31T05:00" and not parsed.zone_is_assumed


@pytest.mark.parametrize("blank", ["{time},,", ",,"])
def test_blank_rows_of_an_outage_are_no_errors(blank):
    rows = [f"2023-01-{1 + h // 24:02} {h % 24:02}:00" for h in range(48)]
    data = csv(
        *(f"{t},5,80" if h < 12 else blank.format(time=t) for h, t in enumerate(rows)),
        header="Time (UTC),Temp (C),Hum (%)",
    )
    inspection = inspect(formats.Source("a.csv", [formats.Member("a.csv", data)]), formats.Options())
    assert (inspection.reason, inspection.usable) == ("", 12)


def test_two_roundings_of_one_value_do_not_contradict_each_other():
    data = day(f"{UTC_TIME},Temp (C),visibility_km,visibility_miles", lambda _: "5,10,6")
    assert values(data, "visibility_km") == [10] * 24


@pytest.mark.parametrize("name", ["location_name", "Ort", "which"])
def test_places_that_share_their_times_are_stations(name):
    rows = [f"2023-01-31 {h:02}:00,{place},{5 + k}" for h in range(24) for k, place in enumerate(("Kabul", "Tirana"))]
    parsed = formats.read_text(csv(*rows, header=f"{UTC_TIME},{name},Temp (C)"))
    assert parsed.stations == ["Kabul", "Tirana"]
    assert any("taken for the station" in w for w in parsed.warnings) is (name == "which")


def test_a_file_of_several_cities_is_one_of_several_stations_even_if_no_two_share_a_time():
    rows = [f"2023-01-31 {h:02}:{k}7,{place},{5 + k}" for h in range(24) for k, place in enumerate(("Kabul", "Tirana"))]
    assert formats.read_text(csv(*rows, header=f"{UTC_TIME},city,Temp (C)")).stations == ["Kabul", "Tirana"]


@pytest.mark.parametrize("below", ["2023-01-31 00:00;5.5;71", "2023-01-31T00:00Z;5.5;71"])
def test_the_last_of_a_block_of_comments_may_be_the_header(below):
    parsed = formats.read_text(
        csv("# of a model", "# Time (UTC);Temperature (C);Relative Humidity", below, header="# Title: numbers")
    )
    assert {v: c[0] for v, c in parsed.columns.items()} == {
        "temperature_c": "Temperature (C)",
        "humidity_percent": "Relative Humidity",
    }


def test_a_comment_above_a_header_is_none():
    parsed = formats.read_text(csv(f"{UTC_TIME},Temperature (C)", "2023-01-31 00:00,5.5", header="# Time, Temperature"))
    assert parsed.rows.num_rows == 1 and parsed.time_names == (UTC_TIME,)


def test_a_number_of_a_sensor_is_not_offered_as_its_temperature():
    data = csv("2001,31/01/2023 00:00,5.5,VA", header="IdSensore,Data,Valore,Stato")
    with pytest.raises(Rejected) as caught:
        formats.read_text(data)
    assert caught.value.detail.endswith('aliases = { "Valore" = "temperature_c" }')


def test_one_row_of_each_station_of_one_hour_is_no_hour_of_one_station():
    rows = (f"2023-01-31 00:00,{name},{i}" for i, name in enumerate(("Aa", "Bo", "Cu")))
    parsed = formats.read_text(csv(*rows, header=f"{UTC_TIME},Station Name,Temperature (C)"))
    assert parsed.stations == ["Aa", "Bo", "Cu"]


def test_numbers_that_tell_places_apart_are_stations_if_their_name_says_that_they_number_something():
    rows = [f"2023-01-31 {h:02}:00,{place},{5 + k}" for h in range(24) for k, place in enumerate((4462, 4746))]
    assert formats.read_text(csv(*rows, header=f"{UTC_TIME},property_id,Temp (C)")).stations == ["4462", "4746"]
    assert formats.read_text(csv(*rows, header=f"{UTC_TIME},ozone,Temp (C)")).stations == []


def test_an_hour_in_a_column_of_its_own_is_no_station():
    rows = [f"2023/01/31,{h:02}00 UTC,5" for h in range(24)]
    parsed, cells = read(csv(*rows, header="Data,Hora UTC,Temp (C)"))
    assert parsed.stations == [] and str(cells.timestamp[5])[:16] == "2023-01-31T05:00"


def test_a_fraction_that_exceeds_saturation_is_no_percentage():
    assert values(day(f"{UTC_TIME},Temp (C),RelHum", lambda h: f"5,{0.6 + h * 0.025:.3f}"), "humidity_percent")[0] == 60


def test_megawatts_are_no_wind_speed():
    assert "no wind" in left_out(day(f"{UTC_TIME},Temp (C),Wind", lambda h: f"5,{300 + h * 70}"), "Wind")


def test_one_hour_of_each_day_beside_extremes_is_a_day():
    rows = [f"2023-01-{d:02} 11:00,9,5,1" for d in range(1, 31)]
    with pytest.raises(Rejected, match="one hour of the day"):
        read(csv(*rows, header=f"{UTC_TIME},temp max (C),temp (C),temp min (C)"))


@pytest.mark.parametrize("names", ["Temp (C),Rain (mm)", "Max Temp (C),Mean Temp (C),Min Temp (C)"])
def test_midnights_alone_are_days(names):
    rows = [f"2023-01-{d:02} 00:00,9,5,1" for d in range(1, 31)]
    data = csv(*(r[: 16 + 2 * len(names.split(","))] for r in rows), header=f"{UTC_TIME},{names}")
    with pytest.raises(Rejected) as caught:
        read(data)
    assert caught.value.reason is Reason.DAILY_ONLY
    assert names.startswith("Max") or len(read(data, timestamp_format="iso")[1].timestamp) == 30


def test_hours_without_a_date_are_refused_for_want_of_it():
    with pytest.raises(Rejected) as caught:
        read(csv(*(f"{h:02},5" for h in range(1, 25)), header="ObsTime,Temperature (C)"))
    assert caught.value.reason is Reason.NO_DATE


def test_minima_and_maxima_alone_are_days():
    with pytest.raises(Rejected) as caught:
        read(csv("2023-01-31 12:00,1,9", header=f"{UTC_TIME},Tmin,Tmax"))
    assert caught.value.reason is Reason.DAILY_ONLY


def test_a_letter_among_numbers_is_no_direction():
    data = day(f"{UTC_TIME},Temp (C),WD", lambda h: f"5,{'V' if h == 3 else h * 10}")
    parsed, cells = read(data)
    assert np.isnan(cells.values["wind_direction_deg"][3]) and cells.values["wind_direction_deg"][4] == 40
    assert any("'V'" in w and "missing" in w for w in parsed.warnings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-W05-3T07:00", "2024-01-31T07:00"), ("2024-W01-1 00:00", "2024-01-01T00:00"), ("2020W537T2300", "2021-01-03T23:00"),
        ("2021-W53-1 00:00", "NaT"), ("20240131_0700", "2024-01-31T07:00"), ("2024. 01. 31. 07:00", "2024-01-31T07:00"),
    ],
)  # fmt: skip
def test_days_of_iso_weeks_and_other_rare_forms_are_read(text, expected):
    usual = text.replace("W53", "W52") if expected == "NaT" else text
    data = csv(*[f"{usual},5"] * 9, f"{text},5", header=f"{UTC_TIME},Temp (C)")
    assert str(read(data)[1].timestamp[-1])[:16] == expected


@pytest.mark.parametrize(
    ("letters", "timezone", "utc"),
    [("CEST", None, "00:00"), ("(CET)", None, "01:00"), ("JST", "UTC", "17:00"), ("CDT", "America/Chicago", "07:00"), ("CST", "Asia/Shanghai", "18:00"), ("MDT", "America/Chicago", "08:00")],
)  # fmt: skip
def test_letters_of_a_zone_count_where_they_are_one_zone_or_the_stations(letters, timezone, utc):
    data = csv(f"2023-07-02 02:00 {letters},5", f"2023-07-02 02:10 {letters},6", header="Time,Temperature (C)")
    assert str(read(data, timezone=timezone)[1].timestamp[0])[11:16] == utc


@pytest.mark.parametrize(
    ("name", "utc"), [("Tiempo UTC-4", "06:00"), ("dateUTC", "02:00"), ("UTC time", "02:00"), ("Fecha UTC", "02:00"), ("datetime_utc", "02:00"), ("Fecha", "08:00")]
)  # fmt: skip
def test_a_zone_in_the_name_of_the_time_wins_over_that_of_the_station(name, utc):
    data = csv("2023-02-01 02:00,5", "2023-02-01 03:00,6", header=f"{name},Temperature (C)")
    assert str(read(data, timezone="America/Mexico_City")[1].timestamp[0])[11:16] == utc


def test_a_table_with_one_value_a_line_is_not_offered_an_alias_of_its_values():
    data = csv("2023-02-01 02:00,TEMPERATURE,5,C", "2023-02-01 02:00,HUMIDITY,71,%", header="Time,Parameter,Value,Unit")
    with pytest.raises(Rejected) as caught:
        formats.read_text(data)
    assert "one value a line" in caught.value.detail and "aliases" not in caught.value.detail


def test_letters_of_several_zones_are_refused_with_the_way_out():
    data = csv("2023-07-02 02:00 EST,5", "2023-07-02 02:10 EST,6", header="Time,Temperature (C)")
    found = inspect(formats.Source("a.csv", [formats.Member("a.csv", data)]), formats.Options())
    assert (
        "EST stands for zones of several countries" in found.detail and 'timezone = "America/New_York"' in found.detail
    )


@pytest.mark.parametrize("text", ["20240131T0700Z", "20240131T070000Z", "Wed Jan 31 07:00:00 UTC 2024"])
def test_a_zone_within_a_rare_form_wins_over_that_of_the_station(text):
    data = csv(*[f"{text},5"] * 9, header="Time,Temp (C)")
    assert str(read(data, timezone="Asia/Tokyo")[1].timestamp[0])[:16] == "2024-01-31T07:00"


def test_a_date_of_two_digits_is_no_clock():
    with pytest.raises(Rejected) as caught:
        read(csv(*(f"{d:02}.01.19,{d}.5" for d in range(2, 32)), header="Date,temperature (C)"))
    assert caught.value.reason is Reason.DAILY_ONLY


RISING = [round(0.2 * (h % 24), 1) for h in range(48)]


@pytest.mark.parametrize("amounts", [RISING, RISING[::-1], [500 + x for x in RISING[:24]]])
def test_a_counter_of_rain_is_not_taken_for_amounts(amounts):
    data = day(f"{UTC_TIME},Temperature (C),Rain (mm)", lambda h: f"5,{amounts[h]}", n=len(amounts))
    said = left_out(data, "Rain (mm)")
    pasted = options_of("format" + said.split("format", 1)[1])
    parsed, _ = read(data, **pasted)
    assert parsed.precipitation["kind"] == "counter" and parsed.columns["precipitation_mm"][0] == "Rain (mm)"


def test_amounts_of_rain_that_rise_and_fall_are_read():
    amounts = [0, 0.2, 0.4, 0.8, 0.6, 0.2, 0, 0, 1.2, 1.4, 0.8, 0.4] * 10
    data = day(f"{UTC_TIME},Temperature (C),Rain (mm)", lambda h: f"5,{amounts[h]}", n=len(amounts))
    assert values(data, "precipitation_mm") == amounts


def test_inch_marks_behind_numbers_are_a_unit_and_no_open_quotes():
    data = day(f"{UTC_TIME},Temperature (C),Rain", lambda h: f'5,{0.25 if h % 2 else 0.5}"')
    parsed, cells = read(data)
    assert cells.values["precipitation_mm"][:2].tolist() == pytest.approx([12.7, 6.35])
    assert not parsed.assumed


def test_a_trace_of_rain_is_none_and_marked():
    data = day(f"{UTC_TIME},Temperature (C),Rain (mm)", lambda h: f"5,{'T' if h % 2 else 0.5}")
    _, cells = read(data)
    assert cells.values["precipitation_mm"][:2].tolist() == [0.5, 0] and cells.trace is not None and cells.trace[1]


# decimal and thousands marks


def test_a_decimal_comma_makes_a_point_before_three_digits_no_decimal():
    header = f"{UTC_TIME};Temperature (C);Visibility (m);Sea Level Pressure (hPa)"
    data = day(header, lambda h: f"5,5;{'1.500' if h % 2 else '800'};1.013,2", delimiter=";")
    _, cells = read(data)
    assert cells.values["temperature_c"][0] == 5.5 and cells.values["pressure_msl_hpa"][0] == 1013.2
    seen = cells.values["visibility_km"][cells.states["visibility_km"] == OK]
    assert set(seen) == {0.8}


def test_a_whole_number_beside_grouped_decimals_is_grouped_too():
    data = day(
        f"{UTC_TIME};Temperature (C);Sea Level Pressure (hPa)",
        lambda h: f"5.5;{'1,013' if h % 2 else '1,013.2'}",
        delimiter=";",
    )
    assert values(data, "pressure_msl_hpa")[:2] == [1013.2, 1013.0]


# compass points

ROSE = list(np.arange(0, 360, 45.0))


@pytest.mark.parametrize(
    ("header", "points"),
    [
        ("Windrichtung", "N NO O SO S SW W NW"), ("Direction du vent", "N NE E SE S SO O NO"), ("Dirección del viento", "N NE E SE S SO O NO"),
        ("Direção do vento", "N NE L SE S SO O NO"), ("Windrichting", "N NO O ZO Z ZW W NW"), ("Vindriktning", "N NO O SO S SV V NV"),
        ("Vindretning", "N NØ Ø SØ S SV V NV"), ("Kierunek wiatru", "N NE E SE S SW W NW"), ("Směr větru", "S SV V JV J JZ Z SZ"),
        ("Szélirány", "É ÉK K DK D DNy Ny ÉNy"), ("Rüzgar yönü", "K KD D GD G GB B KB"), ("Направление ветра", "С СВ В ЮВ Ю ЮЗ З СЗ"),
        ("风向", "北 东北 东 东南 南 西南 西 西北"), ("風向", "北 北東 東 南東 南 南西 西 北西"), ("풍향", "북 북동 동 남동 남 남서 서 북서"),
        ("Wind Direction", "North North-East East South-East South South-West West North-West"), ("Windrichtung", "Nord Nordost Ost Südost Süd Südwest West Nordwest"),
    ],
)  # fmt: skip
def test_compass_points_are_read_in_the_language_of_the_column(header, points):
    texts = [*points.split(), "calm"]
    data = day(f"{UTC_TIME},Temperature (C),{header}", lambda h: f"5,{texts[h % 9]}", n=27)
    _, cells = read(data)
    assert cells.values["wind_direction_deg"][:8].tolist() == ROSE and np.isnan(cells.values["wind_direction_deg"][8])


@pytest.mark.parametrize(("header", "degrees"), [("Windrichtung", 45), ("Direction du vent", 315)])
def test_letters_that_languages_share_follow_the_header(header, degrees):
    assert values(day(f"{UTC_TIME},Temperature (C),{header}", lambda _: "5,NO"), "wind_direction_deg")[0] == degrees


def test_a_czech_column_of_north_winds_is_not_read_as_south():
    assert values(day(f"{UTC_TIME},Teplota (C),Směr větru", lambda _: "5,S"), "wind_direction_deg")[0] == 0


def test_letters_that_may_be_two_directions_are_not_read_and_the_way_out_is_told():
    data = day(f"{UTC_TIME},Temperature (C),Wind Dir", lambda h: f"5,{['NO', 'SO'][h % 2]}")
    parsed, cells = read(data)
    assert np.isnan(cells.values["wind_direction_deg"]).all()
    said = next(w for w in parsed.warnings if "other directions" in w)
    assert values(data, "wind_direction_deg", **options_of("format" + said.split("format", 1)[1]))[0] in (45, 315)


def test_texts_that_are_no_points_of_any_language_are_none():
    assert read_points(["N", "upwards"], "Wind Dir") == ({}, "")


# times


def column_of(texts, header="Time,Temperature (C)", **options) -> list[str]:
    _, cells = read(csv(*(f"{t},{h % 7}" for h, t in enumerate(texts)), header=header), timezone="UTC", **options)
    assert not cells.refused.any()
    return [str(t)[:16] for t in cells.timestamp]


HOURS = [str(datetime(2023, 1, 31) + timedelta(hours=h))[:16].replace(" ", "T") for h in range(24)]
TWELVE = [(h % 12 or 12, "AM" if h < 12 else "PM") for h in range(24)]


@pytest.mark.parametrize(
    ("header", "write"),
    [
        ("Time", lambda h: f"01/31/2023 {TWELVE[h][0]}:00 {TWELVE[h][1]}"),
        ("Time", lambda h: f"2023/1/31 {'上午' if h < 12 else '下午'}{TWELVE[h][0]}:00"),
        ("Time", lambda h: f"2023-01-31 {'오전' if h < 12 else '오후'} {TWELVE[h][0]}:00:00"),
        ("Date,Time", lambda h: f"2023-01-31,{TWELVE[h][0]}:00 {TWELVE[h][1]}"),
        ("Date,Time", lambda h: f"2023-01-31 00:00:00,{h:02}:00"),
        ("Date,Time", lambda h: f"1/31/2023 12:00:00 AM,{h:02}:00"),
        ("Date,Time", lambda h: f"2023-01-31,1899-12-30 {h:02}:00:00"),
        ("Date,Time", lambda h: f"20230131,{h * 100}"),
        ("Time", lambda h: f"31.01.2023 {h:02}:00 Uhr"),
        ("Time", lambda h: f"31/01/2023 {h}h"),
        ("Time", lambda h: f"2023-01-31_{h:02}:00"),
        ("Time", lambda h: f"{44957 + h / 24:.6f}"),
        ("Time", lambda h: str(1675123200 + 3600 * h)),
        ("Time", lambda h: str((1675123200 + 3600 * h) * 1000)),
        ("Time", lambda h: str((1675123200 + 3600 * h) * 1_000_000)),
        ("Time", lambda h: str((1675123200 + 3600 * h) * 1_000_000_000)),
        ("Time", lambda h: f"2023-031 {h:02}:00"),
        ("Time", lambda h: f"2023031{h:02}"),
        ("Year,DOY,Hour", lambda h: f"2023,31,{h}"),
        ("Year,Day of year,Time", lambda h: f"2023,31,{h * 100}"),
        ("Jahr,Monat,Tag,Stunde", lambda h: f"2023,1,31,{h}"),
        ("Année,Mois,Jour,Heure", lambda h: f"2023,1,31,{h}"),
        ("Año,Mes,Día,Hora", lambda h: f"2023,1,31,{h}"),
        ("年,月,日,时", lambda h: f"2023,1,31,{h}"),
        ("Time", lambda h: f"2023年1月31日 {h}時"),
        ("Time", lambda h: f"Tue Jan 31 2023 {h:02}:00:00"),
        ("Time", lambda h: f"31. Januar 2023 {h:02}:00"),
        ("Time", lambda h: f"31-ene-2023 {h:02}:00"),
        ("Time", lambda h: f"31 янв 2023 {h:02}:00"),
    ],
)
def test_times_in_many_forms_are_the_same_hours(header, write):
    assert column_of([write(h) for h in range(24)], header=f"{header},Temperature (C)") == HOURS


def test_an_offset_with_the_name_of_its_zone_is_obeyed():
    assert column_of([f"2023-01-31T{h:02}:00:00+01:00[Europe/Berlin]" for h in range(1, 24)]) == HOURS[:23]


def test_an_hour_beyond_twelve_in_the_afternoon_is_no_time():
    texts = [f"01/31/2023 {TWELVE[h][0]}:00 {TWELVE[h][1]}" for h in range(12)] + ["01/31/2023 13:00 PM"]
    _, cells = read(csv(*(f"{t},5" for t in texts), header="Time,Temperature (C)"), timezone="UTC")
    assert np.flatnonzero(cells.refused).tolist() == [12]


def test_hours_to_twelve_without_their_half_of_the_day_are_refused():
    with pytest.raises(Rejected) as caught:
        column_of([f"{29 + h // 24}/01/2023 {h % 12 or 12}:00" for h in range(72)])
    assert caught.value.reason is Reason.NO_TIME and "a.m." in caught.value.detail


@pytest.mark.parametrize(
    ("months", "names"),
    [
        ("1 3 5 10 12", "Januar März Mai Oktober Dezember"), ("2 4 6 7 8 12", "février avril juin juillet août décembre"),
        ("1 4 8 12", "enero abril agosto diciembre"), ("1 5 6 7 9 10", "gennaio maggio giugno luglio settembre ottobre"),
        ("2 5 9 10", "fevereiro maio setembro outubro"), ("3 5 10", "maart mei oktober"), ("1 2 6 8 9 10 12", "stycznia lutego czerwca sierpnia września października grudnia"),
        ("1 2 4 6 7 9 10 12", "leden únor duben červen červenec září říjen prosinec"), ("1 2 6 9 11", "Ocak Şubat Haziran Eylül Kasım"),
        ("1 5 6 9 12", "янв мая июн сен дек"), ("5 10", "maj okt"), ("9", "Sept"), ("6 0", "lipanj listopad"),
    ],
)  # fmt: skip
def test_months_have_names_in_other_languages(months, names):
    assert [month_of(n) for n in names.split()] == [int(m) for m in months.split()]


# what a file says of its place; layouts


def test_place_and_zone_above_the_header_count_where_the_station_is_silent():
    above = "Station: Roof\nLatitude: 47.5\nLongitude: 19.05\nElevation: 120 m\nTime zone: UTC+1\n\n"
    data = above.encode() + day("Time,Temperature (C)", lambda _: "5")
    parsed, cells = read(data)
    assert parsed.place == {"latitude": 47.5, "longitude": 19.05, "elevation_m": 120} and not parsed.zone_is_assumed
    assert str(cells.timestamp[0])[:16] == "2023-01-30T23:00"
    assert str(read(data, timezone="America/New_York")[1].timestamp[0])[:16] == "2023-01-31T05:00"


def test_blanks_may_separate_cells_if_all_lines_have_as_many_words():
    data = csv(*(f"2023-01-31  {h:02}:00   {h}.5  50" for h in range(5)), header="Date  Time  TempC  RH")
    assert values(data, "temperature_c") == [h + 0.5 for h in range(5)]
    with pytest.raises(Rejected):
        read(csv("2023-01-31T00:00 5.5 50", header="Time Wind Speed TempC RH"))


@pytest.mark.parametrize(
    "text",
    [
        '[{"time":"2023-01-31T00:00Z","temp_c":5.5,"wind_speed_kmh":36},{"time":"2023-01-31T01:00Z","temp_c":6,"wind_speed_kmh":null}]',
        '{"time":"2023-01-31T00:00Z","temp_c":5.5,"wind_speed_kmh":36}\n{"time":"2023-01-31T01:00Z","temp_c":6,"wind_speed_kmh":null}\n',
        '{"of":"x","data":{"time":["2023-01-31T00:00Z","2023-01-31T01:00Z"],"temp_c":[5.5,6],"wind_speed_kmh":[36,null]}}',
        '{"of":"x","data":[{"time":1675123200,"temp_c":5.5,"wind_speed_kmh":36},{"time":1675126800,"temp_c":6}]}',
    ],
)
def test_json_of_no_producer_is_read_by_its_names(text):
    _, cells = read(text.encode())
    assert [str(t)[:16] for t in cells.timestamp] == HOURS[:2] and cells.values["temperature_c"].tolist() == [5.5, 6]
    assert cells.values["wind_speed_ms"][0] == 10 and np.isnan(cells.values["wind_speed_ms"][1])


def test_a_row_of_units_in_a_workbook_is_obeyed_and_its_cells_of_time_are_joined():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, date, clock = (
            book.add_worksheet(),
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "hh:mm"}),
        )
        sheet.write_row(0, 0, ["Date", "Time", "Temperature", "Wind Speed"])
        sheet.write_row(1, 0, ["UTC", "", "°F", "km/h"])
        for row, (hour, temperature, wind) in enumerate(((0, 50, 36), (1, 41, 18)), 2):
            sheet.write_datetime(row, 0, datetime(2023, 1, 31), date)
            sheet.write_datetime(row, 1, time(hour, 0), clock)
            sheet.write_row(row, 2, [temperature, wind])
    parsed, cells = read(buffer.getvalue())
    assert [str(t)[:16] for t in cells.timestamp] == HOURS[:2] and not parsed.assumed
    assert cells.values["temperature_c"].tolist() == [10, 5] and cells.values["wind_speed_ms"].tolist() == [10, 5]
    assert parsed.rows.column("line").to_pylist() == [3, 4]


def workbook(**sheets) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)
    return buffer.getvalue()


def test_further_sheets_with_tables_are_told_until_the_station_says_which_is_meant():
    def month(number):
        return [[UTC_TIME, "Temperature (C)"], *([f"2023-{number:02}-01 {h:02}:00", number + h / 8] for h in range(24))]

    notes = [["Remark"], ["The station was moved."]]
    data = workbook(Notes=notes, January=month(1), February=month(2))
    source = formats.Source("a.xlsx", [formats.Member("a.xlsx", data)])
    inspection = inspect(source, formats.Options())
    assert inspection.rows_shown[0]["temperature_c"] == 1 and inspection.confidence == "low"
    assert any("'February' holds a table too" in w and "Notes" not in w for w in inspection.warnings)
    assert inspection.settings == ['dialect = { sheet = "January" }']
    pasted = inspect(source, formats.Options(**options_of(inspection.settings[0])))
    assert pasted.rows_shown == inspection.rows_shown and pasted.confidence == "medium"
    other = inspect(source, formats.Options(**options_of('dialect = { sheet = "February" }')))
    assert other.rows_shown[0]["temperature_c"] == 2
    gone = inspect(source, formats.Options(sheet="March"))
    assert "'March'" in gone.detail and "'January', 'February'" in gone.detail
    assert (
        inspect(
            formats.Source("b.xlsx", [formats.Member("b.xlsx", workbook(Notes=notes, A=month(1)))]), formats.Options()
        ).settings
        == []
    )


# inspect, paste, read


ODD = {
    "wind without a unit": (day(f"{UTC_TIME},Temperature (C),Wind Speed", lambda _: "5,4"), "wind_speed_ms", 4),
    "temperature without a unit": (day(f"{UTC_TIME},Temperature", lambda h: f"{h}"), "temperature_c", 0),
    "no zone": (day("Time,Temperature (C)", lambda _: "5"), "temperature_c", 5),
    "rain without a unit": (day(f"{UTC_TIME},Temperature (C),Rain", lambda h: f"5,{h % 2 / 2}"), "precipitation_mm", 0),
    "snow": (day(f"{UTC_TIME},Temperature (C),Snow Depth", lambda _: "5,12"), "snow_depth_cm", 12),
    "radiation": (day(f"{UTC_TIME},Temperature (C),Solar Radiation", lambda _: "5,300"), "solar_radiation_wm2", 300),
    "sunshine": (day(f"{UTC_TIME},Temperature (C),Sunshine", lambda _: "5,30"), "sunshine_min", 30),
    "sight": (day(f"{UTC_TIME},Temperature (C),Visibility", lambda _: "5,20"), "visibility_km", 20),
    "gust": (day(f"{UTC_TIME},Temperature (C),Gust", lambda _: "5,20"), "wind_gust_ms", 20),
    "few fractions": (day(f"{UTC_TIME},Temperature (C),Humidity", lambda _: "5,0.5", n=5), "humidity_percent", 50),
    "dew point beside": (day(f"{UTC_TIME},Temperature (C),Dew Point", lambda _: "5,2"), "dew_point_c", 2),
    "Swedish": (day("Tidpunkt,Lufttemperatur,Vindhastighet", lambda _: "5,3"), "wind_speed_ms", 3),
    "all of it": (day("Time,Temp,Wind,Rain", lambda h: f"{h},4,{h % 2 / 2}"), "temperature_c", 0),
    "a place": (b"Latitude: 47.5\nLongitude: 19\n" + day("Time,Temperature (C)", lambda _: "5"), "temperature_c", 5),
}


@pytest.mark.parametrize("name", ODD)
def test_the_lines_that_inspect_prints_end_what_was_assumed_and_change_no_value(name):
    data, variable, expected = ODD[name]
    source = formats.Source("a.csv", [formats.Member("a.csv", data)])
    inspection = inspect(source, formats.Options())
    assert inspection.confidence == "low"
    pasted = options_of("\n".join(inspection.settings))
    again = inspect(formats.Source("a.csv", [formats.Member("a.csv", data)]), formats.Options(**pasted))
    assert again.confidence == "medium" and again.rows_shown == inspection.rows_shown
    assert values(data, variable, **pasted)[0] == expected


DRAFTS = {
    "tabs": ("2023-01-31 00:00\t5.5\t80\n2023-01-31 01:00\t5.6\t81\n", {"column2": "temperature_c"}),
    "two columns of the time, decimal comma": ("31.01.2023;00:00;5,5;80\n31.01.2023;01:00;5,6;81\n", {"column3": "temperature_c"}),
    "blanks": ("20230131 0000 5.5 80\n20230131 0100 5.6 81\n", {"column3": "temperature_c"}),
    "seconds since 1970": ("1675123200,5.5,80\n1675126800,5.6,81\n", {"column2": "temperature_c"}),
    "names of no language": ("Wenn;Wieviel;Nass\n31.01.2023 00:00;5,5;80\n31.01.2023 01:00;5,6;81\n", {"Wieviel": "temperature_c"}),
    "year, month, day, hour": ("2023,1,31,0,5.5,80\n2023,1,31,1,5.6,81\n", {"column5": "temperature_c"}),
    "lines above": ("made by a logger\n\n2023-01-31 00:00;5.5;80\n2023-01-31 01:00;5.6;81\n", {"column2": "temperature_c"}),
}  # fmt: skip


def filled_in(draft: str, wanted: dict[str, str]) -> str:
    """A draft, with the question marks replaced as its reader would."""
    head, *columns = draft.split("[[column]]\n")
    out = head.replace('title = "?"', 'title = "Mine"').replace('zone = "?"', 'zone = "UTC"')
    for column in columns:
        name = column.split('name = ["', 1)[1].split('"]', 1)[0]
        if name in wanted:
            out += "[[column]]\n" + column.replace('to = "?"', f'to = "{wanted[name]}"').replace(
                'unit = "?"', 'unit = "degC"'
            )
    return out


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_that_is_filled_in_reads_the_file(name):
    text, wanted = DRAFTS[name]
    source = formats.Source("my log.csv", [formats.Member("my log.csv", text.encode())])
    draft = inspect(source, formats.Options()).draft
    profile = compile_profile(filled_in(draft, wanted), name="mine", origin="_formats/mine.toml")
    parsed, cells = read(text.encode(), profiles=(profile,))
    assert parsed.profile == "mine" and cells.values["temperature_c"].tolist() == [5.5, 5.6]
    assert [str(t)[:16] for t in cells.timestamp] == HOURS[:2]


def test_a_draft_says_which_order_of_day_and_month_it_could_not_tell():
    source = formats.Source("a.csv", [formats.Member("a.csv", b"01/02/2023 00:10,5.5\n01/02/2023 00:20,5.6\n")])
    assert "or mdy?" in inspect(source, formats.Options()).draft


def test_a_text_without_names_is_not_offered_its_numbers_as_names():
    with pytest.raises(Rejected) as caught:
        read(b"2023-01-31 00:00,5.5\n2023-01-31 01:00,5.6\n")
    assert "[aliases]" not in caught.value.detail and "inspect" in caught.value.detail


def test_two_missing_columns_are_offered_two_names():
    with pytest.raises(Rejected) as caught:
        read(csv("31 jan kl 5,5", header="Hvenær,Hiti"))
    assert 'aliases = { "Hvenær" = "timestamp", "Hiti" = "temperature_c" }' in caught.value.detail


# what other inputs of the same kinds brought out


@pytest.mark.parametrize(
    "text",
    ["Time,Temperature,Wind Speed\n\nUTC,degF,kt\n\n{}", ",degF,kt\nTime,Temperature,Wind Speed\n{}",
     "Time,Temperature,Wind Speed\nUTC,[degF],[kt]\n{}"],
)  # fmt: skip
def test_a_line_of_units_counts_behind_a_blank_line_and_above_the_header_too(text):
    rows = "\n".join(f"2023-01-31 {h:02}:00,41,10" for h in range(24))
    data = text.format(rows).encode()
    assert values(data, "temperature_c") == [pytest.approx(5.0)] * 24
    assert values(data, "wind_speed_ms") == [pytest.approx(5.14444, abs=1e-4)] * 24


@pytest.mark.parametrize(
    "zone", ["MST", "HST", "MDT", "EST", "МСК", "Eastern Standard Time", "Pacific Daylight Time", "US Central"]
)
def test_a_zone_that_nobody_knows_is_not_passed_over(zone):
    with pytest.raises(Rejected, match="is not known; write UTC") as caught:
        read(day(f"Time ({zone}),Temperature (C)", lambda h: h), timezone="Europe/Berlin")
    assert caught.value.reason is Reason.UNIT_UNKNOWN
    alias = {f"Time ({zone})": "timestamp"}
    assert len(values(day(f"Time ({zone}),Temperature (C)", lambda h: h), "temperature_c", aliases=alias)) == 24


@pytest.mark.parametrize("form", ["yyyy-mm-dd hh:mm", "hh:mm", "Local Time", "24h"])
def test_what_says_how_a_time_is_written_is_no_zone(form):
    assert len(values(day(f"Time ({form}),Temperature (C)", lambda h: h), "temperature_c")) == 24


def test_the_second_of_two_columns_of_one_name_is_ignored_by_its_number():
    data = day("Time,Temperature (C),Temperature (C)", lambda h: f"{h},{h + 1}")
    with pytest.raises(Rejected) as caught:
        read(data)
    toml = caught.value.detail.partition("station.toml: ")[2]
    assert toml == 'aliases = { "Temperature (C) (2)" = "ignore" }'
    assert values(data, "temperature_c", **options_of(toml)) == list(range(24))
    assert values(data, "temperature_c", aliases={"Temperature (C) (1)": "ignore"}) == list(range(1, 25))


def test_a_second_column_of_the_name_without_a_value_costs_nothing():
    data = day("Time,Temperature (C),Temperature (C)", lambda h: f"{h},")
    assert values(data, "temperature_c") == list(range(24))


@pytest.mark.parametrize("metres", ["9.999", "12.345"])
def test_metres_of_sight_in_groups_of_three_are_not_millimetres(metres):
    data = day("Time;Temperature (C);Visibility (m)", lambda h: f"{h};{metres}", delimiter=";")
    assert "may be decimals or thousands" in left_out(data, "Visibility (m)")
    assert values(data, "visibility_km", decimal=".") == [pytest.approx(float(metres) / 1000)] * 24


@pytest.mark.parametrize("clock", ["12:00", "07:00", "07:00Z"])
def test_a_row_a_day_of_one_time_of_day_is_asked_about(clock):
    rows = [f"2023-01-{d:02} {clock},{d}" for d in range(1, 29)]
    parsed, _ = read(csv(*rows, header="Time,Temperature (C)"))
    assert any("one row a day" in w for w in parsed.warnings)
    for another in ("2023-01-28 13:00,3", "2023-01-29 13:00,3"):
        parsed, _ = read(csv(*rows, another, header="Time,Temperature (C)"))
        assert not any("one row a day" in w for w in parsed.warnings)


def test_one_row_of_another_time_among_many_days_is_enough_not_to_ask():
    first = date(2022, 1, 1)
    rows = [f"{first + timedelta(days=d)} {13 if d == 2 else 12}:00,{d % 30}" for d in range(300)]  # no sample has it
    parsed, _ = read(csv(*rows, header="Time,Temperature (C)"))
    assert not any("one row a day" in w for w in parsed.warnings)
    parsed, _ = read(csv(*rows[3:], header="Time,Temperature (C)"))
    assert any("one row a day" in w for w in parsed.warnings)
