"""Files of several stations: each row reaches its own station exactly once, on a real Azurite."""

import gzip
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from weather_etl.checks import files as checks
from weather_etl.ingestion import shared_files, splitting
from weather_etl.ingestion.shared_files import LEFT, REJECTED, REMOVED, SPLIT, take_inventory
from weather_etl.ingestion.splitting import Outcome
from weather_etl.lake import fingerprints
from weather_etl.lake.blobs import Blob
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.landing.listing import route
from weather_etl.landing.versions import SHARED
from weather_etl.operations import planning
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import HEADER, shared_csv, weather_csv
from weather_etl_tests.support.killed import kill_at_request
from weather_etl_tests.support.lake import RAW, temperatures
from weather_etl_tests.support.runs import TO_DAYS, UNCHANGED, Processed, RunFailed, process, process_observations
from weather_etl_tests.support.splits import split_pending

NAME = "_shared/net.csv"


def split(containers: Containers, **options: object) -> list[Outcome]:
    return list(split_pending(containers, **options))


def process_all(containers: Containers, make: Callable[[Containers, str], object] = process_observations) -> None:
    """Split, then make the tables of every stale station, up to the observations if nothing else is said."""
    split(containers)
    for item in planning.find_stale(*(lambda seen: (seen.landing, seen.stamps))(take_inventory(containers))):
        if item.why != planning.VANISHED:
            make(containers, item.station)


def read_only(containers: Containers, station: str) -> Processed:
    """The first table alone, for tests that look at which file versions went into it, or change them again."""
    return process(containers, station, tables=[RAW])


def to_days(containers: Containers, station: str) -> Processed:
    return process(containers, station, tables=TO_DAYS)


def objects(containers: Containers) -> dict[str, str]:
    return {b.name: b.etag for b in containers.lake.container.list("_split/")}


def index_of(containers: Containers, name: str = NAME) -> dict:
    source = next(s for s in take_inventory(containers).sources if s.name == name)
    return shared_files.read_index(containers.lake.container, source)


def test_each_station_gets_its_own_rows(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv(["EHVL", "EHRD", "x-1"]))
    process_all(containers)
    assert {s for s, _ in containers.lake.stamps()} == {"EHVL", "EHRD", "x-1"}
    assert [len(temperatures(containers, s)) for s in ("EHVL", "EHRD", "x-1")] == [24] * 3


def test_a_row_still_knows_the_file_version_and_line_that_it_came_from(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv("ab"))
    source = containers.landing.head(NAME)
    process_all(containers, read_only)
    raw = containers.lake.read(RAW, "b").arrow.to_pylist()
    assert {(r["station_id"], r["landing_file"], r["etag"]) for r in raw} == {("b", NAME, source.etag)}
    assert [r["line"] for r in raw] == list(range(3, 51, 2))
    assert {r["landed_at"] for r in raw} == {source.last_modified}


def test_a_split_file_is_not_pending(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv())
    assert [s.name for s in take_inventory(containers).pending] == [NAME]
    assert [(o.state, o.written) for o in split(containers)] == [(SPLIT, 2)]
    assert split(containers) == []


def test_a_split_is_all_that_a_station_needs_to_be_up_to_date(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv())
    process_all(containers, process)
    seen = take_inventory(containers)
    assert planning.find_stale(seen.landing, seen.stamps) == []
    assert process(containers, "a").statuses == {UNCHANGED}


