"""Formats of providers: recognised by content whatever the form, refused in one sentence, and whole after damage."""

import gzip
import json
import random

import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.observations import observe
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl_tests.files import weather_csv
from weather_etl_tests.meteorology.damage import hurt, seeds_of_damage
from weather_etl_tests.meteorology.making import STATION, File, raw_of
from weather_etl_tests.meteorology.provider_files import (
    BULK,
    DAILY,
    IEM,
    ISD_LITE,
    JSON,
    LANDED,
    OPEN_METEO,
    SPLIT,
    TWO_PLACES,
    global_hourly,
    parsed,
)

FORMATS = {
    "iem_asos": IEM,
    "open_meteo": OPEN_METEO.encode(),
    "noaa_isd_lite": ISD_LITE,
    "noaa_global_hourly": global_hourly({}),
    "meteostat_bulk": BULK,
    "kaggle_szeged": weather_csv(),
}


@pytest.mark.parametrize("adapter", FORMATS)
@pytest.mark.parametrize(
    "form", [bytes, gzip.compress, lambda d: b"\xef\xbb\xbf" + d, lambda d: d.replace(b"\n", b"\r\n")]
)
def test_each_format_is_told_by_its_content(adapter, form):
    assert parsed(form(FORMATS[adapter])).profile == adapter


@pytest.mark.parametrize("adapter", FORMATS)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_each_format_gives_the_same_rows_with_other_line_ends(adapter, end):
    data = FORMATS[adapter].replace(b"\r\n", b"\n")
    assert parsed(data.replace(b"\n", end.encode())).rows.to_pylist() == parsed(data).rows.to_pylist()


@pytest.mark.parametrize("adapter", FORMATS)
def test_what_a_manifest_keeps_of_a_file_is_plain_data(adapter):
    declared = parsed(FORMATS[adapter]).declared
    again = json.loads(json.dumps(declared))
    assert formats.reading_of(again) == formats.reading_of(declared)


REFUSED = {
    "GSOD": (Reason.DAILY_ONLY, '"STATION","DATE","LATITUDE","LONGITUDE","ELEVATION","NAME","TEMP","DEWP"\n"01001099999","2020-01-01","70.9","-8.6","9.0","JAN MAYEN","  21.5","  13.2"\n'),
    "daily means": (Reason.DAILY_ONLY, "Time,Temperature (C)\n2023-01-01,5.0\n2023-01-02,6.8\n2023-01-03,7.1\n"),
    "daily extremes at midnight": (Reason.DAILY_ONLY, "Time,Temp Min (C),Temp Max (C),Temperature (C)\n2023-01-01 00:00,1,5,3\n2023-01-02 00:00,2,6,4\n2023-01-03 00:00,2,6,4\n"),
    "EPW": (Reason.TYPICAL_YEAR, "LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,41.98,-87.92,-6.0,201.0\nDESIGN CONDITIONS,1\n1986,1,1,1,0,?9?9,-12.2,-16.1\n"),
    "METAR": (Reason.NO_DATE, "EHAM 230025Z 24010KT 9999 NSC 14/08 Q1019 NOSIG\nEHRD 230025Z 24010KT 9999 NSC 14/08 Q1019\n"),
    "times of day": (Reason.NO_DATE, "Time,Temperature (C)\n00:00,5.0\n01:00,5.5\n"),
    "no time": (Reason.NO_TIME, "Temperature (C),Humidity (%)\n5.0,80\n5.5,81\n"),
    "no year": (Reason.NO_YEAR, "Month,Day,Hour,Temperature (C),Humidity (%)\n1,1,0,5.0,80\n1,1,1,5.5,81\n"),
    "day or month first": (Reason.DATE_ORDER, "Time,Temperature (C)\n01/02/2020 00:00,5.0\n01/02/2020 01:00,5.5\n"),
    "Fahrenheit without a word": (Reason.UNIT_UNLIKELY, "Time,Temperature\n2020-07-01 00:00,71\n2020-07-01 01:00,70.5\n"),
    "IEM daily": (Reason.COLUMN_MISSING, "station,day,max_temp_f,min_temp_f\nAMW,2020-01-01,40,20\n"),
    "GeoJSON": (Reason.NOT_CSV, '{"type": "FeatureCollection", "features": []}'),
    "other JSON with data": (Reason.NOT_CSV, '{"data": [{"id": 1}, {"id": 2}]}'),
    "JSON with an empty name": (Reason.NOT_CSV, '{"": {"data": [1, 2]}, "data": [3]}'),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_observations_is_refused_in_one_sentence(name):
    reason, text = REFUSED[name]
    with pytest.raises(Rejected) as caught:
        parsed(text.encode())
    assert caught.value.reason == reason and "\n" not in caught.value.detail


KINDS = [IEM, OPEN_METEO.encode(), (OPEN_METEO + DAILY).encode(), TWO_PLACES.encode(), ISD_LITE * 5, BULK * 4, JSON, SPLIT,
         global_hourly({}, {"REPORT_TYPE": "SOD"}, {"TMP": "+0010,3"}, {}, {})]  # fmt: skip


@pytest.mark.parametrize("seed", seeds_of_damage(10, quick=3))
def test_of_thirty_damaged_files_of_any_format_each_is_rejected_or_its_lines_are_accounted_for(seed):
    choose = random.Random(seed)
    for number in range(30):
        data = choose.choice(KINDS)
        for _ in range(choose.randint(1, 3)):
            data = hurt(choose, data)
        data = choose.choice([bytes, bytes, gzip.compress])(data)
        raw = raw_of(File(data, landed_at=LANDED))
        if raw.rejected:
            assert "\n" not in raw.rejected[0]["detail"], number
            continue
        observations = observe(raw.rows, raw.readings, [], station=STATION, timezone="Europe/Budapest")
        assert observations.balance.holds() and observations.balance.data_lines == raw.rows.num_rows, number
        lines = raw.rows.column("line").to_pylist()
        assert lines == sorted(set(lines)), number
