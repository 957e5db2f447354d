"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}

No way back: an older program gets its tables from an empty database, see docs/operations.md.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}

