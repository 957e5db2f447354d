"""Processes that kill themselves at a chosen request to the storage, started fast.

Belongs here: the child's side of the kill tests.
Does not belong here: expectations.

The children are forked from a server process that has imported everything already, so that hundreds of kill points
cost a fraction of a second each. A kill is a real SIGKILL: nothing of the process gets to tidy up.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import dagster as dg

# Imported by the fork server, once.
import pyarrow.parquet  # noqa: F401

from weather_etl.lake.connection import connect
from weather_etl.meteorology import aggregation, observations, schemas  # noqa: F401
from weather_etl.operations import landing_files
from weather_etl.settings import Settings
from weather_etl_tests.support import runs
from weather_etl_tests.support.splits import split_pending

BEFORE, AFTER = "before", "after"
RESULTS = ("ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION")

runs.graph().resolve_job_def("weather_etl_job")  # also once


def on_puts(hook: Callable[[str, int], None]) -> None:
    """Call `hook(BEFORE or AFTER, number)` around every PUT that this process sends, whoever sends it."""
    from azure.core.pipeline.transport import RequestsTransport

    send, count = RequestsTransport.send, 0

    def noted(self: Any, request: Any, **options: Any) -> Any:
        nonlocal count
        if request.method != "PUT":
            return send(self, request, **options)
        count += 1
        number = count
        hook(BEFORE, number)
        answer = send(self, request, **options)
        hook(AFTER, number)
        return answer

    RequestsTransport.send = noted


def process_and_die(settings: Settings, station: str, when: str, number: int) -> None:
    """Process a station; SIGKILL before or after the PUT with this number."""

    def kill(moment: str, count: int) -> None:
        if (moment, count) == (when, number):
            os.kill(os.getpid(), signal.SIGKILL)

    on_puts(kill)
    with connect(settings) as containers:
        runs.process(containers, station)


def process_and_die_between(settings: Settings, station: str, number: int) -> None:
    """Process a station; SIGKILL when the result with this number (a table or a check) was told to Dagster."""
    handle, count = dg.DagsterInstance.handle_new_event, 0

    def killing(self: dg.DagsterInstance, event: dg.EventLogEntry, **options: Any) -> None:
        nonlocal count
        handle(self, event, **options)
        count += event.dagster_event is not None and event.dagster_event.event_type_value in RESULTS
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    dg.DagsterInstance.handle_new_event = killing
    with connect(settings) as containers:
        runs.process(containers, station)


def work_and_die(settings: Settings, stations: list[str], after_s: float) -> None:
    """Split shared files and process stations; SIGKILL after so many seconds, wherever that is."""
    timer = threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGKILL))
    timer.daemon = True
    timer.start()
    with connect(settings) as containers:
        list(split_pending(containers))
        for station in stations:
            runs.process(containers, station)


def move_and_die(settings: Settings, source: str, target: str) -> None:
    """Move a landing file; SIGKILL when the copy is there and the original too."""

    def kill(moment: str, count: int) -> None:
        if moment == AFTER:
            os.kill(os.getpid(), signal.SIGKILL)

    on_puts(kill)
    with connect(settings) as containers:
        landing_files.move(containers.landing, source, target)


def start_server() -> Any:
    """The context from which children are forked; the import of this module is paid once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def run(context: Any, target: Callable[..., None], *arguments: Any) -> int:
    """Run `target` in a child; its exit code, -9 for one that was killed."""
    child = context.Process(target=target, args=arguments, daemon=True)
    child.start()
    child.join(120)
    if child.exitcode is None:
        with suppress(ProcessLookupError):
            child.kill()
        raise AssertionError("The child did not end.")
    return int(child.exitcode)
