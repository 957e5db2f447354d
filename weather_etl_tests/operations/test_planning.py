"""Which runs are requested: the pure decisions."""

from datetime import UTC, datetime

import pytest

from weather_etl.lake import fingerprints
from weather_etl.lake.blobs import Blob
from weather_etl.lake.fingerprints import StaleStation
from weather_etl.lake.table_objects import Stamp
from weather_etl.landing.listing import route
from weather_etl.landing.versions import StationFiles
from weather_etl.operations import planning
from weather_etl.operations.planning import CHANGED, LOST, NEW, OUTAGE, VANISHED, History, PastRun

NOW = datetime(2020, 1, 1, tzinfo=UTC)


def blob(name: str, etag: str = "1", **metadata: str) -> Blob:
    return Blob(name, etag, 10, NOW, metadata)


def stamps(files: StationFiles, station: str) -> dict[tuple[str, str], Stamp]:
    expected = fingerprints.expected(files.versions(), files.settings_version(station))
    return {(station, t): Stamp(t, station, "e", f, 1, 1, NOW) for t, f in expected.items()}


def stale(station: str, why: str = CHANGED) -> StaleStation:
    return StaleStation(station, f"target-{station}", why)


def plan(items: list[StaleStation], partitions: list[str], history: dict[str, History] | None = None, **options):
    return planning.plan(
        items,
        partitions,
        history or {},
        **{"now": 1000.0, "max_attempts": 3, "max_stations": 50, "retry_delay": 30.0, **options},
    )


def names(result: planning.Plan) -> list[list[str]]:
    return [[s.station for s in r.stations] for r in result.requests]


def test_blobs_belong_to_the_station_of_their_first_folder() -> None:
    routed = route([blob("a/x.csv"), blob("a/deep/y.csv"), blob("b/x.csv")])
    assert {s: [f.name for f in v.files] for s, v in routed.stations.items()} == {
        "a": ["a/x.csv", "a/deep/y.csv"],
        "b": ["b/x.csv"],
    }


@pytest.mark.parametrize(
    "name",
    [
        "x.csv",
        "bad station/x.csv",
        "_other/x.csv",
        "_shared/../x.csv",
        "é/x.csv",
        "a/../x.csv",
        "a" * 65 + "/x.csv",
        "/x.csv",
    ],
)
def test_blobs_outside_a_stations_folder_are_unroutable(name: str) -> None:
    assert route([blob(name)]).unroutable == [name]


@pytest.mark.parametrize("name", ["a/", "a/_SUCCESS", "a/x.csv.tmp", "a/.x.csv.crc"])
def test_markers_are_ignored_and_counted(name: str) -> None:
    routed = route([blob(name)])
    assert (routed.ignored, routed.stations, routed.unroutable) == ([name], {}, [])


def test_folders_of_a_hierarchical_namespace_are_ignored() -> None:
    assert route([blob("a", hdi_isfolder="true")]).ignored == ["a"]


def test_a_folder_with_settings_only_is_no_station() -> None:
    assert route([blob("a/station.toml")]).stations == {}


def test_a_station_whose_tables_carry_the_expected_fingerprints_is_up_to_date() -> None:
    routed = route([blob("a/x.csv")])
    assert planning.find_stale(routed, stamps(routed.stations["a"], "a")) == []


def test_a_station_without_tables_is_new() -> None:
    assert [s.why for s in planning.find_stale(route([blob("a/x.csv")]), {})] == [NEW]


@pytest.mark.parametrize("blobs", [[blob("a/x.csv", "2")], [blob("a/x.csv"), blob("a/y.csv")], [blob("a/y.csv")]])
def test_another_set_of_file_versions_makes_a_station_stale(blobs: list[Blob]) -> None:
    before = stamps(route([blob("a/x.csv")]).stations["a"], "a")
    assert [s.why for s in planning.find_stale(route(blobs), before)] == [CHANGED]


def test_back_dated_files_are_seen() -> None:
    before = stamps(route([blob("a/x.csv")]).stations["a"], "a")
    old = Blob("a/older.csv", "1", 10, datetime(1999, 1, 1, tzinfo=UTC))
    assert len(planning.find_stale(route([blob("a/x.csv"), old]), before)) == 1


def test_new_settings_make_a_station_stale() -> None:
    before = stamps(route([blob("a/x.csv")]).stations["a"], "a")
    assert len(planning.find_stale(route([blob("a/x.csv"), blob("a/station.toml")]), before)) == 1


