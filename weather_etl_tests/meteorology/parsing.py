"""Text of a landing file, parsed: its lines, its cells, or why it is rejected.

Belongs here: parsing, and looking at what it gave. Does not belong here: expectations.
"""

import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import Rejected

HEADER = "Formatted Date,Summary,Temperature (C)"


def parse_csv(data: bytes, **options) -> ParsedFile:
    return formats.read_text(data, formats.Options(**options))


def lines(parsed: ParsedFile) -> dict[int, str]:
    """Line -> its time, or why it was refused."""
    return {r["line"]: r["refused"] or r["timestamp"] for r in parsed.rows.to_pylist()}


def column(parsed: ParsedFile, name: str) -> list[str | None]:
    return parsed.rows.column(name).to_pylist()


def rejection(data: bytes, **options) -> Rejected:
    with pytest.raises(Rejected) as caught:
        parse_csv(data, **options)
    return caught.value
