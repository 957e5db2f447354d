"""Which format a landing file has, told from its content, and how its cells are to be read.

Belongs here: what the other rooms call: the way from the bytes of a file to raw rows, and on to a `Reading`.
Does not belong here: formats (`profiles/*.toml`), the steps (a module each), unpacking (landing).

Every format yields the same raw rows: `raw_rows.ParsedFile`, text as it came, each row with its line in the file.
"""

from weather_etl.meteorology.formats.declared import ASSUMED_ZONE, reading_of, still_assumed
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.reading import profile_of, read
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.members import Member
from weather_etl.meteorology.raw_rows import ParsedFile

__all__ = [
    "ASSUMED_ZONE",
    "Member",
    "Options",
    "Source",
    "own_stations",
    "profile_of",
    "read",
    "read_text",
    "reading_of",
    "still_assumed",
]


def read_text(data: bytes, options: Options | None = None, *, name: str = "") -> ParsedFile:
    """Raw rows of the unpacked bytes of a landing file that is no archive.

    Raises:
        Rejected: nothing of the file can be used.
    """
    return read(Source(name, [Member(name, data)]), options or Options())


def own_stations(parsed: ParsedFile) -> list[str]:
    """The names that a file in a station's own folder may have for it beyond those that the station knows of.

    A provider has an id of its own for a station; where the whole file names one only, that is the station's.
    """
    stations = parsed.stations
    return stations if parsed.names_stations and len(stations) == 1 else []
