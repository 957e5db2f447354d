"""Failing a Dagster step in one sentence.

Belongs here: the bridge from `UserError` to Dagster's step failure.
Does not belong here: the sentences themselves.
"""

from typing import Any

import dagster as dg
from dagster._core.definitions.metadata import normalize_metadata
from dagster._core.errors import DagsterUserCodeProcessError
from dagster._utils.error import SerializableErrorInfo


class ExpectedFailure(dg.Failure, DagsterUserCodeProcessError):
    """A `Failure` that Dagster shows without a stack trace: the sentence says it all.

    Dagster takes the error of a process it started over as it is; that is how the trace stays out.
    """

    def __init__(self, sentence: str, metadata: dict[str, Any] | None = None) -> None:
        # Not by super(): the two parents' constructors do not take the same arguments.
        Exception.__init__(self, sentence)
        self.description = sentence
        self.metadata = normalize_metadata(metadata or {})
        self.allow_retries = False
        self.user_code_process_error_infos = [SerializableErrorInfo(f"{sentence}\n", [], "Failure")]
