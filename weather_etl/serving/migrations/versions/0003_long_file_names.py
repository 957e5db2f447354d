"""Names of files of any length: the key of weather_files holds a hash of the name

Revision ID: 0003
Revises: 0002

An entry of an index has room for 2,704 bytes, and the name of a blob for 1,024 characters of up to 4 bytes each.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("weather_files_pkey", "weather_files", schema="weather")
    op.create_index(
        "ix_weather_files_key",
        "weather_files",
        ["station_id", sa.text("md5(landing_file)")],
        unique=True,
        schema="weather",
    )
