"""Files of no particular format as people write them in other languages: names, months, points of the compass."""

import numpy as np
import pytest

from weather_etl.ingestion.reading import options_of
from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import OK
from weather_etl.meteorology.cells import Cells, read_cells
from weather_etl.meteorology.formats.evidence import is_counter
from weather_etl.meteorology.formats.inspection import inspect
from weather_etl.meteorology.month_names import month_of
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.station_file import parse_settings
from weather_etl_tests import field
from weather_etl_tests.meteorology.making import csv

# time, temperature, humidity, wind, gust, direction, pressure at sea level, precipitation
HEADERS = {
    "de": "Zeitstempel|Lufttemperatur [°C]|Relative Luftfeuchte [%]|Windgeschwindigkeit [m/s]|Windböe [m/s]|Windrichtung [°]|Luftdruck auf Meereshöhe [hPa]|Niederschlag [mm]",
    "fr": "Date et heure|Température (°C)|Humidité relative (%)|Vitesse du vent (m/s)|Rafales (m/s)|Direction du vent (°)|Pression au niveau de la mer (hPa)|Précipitations (mm)",
    "es": "Fecha y hora|Temperatura del aire (°C)|Humedad relativa (%)|Velocidad del viento (m/s)|Racha máxima (m/s)|Dirección del viento (°)|Presión a nivel del mar (hPa)|Precipitación (mm)",
    "pt": "Data e Hora|Temperatura do ar (°C)|Umidade relativa (%)|Velocidade do vento (m/s)|Rajada de vento (m/s)|Direção do vento (°)|Pressão ao nível do mar (hPa)|Precipitação (mm)",
    "it": "Data e ora|Temperatura aria (°C)|Umidità relativa (%)|Velocità del vento (m/s)|Raffica (m/s)|Direzione del vento (°)|Pressione al livello del mare (hPa)|Pioggia (mm)",
    "nl": "Datum en tijd|Luchttemperatuur (°C)|Relatieve luchtvochtigheid (%)|Windsnelheid (m/s)|Windstoot (m/s)|Windrichting (°)|Luchtdruk op zeeniveau (hPa)|Neerslag (mm)",
    "pl": "Data i godzina|Temperatura powietrza (°C)|Wilgotność względna (%)|Prędkość wiatru (m/s)|Porywy wiatru (m/s)|Kierunek wiatru (°)|Ciśnienie na poziomie morza (hPa)|Opad (mm)",
    "cs": "Datum a čas|Teplota vzduchu (°C)|Relativní vlhkost (%)|Rychlost větru (m/s)|Náraz větru (m/s)|Směr větru (°)|Tlak na hladině moře (hPa)|Srážky (mm)",
    "sv": "Datum och tid|Lufttemperatur (°C)|Relativ luftfuktighet (%)|Vindhastighet (m/s)|Byvind (m/s)|Vindriktning (°)|Lufttryck havsnivå (hPa)|Nederbörd (mm)",
    "ja": "年月日時|気温(℃)|相対湿度(%)|風速(m/s)|最大瞬間風速(m/s)|風向(°)|海面気圧(hPa)|降水量(mm)",
    "ko": "일시|기온(°C)|습도(%)|풍속(m/s)|최대순간풍속(m/s)|풍향(deg)|해면기압(hPa)|강수량(mm)",
    "zh": "时间|气温(℃)|相对湿度(%)|风速(m/s)|阵风(m/s)|风向(°)|海平面气压(hPa)|降水量(mm)",
    "ru": "Дата и время|Температура воздуха (°C)|Относительная влажность (%)|Скорость ветра (м/\u0441)|Порывы ветра (м/\u0441)|Направление ветра (°)|Давление на уровне моря (гПа)|Осадки (мм)",
    "hu": "Időpont|Levegő hőmérséklet (°C)|Relatív páratartalom (%)|Szélsebesség (m/s)|Széllökés (m/s)|Szélirány (°)|Tengerszinti légnyomás (hPa)|Csapadék (mm)",
    "tr": "Tarih|Sıcaklık (°C)|Nem (%)|Rüzgar Hızı (m/s)|Rüzgar Hamlesi (m/s)|Rüzgar Yönü (°)|Deniz Seviyesi Basınç (hPa)|Yağış (mm)",  # noqa: RUF001
}  # fmt: skip
VARIABLES = (
    "temperature_c", "humidity_percent", "wind_speed_ms", "wind_gust_ms", "wind_direction_deg", "pressure_msl_hpa",
    "precipitation_mm",
)  # fmt: skip


