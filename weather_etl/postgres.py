"""Addresses of PostgreSQL: as the settings have them, and as psycopg2 takes them.

Belongs here: that one form and its check. Does not belong here: connections and what is asked over them.
"""

SCHEME = "postgresql+psycopg2://"  # as SQLAlchemy and Dagster want it


def is_address(url: str | None) -> bool:
    """Whether a setting is an address of the form that Dagster, SQLAlchemy and psycopg2 are all given."""
    return url is not None and url.startswith(SCHEME)


def dsn(url: str) -> str:
    """The address as psycopg2 and libpq take it; raises nothing, a wrong one fails when it is used."""
    return url.replace("+psycopg2", "", 1)
