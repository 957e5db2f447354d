"""Two runs of one station take turns, however they were started.

Belongs here: the lock. Dagster's queue cannot do it: `dagster job execute` and the runs that `catch_up_job` starts do
not queue at all.
Does not belong here: being right without it; every write is conditional (`lake/container.py`), so that runs that overlap
nevertheless cost work and no rows.

It is an advisory lock of the database that holds Dagster's history: a process that dies loses its connection, and with
it the lock. No row, no blob and no clock can be left behind.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from weather_etl import postgres
from weather_etl.errors import UserError
from weather_etl.settings import Settings

POLL_S = 0.5
_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_RELEASE = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"


def _name(station: str) -> str:
    return f"weather_etl.station/{station}"


class StationBusy(UserError):
    """Another run works on the station, for longer than we wait."""

    def __init__(self, station: str, waited: float) -> None:
        super().__init__(
            f"Another run has been working on station {station} for more than {waited:,.0f} s; this one leaves it to "
            "that; run the station again if it is stale afterwards."
        )


class StationLocks:
    """The locks of one run, over one connection that is opened when it is first needed."""

    def __init__(self, settings: Settings, *, wait_s: float | None = None) -> None:
        self._url = settings.postgres_url
        # Well below the time after which a silent run is taken for dead.
        self._wait_s = settings.silence_limit_s / 2 if wait_s is None else wait_s
        self._connection: Any = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def hold(self, station: str, say: Callable[[str], None] = lambda _: None) -> None:
        """Wait for the station's turn and keep it until `close`.

        Without a PostgreSQL for Dagster's history, or if it does not answer, nothing is held: the conditional writes
        still keep the tables right.

        Raises:
            StationBusy: another run held it all the time that we wait.
        """
        self._take(station, say)

    @contextmanager
    def station(self, station: str, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
        """Hold the station for the time of a block; as `hold` otherwise."""
        if not self._take(station, say):
            yield
            return
        try:
            yield
        finally:
            self._execute(_RELEASE, _name(station))

    def _take(self, station: str, say: Callable[[str], None]) -> bool:
        started = time.monotonic()
        has_said = False
        while True:
            taken = self._execute(_TRY, _name(station))
            if taken is None:
                return False
            if taken:
                return True
            if time.monotonic() - started >= self._wait_s:
                raise StationBusy(station, self._wait_s)
            if not has_said:
                say(f"Another run works on station {station}; waiting for it.")
                has_said = True
            time.sleep(POLL_S)

    def _execute(self, statement: str, name: str) -> bool | None:
        import psycopg2

        if not self._url or not postgres.is_address(self._url):
            return None
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg2.connect(
                    postgres.dsn(self._url),
                    connect_timeout=5,
                    application_name="weather_etl station lock",
                )
                self._connection.autocommit = True  # an open transaction would hold back the database's vacuum
            with self._connection.cursor() as cursor:
                cursor.execute(statement, (name,))
                return bool(cursor.fetchone()[0])
        except psycopg2.Error:
            self.close()
            return None
