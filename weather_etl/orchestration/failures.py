"""Failing a Dagster step in one sentence.

Belongs here: the bridge from exceptions to Dagster's step failure, which nothing secret may cross.
Does not belong here: the sentences themselves.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from weather_etl.errors import UserError
from weather_etl.lake.container import StorageUnavailable
from weather_etl.operations import planning
from weather_etl.private_names import DagsterUserCodeProcessError
from weather_etl.redaction import escaped, traceback_without_secrets, without_secrets
from weather_etl.settings import Settings


class ExpectedFailure(dg.Failure, DagsterUserCodeProcessError):
    """A `Failure` that Dagster shows without a stack trace: the sentence says it all.

    Dagster takes the error of a process it started over as it is; that is how the trace stays out.
    """

    def __init__(self, sentence: str, metadata: dict[str, Any] | None = None) -> None:
        sentence = escaped(sentence, keep="\n")
        # Not by super(): the two parents' constructors do not take the same arguments.
        Exception.__init__(self, sentence)
        self.description = sentence
        self.metadata = dg.Failure(metadata=metadata or {}).metadata
        self.allow_retries = False
        self.user_code_process_error_infos = [SerializableErrorInfo(f"{sentence}\n", [], "Failure")]


def unexpected(error: BaseException) -> str:
    """One sentence for a bug: the exception, and where it happened if a note says so."""
    notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
    return without_secrets(f"Unexpected {type(error).__name__}{notes}: {error}")


@contextmanager
def without_details(
    log: logging.Logger | None = None, run: dg.DagsterRun | None = None, instance: dg.DagsterInstance | None = None
) -> Iterator[None]:
    """Let failures out as one sentence: expected ones as they are, others masked and with their trace in the log.

    Dagster would store an exception with its whole chain, and messages of the SDK hold URLs with SAS tokens.

    Args:
        log: where the trace goes.
        run: whose failure it is; the last attempt says what happens next.
        instance: where an outage is noted on the run, so that it does not count as an attempt.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except UserError as error:
        if isinstance(error, StorageUnavailable) and error.passing:
            if run is not None and instance is not None:
                instance.add_run_tags(run.run_id, {planning.ENDED: planning.OUTAGE})
            raise ExpectedFailure(str(error)) from None
        raise ExpectedFailure(f"{error} {what_next(run)}".strip()) from None
    except Exception as error:
        (log or logging.getLogger("weather_etl")).error(traceback_without_secrets(error))
        raise ExpectedFailure(f"{unexpected(error)} {what_next(run)}".strip()) from None


def what_next(run: dg.DagsterRun | None) -> str:
    """What the sensor does after a failure of this run, if it has done all it can; else empty."""
    return planning.what_next(run.job_name, run.tags, Settings.load().max_attempts) if run is not None else ""
