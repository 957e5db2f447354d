"""What every upgrade sets anew, beside the tables that migrations make: comments, the view, what readers may read.

Belongs here: statements that can be repeated, drawn from the contracts; so a better description needs no migration.
Does not belong here: tables, columns, keys and indexes (`migrations/`).
"""

from collections.abc import Collection, Iterator

from weather_etl.serving.tables import LOADS, OBSERVATIONS, READER_ROLE, SCHEMA, SERVED

METRICS_SCHEMA, METRICS_VIEW = "schema_metrics", "weather_metrics"

# Column of the view -> what it is made from, in the order and the units of the predecessor's table.
_METRICS = {
    "timestamp": "timestamp",
    "temperature_c": "temperature_c",
    "humidity_percent": "humidity_percent",
    "wind_speed_kmh": "wind_speed_ms * 3.6",
    "wind_bearing_deg": "wind_direction_deg",
    "visibility_km": "visibility_km",
    "pressure_mbar": "coalesce(pressure_msl_hpa, pressure_station_hpa)",
    "wind_power_kw": "wind_power_kw",
}


def statements(there: Collection[tuple[str, str]]) -> Iterator[str]:
    """All of them, in order; each can be executed any number of times.

    Args:
        there: table and column of those that the database has; while a contract is being changed, no migration has made
            its new ones yet.
    """
    yield from _comments(there)
    yield from _metrics_view()
    yield from _reader()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _comments(there: Collection[tuple[str, str]]) -> Iterator[str]:
    yield f"COMMENT ON SCHEMA {SCHEMA} IS 'Weather tables, loaded by weather_etl; written by nobody else.'"
    for served in SERVED:
        contract = served.contract
        columns = [column for column in contract.columns if (served.name, column.name) in there]
        if not columns:
            continue
        about = f"{contract.description} One row is {contract.row}."
        yield f"COMMENT ON TABLE {SCHEMA}.{served.name} IS {_quoted(about)}"
        for column in columns:
            yield f'COMMENT ON COLUMN {SCHEMA}.{served.name}."{column.name}" IS {_quoted(column.comment)}'
    about = "What is loaded, by station and table; written in the transaction that loads the rows."
    yield f"COMMENT ON TABLE {SCHEMA}.{LOADS} IS {_quoted(about)}"


def _metrics_view() -> Iterator[str]:
    known = OBSERVATIONS.contract.column_names
    columns = [
        f'{made if made != "wind_power_kw" or made in known else "NULL::double precision"} AS "{name}"'
        for name, made in _METRICS.items()
    ]
    view = f"{METRICS_SCHEMA}.{METRICS_VIEW}"
    about = (
        "The hours of all stations in the shape of an older system's table; weather.weather_observations tells more."
    )
    yield f"CREATE SCHEMA IF NOT EXISTS {METRICS_SCHEMA}"
    yield f"CREATE OR REPLACE VIEW {view} AS SELECT {', '.join(columns)} FROM {SCHEMA}.{OBSERVATIONS.name}"
    yield f"COMMENT ON VIEW {view} IS {_quoted(about)}"


def _reader() -> Iterator[str]:
    # A role belongs to the whole server: another database may have made it, or may be making it right now.
    yield f"""DO $$ BEGIN
        CREATE ROLE {READER_ROLE} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN RAISE NOTICE 'the role {READER_ROLE} was not created: CREATEROLE is missing';
    END $$"""
    yield f"""DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER_ROLE}') THEN
            GRANT USAGE ON SCHEMA {SCHEMA}, {METRICS_SCHEMA} TO {READER_ROLE};
            GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA}, {METRICS_SCHEMA} TO {READER_ROLE};
        END IF;
    END $$"""
