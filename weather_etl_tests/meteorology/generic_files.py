"""Files of no particular format, and what is read in them by their names alone.

Belongs here: such files, settings as a person pastes them, and reading. Does not belong here: expectations.
"""

from datetime import UTC, datetime, timedelta

from weather_etl.meteorology import formats
from weather_etl.meteorology.cells import Cells, read_cells
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.station_file import parse_settings
from weather_etl.stations import StationSettings
from weather_etl_tests.meteorology.making import File, csv, raw_of

UTC_TIME = "Time (UTC)"
LATE = datetime(2030, 1, 1, tzinfo=UTC)
LOGGER = b"17;2024.05.31 14:10;21,4;48\n18;2024.05.31 14:20;21,6;-\n"
HOURS = [str(datetime(2023, 1, 31) + timedelta(hours=h))[:16].replace(" ", "T") for h in range(24)]


def read(data: bytes, **options) -> tuple[ParsedFile, Cells]:
    chosen = formats.Options(**options)
    parsed = formats.read_text(data, chosen)
    how = formats.reading_of(parsed.declared, units=chosen.units, standard_time=chosen.standard_time)
    return parsed, read_cells(parsed.rows, how, chosen.timezone or "UTC")


def options_of(toml: str) -> dict:
    """What a pasted `station.toml` says, as options."""
    s = parse_settings(toml, source="station.toml", version="")
    profiles = (s.format_profile,) if s.format_profile else ()
    return {
        "units": s.units, "aliases": s.aliases, "date_order": s.date_order, "timezone": s.own_timezone, "profiles": profiles,
        "format": profiles[0].name if profiles else s.format, "missing": s.missing, "decimal": s.dialect.decimal,
        "sheet": s.dialect.sheet,
    }  # fmt: skip


def day(header: str, row, n: int = 24, delimiter: str = ",") -> bytes:
    """n hours from 2023-01-31 on; `row(hour)` gives the cells behind the time."""
    times = (datetime(2023, 1, 31) + timedelta(hours=h) for h in range(n))
    return csv(*(f"{t:%Y-%m-%d %H:%M}{delimiter}{row(h)}" for h, t in enumerate(times)), header=header)


def values(data: bytes, variable: str, **options) -> list[float]:
    return read(data, **options)[1].values[variable].tolist()


def left_out(data: bytes, name: str, **options) -> str:
    """The sentence that says why a column is not read."""
    parsed = formats.read_text(data, formats.Options(**options))
    assert name not in [found[0] for found in parsed.columns.values()]
    return next(w for w in (*parsed.warnings, *parsed.assumed.values()) if w.startswith(repr(name)))


def column_of(texts, header="Time,Temperature (C)", **options) -> list[str]:
    """The hours that these texts mean, in a file whose every row is read."""
    _, cells = read(csv(*(f"{t},{h % 7}" for h, t in enumerate(texts)), header=header), timezone="UTC", **options)
    assert not cells.refused.any()
    return [str(t)[:16] for t in cells.timestamp]


def table(*columns: tuple[str, list[str]], delimiter: str = ",") -> bytes:
    rows = zip(*(cells for _, cells in columns), strict=True)
    return csv(*(delimiter.join(r) for r in rows), header=delimiter.join(n for n, _ in columns))


def hours(n: int) -> list[str]:
    return [f"2023-01-{1 + h // 24:02} {h % 24:02}:00" for h in range(n)]


def warnings_of(data: bytes, **settings) -> str:
    raw = raw_of(File(data, landed_at=LATE), settings=StationSettings(**settings))
    assert not raw.rejected, raw.rejected
    return "\n".join(raw.entries[0]["warnings"])