def read(data: bytes, **options) -> tuple[ParsedFile, Cells]:
    chosen = formats.Options(timezone="UTC", **options)
    parsed = formats.read_text(data, chosen)
    return parsed, read_cells(parsed.rows, formats.reading_of(parsed.declared, units=chosen.units), "UTC")


@pytest.mark.parametrize("language", HEADERS)
def test_the_names_of_a_language_are_known(language):
    header = HEADERS[language].replace("|", ";")
    parsed, cells = read(csv("31.12.2023 23:00;-3,5;81;4,2;9,1;250;1013,2;0,4", header=header))
    assert not parsed.assumed and not parsed.unread
    assert [cells.values[v].tolist() for v in VARIABLES] == [[-3.5], [81], [4.2], [9.1], [250], [1013.2], [0.4]]
    assert cells.timestamp[0] == np.datetime64("2023-12-31T23:00", "us")


@pytest.mark.parametrize(
    "name",
    [
        "Temperatura (máx)", "Température (sol)", "Temperatura (interior)", "Temperatur (Erdboden)", "Температура (мин)",
        "Température (ressenti)", "Temperatuur (binnen)", "気温(最高)", "기온(최저)", "Temperatura (odczuwalna)",
    ],
)  # fmt: skip
def test_what_brackets_make_another_thing_is_no_air_temperature(name):
    parsed, _ = read(csv("2023-12-31 23:00,5,81", header=f"Time,{name},Humidity (%)"))
    assert "temperature_c" not in parsed.columns and name in parsed.unread


@pytest.mark.parametrize(
    ("word", "month"),
    [
        ("January", 1), ("Okt.", 10), ("août", 8), ("marraskuu", 11), ("juin", 6), ("juil.", 7), ("мая", 5), ("Sept", 9),
        ("září", 9), ("cze", 6), ("lip", 0), ("listopad", 0), ("srpna", 8), ("Dez", 12), ("ago", 8), ("jui", 0), ("ju", 0), ("abc", 0), ("", 0),
    ],
)  # fmt: skip
def test_months_are_known_by_name_and_beginning_where_it_is_one_alone(word, month):
    assert month_of(word) == month


@pytest.mark.parametrize(
    "text",
    [
        "5. Oktober 2023 14:00", "5 octubre 2023 14:00", "5 de octubre de 2023 14:00", "jeudi 5 octobre 2023 14h00",
        "Thu Oct 05 14:00:00 2023", "05Oct2023:14:00:00", "Donnerstag, 5. Oktober 2023 14:00 Uhr", "14:00 05.10.2023",
        "2023-10-05_14:00", "2023-10-05-14:00", "1696514400", "1696514400000", "2023.10.05. 14:00", "05.10.2023. 14:00",
        "5 października 2023 14:00", "2023-278 14:00", "5/10/2023 2:00 p. m.",
    ],
)  # fmt: skip
def test_a_time_is_read_as_it_is_written(text):
    options = {"date_order": "dmy"} if text.startswith(("5/10", "05.10")) else {}
    _, cells = read(csv(f'"{text}",5', header="Time,Temperature (C)"), **options)
    assert cells.timestamp[0] == np.datetime64("2023-10-05T14:00", "us")


def test_day_of_year_and_hour_are_a_time():
    rows = [f"2023,{36 + h // 24},{h % 24},5" for h in range(30)]
    _, cells = read(csv(*rows, header="Year,DOY,Hour,Temperature (C)"))
    assert cells.timestamp[[0, 1, 29]].tolist() == [
        np.datetime64(t, "us").item() for t in ("2023-02-05T00:00", "2023-02-05T01:00", "2023-02-06T05:00")
    ]


