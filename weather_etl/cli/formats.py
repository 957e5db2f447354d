"""Commands about formats: `inspect`, `formats`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import app, say
from weather_etl.errors import UserError, WrongUsage
from weather_etl.sentences import first_names

if TYPE_CHECKING:
    from weather_etl.meteorology.formats.inspection import Inspection
    from weather_etl.meteorology.formats.options import Options
    from weather_etl.meteorology.formats.profile import Profile


@app.command(short_help="Show how a file will be read, before it is uploaded.")
def inspect(
    file: Annotated[Path, typer.Argument(help="A weather file.")],
    station: Annotated[
        str | None, typer.Option("--station", "-s", help="Read it as a file of this station of the packaged registry.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="A station.toml; by default the one beside the file.")
    ] = None,
    profile: Annotated[
        list[Path] | None, typer.Option("--profile", help="A profile of your own to try; can be repeated.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="How many rows to show.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Show how a file will be read: its format, zone, columns and units, and what would be assumed. Changes nothing.

    Exit code 0 if all is told by the file, its format or the settings; 1 if something is assumed; 2 if it would be
    rejected.
    """
    from weather_etl.meteorology.formats.inspection import LOW, REJECTED

    if not file.is_file():
        raise WrongUsage(f"{file} is not a file.")
    inspection = look_at(file, options_for(file, station, settings, profile or []), rows=rows)
    if as_json:
        import json

        print(json.dumps(inspection.as_dict(), indent=2, ensure_ascii=False, default=str))
    else:
        _print_inspection(inspection)
    if inspection.confidence == REJECTED:
        raise typer.Exit(2)
    if (inspection.settings or inspection.confidence == LOW) and any("ASSUMED" in w for w in inspection.warnings):
        raise typer.Exit(1)


def options_for(file: Path, station: str | None, settings: Path | None, profiles: list[Path]) -> "Options":
    """What the readers must know, from files on this machine alone.

    Raises:
        UserError: a settings file or a profile cannot be used.
    """
    from weather_etl.ingestion.reading import options_of
    from weather_etl.meteorology.formats.profile import ProfileError
    from weather_etl.meteorology.formats.registry import compile_profile
    from weather_etl.station_file import packaged_settings, parse_settings
    from weather_etl.stations import SETTINGS_FILE, StationSettings

    path = settings or file.with_name(SETTINGS_FILE)
    if settings and not settings.is_file():
        raise WrongUsage(f"{settings} is not a file.")
    if path.is_file():
        station_settings = parse_settings(path.read_text("utf-8-sig", "replace"), source=str(path), version="")
    else:
        station_settings = packaged_settings(station) if station else StationSettings()
    compiled = []
    for profile in profiles:
        try:
            compiled.append(compile_profile(profile.read_text("utf-8-sig"), name=profile.stem, origin=str(profile)))
        except OSError as error:
            raise UserError(f"{profile} cannot be read ({error.strerror}).") from None
        except ProfileError as error:
            raise UserError(str(error)) from None
    return options_of(station_settings, compiled)


def look_at(file: Path, options: "Options", *, rows: int = 3) -> "Inspection":
    """How a file on this machine would be read."""
    from weather_etl.landing.unpacking import unpack
    from weather_etl.meteorology.formats import Source
    from weather_etl.meteorology.formats.inspection import Inspection, inspect
    from weather_etl.meteorology.reasons import Rejected

    try:
        source = Source(file.name, unpack(file.read_bytes(), file.name))
    except Rejected as rejected:
        return Inspection(file.name, reason=str(rejected.reason), detail=rejected.detail)
    return inspect(source, options, show=rows)


