"""The bytes of a landing file -> raw rows: which profile, which decoder.

Belongs here: trying the profiles in order, and what is said where none fits.
Does not belong here: the steps behind it (`engine.py`, decoders).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from weather_etl.meteorology.formats import encodings, generic, refusals
from weather_etl.meteorology.formats.engine import Table, read_table
from weather_etl.meteorology.formats.head import Head
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.recognise import Fit, fit
from weather_etl.meteorology.formats.registry import GENERIC, in_order, meant
from weather_etl.meteorology.formats.source import DEFAULT_ENCODING, Source, Text
from weather_etl.meteorology.formats.tables import cells_of
from weather_etl.meteorology.members import Member
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.toml_lines import shown

# What is put into a zip beside the data, for people.
_BESIDE_DATA = re.compile(
    r"(?i)(^|/)(readme|read me|licen[cs]e|copying|liesmich|lisez-?moi)[^/]*$|\.(pdf|md|docx?|png|jpe?g|gif|html?)$"
)


@dataclass
class Attempt:
    """A profile and a file: how it fits, or why it does not."""

    profile: Profile
    fit: Fit | None = None
    member: Member | None = None
    text: Text | None = None
    miss: str = ""


@dataclass
class Recognised:
    """What was tried until a profile was found."""

    attempt: Attempt | None
    misses: list[Attempt] = field(default_factory=list)


def read(source: Source, options: Options) -> ParsedFile:
    """Raw rows of a landing file, whatever format it has.

    Raises:
        Rejected: nothing of the file can be used.
    """
    _check_format(options)
    kind = source.kind
    if kind == "xlsx":
        from weather_etl.meteorology.formats import workbooks

        return workbooks.read(source, options)
    if kind == "parquet":
        from weather_etl.meteorology.formats import parquet

        return parquet.read(source, options)
    if kind == "json":
        from weather_etl.meteorology.formats import json_tables

        return json_tables.read(source, options)
    attempt = recognise(source, options).attempt
    if attempt is None:
        return _read_generic(source, options)
    profile = attempt.profile
    if profile.refuse:
        raise refusals.by_profile(profile)
    assert attempt.text is not None and attempt.member is not None
    if profile.decoder == "open_meteo":
        from weather_etl.meteorology.formats import open_meteo

        return _finished(open_meteo.read(attempt.text, profile, source, options), attempt.text)
    if profile.decoder in ("metar", "synop"):
        from weather_etl.meteorology.formats import bulletins

        return _finished(bulletins.read(attempt.text, profile, source, options), attempt.text)
    assert attempt.fit is not None
    return _of_text(attempt.fit, attempt.text, source, options)


def _check_format(options: Options) -> None:
    """There must be a profile of the name that the station gives.

    Raises:
        Rejected: there is none.
    """
    if not options.format:
        return
    names = {profile.name for profile in in_order(options.profiles)}
    if options.format not in names:
        raise Rejected(
            Reason.NOT_OF_FORMAT,
            f"there is no format {shown(options.format)}, which station.toml names; {meant(options.format, names)}",
        )


def recognise(source: Source, options: Options) -> Recognised:
    """The first profile that fits, in the order in which they are asked; none: the built-in names have to do.

    Raises:
        Rejected: the file is no text, or not of the format that the station names.
    """
    heads: dict[int, Head] = {}
    misses: list[Attempt] = []
    if len(source.members) == 1:  # says what it is, if it is no text
        source.text(source.members[0], (), options.encoding)
    for profile in in_order(options.profiles):
        if options.format and profile.name != options.format:
            continue
        if profile.name == GENERIC or profile.decoder in ("xlsx", "parquet", "json"):
            continue
        attempt = _try(profile, source, options, heads)
        if not attempt.miss and options.aliases and _makes_way(attempt, options):
            attempt = Attempt(profile, miss="the aliases of the station explain its names otherwise")
        if not attempt.miss:
            return Recognised(attempt, misses)
        misses.append(attempt)
    if options.format and options.format != GENERIC:
        why = misses[0].miss if misses else "that is one of other files than texts"
        raise Rejected(
            Reason.NOT_OF_FORMAT, f"the file is not of the format {options.format!r} that station.toml names: {why}"
        )
    return Recognised(None, misses)


def _makes_way(attempt: Attempt, options: Options) -> bool:
    """A packaged profile of rank 20 or more has names that are common words: what the station says of them wins."""
    profile, fitting = attempt.profile, attempt.fit
    if fitting is None or profile.generic or profile.rank < 20 or profile.origin != "packaged":
        return False
    return any(fitting.names.all(name) for name, column in options.aliases.items() if column != "ignore")


def _try(profile: Profile, source: Source, options: Options, heads: dict[int, Head]) -> Attempt:
    pattern = profile.part("container").get("member")
    if pattern:
        such = [m for m in source.members if re.search(pattern, m.name) or len(source.members) == 1]
        if len(such) > 1:
            return Attempt(profile, miss=f"the archive has {len(such)} such members")
        member = such[0] if such else None
    else:
        member = source.members[0] if len(source.members) == 1 else None
    if member is None:
        return Attempt(profile, miss="the archive has no such member" if pattern else "the archive has several members")
    try:
        text = source.text(member, profile.encodings if not profile.generic else (), options.encoding)
        if text is None and profile.generic:
            text = _generic_text(profile, source, member, options)
    except Rejected as rejected:
        return Attempt(profile, miss=rejected.detail)
    if text is None:
        return Attempt(profile, miss=f"its bytes are not {' or '.join(profile.encodings)}")
    head = heads.get(id(text))
    if head is None:
        head = heads[id(text)] = Head(text)
    if profile.decoder in ("open_meteo", "metar", "synop"):
        fits = head.begins_as(profile.part("match").get("head", "(?!)"))
        return Attempt(profile, None, member, text, "" if fits else "the beginning of the file does not look like it")
    fit_or_miss = fit(profile, head, options.delimiter)
    if isinstance(fit_or_miss, str):
        return Attempt(profile, miss=fit_or_miss)
    return Attempt(profile, fit_or_miss, member, text)


def _generic_text(profile: Profile, source: Source, member: Member, options: Options) -> Text | None:
    def makes_sense(text: Text) -> bool:
        if profile.decoder == "open_meteo":
            from weather_etl.meteorology.formats.open_meteo import headers_are_utf8

            return headers_are_utf8(text.head)
        return isinstance(fit(profile, Head(text), options.delimiter), Fit)

    try:
        text = source.text_that(member, makes_sense, options.encoding)
    except Rejected:
        return None
    return text if makes_sense(text) else None


def _read_generic(source: Source, options: Options) -> ParsedFile:
    profile = next(p for p in in_order(options.profiles) if p.name == GENERIC)
    members = [m for m in source.members if not _BESIDE_DATA.search(m.name)] or source.members
    if len(members) != 1:
        names = ", ".join(m.name for m in source.members[:5])
        raise Rejected(
            Reason.ZIP_MEMBERS,
            f"the zip holds {len(source.members)} files ({names}) of no format that is known to come so; upload them one by one",
        )
    left = [m.name for m in source.members if m is not members[0]]
    member = members[0]

    def makes_sense(text: Text) -> bool:
        try:
            generic.find(profile, Head(text), options)
        except Rejected as rejected:
            return rejected.reason in (Reason.UNIT_UNKNOWN, Reason.DUPLICATE_COLUMN)
        return True

    text, assumed = _text_by_names(profile, source, member, options, makes_sense)
    if kind := _other_kind(text.head):
        raise Rejected(Reason.NOT_CSV, f"the file is {kind}")
    parsed = _of_text(generic.find(profile, Head(text), options), text, source, options)
    warnings = [*parsed.warnings, f"left alone in the zip: {', '.join(left[:5])}"] if left else parsed.warnings
    return replace(parsed, assumed=parsed.assumed | assumed, warnings=warnings)


def _text_by_names(
    profile: Profile, source: Source, member: Member, options: Options, makes_sense: Callable[[Text], bool]
) -> tuple[Text, dict[str, str]]:
    """The text of a file of no particular format, and what had to be assumed: where nothing says its encoding, the names of
    its columns may.

    Raises:
        Rejected: no encoding makes sense of the header.
    """
    text: Text | Rejected
    try:
        text = source.text_that(member, makes_sense, options.encoding)
    except Rejected as rejected:
        if rejected.reason is not Reason.ENCODING_UNKNOWN:
            raise
        text = rejected
    default = text if isinstance(text, Text) else None
    if options.encoding is None and (default is None or default.encoding == DEFAULT_ENCODING):
        encoding = encodings.by_names(member.data, default, profile, options)
        if encoding and (by_names := source.text(member, (encoding,))):
            return by_names, {"encoding": encodings.told(encoding)}
    if isinstance(text, Rejected):
        raise text
    return text, {}


def _of_text(fitting: Fit, text: Text, source: Source, options: Options) -> ParsedFile:
    cut = cells_of(fitting, text)
    table = Table(
        cut,
        fitting.delimiter,
        fitting.units,
        fitting.preamble,
        fitting.why,
        fitting.skipped,
        fitting.delimiter == "line",
        fitting.zone,
    )
    return _finished(read_table(table, fitting.profile, source, options), text)


def _finished(parsed: ParsedFile, text: Text) -> ParsedFile:
    return replace(parsed, encoding=text.encoding, unclean_end=parsed.unclean_end or text.unclean_end)


def _other_kind(data: bytes) -> str | None:
    """Text that has no rows and columns, by its first characters."""
    start = data[:64].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return "HTML or XML"
    if start.startswith(b"%!ps") or start.startswith(b"{\\rtf"):
        return "a document"
    return None


def profile_of(source: Source, options: Options) -> tuple[str, str] | None:
    """Name and digest of the profile that a text file would be read by; None for other files.

    Raises:
        Rejected: the file is no text.
    """
    if source.kind != "text":
        return None
    _check_format(options)
    attempt = recognise(source, options).attempt
    if attempt is None:
        generic_one = next(p for p in in_order(options.profiles) if p.name == GENERIC)
        return generic_one.name, generic_one.digest
    return attempt.profile.name, attempt.profile.digest


def attempts(source: Source, options: Options) -> Iterator[Attempt]:
    """What every profile says of a file, for `inspect`."""
    heads: dict[int, Head] = {}
    for profile in in_order(options.profiles):
        if profile.name != GENERIC and profile.decoder not in ("xlsx", "parquet", "json"):
            yield _try(profile, source, options, heads)
