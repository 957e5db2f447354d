"""`weather-etl run` exits 1 when work was left undone, and says what."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from weather_etl import cli
from weather_etl.ingestion import merge
from weather_etl.lake.connection import Containers
from weather_etl.lake.table_objects import Lake
from weather_etl.operations.overview import dagster_instance, station_states
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.lake import RAW
from weather_etl_tests.support.runs import process


@pytest.fixture
def run(
    containers: Containers, database: str, environment: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Any:
    (tmp_path / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["weather-etl", "run", "--tables-only", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0)

    return call


def test_a_file_in_the_archive_tier_is_work_left_undone(
    containers: Containers, run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))
    containers.landing.upload("b/x.csv", weather_csv(24))
    containers.landing.client.get_blob_client("a/y.csv").set_standard_blob_tier("Archive")
    assert run() == 1
    told = capsys.readouterr()
    assert "1 station still not up to date: a (changed)" in told.err
    assert "a/y.csv lies in the archive tier" in told.out
    assert containers.lake.stamp("climate_normals", "b") is not None


def test_a_table_object_under_a_lease_is_work_left_undone_and_the_other_stations_are_done(
    containers: Containers, run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    process(containers, tables=[RAW])
    name = containers.lake.object_name(RAW, "a")
    lease = containers.lake.container.client.get_blob_client(name).acquire_lease(60)
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))
    containers.landing.upload("b/x.csv", weather_csv(24))
    try:
        assert run() == 1
    finally:
        lease.release()
    assert "raw_observations/station=a/data.parquet is under a lease" in capsys.readouterr().err
    assert containers.lake.stamp("climate_normals", "b") is not None


def test_files_that_come_while_it_runs_are_work_left_undone(
    containers: Containers, run: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    merging = merge.merge_landing_files

    def slow(*arguments: Any, **options: Any) -> Any:
        containers.landing.upload("a/late.csv", weather_csv(24, first=24))
        return merging(*arguments, **options)

    monkeypatch.setattr(merge, "merge_landing_files", slow)
    assert run("--json") == 1
    assert json.loads(capsys.readouterr().out)["left_undone"] == {"a": "changed"}
    monkeypatch.undo()


def test_a_bad_station_delays_no_good_one(containers: Containers, run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/station.toml", b"x = " + b"[" * 9000)
    containers.landing.upload("b/x.csv", weather_csv(24))
    assert run() == 1
    assert "a/station.toml is not valid TOML (it is nested too deeply)" in capsys.readouterr().err
    assert containers.lake.stamp("climate_normals", "b") is not None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_not_only_its_station(
    containers: Containers, run: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    for station in "abc":
        containers.landing.upload(f"{station}/x.csv", weather_csv(24))
    write, signals = Lake.write, [number]

    def interrupted(self: Lake, table: str, station: str, *arguments: Any, **options: Any) -> Any:
        if signals:
            os.kill(os.getpid(), signals.pop())
        return write(self, table, station, *arguments, **options)

    monkeypatch.setattr(Lake, "write", interrupted)
    assert run() == 1
    monkeypatch.setattr(Lake, "write", write)
    assert "The run was interrupted; `weather-etl run` goes on." in capsys.readouterr().err
    assert [s for s in "bc" if containers.lake.stamp("raw_observations", s)] == []
    with dagster_instance() as instance:
        [a, *_] = station_states(Settings.load(), instance)
    assert a.trouble == "The run was interrupted; `weather-etl run` goes on."
