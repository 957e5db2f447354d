"""CSV of no particular format: a header with names that can be told, one row per report.

Belongs here: nothing more; names, units and separators are those of `parsing.py`.
"""

from weather_etl.meteorology.cutting import parse_csv
from weather_etl.meteorology.formats.base import Options, Profile, first_lines
from weather_etl.meteorology.headers import Header, find_header, generic_mapper
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected

PROFILE = Profile("csv", "CSV with a header")


def recognises(head: bytes) -> bool:
    return True


def find(head: bytes, options: Options) -> Header:
    """The header at the beginning of a text.

    Raises:
        Rejected: there is none.
    """
    text = b"\n".join(first_lines(head, 30))
    return find_header(text, generic_mapper(options.aliases), options.delimiter)


def read(data: bytes, options: Options) -> ParsedFile:
    kind = _other_kind(data)
    if kind:
        raise Rejected(Reason.NOT_CSV, f"the file is {kind}")
    return parse_csv(
        data,
        bad_utf8=options.bad_utf8,
        aliases=options.aliases,
        delimiter=options.delimiter,
        decimal=options.decimal,
    )


def _other_kind(data: bytes) -> str | None:
    """Text that has no rows and columns, by its first characters."""
    start = data[:64].lstrip().lower()
    if start.startswith((b"{", b"[")):
        return "JSON (of the JSON formats only Meteostat's is read)"
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return "HTML or XML"
    if start.startswith(b"%!ps") or start.startswith(b"{\\rtf"):
        return "a document"
    return None