@pytest.mark.parametrize("table", fingerprints.TABLE_NAMES)
def test_one_missing_table_makes_a_station_stale(table: str) -> None:
    routed = route([blob("a/x.csv")])
    carried = stamps(routed.stations["a"], "a")
    del carried[("a", table)]
    assert len(planning.find_stale(routed, carried)) == 1


def test_a_new_code_version_makes_a_table_and_its_descendants_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprints.expected([("a/x.csv", "1")], "defaults")
    monkeypatch.setattr(fingerprints, "CODE_VERSIONS", {**fingerprints.CODE_VERSIONS, "validated_observations": "next"})
    after = fingerprints.expected([("a/x.csv", "1")], "defaults")
    changed = {t for t in before if before[t] != after[t]}
    below = ("validated_observations", "daily_weather", "monthly_weather", "yearly_weather", "climate_normals")
    assert changed.issuperset(below)
    assert changed.isdisjoint({"raw_observations", "quarantined_rows", "quality_events"})


def test_a_station_gone_from_landing_has_vanished() -> None:
    before = stamps(route([blob("a/x.csv")]).stations["a"], "a")
    assert [(s.station, s.why) for s in planning.find_stale(route([]), before)] == [("a", VANISHED)]


@pytest.mark.parametrize("number", [1, 2, planning.FEW])
def test_a_few_stations_get_a_run_each(number: int) -> None:
    stations = [f"s{i}" for i in range(number)]
    result = plan([stale(s, NEW) for s in stations], [])
    assert (names(result), result.new_partitions) == ([[s] for s in stations], stations)


def test_more_than_a_few_stations_share_a_run_of_catch_up_job() -> None:
    stations = [f"s{i}" for i in range(planning.FEW + 1)]
    result = plan([stale(s, NEW) for s in stations], [])
    assert (names(result), result.new_partitions) == ([stations], stations)


def test_a_run_of_catch_up_job_holds_at_most_fifty_stations() -> None:
    items = [stale(f"s{i:03}") for i in range(120)]
    result = plan(items, [s.station for s in items])
    assert [len(r) for r in names(result)] == [50, 50, 20]


def test_a_shared_run_never_covers_a_station_that_is_not_stale() -> None:
    stations = [f"s{i}" for i in range(10)]
    (shared,) = names(plan([stale(s) for s in stations if s != "s4"], stations))
    assert "s4" not in shared


def test_a_station_in_flight_is_left_alone() -> None:
    result = plan([stale("a")], ["a"], {"a": History(in_flight=True)})
    assert (names(result), result.in_flight) == ([], ["a"])


def test_after_a_failure_a_station_runs_alone() -> None:
    result = plan([stale("a"), stale("b")], ["a", "b"], {"a": History(runs=1, attempts=1, alone=True)})
    assert sorted(names(result)) == [["a"], ["b"]]


def test_after_a_failure_a_station_runs_alone_beside_a_run_over_many() -> None:
    stations = [f"s{i}" for i in range(10)]
    failed = {"s4": History(runs=1, attempts=1, alone=True)}
    assert sorted(names(plan([stale(s) for s in stations], stations, failed)), key=len) == [
        ["s4"],
        [s for s in stations if s != "s4"],
    ]


def test_after_an_outage_stations_share_a_run_again() -> None:
    stations = [f"s{i}" for i in range(10)]
    past = dict.fromkeys(stations, History(runs=1, outages=1))
    assert names(plan([stale(s) for s in stations], stations, past)) == [stations]


@pytest.mark.parametrize(("attempts", "delay"), [(1, 30), (2, 60), (9, 3600)])
def test_the_delay_before_the_next_attempt_doubles_up_to_an_hour(attempts: int, delay: int) -> None:
    history = {"a": History(runs=attempts, attempts=attempts, last_end=1000.0)}
    assert plan([stale("a")], ["a"], history, now=1000.0 + delay - 1, max_attempts=10).waiting == ["a"]
    assert names(plan([stale("a")], ["a"], history, now=1000.0 + delay, max_attempts=10)) == [["a"]]


def test_a_lost_run_is_followed_at_once_since_its_silence_was_waited_for() -> None:
    past = planning.history([PastRun(1, "FAILURE", 1000.0, LOST)])
    assert names(plan([stale("a")], ["a"], {"a": past}, now=1001.0)) == [["a"]]


def test_after_the_last_attempt_a_station_is_parked() -> None:
    result = plan([stale("a")], ["a"], {"a": History(runs=3, attempts=3)})
    assert (names(result), [s.station for s in result.parked]) == ([], ["a"])


