"""Files of no particular format, their times: in which column, in which form, and what is a day and no hour."""

from datetime import date, timedelta

import numpy as np
import pytest

from weather_etl.meteorology.month_names import month_of
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl_tests.meteorology.generic_files import HOURS, UTC_TIME, column_of, read, table
from weather_etl_tests.meteorology.making import csv


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "ReadTime", "last_updated"])
def test_a_time_that_no_name_tells_is_found_by_its_cells(name):
    data = csv("2023-01-31 05:00,5,80", "2023-01-31 06:00,6,81", header=f"{name},temp (C),humidity (%)")
    parsed, cells = read(data)
    assert str(cells.timestamp[1])[:16] == "2023-01-31T06:00" and parsed.zone_is_assumed
    assert cells.values["temperature_c"].tolist() == [5, 6]


def test_a_column_that_only_has_the_name_of_a_time_gives_way_to_one_whose_cells_are_times():
    data = csv("2023-01-31 05:00;6.3 °C;80 %", "2023-01-31 06:00;6.1 °C;81 %", header="momento;ts;humedad")
    assert str(read(data)[1].timestamp[1])[:16] == "2023-01-31T06:00"


def test_of_two_times_without_a_usual_name_the_end_of_the_period_is_read():
    data = csv("2023-01-31 05:00,2023-01-31 06:00,5", header="PeriodStart,PeriodEnd,temp (C)")
    assert str(read(data)[1].timestamp[0])[:16] == "2023-01-31T06:00"
    with pytest.raises(Rejected, match="no column for the time"):
        read(csv("2023-01-31 05:00,2023-01-31 06:00,5", header="Mounted,Calibrated,temp (C)"))


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


def test_a_date_of_two_digits_is_no_clock():
    with pytest.raises(Rejected) as caught:
        read(csv(*(f"{d:02}.01.19,{d}.5" for d in range(2, 32)), header="Date,temperature (C)"))
    assert caught.value.reason is Reason.DAILY_ONLY


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


def test_several_aliases_of_the_time_are_joined_in_their_order():
    data = csv("05:00,13.01.2023,5", header="Stunde,Tag,Temperature (C)")
    _, cells = read(data, aliases={"Tag": "timestamp", "Stunde": "timestamp"})
    assert str(cells.timestamp[0])[:16] == "2023-01-13T05:00"


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["1/1/2017 23:50", "1/31/2017 0:00"], "2017-01-01T23:50"),
        (["31.12.2016 23:00", "1.1.2017 0:00"], "2016-12-31T23:00"),
        (["12/02/21 23:00", "13/02/21 0:00"], "2021-02-12T23:00"),
        (["2017年01月02日05時"], "2017-01-02T05:00"),
        (["20170102 0500"], "2017-01-02T05:00"),
        (["2017010205"], "2017-01-02T05:00"),
        (["1483333200"], "2017-01-02T05:00"),
        (["02-Jan-2017 05:00"], "2017-01-02T05:00"),
        (["1/13/2017 5:00:00 PM"], "2017-01-13T17:00"),
        (["2017-01-01 24:00"], "2017-01-02T00:00"),
    ],
)
def test_each_form_of_times_is_read(texts, first):
    _, cells = read(table(("Time", texts), ("Temperature (C)", ["5"] * len(texts))))
    assert str(cells.timestamp[0])[:16] == first and not np.isnat(cells.timestamp).any()


def test_the_order_of_day_and_month_is_proven_by_rows_that_follow_each_other():
    texts = [f"{d:02}/03/2020 {h:02}:00" for d in (4, 5, 6) for h in range(24)]
    _, cells = read(table(("Time", texts), ("Temperature (C)", ["5"] * 72)))
    assert str(cells.timestamp[0])[:10] == "2020-03-04"


@pytest.mark.parametrize(("order", "day"), [("dmy", "2020-02-01"), ("mdy", "2020-01-02")])
def test_the_station_may_say_the_order_of_day_and_month(order, day):
    data = csv("01/02/2020 00:00,5", header="Time,Temperature (C)")
    assert str(read(data, date_order=order)[1].timestamp[0])[:10] == day


def test_the_station_may_say_the_form_of_its_times():
    data = csv("5 Uhr am 1.2.2020,5", header="Time,Temperature (C)")
    assert str(read(data, timestamp_format="%H Uhr am %d.%m.%Y")[1].timestamp[0])[:16] == "2020-02-01T05:00"
