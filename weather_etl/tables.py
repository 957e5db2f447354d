"""Reading the tables from Python: `from weather_etl import tables`.

Belongs here: a published table as a pandas DataFrame or as a view of DuckDB, with its units.
Does not belong here: writing, or anything of Dagster.

    daily = tables.read("daily_weather", station="szeged")
    daily.attrs["units"]["temperature_mean_c"]      # 'degC'
    months = tables.read("monthly_weather", stations=["szeged", "mako"])
    tables.duckdb().sql("SELECT station_id, max(temperature_max_c) FROM daily_weather GROUP BY ALL")

The account comes from the environment (`AZURE_STORAGE_CONNECTION_STRING`, see `Settings`), else from the nearest `.env`
of the current folder and those above it.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weather_etl.errors import UserError
from weather_etl.lake import fingerprints
from weather_etl.lake.fingerprints import NEIGHBOURS
from weather_etl.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    from adlfs import AzureBlobFileSystem
    from duckdb import DuckDBPyConnection

    from weather_etl.lake.table_objects import Lake

__all__ = ["TABLE_NAMES", "describe", "duckdb", "read", "stations"]

TABLE_NAMES = (*fingerprints.TABLE_NAMES, NEIGHBOURS)


def read(
    table: str,
    station: str | Iterable[str] | None = None,
    *,
    stations: Iterable[str] | None = None,
    columns: Sequence[str] | None = None,
    settings: Settings | None = None,
) -> "pd.DataFrame":
    """A published table as a DataFrame.

    Args:
        table: one of `TABLE_NAMES`.
        station: one station, or several; without it and `stations` all of them, in alphabetical order.
        stations: several stations, in the order in which their rows come; one that is named twice comes once.
        columns: only these, in this order.
        settings: where to read; by default what the environment or the nearest `.env` says.

    Returns:
        The rows, with `attrs`: `table`, `stations`, `units` and `descriptions` (column -> text).

    Raises:
        UserError: no such table, column or station, both `station` and `stations`, or the storage cannot be read.
    """
    import pandas as pd

    from weather_etl.meteorology import schemas

    _check(table, columns)
    wanted = _wanted(station, stations)
    with _lake(settings) as lake:
        if table == NEIGHBOURS:
            names, frames = _of_all(lake, wanted, columns)
        else:
            names, frames = _of_each(lake, table, wanted, columns)
    if not frames:
        if wanted == []:
            raise UserError("The list of stations is empty; name some, or leave it out for all of them.")
        raise UserError(f"No station has {table} yet; run `weather-etl run`.")
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    if columns is not None:
        frame = frame[list(columns)]
    shown = [c for c in schemas.TABLES[table].columns if c.name in frame]
    frame.attrs = {
        "table": table,
        "stations": names,
        "units": {c.name: c.unit for c in shown if c.unit},
        "descriptions": {c.name: c.description for c in shown},
    }
    return frame


def _of_each(
    lake: "Lake", table: str, wanted: list[str] | None, columns: Sequence[str] | None
) -> "tuple[list[str], list[pd.DataFrame]]":
    """The stations that are asked for, and the table of each."""
    from weather_etl.meteorology import schemas

    names = _of(lake, table) if wanted is None else wanted
    frames = []
    for name in names:
        made = lake.read(table, name, columns=list(columns) if columns is not None else None)
        if made is None:
            known = ", ".join(_of(lake, table)[:10]) or "none yet"
            raise UserError(f"There is no {table} of station {name!r}; stations that have it: {known}.")
        frames.append(schemas.to_frame(table, made.arrow))
    return names, frames


def _of_all(
    lake: "Lake", wanted: list[str] | None, columns: Sequence[str] | None
) -> "tuple[list[str], list[pd.DataFrame]]":
    """The table of all stations together, of which only the rows of some may be asked for."""
    from weather_etl.meteorology import schemas

    made = lake.read(NEIGHBOURS, "") if wanted != [] else None
    if made is None:
        return [], []
    frame = schemas.to_frame(NEIGHBOURS, made.arrow)
    if wanted is not None:
        frame = frame[frame["station_id"].isin(wanted)].reset_index(drop=True)
    return sorted(frame["station_id"].unique()), [frame if columns is None else frame[list(columns)]]


def stations(table: str = "validated_observations", *, settings: Settings | None = None) -> list[str]:
    """The stations that have a table, in alphabetical order; of `neighbour_events` those that are contradicted."""
    _check(table, None)
    with _lake(settings) as lake:
        if table == NEIGHBOURS:
            return _of_all(lake, None, None)[0]
        return _of(lake, table)


def describe(table: str) -> "pd.DataFrame":
    """The data dictionary of a table: a row per column with dtype, unit and description."""
    import pandas as pd

    from weather_etl.meteorology.schemas import TABLES

    _check(table, None)
    records = [(c.name, c.dtype, c.unit, c.description) for c in TABLES[table].columns]
    return pd.DataFrame(records, columns=["column", "dtype", "unit", "description"]).set_index("column")


def duckdb(*, settings: Settings | None = None) -> "DuckDBPyConnection":
    """A DuckDB in memory with a view per table that some station has: the rows of all stations, read where they lie.

    A view has the columns of its table and `station`, which is that of the object's folder: a condition on it leaves
    the other stations' objects unread. Units and descriptions are comments of the columns (`duckdb_columns()`).

    Raises:
        UserError: DuckDB or adlfs is not installed, no account is configured, or the storage cannot be read.
    """
    try:
        import duckdb as engine
    except ImportError:
        raise UserError("DuckDB is not installed; run `pip install 'weather-etl[read]'`.") from None
    from weather_etl.meteorology.schemas import TABLES

    settings = settings or _nearest_settings()
    with _lake(settings) as lake:
        tables = [table for table in fingerprints.TABLE_NAMES if _of(lake, table)]
        tables += [NEIGHBOURS] if lake.stamp(NEIGHBOURS, "") else []
    connection = engine.connect()
    connection.register_filesystem(_file_system(settings))
    for table in tables:
        # Ids are texts, "007" too; a table that an older version made lacks columns, which are null then.
        objects = f"'abfs://{settings.lake_container}/{table}/station=*/data.parquet', "
        objects += "hive_partitioning = true, hive_types = {'station': VARCHAR}, union_by_name = true"
        if table == NEIGHBOURS:  # one object for all stations
            objects = f"'abfs://{settings.lake_container}/{table}/data.parquet'"
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({objects})")
        for column in TABLES[table].columns:
            quoted = column.comment.replace("'", "''")
            connection.execute(f"COMMENT ON COLUMN {table}.{column.name} IS '{quoted}'")
    return connection


def _file_system(settings: Settings) -> "AzureBlobFileSystem":
    """The account as fsspec sees it."""
    from urllib.parse import urlsplit

    try:
        from adlfs import AzureBlobFileSystem
    except ImportError:
        raise UserError("adlfs is not installed; run `pip install 'weather-etl[read]'`.") from None
    if settings.connection_string:
        return AzureBlobFileSystem(connection_string=settings.connection_string)
    address = urlsplit(settings.account_url or "")
    token = {"sas_token": address.query} if address.query else {"anon": False}
    return AzureBlobFileSystem(account_name=address.netloc.partition(".")[0], account_host=address.netloc, **token)


def _wanted(station: str | Iterable[str] | None, stations: Iterable[str] | None) -> list[str] | None:
    """The stations that are asked for, each once: no row may come twice. None: all."""
    if station is not None and stations is not None:
        raise UserError("Give either `station` or `stations`, not both.")
    asked = station if stations is None else stations
    if asked is None:
        return None
    return [asked] if isinstance(asked, str) else list(dict.fromkeys(asked))


def _check(table: str, columns: Sequence[str] | None) -> None:
    from weather_etl.meteorology.schemas import TABLES

    if table not in TABLES:
        raise UserError(f"There is no table {table!r}; there are {', '.join(TABLE_NAMES)}.")
    unknown = [c for c in columns or () if c not in TABLES[table].column_names]
    if unknown:
        raise UserError(f"{table} has no column {unknown[0]!r}; it has {', '.join(TABLES[table].column_names)}.")


def _of(lake: "Lake", table: str) -> list[str]:
    return sorted(
        blob.name.split("/")[1].removeprefix("station=")
        for blob in lake.container.list(f"{table}/station=")
        if blob.name.endswith("/data.parquet")
    )


@contextmanager
def _lake(settings: Settings | None) -> "Iterator[Lake]":
    from weather_etl.lake.connection import connect

    with connect(settings or _nearest_settings(), prompt=True) as containers:
        yield containers.lake


def _nearest_settings() -> Settings:
    settings = Settings.load()
    if settings.connection_string or settings.account_url:
        return settings
    from dotenv import dotenv_values

    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".env").is_file():
            values: dict[str, Any] = dotenv_values(folder / ".env")
            return Settings.load({**os.environ, **{k: v for k, v in values.items() if v}})
    return settings
