"""What a person finds after a run besides the tables of the lake: rows in PostgreSQL, pages of reports.

Belongs here: counting them, cheaply however many there are.
Does not belong here: the tables and checks of a station (`overview.py`), printing (`cli/`).
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from weather_etl.errors import UserError
from weather_etl.serving.tables import HOW_TO_TURN_ON, LOADS, MONTHLY, OBSERVATIONS, SCHEMA
from weather_etl.settings import Settings


@dataclass(frozen=True)
class Served:
    """What PostgreSQL serves: rows of `schema_metrics.weather_metrics` (hours), and the wind energy of all its months.

    Attributes:
        stations: how many are loaded.
        hours: rows of the view.
        wind_energy_kwh: sum over the months that have one; None where none has.
    """

    stations: int
    hours: int
    wind_energy_kwh: float | None = None


@dataclass(frozen=True)
class Outcome:
    """Where the results lie.

    Attributes:
        lake: address of the container of the tables.
        served: None where no serving tables are set up, or PostgreSQL does not answer.
        why_not_served: then, and what to do, without a full stop.
        reports: pages of stations.
    """

    lake: str
    served: Served | None
    why_not_served: str
    reports: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return asdict(self)


def outcome(settings: Settings, only: Collection[str] = ()) -> Outcome:
    """What there is of all stations, or of `only` some."""
    from weather_etl.lake.connection import connect
    from weather_etl.report import publish

    with connect(settings, prompt=True) as containers:
        made = publish.reports(containers)
        lake = containers.lake.container.url
    served, why_not = _served(settings, only)
    return Outcome(lake, served, why_not, len([s for s in made if not only or s in only]))


def _served(settings: Settings, only: Collection[str]) -> tuple[Served | None, str]:
    from weather_etl.serving import database, schema

    if settings.serving_url is None and settings.postgres_url is None:
        return None, HOW_TO_TURN_ON
    try:
        with database.connect(settings) as connection:
            if not schema.has_tables(connection):
                return None, HOW_TO_TURN_ON
            return _count(connection, only), ""
    except UserError as error:
        return None, str(error).removesuffix(".")


def _count(connection: Any, only: Collection[str]) -> Served:
    """By the record of loads and the months: the hours themselves may be millions."""
    where, values = ("WHERE station_id = ANY(%(only)s)", {"only": list(only)}) if only else ("", {})
    and_hours = f"{'AND' if where else 'WHERE'} table_name = '{OBSERVATIONS.name}'"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), sum(rows) FROM {SCHEMA}.{LOADS} {where} {and_hours}", values)
        stations, hours = cursor.fetchone()
        cursor.execute(f"SELECT sum(energy_kwh) FROM {SCHEMA}.{MONTHLY.name} {where}", values)
        (energy,) = cursor.fetchone()
    return Served(stations, int(hours or 0), energy)