def test_a_vanished_station_is_parked_without_a_run() -> None:
    result = plan([stale("a", VANISHED)], ["a"])
    assert (names(result), [s.station for s in result.parked]) == ([], ["a"])


def test_the_run_key_changes_with_attempt_earlier_runs_and_target_only() -> None:
    request = planning.Request((stale("a"),), 1)
    assert request.run_key == planning.Request((stale("a", NEW),), 1).run_key
    assert request.run_key != planning.Request((stale("a"),), 1, (1,)).run_key
    assert request.run_key != planning.Request((stale("a"),), 2).run_key
    assert request.run_key != planning.Request((StaleStation("a", "other", CHANGED),), 1).run_key


def test_a_run_key_is_short_however_many_stations() -> None:
    assert len(planning.Request(tuple(stale("s" * 60 + str(i)) for i in range(50)), 1).run_key) == 32


def test_a_run_of_a_station_covers_it_and_works_towards_its_target() -> None:
    tags = planning.Request((stale("a"),), 1).tags()
    assert planning.covered(tags) == "a"
    assert planning.targets(tags) == {stale("a").key}


def test_a_run_over_many_covers_no_single_station_and_works_towards_each_of_their_targets() -> None:
    items = tuple(stale(s) for s in "abc")
    tags = planning.Request(items, 1).tags()
    assert planning.covered(tags) is None
    assert planning.targets(tags) == {s.key for s in items}


def test_a_run_over_the_shared_files_is_no_partition() -> None:
    tags = planning.Request((stale(planning.SHARED),), 1).tags()
    assert planning.covered(tags) == planning.SHARED
    assert planning.PARTITION not in tags


def test_a_target_of_another_station_or_of_other_files_is_another_one() -> None:
    assert len({StaleStation("a", "1", NEW).key, StaleStation("b", "1", NEW).key, StaleStation("a", "2", NEW).key}) == 3


def test_tags_are_valid_and_fit_into_the_index_of_the_database_however_many_stations() -> None:
    from dagster._utils.tags import is_valid_tag_key

    items = [stale("s" * 60 + str(i)) for i in range(5000)]
    tags = planning.targets_tags(items)
    assert planning.targets(tags) == {s.key for s in items}
    assert all(is_valid_tag_key(name) for name in (*tags, planning.TARGET))
    assert max(len(name + value) for name, value in tags.items()) < 2704


def test_the_runs_of_a_plan_show_no_tag_with_targets_in_the_ui() -> None:
    """Dagster's UI hides tags that begin with a dot."""
    tags = planning.Request(tuple(stale(s) for s in "abc"), 1).tags() | planning.Request((stale("a"),), 1).tags()
    assert {t for t in tags if not t.startswith(".dagster/")} == {planning.PARTITION, planning.WHY}
    assert planning.Request((stale("a"),), 2).tags()[planning.ATTEMPT] == "2"


def test_a_station_that_is_requested_for_the_first_time_has_changed() -> None:
    assert plan([stale("a"), stale("b")], []).changed == ["a", "b"]


@pytest.mark.parametrize("past", [History(runs=1, attempts=1), History(runs=1, outages=1)])
def test_a_station_that_is_tried_again_has_not_changed_again(past: History) -> None:
    result = plan([stale("a"), stale("b")], ["a", "b"], {"a": past}, now=9999.0)
    assert (len(result.requests), result.changed) == (2, ["b"])


def test_a_station_that_is_not_requested_is_not_told_as_changed() -> None:
    past = {"a": History(in_flight=True), "b": History(runs=3, attempts=3), "c": History(attempts=1, last_end=999.0)}
    assert plan([stale(s) for s in "abc"], [], past).changed == []


def test_before_the_last_attempt_nothing_is_told_of_what_follows() -> None:
    assert planning.what_next("weather_etl_job", {planning.PARTITION: "a", planning.ATTEMPT: "2"}, 3) == ""


def test_the_last_attempt_tells_that_the_station_is_left_alone_and_the_way_out() -> None:
    sentence = planning.what_next("weather_etl_job", {planning.PARTITION: "a", planning.ATTEMPT: "3"}, 3)
    assert sentence == (
        "After 3 attempts the station is left alone until its files or settings change; correct or delete the file, "
        "which starts it again, or run `weather-etl run --station a`."
    )


def test_the_last_attempt_at_shared_files_tells_it_of_them() -> None:
    sentence = planning.what_next("shared_files_job", {planning.SHARED_TAG: "all", planning.TARGET: "x"}, 1)
    assert sentence.startswith("After 1 attempt the shared files are left alone until they change")