def test_shared_rows_join_a_stations_own_files(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload(NAME, shared_csv("ab", first=24))
    process_all(containers)
    assert [len(temperatures(containers, s)) for s in "ab"] == [48, 24]


def test_identical_rows_that_arrive_both_ways_are_counted_once(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload(NAME, shared_csv("ab"))
    split(containers)
    balance = process_observations(containers, "a").check("row_balance").metadata
    figures = [balance[name].value for name in ("data_lines", "kept", "identical_duplicates")]
    assert figures == ["48", "24", "24"]


def test_the_settings_of_a_station_without_files_of_its_own_hold_for_its_shared_rows(containers: Containers) -> None:
    containers.landing.upload("a/station.toml", b'timezone = "Asia/Kolkata"\n')
    containers.landing.upload(NAME, shared_csv())
    process_all(containers, to_days)
    zones = [set(containers.lake.read("daily_weather", s).arrow.column("timezone").to_pylist()) for s in "ab"]
    assert zones == [{"Asia/Kolkata"}, {"UTC"}]


def test_the_units_of_a_shared_file_hold_for_the_rows_of_each_station(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv(temperature=50).replace(b"Temperature (C)", b"Temperature (F)", 1))
    split(containers)
    process_observations(containers, "a")
    assert temperatures(containers, "a") == pytest.approx([10.0] * 24)


def test_the_error_budget_is_each_stations_own(containers: Containers) -> None:
    broken = shared_csv("abcdefgh").replace(b"\na,2020", b"\na,20xx")
    containers.landing.upload(NAME, broken)
    split(containers)
    read_only(containers, "a")
    process_observations(containers, "b")
    manifest = containers.lake.read(RAW, "a").manifest
    assert [(e["state"], e["reason"]) for e in manifest] == [("rejected", "ALL_ROWS_BAD")]
    assert len(temperatures(containers, "b")) == 24


def test_a_replaced_source_is_done_once_it_is_split_again(containers: Containers) -> None:
    for hours in (24, 48):
        containers.landing.upload("_shared/net.csv", shared_csv("ab", hours))
        (source,) = shared_files.list_sources(containers)
        assert source.is_pending()
        assert splitting.split_source(containers, source).state == shared_files.SPLIT
        (source,) = shared_files.list_sources(containers)
        assert not source.is_pending()


def test_a_replaced_source_replaces_the_rows_of_its_stations_only(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv("ab", temperature=5.0))
    containers.landing.upload("_shared/other.csv", shared_csv("bc", first=24))
    process_all(containers, read_only)
    containers.landing.upload(NAME, shared_csv("ab", 12, temperature=7.0))
    process_all(containers)
    assert temperatures(containers, "a") == [7.0] * 12
    assert temperatures(containers, "b") == [7.0] * 12 + [5.0] * 24
    assert temperatures(containers, "c") == [5.0] * 24


def test_a_station_that_the_new_version_leaves_out_loses_its_part(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24, first=24))
    containers.landing.upload(NAME, shared_csv("ab"))
    process_all(containers, read_only)
    containers.landing.upload(NAME, shared_csv("bc"))
    process_all(containers)
    assert [len(temperatures(containers, s)) for s in "abc"] == [24] * 3


def test_a_touched_source_changes_no_row(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv())
    split(containers)
    process(containers, "a")
    before = [containers.lake.container.read(containers.lake.object_name(t, "a"))[0] for t in TABLE_NAMES[1:]]
    containers.landing.client.get_blob_client(NAME).set_blob_metadata({"touched": "yes"})
    split(containers)
    process(containers, "a")
    after = [containers.lake.container.read(containers.lake.object_name(t, "a"))[0] for t in TABLE_NAMES[1:]]
    assert before == after
    assert split(containers) == []


def test_a_deleted_source_takes_its_rows_along(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24, first=24))
    containers.landing.upload(NAME, shared_csv("ab"))
    process_all(containers, read_only)
    containers.landing.delete(NAME)
    assert [(o.name, o.state, o.removed) for o in split(containers)] == [(NAME, REMOVED, 2)]
    assert objects(containers) == {}
    process_observations(containers, "a")
    assert len(temperatures(containers, "a")) == 24


def test_a_station_whose_only_source_is_gone_is_kept_until_it_is_forgotten(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv("ab"))
    process_all(containers)
    containers.landing.delete(NAME)
    process_all(containers)
    with pytest.raises(RunFailed, match="weather-etl forget b"):
        process_observations(containers, "b")
    assert len(temperatures(containers, "b")) == 24


def test_the_same_bytes_under_a_second_name_change_no_row(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv())
    split(containers)
    process_observations(containers, "a")
    before = containers.lake.read("validated_observations", "a").arrow
    containers.landing.upload("_shared/other.csv", shared_csv())
    split(containers)
    raw = process_observations(containers, "a")[RAW].raw
    assert [e["state"] for e in raw.manifest] == ["ingested", "same bytes"]
    assert containers.lake.read("validated_observations", "a").arrow == before


