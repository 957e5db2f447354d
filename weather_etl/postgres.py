"""Addresses and errors of PostgreSQL, for the serving tables and for Dagster's history alike.

Belongs here: the form of an address and its check; what an error means, in one sentence with the way out.
Does not belong here: connections and what is asked over them.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg2

SCHEME = "postgresql+psycopg2://"  # as SQLAlchemy and Dagster want it


def is_address(url: str | None) -> bool:
    """Whether a setting is an address of the form that Dagster, SQLAlchemy and psycopg2 are all given."""
    return url is not None and url.startswith(SCHEME)


def dsn(url: str) -> str:
    """The address as psycopg2 and libpq take it; raises nothing, a wrong one fails when it is used."""
    return url.replace("+psycopg2", "", 1)


_UNREADABLE = (
    "The address in {variable} cannot be read; it is of the form " + SCHEME + "user:password@host:5432/database"
)
# An error at connecting has no code, only the words of server or libpq.
_AT_CONNECTING = (
    (r"password authentication failed|no pg_hba.conf entry|role .* does not exist|authentication failed",
     "PostgreSQL refused the user or password in {variable}; correct it"),
    (r"database .* does not exist", "There is no such database at the address in {variable}; create it, or correct it"),
    (r"too many clients|remaining connection slots|too many connections",
     "PostgreSQL has no connection left; close some, or raise max_connections, or put a pooler before it"),
    (r"starting up|shutting down|recovery mode|not yet accepting connections",
     "PostgreSQL at the address in {variable} is starting or stopping; try again in a moment"),
    (r"^invalid |^missing ", _UNREADABLE),
    (r"could not translate host name", "The host in {variable} is not known; correct the address"),
    (r"SSL|certificate", "PostgreSQL at the address in {variable} wants TLS or refuses it; set sslmode in the address"),
)  # fmt: skip
# SQLSTATE, or how it begins -> what it means; the longest that fits counts.
_BY_CODE = {
    "08": "",
    "57P": "",
    "53": "PostgreSQL is short of resources ({first}); nothing was changed; give it more",
    "53100": "The disk of PostgreSQL is full; nothing was changed; make room on it",
    "53300": _AT_CONNECTING[2][1],
    "25006": "PostgreSQL is read-only (a standby, or closed for lack of room); nothing was changed; use the primary in "
    "{variable}",
    "42501": "The database user in {variable} may not do this ({first}); grant it",
    "54": "A value is too long for PostgreSQL ({first}); nothing of its station was changed; shorten it",
    "55P03": "PostgreSQL took too long ({first}); nothing was changed; try again",
    "57014": "PostgreSQL took too long ({first}); nothing was changed; try again",
    "58": "The disk of PostgreSQL fails ({first}); nothing was changed; look at its log",
    "XX": "PostgreSQL reports damage ({first}); nothing was changed; look at its log",
}  # fmt: skip
_FULL = re.compile(r"No space left on device", re.IGNORECASE)
# Classes of errors that a value of one station brings about, and no trouble of the server: 22 data, 23 constraints, 54.
_OF_A_VALUE = ("22", "23", "54")


def explained(error: BaseException, variable: str, *, start: str = "check the server") -> str | None:
    """One sentence for an error of psycopg2, also within one of SQLAlchemy or Dagster; None if it is none, or a bug.

    Args:
        error: as caught.
        variable: the setting that holds the address.
        start: how to start the server, where it does not answer.
    """
    cause = _of_psycopg2(error)
    if cause is None:
        return None
    import psycopg2

    text, code = str(cause), cause.pgcode or ""
    first = (text.splitlines() or [type(cause).__name__])[0].strip()[:200]
    if _FULL.search(text):
        code = "53100"
    template = next((_BY_CODE[code[:n]] for n in range(len(code), 1, -1) if code[:n] in _BY_CODE), None)
    if template is None and not code:
        template = next((sentence for words, sentence in _AT_CONNECTING if re.search(words, text)), None)
        if template is None and isinstance(cause, psycopg2.ProgrammingError):
            template = (
                "The address in {variable} cannot be read; it is of the form "
                + SCHEME
                + "user:password@host:5432/database"
            )
        elif template is None and isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError):
            template = ""
    if template == "":
        template = "PostgreSQL does not answer at the address in {variable}; {start}, or correct the address"
    return f"{template.format(variable=variable, first=first, start=start)}." if template is not None else None


def is_of_a_value(error: BaseException) -> bool:
    """Whether a value that was sent brought the error about, so that other stations are not concerned."""
    cause = _of_psycopg2(error)
    return cause is not None and (cause.pgcode or "").startswith(_OF_A_VALUE)


def _of_psycopg2(error: BaseException) -> "psycopg2.Error | None":
    """The error of psycopg2 that is, or lies below, an exception."""
    import sys

    if "psycopg2" not in sys.modules:
        return None
    import psycopg2

    visited: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in visited:
        if isinstance(at, psycopg2.Error):
            return at
        visited.add(id(at))
        at = getattr(at, "orig", None) or at.__cause__ or at.__context__
    return None
