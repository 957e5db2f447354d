"""What the time of a row means: offsets, zones, hours that occur twice or not at all, and the hour it belongs to."""

import pytest

from weather_etl_tests.meteorology.making import LANDED_AT, File, csv, observed


def times(*texts: str, timezone: str = "UTC", **options) -> list[str]:
    """The hours of the observations that a file with these times gives."""
    validated = observed(
        File(csv(*(f"{t},{5 + i}" for i, t in enumerate(texts))), **options), timezone=timezone
    ).validated
    return [f"{t:%Y-%m-%dT%HZ}" for t in validated["timestamp"]]


def reasons(*texts: str, timezone: str = "UTC", **options) -> list[str]:
    """Why rows with these times were quarantined."""
    data = csv(*(f"{t},{5 + i}" for i, t in enumerate(texts)), *(f"2019-01-01T{h:02}:00Z,1" for h in range(24)))
    return observed(File(data, **options), timezone=timezone).quarantined["reason"].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-01 14:00:00.000 +0200",
        "2020-07-01 14:00:00 +02:00",
        "2020-07-01T14:00+0200",
        "2020-07-01 14:00:00+02",
        "2020-07-01T12:00:00Z",
        "2020-07-01T12:00:00.000000Z",
        "2020-07-01T12:00z",
        " 2020-07-01 12:00 Z ",
        "2020-07-01 08:30 -0330",
        "2020-07-01T120000Z",
    ],
)
def test_an_offset_in_the_text_wins_over_the_zone_of_the_station(text):
    assert times(text, timezone="America/New_York") == ["2020-07-01T12Z"]


@pytest.mark.parametrize("text", ["2020-07-01 14:00", "2020-07-01T14:00", "2020-07-01 14:00:00.000", "2020-07-01 14"])
def test_a_time_without_an_offset_is_in_the_zone_of_the_station(text):
    assert times(text, timezone="Europe/Budapest") == ["2020-07-01T12Z"]


def test_times_with_and_without_offset_may_stand_in_one_file():
    texts = ("2020-07-01 14:00", "2020-07-01 13:00:00.000 +0000", "2020-07-01T16:00+02")
    assert times(*texts, timezone="Europe/Budapest") == ["2020-07-01T12Z", "2020-07-01T13Z", "2020-07-01T14Z"]


def test_one_hour_with_two_offsets_is_two_hours():
    assert times("2020-10-25 02:00:00.000 +0200", "2020-10-25 02:00:00.000 +0100") == [
        "2020-10-25T00Z",
        "2020-10-25T01Z",
    ]


AUTUMN = ("2020-10-25 01:00", "2020-10-25 02:00", "2020-10-25 02:00", "2020-10-25 03:00")

AUTUMN_UTC = ["2020-10-24T23Z", "2020-10-25T00Z", "2020-10-25T01Z", "2020-10-25T02Z"]


def temperatures(*rows: str, timezone: str) -> dict[str, float]:
    validated = observed(csv(*rows), timezone=timezone).validated
    return {f"{t:%Y-%m-%dT%HZ}": x for t, x in zip(validated["timestamp"], validated["temperature_c"], strict=True)}


def test_the_hour_that_occurs_twice_is_told_by_the_order_of_the_rows():
    by_time = temperatures(*(f"{t},{i}" for i, t in enumerate(AUTUMN)), timezone="Europe/Budapest")
    assert by_time == dict(zip(AUTUMN_UTC, [0, 1, 2, 3], strict=True))


def test_the_hour_that_occurs_twice_is_told_by_the_order_of_the_rows_where_the_newest_come_first():
    by_time = temperatures(*(f"{t},{i}" for i, t in reversed(list(enumerate(AUTUMN)))), timezone="Europe/Budapest")
    assert by_time == dict(zip(AUTUMN_UTC, [0, 1, 2, 3], strict=True))


def test_half_hours_that_occur_twice_are_told_by_the_order_of_the_rows():
    clock = ("01:30", "02:00", "02:40", "02:00", "02:40", "03:00")
    by_time = temperatures(*(f"2020-10-25 {t},{i}" for i, t in enumerate(clock)), timezone="Europe/Budapest")
    assert by_time == {"2020-10-25T00Z": 1, "2020-10-25T01Z": 3, "2020-10-25T02Z": 5}


