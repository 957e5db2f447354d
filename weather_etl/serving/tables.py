"""What is served: the tables in PostgreSQL, drawn from the contracts of the tables in the lake.

Belongs here: names, columns, SQL types, keys, indexes and comments, and SQLAlchemy's picture of them for migrations.
Does not belong here: connections and statements (`database.py`, `load.py`).

The contracts (`meteorology/schemas.py`) are the one source. Migrations are written out and never change afterwards; a
test holds the migrated database against `metadata()`, so that a column that is added to a contract needs a migration.
Comments are no part of it: every upgrade sets them anew (`extras.py`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weather_etl import digests
from weather_etl.meteorology.schemas import TABLES, Column, Table

if TYPE_CHECKING:
    import sqlalchemy as sa

SCHEMA = "weather"
READER_ROLE = "weather_reader"
LOADS = "weather_loads"
HOW_TO_TURN_ON = "set WEATHER_ETL_SERVING_URL, or create the tables beside Dagster's with `weather-etl db upgrade`"

_UTC = "datetime64[us, UTC]"
_FILES = Table(
    "weather_files",
    "The landing-file versions that each station's tables were made from, and what became of them.",
    "one landing file of one station",
    (
        Column("station_id", "str", "Station."),
        Column("landing_file", "str", "Blob name in the container `landing`."),
        Column("etag", "str", "ETag of the file version."),
        Column("state", "str", "ingested, rejected, or same bytes (as an earlier file)."),
        Column("reason", "str", "Reason code of a rejected file.", nullable=True),
        Column("detail", "str", "What is wrong with a rejected file, in one sentence.", nullable=True),
        Column("size", "Int64", "Size of the blob.", unit="byte", nullable=True),
        Column("rows", "Int64", "Data lines of the file.", nullable=True),
        Column("refused", "Int64", "Data lines that were refused.", nullable=True),
        Column("sha256", "str", "SHA-256 of the bytes.", nullable=True),
        Column("landed_at", _UTC, "When the file version landed (LastModified).", unit="UTC"),
        Column("read_at", _UTC, "When it was read.", unit="UTC", nullable=True),
        Column("run_id", "str", "Dagster run that read it.", nullable=True),
        Column("archived", "boolean", "The file was moved to the archive; its rows stay."),
    ),
    key=("station_id", "landing_file"),
)


@dataclass(frozen=True)
class Served:
    """One table in PostgreSQL: `source` is the table of the lake whose object it is loaded from.

    `indexes` are columns to look up without a station. Rows come station by station and in the order of time, which is
    what a BRIN index lives on; it costs a load nothing.
    """

    name: str
    source: str
    contract: Table
    indexes: tuple[str, ...] = ()

    @property
    def columns_version(self) -> str:
        """Identifies names and types of the columns: another set of columns is loaded anew."""
        return digests.digest([[c.name, c.dtype] for c in self.contract.columns])


OBSERVATIONS = Served(
    "weather_observations", "validated_observations", TABLES["validated_observations"], ("timestamp",)
)
DAILY = Served("weather_daily", "daily_weather", TABLES["daily_weather"], ("date",))
MONTHLY = Served("weather_monthly", "monthly_weather", TABLES["monthly_weather"], ("month",))
YEARLY = Served("weather_yearly", "yearly_weather", TABLES["yearly_weather"])
NORMALS = Served("weather_normals", "climate_normals", TABLES["climate_normals"])
FILES = Served("weather_files", "raw_observations", _FILES)
SERVED = (OBSERVATIONS, DAILY, MONTHLY, YEARLY, NORMALS, FILES)


def metadata() -> "sa.MetaData":
    """The serving tables as SQLAlchemy sees them: what the migrations must arrive at."""
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql

    types: dict[str, sa.types.TypeEngine[Any]] = {
        "str": sa.Text(),
        "category": sa.Text(),
        "float64": sa.Double(),
        "int64": sa.BigInteger(),
        "Int64": sa.BigInteger(),
        "uint8": sa.SmallInteger(),
        "boolean": sa.Boolean(),
        "date": sa.Date(),
        _UTC: postgresql.TIMESTAMP(timezone=True),
    }
    metadata = sa.MetaData(schema=SCHEMA)
    for served in SERVED:
        # An entry of an index has room for 2,704 bytes, and the name of a blob may have more.
        long_key = [sa.text(f"md5({c})") if c == "landing_file" else c for c in served.contract.key]
        is_long = "landing_file" in served.contract.key
        key = () if is_long else served.contract.key
        sa.Table(
            served.name,
            metadata,
            *(
                sa.Column(c.name, types[c.dtype], nullable=c.nullable, primary_key=c.name in key)
                for c in served.contract.columns
            ),
            *(sa.Index(f"ix_{served.name}_{c}", c, postgresql_using="brin") for c in served.indexes),
            *([sa.Index(f"ix_{served.name}_key", *long_key, unique=True)] if is_long else []),
        )
    sa.Table(
        LOADS,
        metadata,
        sa.Column("station_id", sa.Text(), primary_key=True),
        sa.Column("table_name", sa.Text(), primary_key=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("loaded_at", types[_UTC], nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
    )
    return metadata
