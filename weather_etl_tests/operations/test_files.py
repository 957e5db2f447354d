"""Where is my file, what was refused, read it again: on a real Azurite; and the commands as a person uses them."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from weather_etl.errors import UserError
from weather_etl.lake.connection import Containers
from weather_etl.operations import quarantine
from weather_etl.operations.files import FileState, file_states
from weather_etl.operations.quarantine import quarantined_rows, write_csv
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import shared_csv, weather_csv
from weather_etl_tests.support.command import Run, in_process
from weather_etl_tests.support.lake import RAW
from weather_etl_tests.support.runs import TO_DAYS, process, process_hours
from weather_etl_tests.support.splits import split_pending

CUT = b"2020-01-03 00:00:00.000 +0000,=cmd()\r\n"


def states(containers: Containers, *stations: str) -> dict[str, FileState]:
    return {f.name: f for f in file_states(containers, stations)}


def test_every_file_has_a_state(containers: Containers) -> None:
    containers.landing.upload("a/good.csv", weather_csv())
    containers.landing.upload("a/same.csv", weather_csv())
    containers.landing.upload("a/bad.csv", b"PAR1")
    containers.landing.upload("a/gone.csv", weather_csv(2, first=90))
    containers.landing.upload("_shared/net.csv", shared_csv("b"))
    list(split_pending(containers))
    process(containers, tables=[RAW])
    process(containers, "b", tables=[RAW])
    containers.landing.delete("a/gone.csv")
    containers.landing.upload("a/new.csv", weather_csv(3))
    containers.landing.upload("a/good.csv.tmp", b"half")
    containers.landing.upload("lost.csv", b"x")
    containers.landing.upload("_shared/next.csv", shared_csv("b", 2))
    found = {(f.station, f.name): f.state for f in file_states(containers)}
    assert found == {
        ("a", "a/good.csv"): "ingested",
        ("a", "a/same.csv"): "same bytes",
        ("a", "a/bad.csv"): "rejected",
        ("a", "a/gone.csv"): "gone",
        ("a", "a/new.csv"): "pending",
        ("b", "_shared/net.csv"): "ingested",
        (None, "_shared/net.csv"): "split",
        (None, "_shared/next.csv"): "pending",
        (None, "lost.csv"): "unroutable",
        (None, "a/good.csv.tmp"): "ignored",
    }


def test_a_replaced_file_is_pending_until_it_is_read_and_its_rows_not_counted_from_tables_of_another_manifest(
    containers: Containers,
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process_hours(containers)
    containers.landing.upload("a/x.csv", weather_csv(24))
    assert states(containers, "a")["a/x.csv"].state == "pending"
    process(containers, tables=[RAW])
    state = states(containers, "a")["a/x.csv"]
    assert (state.state, state.kept) == ("ingested", None)


def test_the_manifest_tells_how_a_file_was_read_and_its_rows_are_accounted_for(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24) + CUT)
    run_id = process_hours(containers).run_id
    shown = states(containers, "a")["a/x.csv"].as_dict()
    assert shown["etag"] == containers.landing.head("a/x.csv").etag
    assert len(shown["sha256"]) == 64
    assert (shown["encoding"], shown["profile"], shown["delimiter"], shown["rows"]) == (
        "utf-8",
        "kaggle_szeged",
        ",",
        25,
    )
    assert shown["first_error"] == {"line": 26, "reason": "ROW_WIDTH"}
    assert (shown["run_id"], shown["refused"], shown["seconds"] > 0) == (run_id, 1, True)
    containers.landing.upload("a/y.csv", weather_csv(4, temperature=9.0))
    process_hours(containers)
    state = states(containers, "a")["a/x.csv"]
    assert (state.entry["rows"], state.kept, state.repeated, state.quarantined) == (25, 20, 4, 1)


def test_a_shared_part_shows_the_etag_of_its_source(containers: Containers) -> None:
    containers.landing.upload("_shared/net.csv", shared_csv("b"))
    list(split_pending(containers))
    process(containers, "b", tables=[RAW])
    shown = states(containers, "b")["_shared/net.csv"]
    assert shown.as_dict()["etag"] == containers.landing.head("_shared/net.csv").etag


def test_an_unknown_station_is_one_sentence(containers: Containers) -> None:
    with pytest.raises(UserError, match="Nothing is known of station nowhere"):
        states(containers, "nowhere")


@pytest.fixture(scope="module")
def refused(shared: Containers) -> Containers:
    shared.landing.upload("a/x.csv", weather_csv(24) + CUT)
    shared.landing.upload("a/bad.csv", b"PAR1")
    shared.landing.upload("_shared/net.csv", shared_csv(["b", "no id"], 2))
    list(split_pending(shared))
    for station in "ab":
        process_hours(shared, station)
    return shared


def test_refused_rows_and_files_of_all_stations_and_of_none_are_listed(refused: Containers) -> None:
    found = [(r["landing_file"], r["line"], r["reason"]) for r in quarantined_rows(refused)]
    assert sorted(found, key=str) == [
        ("_shared/net.csv", 3, "STATION_INVALID"),
        ("_shared/net.csv", 5, "STATION_INVALID"),
        ("a/bad.csv", None, "NOT_CSV"),
        ("a/x.csv", 26, "ROW_WIDTH"),
    ]


def test_refused_rows_can_be_chosen_by_reason_and_station(refused: Containers) -> None:
    assert [r["landing_file"] for r in quarantined_rows(refused, [], "ROW_WIDTH")] == ["a/x.csv"]
    assert {r["reason"] for r in quarantined_rows(refused, ["a"])} == {"ROW_WIDTH", "NOT_CSV"}


def test_an_unknown_reason_is_one_sentence(containers: Containers) -> None:
    with pytest.raises(UserError, match="BANANA is no reason code; known are EMPTY_FILE"):
        list(quarantined_rows(containers, [], "BANANA"))


@pytest.mark.parametrize("text", ["=cmd()", "+1+1", "-2+3", "@x", "\tx", "\rx", " =1", "\uff1d1"])
def test_no_exported_cell_can_become_a_formula(text: str, tmp_path: Path) -> None:
    row = dict.fromkeys(quarantine.COLUMNS) | {"landing_file": text, "line": 3, "raw_text": text}
    assert write_csv([row], tmp_path / "out.csv") == 1
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        _, cells = csv.reader(file)
    assert cells[1] == cells[6] == f"'{text}"
    assert cells[3] == "3"


@pytest.fixture
def weather_etl(
    tmp_path: Path,
    environment: Settings,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """The command in this process."""
    shutil.copy(CHECKOUT / "dagster.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return in_process(tmp_path, capfd)


def test_one_run_takes_a_shared_file_to_the_tables_of_its_stations(
    weather_etl: Run, containers: Containers, tmp_path: Path
) -> None:
    (tmp_path / "net.csv").write_bytes(shared_csv(["EHVL", "EHRD"]))
    assert weather_etl("upload", "_shared", "net.csv").returncode == 0
    done = weather_etl("run", "--tables-only")
    assert done.returncode == 0, done.stderr
    assert "EHRD: up to date" in done.stdout and "EHVL: up to date" in done.stdout
    shown = weather_etl("files")
    assert (
        "ingested    _shared/net.csv  24 lines = 24 kept + 0 merged, repeated or superseded + 0 quarantined"
        in shown.stdout
    )
    assert shown.stdout.splitlines()[-1] == "3 files: 2 ingested, 1 split"


def test_a_shared_file_of_no_use_is_named_and_gives_exit_code_1(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("_shared/net.csv", b"PAR1")
    done = weather_etl("run")
    assert done.returncode == 1
    assert "shared_files: 1 of 1 shared file could not be used, first '_shared/net.csv' (NOT_CSV" in done.stderr


def test_files_and_quarantine_answer_in_lines_and_files(
    weather_etl: Run, refused: Containers, shared_environment: Settings, tmp_path: Path
) -> None:
    assert Settings.load() == shared_environment  # and not that of `weather_etl`, which came first
    rejected = json.loads(weather_etl("files", "--state", "rejected", "--json").stdout)
    assert [(f["name"], f["reason"]) for f in rejected] == [("a/bad.csv", "NOT_CSV")]
    assert "ROW_WIDTH               a/x.csv:26  2 cells instead of 12" in weather_etl("quarantine", "-s", "a").stdout
    assert weather_etl("quarantine", "--out", "out.csv").stdout == "Wrote 4 rows to out.csv.\n"
    assert (tmp_path / "out.csv").read_text().startswith("station_id,landing_file,etag,line,reason")


def test_replay_reads_the_chosen_file_again_and_changes_nothing_else(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))
    before = process_hours(containers).run_id
    rows = containers.lake.read("validated_observations", "a").arrow
    done = weather_etl("replay", "a", "--file", "x.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ingested    a/x.csv  24 lines")
    runs = {e["name"]: e["run_id"] == before for e in containers.lake.read("raw_observations", "a").manifest}
    assert runs == {"a/x.csv": False, "a/y.csv": True}
    assert containers.lake.read("validated_observations", "a").arrow == rows


def test_replay_of_a_shared_file_splits_it_again(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("_shared/net.csv", shared_csv("ab"))
    list(split_pending(containers, run_id="before"))
    before = process(containers, tables=[RAW]).run_id
    assert weather_etl("replay", "a").returncode == 0
    assert states(containers)["_shared/net.csv"].entry["run_id"] != "before"
    assert containers.lake.read("raw_observations", "a").manifest[0]["run_id"] != before


def test_replay_of_a_file_that_is_not_there_is_one_sentence(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    done = weather_etl("replay", "a", "--file", "z.csv")
    assert done.returncode == 1
    assert done.stderr == "a has no file z.csv; `weather-etl files --station a` shows its files.\n"


def test_forget_removes_the_parts_of_shared_files_that_are_gone(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("_shared/net.csv", shared_csv("ab"))
    list(split_pending(containers))
    process(containers, tables=TO_DAYS)
    assert "still has landing files" in weather_etl("forget", "a").stderr
    containers.landing.delete("_shared/net.csv")
    assert weather_etl("forget", "a").returncode == 0
    assert [b.name for b in containers.lake.container.list("_split/a/")] == []
    assert containers.lake.stamps() == {}
