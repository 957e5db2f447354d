"""Starting `catch_up_job` over HTTP, and asking what became of it: Dagster's GraphQL, as its own pages use it.

Belongs here: the two questions, their answers as plain records, errors in one sentence. Needs nothing but Python.
Does not belong here: printing (`cli/operations.py`), running anything in this process (`orchestration/catch_up.py`).
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from weather_etl.errors import UserError
from weather_etl.operations.planning import CATCH_UP_JOB, FAILED, FINISHED, LOCATION, REPOSITORY

DEFAULT_URL = "http://127.0.0.1:3000"
MODES = ("incremental", "full")
POLL_S = 1.0

LAUNCH = """
mutation Trigger($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on PipelineNotFoundError { message }
    ... on UnauthorizedError { message }
    ... on PythonError { message }
  }
}
"""
STATUS = """
query RunStatus($id: ID!, $children: [ExecutionTag!]) {
  runOrError(runId: $id) {
    __typename
    ... on Run { ...state }
    ... on RunNotFoundError { message }
    ... on PythonError { message }
  }
  children: runsOrError(filter: {tags: $children}, limit: 500) { ... on Runs { results { ...state } } }
}
fragment state on Run {
  runId jobName status startTime endTime tags { key value }
  stepStats { stepKey status startTime endTime }
}
"""
FAILURES = """
query Failures($id: ID!) {
  logsForRun(runId: $id, limit: 1000) {
    ... on EventConnection { events {
      ... on ExecutionStepFailureEvent { stepKey failureMetadata { description } error { message } }
      ... on RunFailureEvent { message error { message } } } }
  }
}
"""


@dataclass(frozen=True)
class Step:
    """One step of a run: SUCCESS, FAILURE, SKIPPED, IN_PROGRESS, or None before it has begun."""

    name: str
    status: str | None
    seconds: float | None


@dataclass(frozen=True)
class RunState:
    """A run, its steps, the runs that it started for stations, and why it failed."""

    run_id: str
    job: str
    status: str
    station: str
    seconds: float | None
    steps: tuple[Step, ...] = ()
    children: tuple["RunState", ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def has_failed(self) -> bool:
        return self.status in FAILED

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "run_id": self.run_id,
            "job": self.job,
            "status": self.status,
            "station": self.station,
            "seconds": self.seconds,
            "steps": [vars(s) for s in self.steps],
            "runs": [c.as_dict() for c in self.children],
            "failures": list(self.failures),
        }


@dataclass(frozen=True)
class Dagster:
    """A Dagster webserver; `headers` are sent along, for a proxy that asks who we are."""

    url: str = DEFAULT_URL
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise UserError(f"{self.url!r} is no address of a Dagster webserver; use one like {DEFAULT_URL}.")
        object.__setattr__(self, "url", self.url.rstrip("/"))

    def version(self) -> str:
        """The version of the Dagster that answers.

        Raises:
            UserError: nothing does, or something else.
        """
        return str(self._ask("{ version }")["version"])

    def run_url(self, run_id: str) -> str:
        """The page of a run."""
        return f"{self.url}/runs/{run_id}"

    def trigger(self, mode: str = "incremental", stations: Sequence[str] = ()) -> str:
        """Start `catch_up_job`; returns the run's id at once, before the run has begun.

        Args:
            mode: `incremental` (stale stations) or `full` (all, reading every landing file again).
            stations: only these; all if empty.

        Raises:
            UserError: the mode is unknown, or Dagster does not answer or refuses.
        """
        if mode not in MODES:
            raise UserError(f"The mode is {mode!r}; use {' or '.join(MODES)}.")
        config = {"ops": {"catch_up": {"config": {"mode": mode, "stations": list(stations)}}}}
        selector = {"repositoryLocationName": LOCATION, "repositoryName": REPOSITORY, "jobName": CATCH_UP_JOB}
        tags = [{"key": "weather_etl/why", "value": f"triggered, {mode}"}]
        answer = self._ask(
            LAUNCH,
            params={
                "selector": selector,
                "runConfigData": config,
                "mode": "default",
                "executionMetadata": {"tags": tags},
            },
        )["launchRun"]
        if answer["__typename"] != "LaunchRunSuccess":
            message = answer.get("message") or "; ".join(e["message"] for e in answer.get("errors", []))
            raise UserError(
                f"Dagster at {self.url} did not start {CATCH_UP_JOB}: {_first_line(message) or answer['__typename']}"
            )
        return answer["run"]["runId"]

    def state(self, run_id: str) -> RunState:
        """How a run stands, step by step.

        Raises:
            UserError: there is no such run, or Dagster does not answer.
        """
        answer = self._ask(STATUS, id=run_id, children=[{"key": "weather_etl/parent", "value": run_id}])
        run = answer["runOrError"]
        if run["__typename"] != "Run":
            raise UserError(f"Dagster at {self.url} knows no run {run_id}; copy the id from the list of runs.")
        children = sorted((answer["children"] or {}).get("results", []), key=lambda c: c["startTime"] or 0)
        failures: list[str] = []
        if run["status"] == "FAILURE":
            connection = self._ask(FAILURES, id=run_id)["logsForRun"]
            failures = [m for m in map(_failure, connection.get("events", [])) if m]
        return _state(run, tuple(_state(c) for c in children), failures)

    def wait(self, run_id: str, timeout: float = 3600.0) -> RunState:
        """Poll until the run has ended.

        Raises:
            UserError: it has not after `timeout` seconds; it goes on.
        """
        deadline = time.monotonic() + timeout
        while True:
            state = self.state(run_id)
            if state.is_finished:
                return state
            if time.monotonic() > deadline:
                raise UserError(f"Run {run_id} has not ended after {timeout:,.0f} s; see {self.run_url(run_id)}.")
            time.sleep(POLL_S)

    def _ask(self, query: str, **variables: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json", **self.headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                raise UserError(
                    f"{self.url} refused us (HTTP {error.code}); give a --header that it accepts."
                ) from None
            if error.code == 500:  # Dagster's own answer when its database is gone
                raise UserError(
                    f"Dagster at {self.url} has trouble of its own (HTTP 500), often a database that does not answer; "
                    "`weather-etl doctor` looks for it."
                ) from None
            if error.code != 400:  # GraphQL's own errors come as 400, with a body that tells
                raise UserError(f"{self.url} answered HTTP {error.code}; is it a Dagster webserver?") from None
            answer = _json(error.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            if not isinstance(error, OSError):
                raise UserError(f"What answers at {self.url} is no Dagster webserver; correct the address.") from None
            raise UserError(f"Dagster does not answer at {self.url}; start it with `make ui`.") from None
        if not isinstance(answer, dict):
            raise UserError(f"What answers at {self.url} is no Dagster webserver; correct the address.")
        if not isinstance(answer.get("data"), dict):
            errors = answer.get("errors")
            message = _first_line(errors[0].get("message", "")) if errors else "no data"
            raise UserError(f"Dagster at {self.url} could not answer: {message}")
        return answer["data"]


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0]


def _failure(event: dict[str, Any]) -> str:
    described = (event.get("failureMetadata") or {}).get("description")
    message = described or (event.get("error") or {}).get("message") or ""
    return _first_line(message)


def _state(run: dict[str, Any], children: tuple[RunState, ...] = (), failures: Sequence[str] = ()) -> RunState:
    tags = {t["key"]: t["value"] for t in run["tags"]}
    return RunState(
        run["runId"],
        run["jobName"],
        run["status"],
        tags.get("dagster/partition", ""),
        _seconds(run),
        tuple(Step(s["stepKey"], s["status"], _seconds(s)) for s in run["stepStats"]),
        children,
        tuple(dict.fromkeys(failures)),
    )


def _seconds(span: dict[str, Any]) -> float | None:
    return round(span["endTime"] - span["startTime"], 2) if span["startTime"] and span["endTime"] else None