def _print_inspection(inspection: "Inspection") -> None:
    from weather_etl.meteorology.formats.inspection import REJECTED
    from weather_etl.redaction import printable

    if inspection.confidence == REJECTED:
        say(f"{printable(inspection.file)}   rejected: {inspection.reason}")
        say(f"  {printable(inspection.detail, 1000)}")
        for line in inspection.warnings:
            say(f"  {line}")
        for title, miss in inspection.nearest:
            say(f"  not {title}: {printable(miss, 200)}")
        if inspection.draft:
            say("  a profile to fill in (docs/your-format.md):")
            for line in inspection.draft.rstrip("\n").split("\n"):
                say(f"    {printable(line, 300)}")
        _print_settings(inspection)
        return
    say(f"{printable(inspection.file)}   {inspection.title}   confidence {inspection.confidence}")
    if inspection.why:
        say(f"  {'why':<8} {printable('; '.join(inspection.why), 300)}")
    time = inspection.time
    zone = "ZONE NOT KNOWN, taken as UTC" if time["zone_is_assumed"] else time["zone"]
    say(f"  {'time':<8} {printable(' + '.join(time['columns']) or 'by position', 200)}, {time['form']}; {zone}")
    about = f"rows {inspection.usable} of {inspection.rows}"
    if inspection.summaries:
        about += f", {inspection.summaries} of days or months left out"
    if inspection.step_minutes:
        about += f", step {inspection.step_minutes:g} min"
    named = first_names(inspection.stations)
    say(f"  {'station':<8} {printable(named or 'not named in the rows', 200)}   {about}")
    if inspection.place:
        say(f"  {'place':<8} {printable(', '.join(f'{k} {v}' for k, v in inspection.place.items()), 200)}")
    width = max((len(v.variable) for v in inspection.variables), default=0)
    names = max((len(v.name[:40]) for v in inspection.variables), default=0)
    for v in inspection.variables:
        unit = f"{v.unit or '?'} ASSUMED" if v.assumed else v.unit
        span = f"{v.low:g} .. {v.high:g}" if v.low is not None else "no value"
        say(f"  {v.variable:<{width}}  {printable(v.name[:40]):<{names}}  {unit:<8} {v.values:>7}  {span}")
    if inspection.unread:
        rest = ", ".join(inspection.unread[:4]) + (", ..." if len(inspection.unread) > 4 else "")
        say(
            f"  {len(inspection.unread)} columns in rescued: {printable(rest, 200)} (aliases in station.toml name what is ours)"
        )
    for i, row in enumerate(inspection.rows_shown):
        label = "first" if i == 0 else "last" if i == len(inspection.rows_shown) - 1 else ""
        cells = "  ".join(f"{k} {v:g}" for k, v in row.items() if k != "time")
        say(f"  {label:<8} {row['time']}  {cells}")
    for line in inspection.warnings:
        say(f"  note     {printable(line, 400)}")
    _print_settings(inspection)


def _print_settings(inspection: "Inspection") -> None:
    """Lines to paste, which end what was assumed or could not be told apart."""
    if inspection.settings:
        say("  put into station.toml what you know:")
        for line in inspection.settings:
            say(f"    {line}")


@app.command(short_help="List the formats that are known.")
def formats(
    name: Annotated[str | None, typer.Argument(help="Show the profile of this format.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """List the profiles, in the order in which they are asked, and say where each comes from; or show one of them."""
    from weather_etl.meteorology.formats.registry import packaged, packaged_texts
    from weather_etl.station_names import did_you_mean

    if name is not None:
        texts = packaged_texts()
        if name not in texts:
            near = did_you_mean(name, texts)
            raise WrongUsage(f"There is no packaged profile {name!r}; `weather-etl formats` lists them.{near}")
        print(texts[name], end="")
        return
    profiles = [*_installed_profiles(), *packaged()]
    if as_json:
        import json

        rows = [
            {
                "name": profile.name, "title": profile.title, "rank": profile.rank, "origin": profile.origin,
                "decoder": profile.decoder, "refuses": profile.refuse or None,
                "variables": list(dict.fromkeys(c.to for c in profile.columns)), "source": profile.source,
            }
            for profile in profiles
        ]  # fmt: skip
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(profile.name) for profile in profiles)
    for profile in profiles:
        what = f"refused as {profile.refuse.split(':')[0]}" if profile.refuse else profile.decoder
        say(f"{profile.name:<{width}}  {profile.rank:>3}  {profile.origin:<10}  {what:<24}  {profile.title}")


def _installed_profiles() -> "list[Profile]":
    """The profiles below `_formats/` of landing; none where no storage is configured or it does not answer."""
    from weather_etl.lake.connection import connect
    from weather_etl.landing.listing import read_profiles, route
    from weather_etl.landing.versions import FORMATS
    from weather_etl.settings import Settings

    try:
        with connect(Settings.load()) as containers:
            profiles, errors = read_profiles(containers.landing, route(containers.landing.list(f"{FORMATS}/")).formats)
    except Exception as error:  # the list of packaged profiles must not need a storage
        print(f"Profiles of the installation are not shown: {str(error).splitlines()[0][:200]}", file=sys.stderr)
        return []
    for sentence in errors:
        print(sentence, file=sys.stderr)
    return list(profiles)
