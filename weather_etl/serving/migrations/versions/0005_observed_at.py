"""When the observation of an hour was made

Revision ID: 0005
Revises: 0004

Rows of before have the hour, until the next load of their station, which replaces them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("observed_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    op.add_column("weather_observations", column, schema="weather")
    op.execute('UPDATE weather.weather_observations SET observed_at = "timestamp"')
    op.alter_column("weather_observations", "observed_at", nullable=False, schema="weather")