def test_a_better_reader_splits_again_and_unchanged_rows_stay_as_they_are(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload(NAME, shared_csv())
    split(containers)
    read_only(containers, "a")
    before = containers.lake.read(RAW, "a").arrow
    for module in (shared_files, splitting):
        monkeypatch.setattr(module, "READER_VERSION", "better")
    assert [o.state for o in split(containers)] == [SPLIT]
    read_only(containers, "a")
    assert containers.lake.read(RAW, "a").arrow == before


def test_splitting_everything_again_writes_no_station_anew(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv())
    split(containers)
    before = {n: e for n, e in objects(containers).items() if "_index" not in n}
    assert [o.written for o in split(containers, full=True)] == [0]
    assert {n: e for n, e in objects(containers).items() if "_index" not in n} == before


def test_only_the_named_files_are_split_again(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv())
    containers.landing.upload("_shared/other.csv", shared_csv("cd"))
    split(containers)
    assert [o.name for o in split(containers, full=True, names=["_shared/other.csv"])] == ["_shared/other.csv"]


def test_lines_of_no_station_are_accounted_for_and_kept_with_their_reason(containers: Containers) -> None:
    lines = shared_csv("ab", 12).decode().splitlines()
    lines[3] = "a,cut off"
    lines[5] = lines[5].replace("a,", ",", 1)
    lines[7] = lines[7].replace("a,", "De Bilt,", 1)
    lines[9] = lines[9].replace("a,", "../etc,", 1)
    containers.landing.upload(NAME, "\n".join(lines).encode())
    split(containers)
    index = index_of(containers)
    refused = index["refused"]
    assert [(r["line"], r["reason"]) for r in refused["lines"]] == [
        (4, "ROW_WIDTH"),
        (6, "STATION_MISSING"),
        (8, "STATION_INVALID"),
        (10, "STATION_INVALID"),
    ]
    assert refused["lines"][0]["raw_text"] == "a,cut off"
    assert "'De Bilt' is no station id" in refused["lines"][2]["detail"]
    assert index["rows"] == sum(index["stations"].values()) + refused["rows"] == 24


def test_lines_of_no_station_are_a_warning_that_names_the_first(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv(["a", "b c"]))
    split(containers)
    seen = take_inventory(containers)
    evaluation = checks.shared_files(shared_files.indexes_in_trouble(containers.lake.container, seen.sources), 1, 1)
    assert (evaluation.passed, evaluation.severity) == (False, "WARN")
    assert "24 lines of shared files" in evaluation.description and "line 3" in evaluation.description


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (weather_csv(), "COLUMN_MISSING"),
        (b"PAR1 not a csv", "NOT_CSV"),
        (b"", "EMPTY_FILE"),
        (shared_csv(["", "b c"]), "ALL_ROWS_BAD"),
        (shared_csv("a") + b"a,cut\r\n" * 9, "ERROR_BUDGET"),
    ],
)
def test_a_shared_file_of_no_use_is_rejected_with_a_reason_and_turns_the_check_red(
    containers: Containers, data: bytes, reason: str
) -> None:
    containers.landing.upload(NAME, data)
    assert [o.state for o in split(containers)] == [REJECTED]
    seen = take_inventory(containers)
    evaluation = checks.shared_files(shared_files.indexes_in_trouble(containers.lake.container, seen.sources), 1, 0)
    assert (evaluation.passed, evaluation.severity) == (False, "ERROR")
    assert f"{NAME!r} ({reason}:" in evaluation.description
    assert not seen.pending


def test_a_good_file_that_is_replaced_by_one_of_no_use_takes_its_rows_along(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24, first=24))
    containers.landing.upload(NAME, shared_csv("ab"))
    process_all(containers, read_only)
    containers.landing.upload(NAME, b"PAR1")
    process_all(containers)
    assert len(temperatures(containers, "a")) == 24


