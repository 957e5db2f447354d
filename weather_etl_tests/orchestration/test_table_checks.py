"""Checks of tables as Dagster carries them: blocking ones before anything is written, all of them alone."""

from collections.abc import Sequence

import dagster as dg
import pytest

from weather_etl.checks import TABLE_CHECKS
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import INPUTS, TABLE_NAMES
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support import runs
from weather_etl_tests.support.histories import in_memory
from weather_etl_tests.support.lake import RAW, put
from weather_etl_tests.support.made import Made
from weather_etl_tests.support.runs import UNCHANGED, RunFailed, break_the_contract, lose_a_row, process

ALL = [(check.table, check.name) for check in TABLE_CHECKS]


def below(table: str) -> set[str]:
    """A table and all that is made from it."""
    found = {table}
    for name in TABLE_NAMES:
        if found & set(INPUTS[name]):
            found.add(name)
    return found


@pytest.fixture
def station(containers: Containers, made: Made) -> Containers:
    """Station a with tables of another version of its file."""
    containers.landing.upload("a/x.csv", weather_csv())
    put(containers, made())
    return containers


def broken_run(containers: Containers) -> tuple[RunFailed, set[str]]:
    """How a run over changed files failed, and the tables that it wrote."""
    before = containers.lake.stamps()
    containers.landing.upload("a/y.csv", weather_csv(24, first=48))
    with pytest.raises(RunFailed) as caught:
        process(containers)
    return caught.value, {t for (_, t), stamp in containers.lake.stamps().items() if stamp != before["a", t]}


@pytest.mark.parametrize("table", ["daily_weather", "climate_normals"])
def test_a_table_that_breaks_its_contract_is_red_and_not_written(
    station: Containers, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    break_the_contract(monkeypatch, table)
    failed, written = broken_run(station)
    assert str(failed).startswith(f"{table} of a breaks its contract and was not published: ")
    red = [e for e in failed.result.get_asset_check_evaluations() if not e.passed and e.blocking]
    assert [(e.asset_key.path[-1], e.check_name, e.partition) for e in red] == [(table, "schema_and_keys", "a")]
    assert red[0].severity == dg.AssetCheckSeverity.ERROR
    assert not written & below(table) and "validated_observations" in written


def test_rows_that_do_not_balance_are_red_and_nothing_made_of_them_is_written(
    station: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_a_row(monkeypatch)
    failed, written = broken_run(station)
    assert str(failed).startswith("The rows of a do not balance and were not published: 72 data lines = 71 kept")
    (red,) = [e for e in failed.result.get_asset_check_evaluations() if not e.passed and e.blocking]
    assert (red.check_name, red.partition, red.severity) == ("row_balance", "a", dg.AssetCheckSeverity.ERROR)
    assert written == {"raw_observations"}


def test_a_run_after_a_blocked_one_makes_what_was_left(station: Containers) -> None:
    with pytest.MonkeyPatch.context() as patch:
        break_the_contract(patch)
        broken_run(station)
    done = process(station)
    assert done["validated_observations"].status == UNCHANGED
    assert station.lake.read("daily_weather", "a").arrow.num_rows == 3
    assert all(e.passed for (_, name), e in done.evaluations.items() if name == "schema_and_keys")


def executed_alone(
    containers: Containers, checks: Sequence[tuple[str, str]], station: str | None = None
) -> list[dg.AssetCheckEvaluation]:
    """What checks say that are executed without their tables, as by the button on an asset's page."""
    selection = dg.AssetSelection.checks(*(dg.AssetCheckKey(dg.AssetKey(table), name) for table, name in checks))
    alone = dg.Definitions(jobs=[dg.define_asset_job("alone", selection=selection)])
    with in_memory() as instance, runs.given(containers):
        if station:
            instance.add_dynamic_partitions("station", [station])
        result = (
            dg.Definitions.merge(runs.graph(), alone)
            .resolve_job_def("alone")
            .execute_in_process(instance=instance, tags={"dagster/partition": station} if station else {})
        )
        assert not result.get_asset_materialization_events()
        return result.get_asset_check_evaluations()


def test_checks_executed_alone_of_a_station_say_what_they_said_when_its_tables_were_made(
    containers: Containers,
) -> None:
    containers.landing.upload("a/x.csv", weather_csv() + b"cut\r\n")
    said = {key: (e.passed, e.description) for key, e in process(containers).evaluations.items()}
    evaluations = executed_alone(containers, ALL, "a")
    assert len(evaluations) == len(ALL)
    assert {(e.asset_key.path[-1], e.check_name): (e.passed, e.description) for e in evaluations} == said
    assert {e.partition for e in evaluations} == {"a"}


def test_a_check_executed_alone_of_a_table_that_was_never_made_is_one_sentence(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers, tables=[RAW])
    with pytest.raises(dg.Failure, match="daily_weather of station a has never been made; materialize it first"):
        executed_alone(containers, [("daily_weather", "schema_and_keys")], "a")