def test_half_an_hour_that_occurs_twice_is_told_by_the_order_of_the_rows():
    by_time = temperatures(
        "2021-04-04 01:00,0", "2021-04-04 01:30,1", "2021-04-04 01:30,2", timezone="Australia/Lord_Howe"
    )
    assert by_time == {"2021-04-03T14Z": 0, "2021-04-03T15Z": 2}


def test_an_hour_that_occurs_twice_but_stands_once_is_ambiguous():
    assert reasons("2020-10-25 01:00", "2020-10-25 02:00", timezone="Europe/Budapest") == ["TIMESTAMP_AMBIGUOUS"]


def test_an_hour_that_occurs_twice_but_stands_three_times_is_ambiguous():
    assert reasons(*["2020-10-25 02:00"] * 3, timezone="Europe/Budapest") == ["TIMESTAMP_AMBIGUOUS"] * 3


def test_an_ambiguous_hour_of_one_year_leaves_those_of_other_years_alone():
    texts = (*AUTUMN, "2021-10-31 01:00", "2021-10-31 02:00", "2021-10-31 03:00")
    found = times(*texts, timezone="Europe/Budapest")
    assert found == [*AUTUMN_UTC, "2021-10-30T23Z", "2021-10-31T02Z"]


def test_an_hour_that_does_not_exist_is_quarantined():
    assert reasons("2020-03-29 02:30", timezone="Europe/Budapest") == ["TIMESTAMP_NONEXISTENT"]


@pytest.mark.parametrize("text", ["", "null", "NA", "n/a", "NaN", "M", "-", "-9999", "  "])
def test_a_row_without_a_time_is_quarantined(text):
    assert reasons(text) == ["TIMESTAMP_MISSING"]


@pytest.mark.parametrize(
    "text",
    [
        "total", "2020-02-30 00:00", "2020-13-01", "2020-01-01 24:30", "2020-01-01 12:60", "01/02/2020 00:00",
        "2020-01-01 00:00 BST", "1577836800", "2020-01-01 00:00 +9900", "20200101",
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_read_is_quarantined(text):
    assert reasons(text) == ["TIMESTAMP_INVALID"]


@pytest.mark.parametrize("text", ["1849-12-31T23:59:59Z", "0001-01-01T00:00Z", "1700-01-01 00:00:00.000 +0000"])
def test_a_time_before_1850_is_quarantined(text):
    assert reasons(text) == ["TIMESTAMP_OUT_OF_RANGE"]


def test_the_first_hour_of_1850_is_read():
    assert times("1850-01-01T00:00Z") == ["1850-01-01T00Z"]


@pytest.mark.parametrize("text", ["2024-01-01T01:00:00.001Z", "2024-01-01 03:00:00.001 +0200", "9999-12-31T00:00Z"])
def test_a_time_more_than_an_hour_after_landing_is_quarantined(text):
    assert reasons(text, landed_at=LANDED_AT) == ["TIMESTAMP_OUT_OF_RANGE"]


def test_a_time_an_hour_after_landing_is_read():
    assert times("2024-01-01T01:00:00Z", landed_at=LANDED_AT) == ["2024-01-01T01Z"]


@pytest.mark.parametrize(
    ("text", "slot"),
    [("11:29:59", 11), ("11:30", 12), ("11:31", 12), ("12:00", 12), ("12:29:59.999", 12), ("12:30", 13)],
)
def test_a_report_belongs_to_the_nearest_hour_half_up(text, slot):
    assert times(f"2020-01-01T{text}Z") == [f"2020-01-01T{slot}Z"]


def test_reports_before_1970_belong_to_the_nearest_hour_too():
    assert times("1950-01-01T11:30Z", "1950-01-01T12:40Z") == ["1950-01-01T12Z", "1950-01-01T13Z"]


def test_rows_come_in_time_order_whatever_the_order_of_the_lines():
    assert times("2020-01-01T05:00Z", "2020-01-01T03:00Z", "2020-01-01T04:00Z") == [
        f"2020-01-01T0{h}Z" for h in (3, 4, 5)
    ]