def test_a_header_without_rows_is_split_into_nothing(containers: Containers) -> None:
    containers.landing.upload(NAME, f"station,{HEADER}\r\n".encode())
    assert [(o.state, o.written) for o in split(containers)] == [(SPLIT, 0)]
    assert not take_inventory(containers).pending


def test_a_name_is_only_data(containers: Containers) -> None:
    names = {"_shared/Ünï 🌧.csv", "_shared/per%2ecent.csv", "_shared/quo'te\".csv", "_shared/" + "é" * 900}
    for day, name in enumerate(names):
        containers.landing.upload(name, shared_csv("a", 2, first=24 * day))
    process_all(containers, read_only)
    assert set(containers.lake.read(RAW, "a").arrow.column("landing_file").to_pylist()) == names


def split_on_own_connections() -> None:
    with connect(Settings.load()) as own:
        split(own)


@pytest.mark.parametrize(
    ("when", "number"),
    [
        ("after", 3),  # all parts, and not the index
        *(pytest.param(w, n, marks=pytest.mark.faults) for w in ("before", "after") for n in range(1, 5) if n != 3),
        pytest.param("before", 3, marks=pytest.mark.faults),
    ],
)
def test_a_split_killed_at_a_request_heals_at_the_next_one(containers: Containers, when: str, number: int) -> None:
    containers.landing.upload("b/x.csv", weather_csv(6, first=24))
    containers.landing.upload(NAME, shared_csv("ab"))
    process_all(containers, read_only)
    containers.landing.upload(NAME, shared_csv("ac", 12, temperature=7.0))  # two written, one removed, the index
    kill_at_request(when, number, split_on_own_connections)
    process_all(containers)
    assert [temperatures(containers, s) for s in "abc"] == [[7.0] * 12, [5.0] * 6, [7.0] * 12]
    assert not take_inventory(containers).pending


def test_two_splitters_at_once_end_as_one(containers: Containers, environment: Settings) -> None:
    containers.landing.upload(NAME, shared_csv([f"s{i}" for i in range(12)], 3))

    def run(_: int) -> list[Outcome]:
        with connect(environment) as own:
            return split(own)

    with ThreadPoolExecutor(4) as pool:
        states = {o.state for outcomes in pool.map(run, range(4)) for o in outcomes}
    assert states <= {SPLIT, LEFT}
    split(containers)
    assert not take_inventory(containers).pending
    assert sum(index_of(containers)["stations"].values()) == 36
    assert len(objects(containers)) == 13


def test_a_splitter_that_was_overtaken_by_a_newer_version_leaves_it(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv("ab", temperature=5.0))
    (late,) = take_inventory(containers).sources
    split(containers)
    assert splitting.split_source(containers, late).state == LEFT
    assert not take_inventory(containers).pending


def test_a_source_replaced_after_the_listing_stays_pending(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv("ab", temperature=5.0))
    (listed,) = take_inventory(containers).sources
    containers.landing.upload(NAME, shared_csv("ab", temperature=7.0))
    assert splitting.split_source(containers, listed).state == LEFT
    assert objects(containers) == {}
    split(containers)
    process_observations(containers, "a")
    assert temperatures(containers, "a") == [7.0] * 24


def test_a_split_object_that_somebody_deleted_is_made_again(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv("ab"))
    split(containers)
    key = shared_files.key_of(NAME)
    containers.lake.container.delete(shared_files.split_name("a", key))
    assert [(o.state, o.written) for o in split(containers)] == [(SPLIT, 1)]
    assert not take_inventory(containers).pending


def test_a_split_object_that_is_left_over_is_removed(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv("ab"))
    split(containers)
    key = shared_files.key_of(NAME)
    data, blob = containers.lake.container.read(shared_files.split_name("a", key))
    containers.lake.container.write(shared_files.split_name("z", key), data, if_match=None, metadata=blob.metadata)
    split(containers)
    assert not take_inventory(containers).pending
    assert "z" not in take_inventory(containers).landing.stations


def listed(name: str, etag: str = "1", **metadata: str) -> Blob:
    from datetime import UTC, datetime

    return Blob(name, etag, 10, datetime(2020, 1, 1, tzinfo=UTC), metadata)


