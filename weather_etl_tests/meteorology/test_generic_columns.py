"""Files of no particular format, their columns: which is the air, which an extreme, another place, a second of its name."""

import numpy as np
import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.reasons import Rejected
from weather_etl_tests.meteorology.generic_files import UTC_TIME, day, options_of, read, values
from weather_etl_tests.meteorology.making import csv


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


def test_an_indoor_look_is_told():
    assert any(
        "indoors" in w
        for w in read(csv("2023-01-31 05:00,21,800", header=f"{UTC_TIME},Temp (C),CO2 (ppm)"))[0].warnings
    )


def test_two_roundings_of_one_value_do_not_contradict_each_other():
    data = day(f"{UTC_TIME},Temp (C),visibility_km,visibility_miles", lambda _: "5,10,6")
    assert values(data, "visibility_km") == [10] * 24


def test_a_number_of_a_sensor_is_not_offered_as_its_temperature():
    data = csv("2001,31/01/2023 00:00,5.5,VA", header="IdSensore,Data,Valore,Stato")
    with pytest.raises(Rejected) as caught:
        formats.read_text(data)
    assert caught.value.detail.endswith('aliases = { "Valore" = "temperature_c" }')


def test_a_table_with_one_value_a_line_is_not_offered_an_alias_of_its_values():
    data = csv("2023-02-01 02:00,TEMPERATURE,5,C", "2023-02-01 02:00,HUMIDITY,71,%", header="Time,Parameter,Value,Unit")
    with pytest.raises(Rejected) as caught:
        formats.read_text(data)
    assert "one value a line" in caught.value.detail and "aliases" not in caught.value.detail


def test_a_text_without_names_is_not_offered_its_numbers_as_names():
    with pytest.raises(Rejected) as caught:
        read(b"2023-01-31 00:00,5.5\n2023-01-31 01:00,5.6\n")
    assert "[aliases]" not in caught.value.detail and "inspect" in caught.value.detail


def test_two_missing_columns_are_offered_two_names():
    with pytest.raises(Rejected) as caught:
        read(csv("31 jan kl 5,5", header="Hvenær,Hiti"))
    assert 'aliases = { "Hvenær" = "timestamp", "Hiti" = "temperature_c" }' in caught.value.detail


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
