"""Commands that change what lies in landing: `upload`, `move`, `delete`."""

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import app, only_station_named, say, ui_running, waiting, warn
from weather_etl.errors import UserError, WrongUsage
from weather_etl.sentences import count, first_names

if TYPE_CHECKING:
    from weather_etl.lake.blobs import Uploaded
    from weather_etl.lake.connection import Containers
    from weather_etl.meteorology.formats.options import Options
    from weather_etl.operations.landing_files import Neighbours

_LARGEST_SHOWN_BYTES = 20 * 1024**2  # larger files are uploaded without a look


@app.command(short_help="Put files into a station's landing folder.")
def upload(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="STATION FILE",
            help="A station (letters, digits, - and _; or _shared for files of several stations), then weather files or a "
            "station.toml. Or only folders: each is a station, by its name, with the files in it.",
        ),
    ],
    station: Annotated[
        list[str] | None,
        typer.Option("--station", "-s", metavar="STATION", help="The station; all arguments are files then."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Make a new station without asking.")] = False,
) -> None:
    """Put files into the landing folder of a station; a file that is there already is left alone.

    Says in three lines how each file will be read, and what takes them in. A file of the same name with other content is replaced, and so are
    its rows by the next run. Warns when the same bytes lie under another station, or when the name is new and near one
    that exists.
    """
    from weather_etl.lake.connection import connect
    from weather_etl.operations.landing_files import Neighbours
    from weather_etl.settings import Settings

    batches = _batches(what, station)
    with connect(Settings.load(), prompt=True) as containers:
        containers.landing.create()
        containers.lake.container.create()
        neighbours = Neighbours(containers.landing)
        uploads = [_upload(containers, neighbours, name, files, yes=yes) for name, files in batches]
    if any(u.wrote for u in uploads):
        say(_what_takes_them_in())
    for warning in (w for u in uploads for w in u.warnings):
        warn(f"WARN  {warning}")


@dataclass
class _Batch:
    """What came of the upload to one station: whether anything is new in landing, and what there is to warn of."""

    warnings: list[str]
    wrote: bool = False


def _what_takes_them_in() -> str:
    if interface := ui_running():
        return f"The sensor takes them in within seconds: {interface}"
    return "`weather-etl run` takes them in; while `make ui` runs, its sensor does."


def _upload(
    containers: "Containers", neighbours: "Neighbours", station: str, files: list[Path], *, yes: bool
) -> _Batch:
    """Upload the files of one station."""
    batch = _Batch(ask_for_a_new_station(neighbours, station, files, yes=yes))
    options = cache(lambda: _options(containers, station, files))
    size = sum(path.stat().st_size for path in files)
    with waiting(f"Uploading to {station}", size, is_bytes=True) as advance:
        lines = []
        for path in files:
            data = path.read_bytes()
            result = _put(containers, station, path, data)
            advance(len(data))
            lines.append(_upload_line(station, path, len(data), result))
            if result.wrote:
                batch.wrote = True
                lines += _how_it_will_be_read(station, path, options)
            batch.warnings += [*_same_bytes(neighbours, station, path, data), *_settings_by_another_name(station, path)]
            if not sys.stderr.isatty():
                for line in lines:
                    say(line)
                lines = []
    for line in lines:
        say(line)
    batch.warnings += _nothing_known(containers, station, files)
    return batch


def _batches(what: list[str], named: list[str] | None) -> list[tuple[str, list[Path]]]:
    """What to upload, by station."""
    from weather_etl.landing.versions import SHARED
    from weather_etl.stations import is_station_id

    if named:
        batches = [(only_station_named(named), [Path(name) for name in what])]
    elif all(Path(name).is_dir() for name in what):
        batches = [_folder(Path(name)) for name in what]
    else:
        batches = [(what[0], [Path(name) for name in what[1:]])]
    for station, files in batches:
        if not is_station_id(station) and station != SHARED:
            raise WrongUsage(
                f"{station!r} is no station id; use letters, digits, - and _, at most 64, a letter or digit first, and then "
                "the files: `weather-etl upload STATION FILE`."
            )
        if not files:
            raise WrongUsage(f"Name the files to upload: `weather-etl upload {station} FILE`.")
        for path in files:
            if not path.is_file():
                raise WrongUsage(f"{path} is not a file; name the files to upload one by one.")
    return batches


def _folder(folder: Path) -> tuple[str, list[Path]]:
    """A folder that is named as its station, with the files in it; hidden ones are left out."""
    files = sorted(f for f in folder.iterdir() if f.is_file() and not f.name.startswith("."))
    if not files:
        raise WrongUsage(f"There is no file in {folder}; name another folder.")
    return folder.resolve().name, files


def _put(containers: "Containers", station: str, path: Path, data: bytes) -> "Uploaded":
    from weather_etl import station_file, stations

    if path.name == stations.SETTINGS_FILE:
        station_file.parse_settings(data.decode("utf-8-sig", "replace"), source=str(path), version="")
    return containers.landing.upload(f"{station}/{path.name}", data)


def _upload_line(station: str, path: Path, size: int, result: "Uploaded") -> str:
    name = f"{station}/{path.name}"
    if not result.wrote:
        return f"Already there: {name} ({size:,} bytes)"
    replaced = f", replaced (was {result.before.size:,} bytes)" if result.before else ""
    return f"Uploaded {name} ({size:,} bytes){replaced}"


def _same_bytes(neighbours: "Neighbours", station: str, path: Path, data: bytes) -> list[str]:
    from weather_etl import stations

    if path.name == stations.SETTINGS_FILE:
        return []
    others = neighbours.of_the_same_bytes(station, data)
    if not others:
        return []
    return [
        f"The same bytes lie at {first_names(others)}: what can be read of them counts at each station. If {station} is "
        f"the wrong one, `weather-etl delete {shlex.quote(f'{station}/{path.name}')}` takes them back."
    ]


def _settings_by_another_name(station: str, path: Path) -> list[str]:
    from weather_etl import stations

    if path.suffix.lower() != ".toml" or path.name == stations.SETTINGS_FILE:
        return []
    return [
        f"Settings are read from a file that is called {stations.SETTINGS_FILE}; if {path.name} holds them, "
        f"`weather-etl move {shlex.quote(f'{station}/{path.name}')} {station}/{stations.SETTINGS_FILE}` makes them count."
    ]


def ask_for_a_new_station(neighbours: "Neighbours", station: str, files: list[Path], *, yes: bool) -> list[str]:
    """A mistyped name would make a station of its own: ask, where somebody is there to answer, else warn."""
    from weather_etl import station_file, stations
    from weather_etl.landing.versions import SHARED
    from weather_etl.station_names import mistakable_names

    if station == SHARED or station in neighbours.stations:
        return []
    near = mistakable_names(station, neighbours.stations)
    sure = (
        yes
        or any(path.name == stations.SETTINGS_FILE for path in files)
        or not station_file.packaged_settings(station).is_default
    )
    if (near or not sure) and not yes and sys.stdin.isatty() and sys.stderr.isatty():
        hint = f" (near is {first_names(near)})" if near else ""
        if not near and neighbours.stations:
            hint = f" (there are {first_names(neighbours.stations, 10)})"
        if not typer.confirm(f"There is no station {station} yet{hint}. Make it?", err=True):
            raise UserError("Nothing was uploaded.")
        return []
    if not near:
        return []
    return [
        f"Station {station} is new, and its name is near {first_names(near)}. If that one was meant, "
        f"`weather-etl move {station}/FILE {near[0]}/` moves a file there."
    ]


def _nothing_known(containers: "Containers", station: str, files: list[Path]) -> list[str]:
    """A zone that nobody gave decides which hours make a day: that is said before a table is made."""
    from weather_etl import station_file, stations
    from weather_etl.landing.versions import SHARED

    if (
        station == SHARED
        or any(path.name == stations.SETTINGS_FILE for path in files)
        or not station_file.packaged_settings(station).is_default
        or containers.landing.head(f"{station}/{stations.SETTINGS_FILE}") is not None
    ):
        return []
    return [
        f"Station {station} has no station.toml: its civil days are those of UTC, and where it lies is not known. "
        f"Write one (docs/settings.md) and `weather-etl upload {station} station.toml`."
    ]


def _how_it_will_be_read(station: str, path: Path, options: "Callable[[], Options]") -> list[str]:
    """Three lines on a file that is being uploaded."""
    from weather_etl.cli.formats import look_at
    from weather_etl.landing.versions import SHARED
    from weather_etl.meteorology.formats.inspection import as_shared, three_lines
    from weather_etl.redaction import printable

    if path.suffix.lower() == ".toml" or path.stat().st_size > _LARGEST_SHOWN_BYTES:
        return []
    inspection = look_at(path, options())
    return [
        f"  {printable(line, 300)}" for line in three_lines(as_shared(inspection) if station == SHARED else inspection)
    ]


def _options(containers: "Containers", station: str, files: list[Path]) -> "Options":
    """What the readers will know: by the station.toml that is uploaded too, else by the one in landing."""
    from weather_etl import station_file, stations
    from weather_etl.ingestion.reading import options_of
    from weather_etl.landing.listing import list_station, read_settings

    file = next((p for p in files if p.name == stations.SETTINGS_FILE), None)
    landed = read_settings(containers.landing, station, list_station(containers.landing, station))
    if file is None:
        return options_of(landed, landed.profiles)
    uploaded = station_file.parse_settings(file.read_text("utf-8-sig", "replace"), source=str(file), version="")
    return options_of(uploaded, landed.profiles)


@app.command(short_help="Move a landing file, to another station too.")
def move(
    source: Annotated[str, typer.Argument(metavar="STATION/FILE", help="A landing file, as `files` shows it.")],
    target: Annotated[
        str, typer.Argument(metavar="STATION/FILE", help="Its new name; STATION/ keeps the name of the file.")
    ],
) -> None:
    """Move a landing file to another name or station; the next run takes its rows along."""
    from weather_etl.lake.connection import connect
    from weather_etl.operations import landing_files
    from weather_etl.settings import Settings

    with connect(Settings.load(), prompt=True) as containers:
        name = landing_files.move(containers.landing, source, target)
        left = landing_files.left_of(containers.landing, {source.split("/")[0]} if "/" in source else [])
    say(f"Moved {source} to {name}; `weather-etl run` takes its rows along.")
    _tell_emptied(left)


@app.command(short_help="Delete landing files.")
def delete(
    files: Annotated[
        list[str], typer.Argument(metavar="STATION/FILE", help="Landing files, or a pattern such as 'a/2023-*.csv'.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Without asking.")] = False,
) -> None:
    """Delete landing files; the next run removes their rows. Asks first."""
    from weather_etl.lake.connection import connect
    from weather_etl.operations import landing_files
    from weather_etl.settings import Settings
    from weather_etl.stations import is_station_id

    with connect(Settings.load(), prompt=True) as containers:
        blobs = landing_files.find(containers.landing, files)
        size = sum(b.size for b in blobs)
        if not yes:
            if not sys.stdin.isatty():
                raise WrongUsage(f"{count(len(blobs), 'file')} would be deleted; say --yes where nobody can be asked.")
            what = f"{first_names([b.name for b in blobs])} ({count(len(blobs), 'file')}, {size:,} bytes)"
            if not typer.confirm(f"Delete {what}? It cannot be undone here.", err=True):
                raise UserError("Nothing was deleted.")
        for name in landing_files.delete(containers.landing, blobs):
            say(f"Deleted {name}")
        left = landing_files.left_of(containers.landing, {b.name.split("/")[0] for b in blobs})
    if any(left.values()) or any(not is_station_id(b.name.split("/")[0]) for b in blobs):
        say("`weather-etl run` removes their rows from the tables.")
    _tell_emptied(left)


def _tell_emptied(left: dict[str, int]) -> None:
    for station in (s for s, files in left.items() if not files):
        say(
            f"Station {station} has no file left; `weather-etl forget {station}` deletes the tables that were made of "
            "its files."
        )