POINTS = {
    "German": "N NNO NO ONO O OSO SO SSO S SSW SW WSW W WNW NW NNW",
    "French": "N NNE NE ENE E ESE SE SSE S SSO SO OSO O ONO NO NNO",
    "Dutch": "N NNO NO ONO O OZO ZO ZZO Z ZZW ZW WZW W WNW NW NNW",
    "Czech": "S SSV SV VSV V VJV JV JJV J JJZ JZ ZJZ Z ZSZ SZ SSZ",
    "Swedish": "N NNÖ NÖ ÖNÖ Ö ÖSÖ SÖ SSÖ S SSV SV VSV V VNV NV NNV",
    "Japanese": "北 北北東 北東 東北東 東 東南東 南東 南南東 南 南南西 南西 西南西 西 西北西 北西 北北西",
}


@pytest.mark.parametrize("language", POINTS)
def test_the_sixteen_points_are_read_in_every_language(language):
    rows = [f"2023-01-01 {h:02}:00,5,{point}" for h, point in enumerate(POINTS[language].split())]
    _, cells = read(csv(*rows, header="Time,Temperature (C),Wind Direction"))
    assert cells.values["wind_direction_deg"].tolist() == [22.5 * i for i in range(16)]


@pytest.mark.parametrize(("values", "is_read"), [((0, 4, 8), False), ((0, 40, 80), True)])
def test_a_cloud_cover_of_at_most_ten_is_not_taken_for_percent(values, is_read):
    rows = [f"2023-01-01 {h:02}:00,5,{v}" for h, v in enumerate(values)]
    parsed, _ = read(csv(*rows, header="Time,Temperature (C),Cloud Cover"))
    assert ("cloud_cover_percent" in parsed.columns) is is_read
    assert is_read or any('units = { cloud_cover_percent = "okta" }' in w for w in parsed.warnings)


FALLEN = [
    0,
    0,
    0.5,
    0,
    1.3,
    0.2,
    0,
    0,
    0,
    0,
    0,
    1.3,
    0,
    0,
    0,
    0,
    0,
    0,
    2.4,
    0,
    0,
    0.1,
    0.3,
    0,
    0,
    0,
    0,
    0,
    1.2,
    0,
    0,
    0.9,
    0,
    0,
]


