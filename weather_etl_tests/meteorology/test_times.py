"""Texts of times, form by form: what is read, in which zone, and what is none."""

import itertools

import pyarrow as pa
import pytest

from weather_etl.meteorology.cell_times import read_form, read_times
from weather_etl.meteorology.repeated_hours import FileRows

BUDAPEST = "Europe/Budapest"
NOT_A_TIME = "NaT"


def utc(*texts: str, zone: str = "UTC", form: str = "iso", before: tuple[tuple[str, str], ...] = ()) -> list[str]:
    """The times of a file, to the minute."""
    times, _, _ = read_times(pa.array(texts, pa.string()), zone, FileRows.of_one(len(texts)), form, before)
    return times.astype("datetime64[m]").astype(str).tolist()


def shown(text: str, form: str) -> str:
    return str(read_form(pa.array([text], pa.string()), form).astype("datetime64[m]")[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-01-01 24:00", "2020-01-01T23:00"),
        ("2020-01-01T24:00:00", "2020-01-01T23:00"),
        ("2020-01-01 24:00Z", "2020-01-02T00:00"),
        ("2020-01-01 24:00-05:00", "2020-01-02T05:00"),
        ("2020-01-01T24:00:00.000+0200", "2020-01-01T22:00"),
        ("2020-01-01 24:00 UTC", "2020-01-02T00:00"),
        ("2020-01-01 24:30-05:00", NOT_A_TIME),
        ("2020-01-01 24:00:01-05:00", NOT_A_TIME),
    ],
)
def test_the_midnight_that_ends_a_day_is_read_with_and_without_an_offset(text, expected):
    assert utc(text, zone=BUDAPEST) == [expected]


@pytest.mark.parametrize("day", ["2020-01-13", "2020-01-13T00", "2020-01-13 00:00"])
def test_the_day_of_a_date_is_no_offset(day):
    # a text beside it that is no ISO 8601 has them read one by one
    assert utc(day, "2020/01/14 00:00", zone=BUDAPEST) == ["2020-01-12T23:00", "2020-01-13T23:00"]


@pytest.mark.parametrize(
    ("text", "form"),
    [("202001012430", "%Y%m%d%H%M"), ("2020-01-01 24:30", "%Y-%m-%d %H:%M"), ("1.1.2020 24:30", "dmy")],
)
def test_half_past_24_is_no_time_in_any_form(text, form):
    assert shown(text, form) == NOT_A_TIME
    assert shown(text.replace("30", "00"), form) == "2020-01-02T00:00"


@pytest.mark.parametrize("clock", ["12:60:00", "24:60:00", "24:00:30", "23:59:61", "25:00:00"])
@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "ymd", "iso"])
def test_what_no_clock_shows_is_no_time_in_any_form(clock, form):
    assert shown(f"2020-01-01 {clock}", form) == NOT_A_TIME


@pytest.mark.parametrize(("year", "century"), [("00", 20), ("68", 20), ("69", 19), ("99", 19)])
@pytest.mark.parametrize("form", ["dmy", "%d.%m.%y"])
def test_years_of_two_digits_up_to_68_are_of_this_century(year, century, form):
    assert shown(f"31.12.{year}", form) == f"{century}{year}-12-31T00:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-01-01 下午1:00", "2020-01-01T13:00"),
        ("2020-01-01 上午12:30", "2020-01-01T00:30"),
        ("2020-01-01 下午12:30", "2020-01-01T12:30"),
        ("2020-01-01 下午13:00", NOT_A_TIME),
        ("2020-01-01 午前13:00", NOT_A_TIME),
        ("2020-01-01 1:00 PM", "2020-01-01T13:00"),
        ("2020-01-01 13:00 PM", NOT_A_TIME),
        ("2020-01-01 0:30 AM", NOT_A_TIME),
    ],
)
def test_half_a_day_has_twelve_hours(text, expected):
    assert shown(text, "ymd") == expected


@pytest.mark.parametrize("form", ["iso", "%Y-%m-%d %H:%M"])
def test_of_several_former_zones_the_earliest_that_a_time_lies_before_holds_in_whatever_order_they_stand(form):
    texts = ("1989-12-31 23:59", "1990-01-01 00:00", "1999-12-31 23:59", "2000-01-01 00:00")
    former = (("1990-01-01", "UTC+03:00"), ("2000-01-01", "UTC+02:00"))
    for before in itertools.permutations(former):
        found = utc(*texts, form=form, before=before)
        assert found == ["1989-12-31T20:59", "1989-12-31T22:00", "1999-12-31T21:59", "2000-01-01T00:00"]
