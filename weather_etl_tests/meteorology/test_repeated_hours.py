"""Times that the wall clock shows twice, in files that follow each other: 25 October 2020, 02:00 to 03:00 in Budapest.

The first of the two hours is that of 00 UTC, the second that of 01 UTC.
"""

import itertools
from datetime import timedelta

import pandas as pd
import pytest

from weather_etl.meteorology.observations import Observations
from weather_etl.stations import StationSettings
from weather_etl_tests.meteorology.making import LANDED_AT, File, csv, observed

ZONE = "Europe/Budapest"


def file(name: str, *rows: str, later: int = 0, header: str = "Formatted Date,Temperature (C)") -> File:
    """A file of rows such as `02:00,5`, that landed so many minutes after the first."""
    lines = (f"2020-10-25 {row}" for row in rows)
    return File(csv(*lines, header=header), f"szeged/{name}", LANDED_AT + timedelta(minutes=later))


def hours(observations: Observations) -> dict[int, float]:
    """UTC hour of the day -> temperature; the evening before is negative."""
    table = observations.validated.dropna(subset=["temperature_c"])
    start = table["timestamp"].dt.tz_localize(None) - pd.Timestamp("2020-10-25")
    return dict(
        zip((start.dt.total_seconds() // 3600).astype(int).tolist(), table["temperature_c"].tolist(), strict=True)
    )


def read(*files: File) -> Observations:
    return observed(*files, timezone=ZONE, settings=StationSettings(timezone=ZONE, has_timezone=True))


def told_by_names(observations: Observations) -> bool:
    return any("in the order of their names" in w for w in observations.warnings)


def untold(observations: Observations) -> bool:
    return any("they are in quarantine" in w for w in observations.warnings)


BORDER = (("01:00,1", "02:00,2"), ("02:00,3", "03:00,4"))
IN_ORDER = {-1: 1, 0: 2, 1: 3, 2: 4}


def test_the_first_hour_is_that_of_the_file_that_ends_with_it():
    observations = read(file("x.csv", *BORDER[0]), file("y.csv", *BORDER[1]))
    assert hours(observations) == IN_ORDER and observations.warnings == []


@pytest.mark.parametrize("names", list(itertools.permutations(("7.csv", "8.csv"))))
@pytest.mark.parametrize("later", [(0, 60), (60, 0)])
def test_neither_names_nor_arrival_count_where_the_times_tell(names, later):
    observations = read(*(file(n, *rows, later=m) for n, rows, m in zip(names, BORDER, later, strict=True)))
    assert hours(observations) == IN_ORDER and observations.warnings == []


def test_a_border_within_the_hour_is_one_too():
    first = file("x.csv", "01:30,0", "02:00,1", "02:20,1", "02:40,1", "02:00,2")
    second = file("y.csv", "02:20,2", "02:40,2", "03:00,3")
    assert hours(read(first, second)) == {0: 1, 1: 2, 2: 3}
    assert read(first, second).quarantined.empty


def test_files_whose_newest_rows_come_first_are_read_the_other_way_round():
    observations = read(*(file(f"{i}.csv", *reversed(rows)) for i, rows in enumerate(BORDER)))
    assert hours(observations) == IN_ORDER


def test_of_two_files_of_the_hour_alone_the_name_tells_and_it_is_said():
    names = ("1000.csv", "200.csv")  # by number, not by letter
    observations = read(file(names[0], "02:00,3", "02:30,3"), file(names[1], "02:00,2", "02:30,2"))
    assert hours(observations) == {0: 2, 1: 3, 2: 3}
    assert told_by_names(observations)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("20201025T00.csv", "20201025T01.csv"), ("02.csv", "02_1.csv"), ("02.csv", "02 (1).csv"), ("02 (1).csv", "02 (2).csv"),
        ("a.csv", "b.csv"), ("02a.csv.gz", "02b.csv.gz"), ("02.csv", "02b.csv"), ("25/9.csv", "25/10.csv"), ("h9/x.csv", "h10/x.csv"),
        ("2020-10-25-02.csv", "2020-10-25-02 (1).csv"), ("2020-10-25 02.csv", "2020-10-25 02_2.csv"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("arrival", [1, -1])
def test_names_that_sort(first, second, arrival):
    observations = read(
        *[file(first.replace(".gz", ""), "02:00,2"), file(second.replace(".gz", ""), "02:00,3")][::arrival]
    )
    assert hours(observations) == {0: 2, 1: 3} and told_by_names(observations)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("3f2a.csv", "77bc.csv"), ("morning.csv", "evening.csv"), ("x1.csv", "y2.csv"), ("1.csv", "01.csv"),
        ("a.csv", "a.txt"), ("de305d54.csv", "9e305d55.csv"),
    ],
)  # fmt: skip
def test_names_that_do_not_sort_tell_nothing(first, second):
    observations = read(file(first, "02:00,2"), file(second, "02:00,3"))
    assert observations.quarantined["reason"].tolist() == ["TIMESTAMP_AMBIGUOUS"] * 2
    assert untold(observations) and not told_by_names(observations)


def test_names_that_run_against_the_time_tell_nothing():
    day = [file(f"{9 - i}.csv", row) for i, row in enumerate(("01:00,1", "02:00,2", "02:00,3", "03:00,4"))]
    observations = read(*day)
    assert hours(observations) == {-1: 1, 2: 4} and untold(observations)


def test_reports_of_a_file_each_follow_each_other():
    clock = ("01:40", "02:00", "02:20", "02:40", "02:00", "02:20", "02:40", "03:00")
    observations = read(*(file(f"{i}.csv", f"{t},{i}") for i, t in enumerate(clock)))
    assert hours(observations) == {0: 1, 1: 4, 2: 7} and observations.quarantined.empty and told_by_names(observations)


def test_an_hour_that_came_twice_is_not_two_hours():
    observations = read(file("1.csv", "01:00,1", "02:00,2"), file("2.csv", "02:00,2", "03:00,4"))
    assert hours(observations) == {-1: 1, 2: 4} and untold(observations)


def test_an_hour_that_came_once_more_is_told_with_the_others():
    observations = read(*(file(f"{i}.csv", *BORDER[i // 2]) for i in range(4)))
    assert hours(observations) == IN_ORDER and observations.quarantined.empty


def test_files_that_overlap_are_told_by_the_one_that_has_both():
    clock = [("00:00,0", "01:00,1", "02:00,2"), ("01:00,1", "02:00,2", "02:00,3"), ("02:00,2", "02:00,3", "03:00,4")]
    observations = read(*(file(f"{i}.csv", *rows) for i, rows in enumerate(clock)), file("9.csv", "02:00,3", "03:00,4"))
    assert hours(observations) == {-2: 0} | IN_ORDER and observations.quarantined.empty


def test_a_file_that_spans_the_change_and_has_the_hour_once_does_not_say_which():
    observations = read(file("1.csv", "01:00,1", "02:00,2", "03:00,4"), file("2.csv", "02:00,3"))
    assert hours(observations) == {-1: 1, 2: 4} and untold(observations)


def test_an_hour_that_stands_once_waits_for_the_other():
    alone = file("1.csv", *BORDER[0])
    assert hours(read(alone)) == {-1: 1} and untold(read(alone))
    assert hours(read(alone, file("2.csv", *BORDER[1]))) == IN_ORDER


def test_files_of_other_columns_are_no_part_of_the_order():
    wind = [file(f"w{i}.csv", *rows, header="Formatted Date,Wind Speed (m/s)") for i, rows in enumerate(BORDER)]
    observations = read(*(file(f"t{i}.csv", *rows) for i, rows in enumerate(BORDER)), *wind)
    assert hours(observations) == IN_ORDER
    assert observations.validated["wind_speed_ms"].tolist() == [1, 2, 3, 4]


def test_files_of_two_instruments_have_an_order_each():
    mine = [file(f"in/{i}.csv", *rows) for i, rows in enumerate(BORDER)]
    other = [file(f"out/{i}.csv", *(f"{r.partition(',')[0]},{9 + i}" for r in rows)) for i, rows in enumerate(BORDER)]
    observations = read(*mine, *other)
    assert (
        hours(observations) == {-1: 9, 0: 9, 1: 10, 2: 10}
        and observations.quarantined.empty
        and observations.twice == []
    )
    observations = read(*mine, other[0])
    assert (
        hours(observations)[1] == 3 and len(observations.quarantined) == 1
    )  # the other instrument's second file is still to come


def test_three_files_of_the_hour_are_one_too_many():
    observations = read(*(file(f"{i}.csv", f"02:00,{i}") for i in range(3)))
    assert len(observations.quarantined) == 3 and observations.validated.empty


def test_the_order_in_which_files_come_does_not_show():
    files = [file(f"{i}.csv", row) for i, row in enumerate(("01:00,1", "02:00,2", "02:00,3", "03:00,4"))]
    for later in itertools.permutations(range(4)):
        moved = [File(f.data, f.name, LANDED_AT + timedelta(minutes=m)) for f, m in zip(files, later, strict=True)]
        assert hours(read(*moved)) == IN_ORDER


def test_a_change_at_midnight():
    day = [File(csv(f"2024-11-{d} {t},{i}"), f"szeged/{i}.csv", LANDED_AT + timedelta(days=365))
           for i, (d, t) in enumerate((("02", "23:00"), ("03", "00:00"), ("03", "00:00"), ("03", "01:00")))]  # fmt: skip
    observations = observed(*day, timezone="America/Havana")  # at 01:00 back to 00:00
    assert observations.validated["timestamp"].dt.hour.tolist() == [3, 4, 5, 6]
    assert observations.validated["temperature_c"].tolist() == [0, 1, 2, 3]
