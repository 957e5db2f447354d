"""Stations beside each other: which years and months are compared, and the page."""

import numpy as np
import pandas as pd
import pytest

from weather_etl.errors import UserError
from weather_etl.report import comparison, comparison_pictures, pages
from weather_etl.report.comparison import QUANTITIES, Compared
from weather_etl_tests.report.elements import Elements
from weather_etl_tests.report.making import seasonal, tables

TEMPERATURE = QUANTITIES[0]


def of(station: str, first: str, last: str, mean: float, **columns: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    made = tables(first, last, temperature_c=seasonal(first, last, mean), **columns)
    return made.monthly.assign(station_id=station), made.yearly.assign(station_id=station)


@pytest.fixture(scope="module")
def compared() -> Compared:
    """A cold station of 2018 to 2020; a warm one of 2019 to 2021, with wind; one of half a year."""
    hours = len(seasonal("2019-01-01", "2021-12-31 23:00"))
    made = {
        "cold": of("cold", "2018-01-01", "2020-12-31 23:00", 5.0),
        "warm": of("warm", "2019-01-01", "2021-12-31 23:00", 15.0, wind_speed_ms=np.full(hours, 4.0)),
        "short": of("short", "2020-01-01", "2020-06-30 23:00", 10.0),
    }
    monthly, yearly = (pd.concat(frames, ignore_index=True) for frames in zip(*made.values(), strict=True))
    return Compared(tuple(made), monthly, yearly)


def test_means_are_those_of_the_years_that_all_stations_show(compared: Compared) -> None:
    lines = {line["label"]: line for line in comparison.summary(compared)}
    yearly = compared.yearly.set_index(["station_id", "year"])["temperature_mean_c"]
    both = [yearly[station][[2019, 2020]].mean() for station in ("cold", "warm")]
    line = lines["Mean temperature"]
    assert line["means"] == [pytest.approx(both[0]), pytest.approx(both[1]), None]
    assert line["years"] == "2019\u20132020 (2)"
    assert both[1] - both[0] == pytest.approx(10, abs=1e-6)


def test_a_quantity_that_one_station_has_is_compared_over_its_own_years(compared: Compared) -> None:
    lines = {line["label"]: line for line in comparison.summary(compared)}
    assert lines["Mean wind"]["means"] == [None, pytest.approx(4.0), None]
    assert lines["Mean wind"]["years"] == "2019\u20132021 (3)"
    assert "Precipitation" not in lines


def test_calendar_months_are_those_that_all_stations_show(compared: Compared) -> None:
    table, months = compared.months(TEMPERATURE)
    assert (list(table.index), months) == ([1, 2, 3, 4, 5, 6], 6)
    assert list(table.columns) == ["cold", "warm", "short"]


def test_stations_that_share_no_year_have_no_means_and_it_is_said(compared: Compared) -> None:
    early = compared.yearly[(compared.yearly["station_id"] != "cold") | (compared.yearly["year"] == 2018)]
    line = comparison.summary(Compared(("cold", "warm"), compared.monthly, early))[0]
    assert line["means"] == [None, None]
    assert line["years"] == "no year that all of them show"


@pytest.mark.parametrize(
    ("years", "told"),
    [([], "no year that all of them show"), ([2001], "2001 (1)"), ([2001, 2002, 2005], "2001\u20132002, 2005 (3)")],
)
def test_years_are_told_in_spans(years: list[int], told: str) -> None:
    assert comparison.years_in_words(years) == told


def test_more_stations_than_can_be_told_apart_are_refused() -> None:
    assert comparison.chosen(["b", "a", "b"]) == ("b", "a")
    with pytest.raises(UserError, match="at most 8 stations, and these are 9"):
        comparison.chosen([f"s{i}" for i in range(9)])


def test_the_page_is_small_loads_nothing_and_tells_in_words_what_it_draws(compared: Compared) -> None:
    page = pages.comparison_page(compared)
    elements = Elements(page.html.decode())
    assert len(page.html) < 150_000
    assert elements.of("script") == [] and elements.of("link") == [{"rel": "icon", "href": "data:,"}]
    assert [p.name for p in page.pictures] == ["by_month", "by_year"]
    alts = [str(image["alt"]) for image in elements.of("img")]
    assert len(alts) == 2 and all("cold" in alt and "warm" in alt for alt in alts)
    assert all(str(image["src"]).startswith("data:image/svg+xml;base64,") for image in elements.of("img"))


def test_the_same_tables_give_the_same_pictures(compared: Compared) -> None:
    assert comparison_pictures.draw(compared) == comparison_pictures.draw(compared)


def test_stations_without_any_whole_month_give_a_page_without_pictures(compared: Compared) -> None:
    nothing = compared.monthly.iloc[:0], compared.yearly.iloc[:0]
    page = pages.comparison_page(Compared(("cold",), *nothing))
    assert page.pictures == [] and b"No station has a complete year yet." in page.html


def test_names_of_stations_are_text_on_the_page() -> None:
    evil = "<script>alert(1)</script>\u202e"
    names = (evil, "warm")
    made = [of(name, "2019-01-01", "2020-12-31 23:00", 5.0 + i) for i, name in enumerate(names)]
    monthly, yearly = (pd.concat(frames, ignore_index=True) for frames in zip(*made, strict=True))
    page = pages.comparison_page(Compared(names, monthly, yearly))
    text = page.html.decode()
    assert "<script" not in text and "\u202e" not in text and "&lt;script&gt;alert(1)" in text
    assert Elements(text).of("script") == []