def test_files_below_shared_are_sources_and_belong_to_no_station() -> None:
    routed = route([listed("_shared/x.csv"), listed("_shared/deep/y.csv"), listed("_shared/_SUCCESS")])
    assert [v.name for v in routed.shared] == ["_shared/x.csv", "_shared/deep/y.csv"]
    assert (routed.stations, routed.unroutable, routed.ignored) == ({}, [], ["_shared/_SUCCESS"])


def test_pending_sources_are_one_request_beside_those_of_stations() -> None:
    (source,) = shared_files.sources_of(route([listed(NAME)]).shared, [])
    stale = [*planning.find_unsplit([source]), fingerprints.StaleStation("a", "t", planning.NEW)]
    plan = planning.plan(stale, [], {}, now=0.0, max_attempts=3, max_stations=50, retry_delay=30.0)
    assert sorted([s.station for s in r.stations] for r in plan.requests) == [[SHARED], ["a"]]
    assert plan.new_partitions == ["a"]


def test_a_request_to_split_carries_no_partition() -> None:
    tags = planning.Request((fingerprints.StaleStation(SHARED, "t", planning.UNSPLIT),), 1).tags()
    assert planning.PARTITION not in tags
    assert planning.covered(tags) == SHARED


def test_a_split_that_keeps_failing_is_parked() -> None:
    item = fingerprints.StaleStation(SHARED, "t", planning.UNSPLIT)
    plan = planning.plan(
        [item], [], {SHARED: planning.History(attempts=3)}, now=0.0, max_attempts=3, max_stations=50, retry_delay=30.0
    )
    assert (plan.requests, plan.parked) == ([], [item])


def test_the_fingerprint_of_a_station_covers_its_parts_of_shared_files(containers: Containers) -> None:
    containers.landing.upload(NAME, shared_csv())
    split(containers)
    files = shared_files.list_station(containers, "a")
    object_etag = containers.lake.container.head(shared_files.split_name("a", shared_files.key_of(NAME))).etag
    assert files.versions() == [(NAME, object_etag)]
    assert fingerprints.expected(files.versions(), "defaults") == fingerprints.expected(
        [(NAME, object_etag)], "defaults"
    )


IEM_HEADER = "station,valid,tmpf,dwpf,relh,drct,sknt,p01i,alti,mslp,vsby,gust,metar"


def iem_csv(stations: list[str], hours: int = 3) -> bytes:
    rows = [
        f"{s},2020-05-23 {h:02}:{25 + i},50.00,41.00,71.00,240.00,{10 + i}.00,0.00,30.09,M,6.21,M,METAR {s} {h}"
        for h in range(hours)
        for i, s in enumerate(stations)
    ]
    return "\n".join([IEM_HEADER, *rows, ""]).encode()


def test_an_iem_file_of_several_stations_is_split_and_read_in_its_own_units(containers: Containers) -> None:
    containers.landing.upload("_shared/asos.csv", iem_csv(["EHVL", "EHRD"]))
    process_all(containers)
    assert [temperatures(containers, s) for s in ("EHVL", "EHRD")] == [[pytest.approx(10.0)] * 3] * 2
    (entry,) = containers.lake.read(RAW, "EHRD").manifest
    assert (entry["profile"], entry["rows"], entry["name"]) == ("iem_asos", 3, "_shared/asos.csv")


def test_the_real_asos_file_reaches_its_28_stations_without_losing_a_line(containers: Containers) -> None:
    path = CHECKOUT.parent / "shared" / "data" / "formats" / "iem_asos_nl_2020-05-23.csv.gz"
    if not path.exists():
        pytest.skip("the real file is not beside the checkout")
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    of_station = Counter(line.split(",")[0] for line in lines[1:])
    containers.landing.upload("_shared/nl.csv.gz", path.read_bytes())
    (outcome,) = split(containers)
    assert outcome.index["stations"] == dict(of_station)
    assert (len(of_station), outcome.index["refused"]["rows"]) == (28, 0)
    for station in ("EHVL", "EHAM"):
        balance = process_observations(containers, station).check("row_balance").metadata
        assert balance["data_lines"].value == f"{of_station[station]:,}"
