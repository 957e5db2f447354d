"""How alembic reaches the serving database; run by `weather-etl db upgrade`, and by `revise.py` for developers.

All revisions of one upgrade are one transaction, under a lock, so that two upgrades take turns.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context

from weather_etl.serving import extras
from weather_etl.serving.tables import SCHEMA, metadata

_COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = :schema"
LOCK = 7_230_117_001  # any number that nobody else locks


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    return name == SCHEMA if kind == "schema" else True


def main() -> None:
    attributes = context.config.attributes
    engine = sa.create_engine(attributes["url"], poolclass=sa.pool.NullPool, connect_args={"connect_timeout": 5})
    with engine.begin() as connection:
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        context.configure(
            connection=connection,
            target_metadata=metadata(),
            version_table_schema=SCHEMA,
            include_schemas=True,
            include_name=_is_ours,
            compare_type=True,
            autogenerate_plugins=["alembic.autogenerate.*", "~alembic.autogenerate.comments"],  # see extras.py
        )
        with context.begin_transaction():
            context.run_migrations()
        if attributes.get("upgrade"):
            there = {(row[0], row[1]) for row in connection.execute(sa.text(_COLUMNS), {"schema": SCHEMA})}
            for statement in extras.statements(there):
                connection.exec_driver_sql(statement.replace("%", "%%"))


main()
