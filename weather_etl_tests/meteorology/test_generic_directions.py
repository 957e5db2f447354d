"""Files of no particular format, their wind directions: degrees, tens of degrees, and compass points in many languages."""

import numpy as np
import pytest

from weather_etl.meteorology.formats.compass import read_points
from weather_etl_tests.meteorology.generic_files import UTC_TIME, day, left_out, options_of, read, values


def test_directions_up_to_36_are_not_taken_for_degrees():
    data = day(f"{UTC_TIME},Temperature (C),Wind Direction", lambda h: f"5,{h + 1}")
    assert '"10 degree"' in left_out(data, "Wind Direction")
    told = options_of('units = { wind_direction_deg = "10 degree" }')
    assert values(data, "wind_direction_deg", **told)[:2] == [10, 20]
    assert values(data, "wind_direction_deg", **options_of('units = { wind_direction_deg = "degree" }'))[:2] == [1, 2]


def test_a_column_that_says_degrees_is_read_though_it_ends_at_36():
    data = day(f"{UTC_TIME},Temperature (C),Wind Direction (deg)", lambda h: f"5,{h + 1}")
    assert values(data, "wind_direction_deg")[:2] == [1, 2]


def test_a_letter_among_numbers_is_no_direction():
    data = day(f"{UTC_TIME},Temp (C),WD", lambda h: f"5,{'V' if h == 3 else h * 10}")
    parsed, cells = read(data)
    assert np.isnan(cells.values["wind_direction_deg"][3]) and cells.values["wind_direction_deg"][4] == 40
    assert any("'V'" in w and "missing" in w for w in parsed.warnings)


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
