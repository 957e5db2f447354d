"""Landing files take effect exactly once: processing on a real Azurite."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from weather_etl.errors import UserError
from weather_etl.ingestion.manifest import load_raw
from weather_etl.ingestion.merge import merge_landing_files
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.landing import listing, versions
from weather_etl.settings import Settings
from weather_etl.stations import StationSettings
from weather_etl_tests.files import HEADER, weather_csv
from weather_etl_tests.support.killed import kill_at_request
from weather_etl_tests.support.lake import RAW, tables, temperatures, with_its_own_lake
from weather_etl_tests.support.runs import TO_DAYS, UNCHANGED, WRITTEN, process, process_hours, process_observations


@pytest.fixture(scope="module")
def one_file(shared: Containers) -> Containers:
    """A landing file of two days and its tables, to be read."""
    shared.landing.upload("a/x.csv", weather_csv())
    process(shared)
    return shared


@pytest.fixture
def of_one_file(one_file: Containers, containers: Containers) -> Containers:
    """The same landing file, and these tables in a lake of the test's own."""
    return with_its_own_lake(one_file, containers)


def test_a_file_becomes_all_tables_with_the_expected_fingerprints(one_file: Containers) -> None:
    files = listing.list_station(one_file.landing, "a")
    expected = fingerprints.expected(files.versions(), files.settings_version("a"))
    assert {t: s.fingerprint for (_, t), s in one_file.lake.stamps().items()} == expected


def test_nothing_new_writes_nothing(of_one_file: Containers) -> None:
    before = of_one_file.lake.stamps()
    assert process(of_one_file).statuses == {UNCHANGED}
    assert of_one_file.lake.stamps() == before


def test_a_known_file_version_is_not_read_again_and_the_rows_of_a_deleted_file_go(
    containers: Containers, reads: list[str]
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process_observations(containers)
    containers.landing.upload("a/y.csv", weather_csv(24, first=48))
    reads.clear()
    process_observations(containers)
    assert [name for name in reads if name.startswith("a/")] == ["a/y.csv"]
    assert len(temperatures(containers)) == 72
    containers.landing.delete("a/y.csv")
    process_observations(containers)
    assert len(temperatures(containers)) == 48


def test_a_full_run_reads_every_file_again(of_one_file: Containers, reads: list[str]) -> None:
    before = tables(of_one_file)
    reads.clear()
    assert process(of_one_file, full=True).statuses == {WRITTEN}
    assert "a/x.csv" in reads
    assert tables(of_one_file) == before


def test_a_reuploaded_file_replaces_its_old_rows(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(48, temperature=5.0))
    process_observations(containers)
    containers.landing.upload("a/x.csv", weather_csv(24, temperature=7.0))
    process_observations(containers)
    assert temperatures(containers) == [7.0] * 24


def test_a_later_file_corrects_an_earlier_one(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24, temperature=5.0))
    process_hours(containers)
    containers.landing.upload("a/y.csv", weather_csv(2, first=3, temperature=9.0))
    result = process_hours(containers)
    assert [i for i, t in enumerate(temperatures(containers)) if t == 9.0] == [3, 4]
    assert result.check("row_balance").metadata["superseded"].value == "2"


def test_neither_touching_a_file_nor_equal_bytes_under_a_second_name_change_a_row(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers)
    before = tables(containers)
    containers.landing.client.get_blob_client("a/x.csv").set_blob_metadata({"touched": "yes"})
    assert process(containers)[RAW].status == WRITTEN  # the manifest takes the new ETag
    assert tables(containers) == before
    containers.landing.upload("a/y.csv", weather_csv())
    raw = process(containers)[RAW].raw
    assert tables(containers) == before
    assert [(e["name"], e["state"]) for e in raw.manifest] == [("a/x.csv", "ingested"), ("a/y.csv", "same bytes")]
    assert process(containers).statuses == {UNCHANGED}


def landings(containers: Containers) -> set[datetime]:
    return set(containers.lake.read(RAW, "a").arrow.column("landed_at").to_pylist())


def test_touching_a_file_leaves_its_place_among_the_others_also_when_it_is_read_anew(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers, tables=[RAW])
    landed = landings(containers)
    time.sleep(1.1)  # LastModified counts seconds
    containers.landing.client.get_blob_client("a/x.csv").set_blob_metadata({"touched": "yes"})
    assert process(containers, tables=[RAW], full=True)[RAW].raw.read == ["a/x.csv"]
    assert landings(containers) == landed


