"""Everything that is stale, in one process: `catch_up_job`.

Belongs here: which runs it starts and in which order.
Does not belong here: how a run is started (`child_runs.py`), what is stale (`operations/planning.py`).

Each station is a run of its own: one that fails does not stop the next, unless the storage does not answer. What lies below the tables follows, serving
tables where they are set up, then reports and what neighbours say of each other, so that nothing is left stale.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from weather_etl import neighbourhood
from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.ingestion.station import StationVanished, UnknownStation
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.container import StorageUnavailable
from weather_etl.lake.fingerprints import NEIGHBOURS, StaleStation
from weather_etl.operations import planning, state_page
from weather_etl.operations.planning import CATCH_UP_JOB, History
from weather_etl.operations.run_history import histories, unroutable_files_told
from weather_etl.orchestration.child_runs import STEPS, run_job
from weather_etl.orchestration.configs import DescribedConfig
from weather_etl.orchestration.failures import ExpectedFailure, without_details
from weather_etl.orchestration.jobs import INDEX_JOB, NEIGHBOURS_JOB, REPORT_JOB, SERVING_JOB, SHARED_JOB, TABLES_JOB
from weather_etl.redaction import without_secrets
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME, is_station_id

FULL_RUN = "full run"


class CatchUpConfig(DescribedConfig):
    """What to bring up to date."""

    mode: str = "incremental"
    """`incremental`: stale stations only. `full`: every station, reading all landing files again."""
    stations: list[str] = []  # noqa: RUF012  (a pydantic field: each instance gets its own)
    """Only these stations; all if empty."""
    tables_only: bool = False
    """Leave serving tables and reports to their sensors."""


@dg.op(
    out=dg.Out(dg.Nothing),
    description=(
        "Splits pending shared files, registers new stations and starts a run for every stale one, in this process; "
        "then serving tables and reports."
    ),
)
def catch_up(context: dg.OpExecutionContext, config: CatchUpConfig) -> None:
    """Bring stations up to date."""
    with without_details(context.log, context.run, context.instance):
        _CatchUp(context, config).run()


@dg.job(
    name=CATCH_UP_JOB,
    description="Registers new stations and brings every stale one up to date, in one process.",
    executor_def=dg.in_process_executor,
)
def catch_up_job() -> None:
    """Everything that is stale."""
    catch_up()


class _CatchUp:
    """The work of one run of `catch_up_job`; fails in the end if anything of it failed."""

    def __init__(self, context: dg.OpExecutionContext, config: CatchUpConfig) -> None:
        if config.mode not in ("incremental", "full"):
            raise UserError(f"The mode is {config.mode!r}; use incremental or full.")
        for station in config.stations:
            if not is_station_id(station):
                raise UserError(f"{station!r} is no station id; use letters, digits, - and _, at most 64.")
        self._context, self._config = context, config
        self._full = config.mode == "full"
        self._settings = Settings.load()
        self._failures: list[str] = []
        self._loggers: Any = context.run_config.get("loggers")

    def run(self) -> None:
        """Shared files, tables, and what lies below them."""
        inventory = self._take_inventory_and_split()
        todo = self._stations_to_do(inventory)
        context = self._context
        if todo and not planning.targets(context.run.tags):  # so that the sensors know what is in hand
            context.instance.add_run_tags(context.run.run_id, planning.targets_tags(todo))
        self._start_each(TABLES_JOB, todo, {step: {"full": True} for step in STEPS} if self._full else {})
        below = 0 if self._config.tables_only else self._follow()
        if self._failures:
            # Settings that cannot be read fail the tables, the serving tables and the report of a station alike.
            raise ExpectedFailure(without_secrets(" | ".join(dict.fromkeys(self._failures))))
        if not todo and not below:
            context.log.info(f"All {len(inventory.landing.stations)} stations are up to date.")

    def _start_each(
        self, job: str, items: Sequence[StaleStation], ops: dict[str, dict[str, Any]] | None = None
    ) -> None:
        """A run for each, one after the other; they count as attempts like those that a sensor requests."""
        # Neither the shared files nor the index of reports are partitions.
        stations = [s.station for s in items if is_station_id(s.station)]
        self._context.instance.add_dynamic_partitions(PARTITIONS_NAME, stations)
        tried = histories(self._context.instance, items, [job])
        for number, item in enumerate(items, start=1):
            self._context.log.info(f"{item.station} ({number} of {len(items)}): {job}, {item.why}")
            tags = {planning.WHY: item.why}
            if item.why != FULL_RUN:  # nothing is stale then, and nothing is tried again
                attempt = tried.get(item.station, History()).attempts + 1
                tags |= {planning.TARGET: item.key, **planning.attempt_tag(attempt)}
            self._failures += run_job(
                self._context.instance,
                job,
                station=item.station if is_station_id(item.station) else None,
                ops=ops,
                loggers=self._loggers,
                tags={**tags, planning.PARENT: self._context.run.run_id},
            )
            if self._failures and self._storage_is_gone():
                left = len(items) - number
                untried = [f"{left} more not tried"] if left else []
                raise StorageUnavailable(without_secrets(" | ".join([*self._failures, *untried])), passing=True)

    def _storage_is_gone(self) -> bool:
        """Whether a run of ours ended because the storage did not answer: the next would wait for it as long."""
        tags = {planning.PARENT: self._context.run.run_id, planning.ENDED: planning.OUTAGE}
        return bool(self._context.instance.get_run_records(dg.RunsFilter(tags=tags), limit=1))

    def _take_inventory_and_split(self) -> shared_files.Inventory:
        """What lies in both containers, after shared files were split where that was due."""
        with connect(self._settings) as containers:
            inventory = shared_files.take_inventory(containers)
            unsplit = planning.find_unsplit(
                inventory.pending, inventory.landing, unroutable_files_told(self._context.instance)
            )
            if self._full and inventory.sources and not unsplit:
                unsplit = [StaleStation(planning.SHARED, "full", FULL_RUN)]
            if unsplit:
                self._start_each(SHARED_JOB, unsplit, {"shared_files": {"full": self._full}})
                inventory = shared_files.take_inventory(containers)
        for name in inventory.landing.unroutable[:10]:
            self._context.log.warning(f"{name[:200]!r} lies outside any station's folder and was left alone.")
        return inventory

    def _stations_to_do(self, inventory: shared_files.Inventory) -> list[StaleStation]:
        stale = {s.station: s for s in planning.find_stale(inventory.landing, inventory.stamps)}
        if self._full:
            for name in inventory.landing.stations:
                stale.setdefault(name, StaleStation(name, "full", FULL_RUN))
        if self._config.stations:
            for name in self._config.stations:
                if name not in inventory.landing.stations and name not in stale:
                    raise UnknownStation(name, inventory.landing.stations.keys() | stale.keys())
            stale = {name: stale[name] for name in self._config.stations if name in stale}
        self._failures += [str(StationVanished(s.station)) for s in stale.values() if s.why == planning.VANISHED]
        return sorted((s for s in stale.values() if s.why != planning.VANISHED), key=lambda s: s.station)

    def _follow(self) -> int:
        """Serving tables, then reports, neighbours and the index: what is stale of them; how many runs that took."""
        from weather_etl.report import publish

        started = 0
        with connect(self._settings) as containers:
            for job, find in ((SERVING_JOB, self._unserved), (REPORT_JOB, publish.stale_reports)):
                only = self._config.stations
                items = [s for s in find(containers) if not only or s.station in only]
                self._start_each(job, items)
                started += len(items)
            if not self._config.stations and (neighbours := self._stale_neighbours(containers)):
                self._start_each(NEIGHBOURS_JOB, [neighbours])
                started += 1
            if index := state_page.find_stale(containers, publish.reports(containers), self._context.instance):
                self._start_each(INDEX_JOB, [index])
                started += 1
        return started

    def _stale_neighbours(self, containers: Containers) -> StaleStation | None:
        """The table of all stations; who asked for some stations does not wait for the comparison of all."""
        lake = containers.lake
        return neighbourhood.find_stale(lake.stamps(), lake.stamp(NEIGHBOURS, ""))

    def _unserved(self, containers: Containers) -> list[StaleStation]:
        """Stations that PostgreSQL does not serve as they are in the lake, where serving tables are set up."""
        from weather_etl.serving import database, schema, staleness

        try:
            if not schema.is_set_up(self._settings):
                return []
            with database.connect(self._settings) as connection:
                schema.require_schema(self._settings, connection)
                return staleness.find_stale(
                    staleness.expected(containers.lake.stamps()), staleness.loaded_versions(connection)
                )
        except UserError as error:  # tables and reports do not wait for PostgreSQL
            self._failures.append(str(error))
            return []