def test_the_last_attempt_at_what_lies_below_the_tables_blames_no_file() -> None:
    sentence = planning.what_next("serving_job", {planning.PARTITION: "a", planning.ATTEMPT: "3"}, 3)
    assert sentence == "After 3 attempts it is not tried again until the tables of station a change."


@pytest.mark.parametrize("tags", [{}, {planning.PARTITION: "a"}, {planning.ATTEMPT: "3"}])
def test_a_run_that_no_sensor_requested_tells_of_nothing_that_follows(tags: dict[str, str]) -> None:
    assert planning.what_next("weather_etl_job", tags, 3) == ""


def unroutable_told(*names: str) -> str:
    return planning.unroutable(route([blob(n) for n in names]))


def test_the_names_outside_any_folder_are_told_when_they_were_never_told() -> None:
    assert [s.why for s in planning.find_unsplit([], route([]), None)] == [planning.UNROUTABLE]


def test_names_that_were_told_are_not_told_again() -> None:
    assert planning.find_unsplit([], route([blob("lost.csv")]), unroutable_told("lost.csv")) == []


@pytest.mark.parametrize("now", [[], ["other.csv"], ["lost.csv", "other.csv"]])
def test_other_names_are_told(now: list[str]) -> None:
    assert planning.find_unsplit([], route([blob(n) for n in now]), unroutable_told("lost.csv"))


def test_a_listing_of_a_part_tells_nothing_of_names_outside_any_folder() -> None:
    assert planning.find_unsplit([], None, None) == []


def test_outages_are_no_attempts_but_delay_the_next_one() -> None:
    past = planning.history([PastRun(n, "FAILURE", 1000.0 + n, OUTAGE) for n in range(1, 6)])
    assert (past.attempts, past.outages, past.alone) == (0, 5, False)
    assert past.next_start(30) == 1005.0 + 30 * 2**4


def test_failures_before_an_outage_still_count() -> None:
    past = planning.history([PastRun(1, "FAILURE", 1.0), PastRun(2, "FAILURE", 2.0, OUTAGE)])
    assert (past.attempts, past.outages, past.runs) == (1, 1, 2)


def test_a_target_that_comes_back_starts_anew() -> None:
    """A file that is uploaded and deleted over and over: each time the same target, and nothing ever failed."""
    reached = [PastRun(n, "SUCCESS", float(n)) for n in (1, 3, 5)]
    past = planning.history(reached, last_other=6)
    assert (past.attempts, past.runs) == (0, 3)
    assert names(plan([stale("a")], ["a"], {"a": past}, now=6.0)) == [["a"]]


def test_runs_that_succeed_and_leave_the_station_stale_are_bounded() -> None:
    past = planning.history([PastRun(n, "SUCCESS", 0.0) for n in range(1, 4)])
    assert [s.station for s in plan([stale("a")], ["a"], {"a": past}).parked] == ["a"]


def test_a_thousand_stations_are_planned_in_runs_of_fifty() -> None:
    items = [stale(f"s{i:04}") for i in range(1000)]
    assert [len(r) for r in names(plan(items, []))] == [50] * 20


@pytest.mark.parametrize(("last", "alone"), [("FAILURE", True), ("CANCELED", True), ("SUCCESS", False)])
def test_a_station_runs_alone_after_a_last_attempt_that_failed(last: str, alone: bool) -> None:
    past = planning.history([PastRun(2, last, 2.0), PastRun(1, "FAILURE", 1.0), PastRun(3, "FAILURE", 3.0, OUTAGE)])
    assert (past.alone, past.attempts, past.outages, past.last_end) == (alone, 2, 1, 3.0)


def test_what_ran_before_another_target_was_reached_is_no_attempt() -> None:
    past = planning.history([PastRun(n, "FAILURE", float(n)) for n in (3, 5, 7)], last_other=5)
    assert (past.runs, past.attempts, past.alone, past.last_end) == (3, 1, True, 7.0)


def test_a_run_over_many_is_the_next_attempt_of_the_one_that_was_tried_most() -> None:
    stations = [f"s{i}" for i in range(planning.FEW + 1)]
    past = {"s1": History(runs=2, attempts=2), "s2": History(runs=1, attempts=1)}
    (request,) = plan([stale(s) for s in stations], stations, past, now=9999.0).requests
    assert (request.attempt, request.runs) == (3, (0, 2, 1, 0, 0, 0))