def test_equal_bytes_survive_under_their_second_name(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    containers.landing.upload("a/y.csv", weather_csv())
    process_observations(containers)
    containers.landing.delete("a/x.csv")
    process_observations(containers)
    rows = containers.lake.read("validated_observations", "a").arrow
    assert rows.num_rows == 48
    assert set(rows.column("landing_file").to_pylist()) == {"a/y.csv"}


def test_a_file_overwritten_between_listing_and_reading_stays_pending(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(temperature=1.0))
    containers.landing.upload("a/y.csv", weather_csv(first=48))
    listed = listing.list_station(containers.landing, "a")
    containers.landing.upload("a/x.csv", weather_csv(temperature=2.0))
    with monkeypatch.context() as patch:
        patch.setattr(listing, "list_station", lambda container, station: listed)
        raw = process_observations(containers)[RAW].raw
    assert raw.pending == ["a/x.csv"]
    assert len(temperatures(containers)) == 48
    process_observations(containers)
    assert temperatures(containers)[:48] == [2.0] * 48


def test_a_file_deleted_between_listing_and_reading_is_not_waited_for(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    containers.landing.upload("a/y.csv", weather_csv(first=48))
    listed = listing.list_station(containers.landing, "a")
    containers.landing.delete("a/x.csv")
    with monkeypatch.context() as patch:
        patch.setattr(listing, "list_station", lambda container, station: listed)
        process_observations(containers)
    assert process_observations(containers).statuses == {UNCHANGED}
    assert len(temperatures(containers)) == 48


AT_ONCE = [(0, 1, 2)]
ONE_FIRST = [[(i,), tuple({0, 1, 2} - {i})] for i in range(3)]
ONE_BY_ONE = [[(i,) for i in order] for order in itertools.permutations(range(3))]


@pytest.mark.parametrize(
    "ways",
    [
        [AT_ONCE, ONE_FIRST[2], ONE_BY_ONE[3]],
        pytest.param([AT_ONCE, *ONE_FIRST, *ONE_BY_ONE], marks=pytest.mark.faults),
    ],
    ids=["three", "all"],
)
def test_batches_and_order_of_processing_do_not_show_in_the_tables(
    containers: Containers, ways: list[list[tuple[int, ...]]]
) -> None:
    contents = {
        "1.csv": weather_csv(30, temperature=1.0),
        "2.csv": weather_csv(30, first=20, temperature=2.0),
        "3.csv": weather_csv(10, first=5, temperature=3.0),
    }
    outcomes = []
    for name, data in contents.items():
        containers.landing.upload(f"a/{name}", data)
    landed = listing.list_station(containers.landing, "a").files
    for batches in ways:
        for table in TABLE_NAMES:
            containers.lake.container.delete(containers.lake.object_name(table, "a"))
        seen: list[int] = []
        for batch in batches:
            seen += batch
            files = versions.StationFiles(sorted((landed[i] for i in seen), key=lambda f: (f.landed_at, f.name)))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(listing, "list_station", lambda container, station, files=files: files)
                (process if len(seen) == 3 else process_observations)(containers)
        outcomes.append(tables(containers))
    assert len(outcomes) == len(ways)
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_three_runs_at_once_end_in_the_same_tables(
    containers: Containers, environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_POSTGRES_URL", "")  # no lock: conditional writes alone must do
    for i in range(4):
        containers.landing.upload(f"a/{i}.csv", weather_csv(24, first=24 * i))

    def run(_: int) -> None:
        with connect(environment) as own:
            process(own)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, range(3)))
    process(containers)
    assert process(containers).statuses == {UNCHANGED}
    assert len(temperatures(containers)) == 96


def process_on_own_connections() -> None:
    with connect(Settings.load()) as own:
        process(own)


@pytest.mark.parametrize(
    ("when", "number"),
    [
        ("after", 1),
        *(pytest.param("before", n, marks=pytest.mark.faults) for n in (1, 2, 3, 6)),
        *(pytest.param("after", n, marks=pytest.mark.faults) for n in (2, 3, 6)),
    ],
)
def test_a_run_killed_at_a_write_loses_and_doubles_nothing(containers: Containers, when: str, number: int) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers)
    containers.landing.upload("a/x.csv", weather_csv(40, temperature=8.0))
    containers.landing.upload("a/y.csv", weather_csv(24, first=48))
    kill_at_request(when, number, process_on_own_connections)
    process(containers)
    healed = tables(containers)
    process(containers, full=True)
    assert temperatures(containers) == [8.0] * 40 + [5.0] * 24
    assert healed == tables(containers)


