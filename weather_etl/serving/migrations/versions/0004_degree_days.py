"""Degree days to the bases of a station's own

Revision ID: 0004
Revises: 0003

The rows of a station are replaced by its next load, since the version of the columns is another one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("weather_daily", "weather_monthly", "weather_yearly", "weather_normals"):
        for name in ("heating_degree_days", "cooling_degree_days", "growing_degree_days"):
            op.add_column(table, sa.Column(name, sa.Double(), nullable=True), schema="weather")
        op.add_column(table, sa.Column("degree_day_bases", sa.Text(), nullable=True), schema="weather")
