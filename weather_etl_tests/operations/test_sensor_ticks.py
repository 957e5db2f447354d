"""A code location that died is seen: the age of the last good tick, in doctor and metrics."""

import time

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._utils.error import SerializableErrorInfo

from weather_etl.definitions import defs
from weather_etl.operations import doctor
from weather_etl.operations.sensor_ticks import LATE_S, sensor_ticks

NAME = "landing_files_sensor"


def turned_on(
    instance: dg.DagsterInstance, status: InstigatorStatus = InstigatorStatus.DECLARED_IN_CODE
) -> InstigatorState:
    """The state that the daemon writes of a sensor when it first meets it."""
    from dagster._core.remote_origin import (
        RegisteredCodeLocationOrigin,
        RemoteInstigatorOrigin,
        RemoteRepositoryOrigin,
    )

    assert defs.resolve_sensor_def(NAME)
    origin = RemoteInstigatorOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("weather_etl"), "__repository__"), NAME
    )
    state = InstigatorState(origin, InstigatorType.SENSOR, status, SensorInstigatorData(min_interval=30))
    instance.add_instigator_state(state)
    return state


def tick(instance: dg.DagsterInstance, state: InstigatorState, status: TickStatus, ago: float, error: str = "") -> None:
    info = SerializableErrorInfo(error, [], "Failure") if error else None
    instance.create_tick(
        TickData(
            instigator_origin_id=state.instigator_origin_id,
            instigator_name=NAME,
            instigator_type=InstigatorType.SENSOR,
            status=status,
            timestamp=time.time() - ago,
            selector_id=state.selector_id,
            error=info,
            run_ids=[],
        )
    )


def findings(instance: dg.DagsterInstance) -> list[doctor.Finding]:
    return list(doctor.sensor_findings(instance))


@pytest.mark.parametrize("status", [TickStatus.SUCCESS, TickStatus.SKIPPED])
def test_a_sensor_that_ticks_is_well(instance: dg.DagsterInstance, status: TickStatus) -> None:
    tick(instance, turned_on(instance), status, 10)
    assert [(f.topic, f.state) for f in findings(instance)] == [("sensors", doctor.OK)]


def test_a_sensor_without_a_good_tick_for_long_is_bad_although_the_daemon_lives(instance: dg.DagsterInstance) -> None:
    tick(instance, turned_on(instance), TickStatus.SUCCESS, LATE_S + 60)
    (found,) = findings(instance)
    assert found.state == doctor.BAD and "landing_files_sensor has not done its work since 6 min" in found.what
    assert "code location" in found.remedy


def test_ticks_that_fail_are_no_good_ticks_and_their_error_is_told(instance: dg.DagsterInstance) -> None:
    state = turned_on(instance)
    tick(instance, state, TickStatus.SUCCESS, LATE_S + 60)
    tick(instance, state, TickStatus.FAILURE, 5, "The storage does not answer.")
    (found,) = findings(instance)
    assert found.state == doctor.BAD and "The storage does not answer." in found.what


def test_a_sensor_that_never_ticked_is_told(instance: dg.DagsterInstance) -> None:
    turned_on(instance)
    assert "has not done its work yet" in findings(instance)[0].what


def test_a_sensor_that_a_person_turned_off_is_not_missed(instance: dg.DagsterInstance) -> None:
    turned_on(instance, InstigatorStatus.STOPPED)
    assert sensor_ticks(instance) == [] and findings(instance) == []
