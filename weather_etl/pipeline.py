"""One station from landing files to tables: what is stale is made and published, table by table.

Belongs here: the order of the tables, what each is made from, conditional publishing.
Does not belong here: Dagster (`assets/`), the computations themselves (`meteorology/`, `ingestion/merge.py`).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from weather_etl import checks
from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.lake import fingerprints
from weather_etl.lake.fingerprints import INPUTS, TABLE_NAMES
from weather_etl.lake.storage import Containers, PreconditionFailed, Stamp
from weather_etl.landing import listing
from weather_etl.stations import StationSettings

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.checks import Evaluation
    from weather_etl.ingestion.merge import Raw
    from weather_etl.meteorology.aggregation import LocalHours
    from weather_etl.meteorology.observations import Observations

RAW = "raw_observations"
AGGREGATED = ("daily_weather", "monthly_weather", "yearly_weather", "climate_normals")
WRITTEN, UNCHANGED, LEFT = "written", "unchanged", "left to another run"


@dataclass
class Published:
    """A table of a station after its turn: `frame` and `raw` only where it was made now."""

    table: str
    station: str
    status: str
    stamp: Stamp
    uri: str
    settings: StationSettings
    frame: "pd.DataFrame | None" = None
    raw: "Raw | None" = None
    observations: "Observations | None" = None


class StationVanished(UserError):
    """All landing files of a station are gone: a person must say that this is meant."""

    def __init__(self, station: str) -> None:
        super().__init__(
            f"All landing files of station {station} have vanished and its tables were kept; upload the files again, "
            f"or run `weather-etl forget {station}` if this is meant."
        )


class UnknownStation(UserError):
    """Neither landing nor the lake knows the station."""

    def __init__(self, station: str) -> None:
        super().__init__(
            f"There is no landing file for station {station}; upload one with `weather-etl upload {station} FILE`."
        )


def process_station(
    containers: Containers,
    station: str,
    *,
    tables: Collection[str] = TABLE_NAMES,
    run_id: str = "",
    full: bool = False,
    again: Collection[str] = (),
    now: datetime | None = None,
) -> "Iterator[Published | Evaluation]":
    """Bring tables of one station up to date; yields each as it is published, and the checks made on the way.

    Args:
        containers: landing and lake.
        station: station id.
        tables: the tables to make; what they are made from is taken from the lake if it is not among them.
        run_id: noted in the manifest.
        full: read all landing files again and make all tables anew, stale or not.
        again: with `full`, names of the only files to read again.
        now: the present, for the freshness check.

    Raises:
        UserError: the work could not be done; what was published before stays.
    """
    files = shared_files.list_station(containers, station)
    # Before any input is read: a table replaced after this is the work of another run.
    stamps = {table: containers.lake.stamp(table, station) for table in TABLE_NAMES}
    if not files.files:
        raise StationVanished(station) if stamps[RAW] else UnknownStation(station)
    settings = listing.read_settings(containers.landing, station, files)
    version = files.settings_version(station)
    wanted = [t for t in TABLE_NAMES if t in tables]
    expected = fingerprints.expected(files.versions(), version)
    work = _Station(containers, station, settings, version, stamps)

    for table in wanted:
        stamp = stamps[table]
        if stamp is not None and stamp.fingerprint == expected[table] and not full:
            yield Published(table, station, UNCHANGED, stamp, work.uri(table), settings)
        elif table == RAW:
            from weather_etl.ingestion.merge import update_raw

            everything = full and not again
            work.raw = update_raw(
                containers, station, files, settings, run_id=run_id, full=everything, again=again if full else ()
            )
            work.carried[RAW] = work.raw.stamp.fingerprint
            yield Published(RAW, station, WRITTEN, work.raw.stamp, work.uri(RAW), settings, raw=work.raw)
            yield checks.rejected_files(work.raw)
        else:
            yield from work.make(table, now or datetime.now(UTC))


@dataclass
class _Station:
    """One station's tables in memory: each input is loaded at most once."""

    containers: Containers
    station: str
    settings: StationSettings
    settings_version: str
    stamps: dict[str, Stamp | None]

    def __post_init__(self) -> None:
        self.raw: Raw | None = None
        self.carried: dict[str, str] = {}  # fingerprints of the inputs as they were read
        self._observations: Observations | None = None
        self._frames: dict[str, pd.DataFrame] = {}
        self._hours: LocalHours | None = None

    def uri(self, table: str) -> str:
        return self.containers.lake.uri(table, self.station)

    def make(self, table: str, now: datetime) -> "Iterator[Published | Evaluation]":
        """Make one table after raw, hold it against its contract and publish it."""
        from weather_etl.meteorology import schemas

        frame, evaluations = self._compute(table, now)
        evaluations.insert(0, checks.schema_and_keys(table, frame, self.station))
        self._frames[table] = frame
        fingerprint = fingerprints.of_table(table, {i: self.carried[i] for i in INPUTS[table]}, self.settings_version)
        before = self.stamps[table]
        status = WRITTEN
        try:
            stamp = self.containers.lake.write(
                table,
                self.station,
                schemas.to_arrow(table, frame),
                fingerprint=fingerprint,
                if_match=before.etag if before else None,
            )
            self.carried[table] = fingerprint
        except PreconditionFailed:
            # Another run published meanwhile; its fingerprint tells whether the table is still stale.
            found = self.containers.lake.stamp(table, self.station)
            if found is None:
                raise UserError(
                    f"{self.uri(table)} was deleted while it was replaced; run the station again."
                ) from None
            stamp, status = found, LEFT
            self.carried[table] = fingerprint
        yield Published(
            table,
            self.station,
            status,
            stamp,
            self.uri(table),
            self.settings,
            frame=frame,
            raw=self.raw,
            observations=self._observations,
        )
        yield from evaluations

    def _compute(self, table: str, now: datetime) -> "tuple[pd.DataFrame, list[Evaluation]]":
        if table in AGGREGATED:
            return self._aggregate(table), []
        observations = self._observe()
        if table == "quarantined_rows":
            lines = observations.balance.data_lines
            return observations.quarantined, [checks.quarantined_rows(observations.quarantined, lines)]
        if table == "quality_events":
            return observations.events, []
        return observations.validated, [
            checks.row_balance(observations, self.station),
            checks.identical_duplicates(observations),
            checks.coverage(observations),
            checks.failed_values(observations),
            checks.suspect_values(observations),
            checks.plausible_columns(observations),
            checks.freshness(observations, live=self.settings.live, now=now),
        ]

    def _aggregate(self, table: str) -> "pd.DataFrame":
        from weather_etl.meteorology import aggregation

        if table == "climate_normals":
            return aggregation.climate_normals(self._frame("monthly_weather"), station=self.station)
        validated = self._frame("validated_observations")
        self._hours = self._hours or aggregation.LocalHours(validated, self.settings.day_zone)
        about: dict[str, Any] = {
            "station": self.station,
            "timezone": self.settings.day_zone,
            "rated_power_kw": self._rated_power_kw(),
            "hours": self._hours,
        }
        if table == "daily_weather":
            return aggregation.daily_weather(validated, **about)
        if table == "monthly_weather":
            return aggregation.monthly_weather(validated, self._frame("daily_weather"), **about)
        return aggregation.yearly_weather(
            validated, self._frame("daily_weather"), self._frame("monthly_weather"), **about
        )

    def _rated_power_kw(self) -> float:
        from weather_etl.meteorology import wind

        try:
            return wind.turbine(self.settings.wind.turbine).rated_kw
        except wind.TurbineUnavailable as error:
            raise UserError(str(error)) from None

    def _observe(self) -> "Observations":
        from weather_etl.meteorology.observations import observe
        from weather_etl.meteorology.wind import TurbineUnavailable

        if self._observations is None:
            raw = self._load_raw()
            try:
                self._observations = observe(
                    raw.rows,
                    raw.readings(self.settings),
                    raw.rejected(),
                    station=self.station,
                    timezone=self.settings.timezone,
                    site=self.settings.site,
                )
            except TurbineUnavailable as error:
                raise UserError(str(error)) from None
        return self._observations

    def _load_raw(self) -> "Raw":
        from weather_etl.ingestion.merge import load_raw

        if self.raw is None:
            self.raw = load_raw(self.containers, self.station)
            if self.raw is None:
                raise _missing_input(RAW, self.station)
            self.carried[RAW] = self.raw.stamp.fingerprint
        return self.raw

    def _frame(self, table: str) -> "pd.DataFrame":
        from weather_etl.meteorology import schemas

        if table not in self._frames:
            found = self.containers.lake.read(table, self.station)
            if found is None:
                raise _missing_input(table, self.station)
            if not set(schemas.TABLES[table].column_names) <= set(found.arrow.column_names):
                raise UserError(
                    f"{table} of station {self.station} was made by an older version of weather_etl and lacks columns; "
                    "materialize it first."
                )
            self._frames[table] = schemas.to_frame(table, found.arrow)
            self.carried[table] = found.stamp.fingerprint
        return self._frames[table]


def _missing_input(table: str, station: str) -> UserError:
    return UserError(f"{table} of station {station} has never been made; materialize it first.")