def test_a_station_whose_files_all_vanished_keeps_its_tables(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process_observations(containers)
    containers.landing.delete("a/x.csv")
    with pytest.raises(UserError, match="weather-etl forget a"):
        process(containers)
    assert len(temperatures(containers)) == 48


def test_a_station_without_files_is_unknown(containers: Containers) -> None:
    with pytest.raises(UserError, match="weather-etl upload nowhere"):
        process(containers, "nowhere")


def test_new_station_settings_recompute_without_reading_files(containers: Containers, reads: list[str]) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process_observations(containers)
    containers.landing.upload("a/station.toml", b"[limits]\ntemperature_c = { fail = [-60, 3], suspect = [-60, 3] }\n")
    reads.clear()
    process_observations(containers)
    assert "a/x.csv" not in reads
    assert containers.lake.read("validated_observations", "a").arrow.column("temperature_c").null_count == 48


def test_a_new_alias_reads_the_files_again(containers: Containers) -> None:
    odd = weather_csv().replace(b"Temperature (C),Apparent", b"Messwert A,Apparent")
    containers.landing.upload("a/x.csv", odd)
    process_observations(containers)
    assert containers.lake.read("validated_observations", "a").arrow.column("temperature_c").null_count == 48
    containers.landing.upload("a/station.toml", b'[aliases]\n"Messwert A" = "temperature_c"\n')
    process_observations(containers)
    assert len(temperatures(containers)) == 48


def test_rejected_files_and_refused_rows_leave_the_others_alone_and_are_told(containers: Containers) -> None:
    containers.landing.upload("a/bad.csv", b"PAR1 not a csv")
    containers.landing.upload("a/good.csv", weather_csv() + b"2020-01-03 00:00:00.000 +0000,short\r\n")
    check = process_hours(containers).check("rejected_files")
    assert not check.passed
    assert "a/bad.csv" in check.description
    assert len(temperatures(containers)) == 48
    bad, short = containers.lake.read("quarantined_rows", "a").arrow.to_pylist()
    assert (bad["landing_file"], bad["line"], bad["reason"]) == ("a/bad.csv", None, "NOT_CSV")
    assert (short["landing_file"], short["line"], short["reason"]) == ("a/good.csv", 50, "ROW_WIDTH")
    assert short["raw_text"] == "2020-01-03 00:00:00.000 +0000,short"


def test_every_table_can_be_made_alone(of_one_file: Containers) -> None:
    whole = tables(of_one_file)
    for table in TABLE_NAMES[1:]:
        of_one_file.lake.container.delete(of_one_file.lake.object_name(table, "a"))
        assert list(process(of_one_file, tables=[table])) == [table]
    assert tables(of_one_file) == whole


def test_a_downstream_table_is_stamped_with_what_its_input_carried(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers, tables=TO_DAYS)
    containers.landing.upload("a/y.csv", weather_csv(24, first=48))
    before = containers.lake.stamp("daily_weather", "a").fingerprint
    assert process(containers, tables=["daily_weather"])["daily_weather"].stamp.fingerprint == before


def test_a_header_without_rows_is_ingested_as_nothing(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", HEADER.encode() + b"\r\n")
    results = process(containers)
    assert results[RAW].raw.manifest[0]["state"] == "ingested"
    assert {r.stamp.rows for r in results.values()} == {0}


def test_a_name_is_only_data(containers: Containers) -> None:
    names = {"a/Ünïcode 🌧.csv", "a/deep/er/x y.csv", "a/per%2ecent.csv", "a/quo'te\".csv"}
    for day, name in enumerate(names):
        containers.landing.upload(name, weather_csv(24, first=24 * day))
    process_observations(containers)
    listed = {f.name for f in listing.list_station(containers.landing, "a").files}
    read = set(containers.lake.read("validated_observations", "a").arrow.column("landing_file").to_pylist())
    assert read == listed and len(read) == len(names)


def test_a_turbine_that_cannot_be_used_is_one_sentence(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    containers.landing.upload("a/station.toml", b"elevation_m = 84\n[wind]\nturbine = 'nonsense'\n")
    with pytest.raises(UserError, match="urbine nonsense"):
        process(containers)


def test_equal_bytes_that_lay_ahead_of_their_time_are_looked_at_again_when_they_are_sent_again(
    containers: Containers,
) -> None:
    tomorrow = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    rows = [f"{tomorrow + timedelta(hours=h):%Y-%m-%d %H:%M}Z,{h}.5" for h in range(3)]
    containers.landing.upload("a/x.csv", "\n".join(["Time,Temperature (C)", "2024-01-01 00:00Z,1.5", *rows]).encode())
    process_observations(containers)
    old = load_raw(containers, "a")
    assert old is not None and old.manifest[0]["ahead"] == 3 and len(temperatures(containers)) == 1
    # The same bytes, landed after these hours.
    containers.landing.client.get_blob_client("a/x.csv").set_blob_metadata({"sent": "again"})
    files = listing.list_station(containers.landing, "a")
    late = tomorrow + timedelta(days=1)
    again = replace(files, files=tuple(replace(f, landed_at=late) for f in files.files))
    raw = merge_landing_files(containers, "a", again, StationSettings(), old)
    assert raw.read == ["a/x.csv"] and "ahead" not in raw.manifest[0]
    assert set(raw.rows.column("landed_at").to_pylist()) == {late}
