"""`weather-etl local`: what it does beside starting the services (`weather_etl_tests/local`)."""

import pytest

from weather_etl.cli import local
from weather_etl.local.ownership import Service
from weather_etl.local.services import Status
from weather_etl.serving import database as serving
from weather_etl.serving import schema
from weather_etl.settings import Settings


def has_tables(settings: Settings) -> bool:
    with serving.connect(settings) as connection:
        return schema.has_tables(connection)


def status(state: str, url: str) -> Status:
    return Status(Service("Azurite", "running", ""), Service("PostgreSQL", state, "", url))


def test_serving_tables_are_created_in_a_postgresql_of_ours_and_in_no_other(
    environment: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_POSTGRES_URL", "")  # as before the first .env is written
    local.set_up_serving_tables(status("external", database))
    monkeypatch.setenv("WEATHER_ETL_SERVING_URL", "postgresql+psycopg2://elsewhere/x")
    local.set_up_serving_tables(status("running", database))
    monkeypatch.setenv("WEATHER_ETL_SERVING_URL", "")
    assert not has_tables(environment)
    local.set_up_serving_tables(status("running", database))
    assert has_tables(environment)
    with serving.connect(environment) as connection:
        assert (
            not schema.is_behind(connection) and schema.revision(connection).now == schema.revision(connection).wanted
        )
        connection.cursor().execute("UPDATE weather.alembic_version SET version_num = '0001'")
        assert schema.is_behind(connection)
        connection.rollback()
    local.set_up_serving_tables(status("running", database))  # again does no harm
