"""Damaged files by the hundred: each is rejected, or every line of it is accounted for."""

import random

import pytest

from weather_etl.ingestion import raw_table
from weather_etl.ingestion import reading as landing_reading
from weather_etl.landing.versions import FileVersion
from weather_etl.meteorology import observations
from weather_etl.meteorology.reasons import Rejected
from weather_etl.stations import StationSettings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.meteorology.damage import damaged, hurt, seeds_of_damage
from weather_etl_tests.meteorology.making import STATION, File, entry_of


@pytest.mark.parametrize("seed", seeds_of_damage(20))
def test_of_fifty_damaged_files_each_is_rejected_or_its_lines_are_accounted_for(seed):
    choose = random.Random(seed)
    for number in range(50):
        file = File(damaged(choose))
        entry = entry_of(file)
        try:
            rows = landing_reading.parse_landing_file(file.data, entry, StationSettings(), STATION)
        except Rejected:
            continue
        version = FileVersion(file.name, "etag", len(file.data), file.landed_at)
        raw = raw_table.with_provenance(rows, STATION, version, entry)
        reading = landing_reading.reading_of(entry, StationSettings(), STATION)
        of_station = observations.observe(raw, {file.name: reading}, [], station=STATION, timezone="Europe/Budapest")
        lines = raw.column("line").to_pylist()
        assert of_station.balance.holds() and of_station.balance.data_lines == len(lines), number
        assert lines == sorted(set(lines)), number
        assert (
            len(of_station.quarantined) == of_station.balance.quarantined
            and len(of_station.validated) == of_station.balance.kept
        )


@pytest.mark.parametrize("seed", seeds_of_damage(20))
def test_of_fifty_damaged_plain_files_every_line_that_is_not_blank_is_a_row(seed):
    choose = random.Random(1000 + seed)
    for number in range(50):
        data = weather_csv(choose.choice([1, 5, 48]))
        head, _, body = data.partition(b"\r\n")
        for _ in range(choose.randint(1, 3)):
            body = hurt(choose, body).replace(b'"', b"'")
        entry = entry_of(File(data))
        try:
            rows = landing_reading.parse_landing_file(head + b"\r\n" + body, entry, StationSettings(), STATION)
        except Rejected:
            continue
        dropped = sum(int(w.split()[0]) for w in entry["warnings"] if "repeated header" in w)
        lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        assert rows.num_rows + dropped == sum(bool(line.strip()) for line in lines), number