def test_the_readings_of_a_counter_are_told_from_amounts_of_hours():
    since_midnight = [sum(FALLEN[24 * (i // 24) : i + 1]) for i in range(len(FALLEN))]
    assert is_counter(np.cumsum(FALLEN)) and is_counter(np.array(since_midnight))
    assert is_counter(np.cumsum(FALLEN)[::-1])
    assert not is_counter(np.array(FALLEN)) and not is_counter(np.repeat([0, 0.2, 0], [20, 12, 20]))
    assert not is_counter(np.array([])) and not is_counter(np.full(50, np.nan))


@pytest.mark.skipif(not field.FIELD.exists(), reason="the real files are not here")
@pytest.mark.parametrize(
    "name",
    [
        "lcd_v2_lincoln.csv", "lcd_v1_atlanta.csv", "knmi_uurgeg_260.txt", "inmet_a701_2016.csv", "mf_synop_opendatasoft.csv",
        "meteoswiss_basel.csv", "nycflights13_weather.csv", "kaggle_spain_weather.csv", "davis_downld02_a.txt", "toa5_mast_10min.csv",
    ],
)  # fmt: skip
def test_no_real_file_of_amounts_looks_like_a_counter(name):
    name = f"files/{name}"
    parsed = formats.read(field.source_of(field.FIELD / name), field.options_of(field.SETTINGS.get(name, "")))
    cells = read_cells(parsed.rows, formats.reading_of(parsed.declared, units={}), "UTC")
    known = cells.states["precipitation_mm"] == OK
    amounts = np.where(known, cells.values["precipitation_mm"], np.nan)
    parts = [amounts[i : i + n] for n in (24, 72, 240, len(amounts)) for i in range(0, len(amounts), n)]
    assert not any(is_counter(part) for part in parts)


def test_a_counter_is_not_read_and_the_line_that_is_told_reads_it():
    rows = [f"2023-01-{1 + i // 24:02} {i % 24:02}:00,5,{v:.1f}" for i, v in enumerate(np.cumsum(FALLEN))]
    data = csv(*rows, header="Time (UTC),Temperature (C),Rain (mm)")
    parsed, _ = read(data)
    assert "precipitation_mm" not in parsed.columns
    inspection = inspect(formats.Source("x.csv", [formats.Member("x.csv", data)]), formats.Options())
    [line] = [line for line in inspection.settings if line.startswith("format = ")]
    again = formats.read_text(data, options_of(parse_settings(line, source="station.toml", version="1"), ()))
    assert again.precipitation == {"kind": "counter", "resets": "day"}


@pytest.mark.parametrize(
    ("name", "variable", "cell", "value"),
    [
        ("Sea Level Pressure_inHg", "pressure_msl_hpa", "29.92", 1013.2),
        ("seaLevelPressureInHg", "pressure_msl_hpa", "29.92", 1013.2),
        ("Humidity in %", "humidity_percent", "81", 81),
        ("Temperature in Celsius", "temperature_c", "5", 5),
        ("rain_in", "precipitation_mm", "0.5", 12.7),
    ],
)
def test_a_unit_at_the_end_of_a_name_is_obeyed(name, variable, cell, value):
    parsed, cells = read(csv(f"2023-01-01 00:00,{cell},1", header=f"Time,{name},Visibility (km)"))
    assert not parsed.assumed and cells.values[variable][0] == pytest.approx(value, abs=0.05)


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("cp1250", "Datum;Čas;Teplota;Vlhkost;Rychlost"),
        ("cp1250", "Data;Godzina;Temperatura powietrza;Wilgotność;Prędkość wiatru"),
        ("cp1251", "Дата;Время;Температура воздуха;Влажность;Скорость ветра"),
        ("koi8-r", "Дата;Время;Температура воздуха;Влажность;Скорость ветра"),
        ("cp932", "年月日;時刻;気温;相対湿度;風速"),
        ("cp949", "날짜;시간;기온;습도;풍속"),
    ],
)
def test_the_encoding_in_which_the_names_are_known_is_taken_and_told(encoding, header):
    text = csv("31.12.2023;23:00;-3,5;81;4,2", header=header).decode()
    parsed, cells = read(text.encode(encoding))
    assert cells.values["temperature_c"][0] == -3.5 and cells.values["humidity_percent"][0] == 81
    assert (
        parsed.encoding == encoding and f'write encoding = "{encoding}" into station.toml' in parsed.assumed["encoding"]
    )
    told, again = read(text.encode(encoding), encoding=encoding)
    assert "encoding" not in told.assumed and again.values["wind_speed_ms"][0] == cells.values["wind_speed_ms"][0]


def test_the_encoding_that_the_station_names_stands_though_another_would_know_more_names():
    text = csv("31.12.2023 23:00;-3,5;5", header="Datum;Teplota;Prędkość wiatru").decode()
    parsed, _ = read(text.encode("cp1250"))
    assert (parsed.encoding, "encoding" in parsed.assumed) == ("cp1250", True)
    parsed, _ = read(text.encode("cp1250"), encoding="cp1252")
    assert (parsed.encoding, "encoding" in parsed.assumed) == ("cp1252", False)


@pytest.mark.parametrize(
    "header", ["Date;Heure;Température;Humidité;Vitesse du vent", "Datum;Uhrzeit;Temperatur;Luftfeuchte;Böe"]
)
def test_an_encoding_that_knows_no_more_names_is_not_guessed(header):
    parsed, _ = read(csv("31.12.2023;23:00;-3,5;81;4,2", header=header).decode().encode("cp1252"))
    assert parsed.encoding == "cp1252" and "encoding" not in parsed.assumed
