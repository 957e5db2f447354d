"""How the stations stand: their tables, whether they are stale, why a run failed.

Belongs here: gathering it, from storage and from Dagster's history.
Does not belong here: what checks said (`check_states.py`), printing (`cli/`), deciding what to run (`planning.py`).
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from weather_etl import postgres
from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.ingestion.station import StationVanished, UnknownStation
from weather_etl.lake.connection import connect
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.lake.table_objects import Stamp
from weather_etl.operations import mutes, planning
from weather_etl.operations.check_states import CheckState, last_checks
from weather_etl.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

UP_TO_DATE = "up to date"
# Its tables are what landing says, and that is nothing: every file was rejected, or every row refused.
NOTHING_USABLE = "nothing usable"
HISTORY = "WEATHER_ETL_POSTGRES_URL"  # the setting that says where Dagster's history lies


@dataclass
class StationState:
    """One station as it stands.

    `trouble` is why it is stale, if its last run failed; `parked` whether none is requested until something changes;
    `muted_until` the last day on which nobody is told of it.
    """

    station: str
    state: str
    files: int
    tables: dict[str, Stamp] = field(default_factory=dict)
    checks: list[CheckState] = field(default_factory=list)
    trouble: str | None = None
    parked: bool = False
    muted_until: date | None = None

    @property
    def is_stale(self) -> bool:
        """Whether a run is due."""
        return self.state not in (UP_TO_DATE, NOTHING_USABLE)

    def count(self, state: str) -> int:
        return sum(c.state == state for c in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "station": self.station,
            "state": self.state,
            "landing_files": self.files,
            "trouble": self.trouble,
            "parked": self.parked,
            "muted_until": self.muted_until.isoformat() if self.muted_until else None,
            "tables": {
                t: {"rows": s.rows, "first": s.first, "last": s.last, "bytes": s.size} for t, s in self.tables.items()
            },
            "checks": [vars(c) for c in self.checks],
        }


@contextmanager
def dagster_instance() -> "Iterator[dg.DagsterInstance]":
    """Dagster's instance as its own commands find it: `DAGSTER_HOME`, else `dagster.yaml` in the current folder."""
    import dagster as dg

    if not os.getenv("DAGSTER_HOME") and not os.path.exists("dagster.yaml"):
        raise UserError(
            f"There is no dagster.yaml in {os.getcwd()}; change to the folder of the checkout, or set DAGSTER_HOME."
        )
    if os.getenv("DAGSTER_HOME"):
        with dg.DagsterInstance.get() as instance:
            yield instance
        return
    _check_database(Settings.load().postgres_url)
    with tempfile.TemporaryDirectory(prefix="weather_etl-") as folder:  # so that nothing is written beside the file
        shutil.copy("dagster.yaml", folder)
        with dg.DagsterInstance.from_config(folder) as instance:
            yield instance


def _check_database(url: str | None) -> None:
    """Ask before Dagster does, whose retries fill a page."""
    import psycopg2

    if not url:
        raise UserError("No database is configured; run `weather-etl local up`, or set WEATHER_ETL_POSTGRES_URL.")
    if not postgres.is_address(url):
        raise UserError(f"WEATHER_ETL_POSTGRES_URL must begin with {postgres.SCHEME}; correct it.")
    try:
        psycopg2.connect(postgres.dsn(url), connect_timeout=5).close()
    except psycopg2.Error as error:
        start = "start it with `weather-etl local up`"
        raise UserError(postgres.explained(error, HISTORY, start=start) or str(error)) from None


def station_states(
    settings: Settings, instance: "dg.DagsterInstance", only: list[str] | None = None, *, must_exist: bool = False
) -> list[StationState]:
    """All stations of landing and lake, or `only` some, in alphabetical order.

    Raises:
        UnknownStation: one of `only` is none, where they `must_exist`.
    """
    with connect(settings, prompt=True) as containers:
        inventory = shared_files.take_inventory(containers)
        silent = mutes.muted_stations(containers)
        landing, stamps = inventory.landing, inventory.stamps
        stale = {s.station: s for s in planning.find_stale(landing, stamps)}
        trouble = troubles(settings, instance, list(stale.values()))
        stations = sorted({s for s, _ in stamps} | landing.stations.keys())
        for name in only or ():
            if must_exist and name not in stations:
                raise UnknownStation(name, stations)
        states = []
        for station in stations:
            if only and station not in only:
                continue
            files = landing.stations.get(station)
            why, parked = trouble.get(station, (None, False))
            made = {t: stamps[(station, t)] for t in TABLE_NAMES if (station, t) in stamps}
            is_stale = station in stale
            states.append(
                StationState(
                    station,
                    stale[station].why if is_stale else _state_when_not_stale(made),
                    len(files.files) if files else 0,
                    made,
                    last_checks(instance, containers.lake, station, made, is_stale=is_stale),
                    why,
                    parked,
                    silent.get(station),
                )
            )
    return states


def _state_when_not_stale(made: dict[str, Stamp]) -> str:
    """What a station is that is not stale; a table whose rows nobody counted is not said to be empty."""
    hours = made.get("validated_observations")
    return NOTHING_USABLE if hours is not None and hours.rows == 0 else UP_TO_DATE


def troubles(
    settings: Settings, instance: "dg.DagsterInstance", stale: "list[planning.StaleStation]"
) -> dict[str, tuple[str, bool]]:
    """Station -> why it is still stale, as far as a run has failed; and whether none is requested any more."""
    from weather_etl.operations.run_history import failure_sentence, histories, last_runs

    tried = histories(instance, stale, [planning.TABLES_JOB])
    last = last_runs(instance, [s.station for s in stale])
    reasons = {}
    for item in stale:
        past = tried.get(item.station)
        sentence = failure_sentence(instance, last[item.station].run_id) if item.station in last else ""
        if item.why == planning.VANISHED:
            reasons[item.station] = str(StationVanished(item.station)), True
        elif past is not None and past.attempts >= settings.max_attempts:
            if planning.left_alone(item.station) not in sentence:
                sentence = f"{sentence} {planning.parked_sentence(item.station, past.attempts)}".strip()
            reasons[item.station] = sentence, True
        elif sentence:
            reasons[item.station] = sentence, False
    return reasons


def parked_stations(
    settings: Settings, instance: "dg.DagsterInstance", stale: "list[planning.StaleStation]"
) -> set[str]:
    """Stale stations that no run is requested for any more, until something changes."""
    from weather_etl.operations.run_history import histories

    tried = histories(instance, stale, [planning.TABLES_JOB])
    failed = {station for station, past in tried.items() if past.attempts >= settings.max_attempts}
    return failed | {s.station for s in stale if s.why == planning.VANISHED}
