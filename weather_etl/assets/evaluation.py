"""Checks of tables as they lie in the lake.

Belongs here: evaluating checks of a station without making its tables.
Does not belong here: what a check says (`checks.py`), checks while a table is made (`pipeline.py`).

Needed where a person asks for checks of what is up to date: "Execute all" in the UI, or materializing again.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from weather_etl import checks
from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.lake import fingerprints
from weather_etl.landing import listing

if TYPE_CHECKING:
    from weather_etl.checks import Check, Evaluation
    from weather_etl.lake.storage import Containers


def evaluate_published(
    containers: "Containers", station: str, wanted: "set[Check]", *, now: datetime | None = None
) -> "Iterator[Evaluation]":
    """Evaluate checks on the published tables of a station; nothing is written.

    Raises:
        UserError: a table has never been made.
    """
    from weather_etl.ingestion.merge import load_raw

    files = shared_files.list_station(containers, station)
    if checks.STATION_PROCESSED in wanted:
        expected = fingerprints.expected(files.versions(), files.settings_version(station))
        found = {table: containers.lake.stamp(table, station) for table in expected}
        behind = [t for t, stamp in found.items() if stamp is None or stamp.fingerprint != expected[t]]
        yield checks.up_to_date(behind)
    raw = load_raw(containers, station)
    if raw is None:
        raise _never_made("raw_observations", station)
    if checks.REJECTED_FILES in wanted:
        yield checks.rejected_files(raw)
    for table, check in checks.SCHEMA_AND_KEYS.items():
        if check in wanted:
            yield _schema_and_keys(containers, table, station)
    if not wanted & _OF_OBSERVATIONS:
        return
    from weather_etl.meteorology.observations import observe
    from weather_etl.meteorology.wind import TurbineUnavailable

    settings = listing.read_settings(containers.landing, station, files)
    try:
        observations = observe(
            raw.rows,
            raw.readings(settings),
            raw.rejected(),
            station=station,
            timezone=settings.timezone,
            site=settings.site,
        )
    except TurbineUnavailable as error:
        raise UserError(str(error)) from None
    evaluations = (
        checks.row_balance(observations, station),
        checks.quarantined_rows(observations.quarantined, observations.balance.data_lines),
        checks.identical_duplicates(observations),
        checks.coverage(observations),
        checks.failed_values(observations),
        checks.suspect_values(observations),
        checks.plausible_columns(observations),
        checks.freshness(observations, live=settings.live, now=now or datetime.now(UTC)),
    )
    yield from (e for e in evaluations if e.check in wanted)


_OF_OBSERVATIONS = {
    checks.ROW_BALANCE,
    checks.QUARANTINED_ROWS,
    checks.DUPLICATES,
    checks.COVERAGE,
    checks.FAILED_VALUES,
    checks.SUSPECT_VALUES,
    checks.PLAUSIBLE_COLUMNS,
    checks.FRESHNESS,
}


def _schema_and_keys(containers: "Containers", table: str, station: str) -> "Evaluation":
    from weather_etl.meteorology import schemas

    found = containers.lake.read(table, station)
    if found is None:
        raise _never_made(table, station)
    return checks.schema_and_keys(table, schemas.to_frame(table, found.arrow), station)


def _never_made(table: str, station: str) -> UserError:
    return UserError(f"{table} of station {station} has never been made; materialize it first.")
