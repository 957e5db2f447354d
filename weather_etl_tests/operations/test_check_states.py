"""What checks say of tables as they are, whatever became of later runs."""

import dagster as dg
import pytest

from weather_etl.checks import TABLE_CHECKS
from weather_etl.checks.evaluation import Check
from weather_etl.checks.files import REJECTED_FILES
from weather_etl.definitions import defs
from weather_etl.lake.connection import Containers
from weather_etl.operations import check_states
from weather_etl.operations.overview import UP_TO_DATE, StationState, station_states
from weather_etl.operations.planning import PARTITION, TABLES_JOB
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.histories import in_memory, memory_instance
from weather_etl_tests.support.lake import RAW
from weather_etl_tests.support.runs import lose_a_row
from weather_etl_tests.support.ticks import poison

instance = memory_instance


def run(instance: dg.DagsterInstance) -> bool:
    job = defs.resolve_job_def(TABLES_JOB)
    return job.execute_in_process(instance=instance, tags={PARTITION: "a"}, raise_on_error=False).success


def state(instance: dg.DagsterInstance) -> StationState:
    (found,) = station_states(Settings.load(), instance)
    return found


def red(station: StationState) -> set[str]:
    return {check.name for check in station.checks if check.state == "ERROR"}


def test_what_checks_said_outlasts_a_run_that_failed_before_them_and_the_history(
    instance: dg.DagsterInstance, containers: Containers
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    containers.landing.upload("a/notes.csv", b"nothing,to,see\n1,2,3\n")
    assert run(instance)
    before = state(instance)
    assert len(before.checks) == len(TABLE_CHECKS) and REJECTED_FILES.name in red(before)
    poison(containers, "a")
    assert not run(instance)
    failed = state(instance)
    assert failed.trouble and failed.checks == before.checks
    containers.landing.delete("a/station.toml")
    assert state(instance) == before
    with in_memory() as another:
        assert state(another) == before


def test_what_a_check_refused_is_red_until_its_file_is_gone(
    instance: dg.DagsterInstance, containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    assert run(instance)
    before = state(instance)
    assert not red(before)
    containers.landing.upload("a/y.csv", weather_csv(24, first=48))
    with monkeypatch.context() as patch:
        lose_a_row(patch)
        assert not run(instance)
    assert red(state(instance)) == {"row_balance"}
    containers.landing.delete("a/y.csv")
    after = state(instance)
    # Raw was made of both files before the check said no.
    assert after.is_stale and red(after) == {"row_balance"}
    assert run(instance)
    assert state(instance).state == UP_TO_DATE and state(instance).checks == before.checks


def test_a_table_that_is_what_it_should_be_is_believed_before_the_history(
    instance: dg.DagsterInstance, containers: Containers
) -> None:
    """What a later run found is of no file that is there still: no run is due that would evaluate it again."""
    containers.landing.upload("a/x.csv", weather_csv())
    assert run(instance)
    before = state(instance)
    name = REJECTED_FILES.name
    later = dg.AssetCheckEvaluation(dg.AssetKey(RAW), name, passed=False, metadata={}, partition="a")
    instance.report_runless_asset_event(later)
    assert state(instance) == before
    containers.landing.upload("a/y.csv", weather_csv(24, first=48))
    assert red(state(instance)) == {name}


def test_a_check_that_is_younger_than_the_table_hides_no_other(
    instance: dg.DagsterInstance, containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    assert run(instance)
    before = state(instance)
    younger = Check("validated_observations", "no_hail", "No hail falls.")
    monkeypatch.setattr(check_states, "TABLE_CHECKS", (*TABLE_CHECKS, younger))
    with in_memory() as another:
        assert state(another) == before
