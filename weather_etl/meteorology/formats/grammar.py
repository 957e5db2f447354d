"""The grammar of profiles: a TOML text -> a `Profile`, or a sentence that names key and line.

Belongs here: which keys there are and what each may say, profiles built on other profiles.
Does not belong here: any format (`profiles/*.toml`), kinds of values (`value_kinds.py`), what a profile is once it is
read (`profile.py`).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from weather_etl.meteorology.formats.profile import (
    DECODERS,
    KINDS,
    META_KEYS,
    ColumnRule,
    Profile,
    ProfileError,
    Quality,
)
from weather_etl.meteorology.formats.value_kinds import problem
from weather_etl.meteorology.units import QUANTITIES, is_unit, scale_of
from weather_etl.toml_lines import Place, dotted, line_of, lines_of, problems_told, shown, table_of

TOP = {
    "title": "text", "source": "text", "base": "text", "rank": "int", "decoder": DECODERS, "refuse": "refuse",
    "missing": "texts", "assume": "texts", "units": "units", "by_temperature": "systems",
    "blank_precipitation": ("none", "missing"),
}  # fmt: skip
TABLES: Mapping[str, Mapping[str, Any]] = {
    "match": {"head": "regex", "line": "regex", "columns": "patterns", "any": "texts", "none": "texts", "values": "spans"},
    "container": {"member": "regex", "sheet": "regex"},
    "json": {"rows": "text", "arrays": "table", "table": "text", "units": "text"},
    "text": {"encoding": "texts", "delimiter": (",", ";", "\t", "tab", "|", "space", "fixed", "line"),
             "decimal": (".", ",", "auto"), "comment": "regex", "ragged": ("pad", "refuse")},
    "header": {"find": "regex", "lines": "int", "groups": "yes", "strip": "regex", "below": "int", "units": "int", "names": "texts", "skip": "int"},
    "time": {"columns": "columns", "at": "spans_at", "date": ("meta",), "formats": "texts", "replace": "pairs", "zone": "zone",
             "zone_regex": "regex", "zones": "table", "evidence": "column_regex", "before": "pairs",
             "stamp": ("instant", "start", "middle", "end"), "cadence": "duration", "period": "duration"},
    "station": {"column": "texts"},
    "rows": {"drop": "drops"},
    "long": {"variable": "pattern", "value": "pattern", "unit": "pattern"},
    "wide": {"time": "int", "first": "int", "parameter": "int", "names": "regex"},
}  # fmt: skip
META = {"regex": "regex", "from": ("preamble", "header", "file"), "member": "regex", "take": ("first", "last")}
COLUMN = {
    "to": "variable", "name": "texts", "at": "positions", "find": "regex", "join": "texts", "not": "texts", "unit": "unit",
    "unit_wins": "yes", "steps": "text", "missing": "texts", "trace": "texts", "low": "texts", "map": "map", "strip": "regex",
    "part": "int", "where": "column_regex", "quality": "quality", "kind": KINDS, "period": "period", "height_m": "number",
    "resets": ("hour", "day", "week", "month", "year", ""), "routine": "regex",
}  # fmt: skip
EACH = {k: v for k, v in COLUMN.items() if k not in ("to", "name", "at", "find", "join")}


def parse_profile(text: str, *, name: str, origin: str = "packaged") -> dict[str, Any]:
    """The TOML of a profile as a table that `assemble` takes; its base is not merged in yet.

    Raises:
        ProfileError: it is no TOML, or a key or value cannot be used.
    """
    try:
        table = table_of(text)
    except ValueError as error:
        raise ProfileError(f"{name} ({origin}) is not valid TOML: {error}.") from None
    check(table, text=text, name=name, origin=origin)
    return table


def check(table: Mapping[str, Any], *, text: str = "", name: str, origin: str) -> None:
    """Say in one paragraph all that cannot be used.

    Raises:
        ProfileError: names each key and, where the text is given, its line.
    """
    if wrong := problems_of(table, needs_match=origin != "station.toml" and name != "generic"):
        lines = lines_of(text)
        said = [(line_of(lines, place), f"{dotted(place)} {sentence}") for place, sentence in wrong]
        raise ProfileError(problems_told(f"{name} ({origin})", said))


def problems_of(table: Mapping[str, Any], *, needs_match: bool) -> list[tuple[Place, str]]:
    """What cannot be used: for each the place of its key, and how the sentence goes on that begins with it.

    Args:
        table: of the profile; its base is not merged in yet.
        needs_match: it must tell its files from those of others.
    """
    top = {**TOP, **dict.fromkeys(TABLES, "table"), "each": "table", "meta": "table", "column": "column list"}
    found = list(_of_keys({k: v for k, v in table.items() if k != "column"}, top, ()))
    for part, known in {**TABLES, "each": EACH}.items():
        if isinstance(inner := table.get(part, {}), dict):
            found += _of_keys(inner, known, (part,))
    if isinstance(meta := table.get("meta", {}), dict):
        found += _of_meta(meta)
    columns = table.get("column", [])
    if not isinstance(columns, list) or not all(isinstance(c, dict) for c in columns):
        return [*found, (("column",), "must be a list of tables, each with `to` and `name`")]
    for number, column in enumerate(columns):
        found += _of_column(column, ("column", number))
    if not {"base", "refuse"} & table.keys():
        found += _of_what_is_missing(table, needs_match)
    return found


def _of_keys(given: Mapping[str, Any], known: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    for key, value in given.items():
        if key not in known:
            yield (*place, key), f"is no key of the grammar; known here are {', '.join(known)}"
        elif wrong := problem(value, known[key]):
            yield (*place, key), wrong


def _of_meta(meta: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for key, rule in meta.items():
        if key not in META_KEYS:
            yield ("meta", key), f"is no key of the grammar; known here are {', '.join(META_KEYS)}"
        elif not isinstance(rule, dict) or "regex" not in rule:
            yield ("meta", key), "must be a table with a regex"
        else:
            yield from _of_keys(rule, META, ("meta", key))


def _of_column(column: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    wrong = dict(_of_keys(column, COLUMN, place))
    yield from wrong.items()
    if "to" not in column:
        yield place, "has no `to`"
    if not {"name", "at", "find"} & column.keys():
        yield place, "says neither `name` nor `at` nor `find`"
    if {(*place, "to"), (*place, "unit")} & wrong.keys():
        return
    unit, quantity = column.get("unit", ""), QUANTITIES.get(column.get("to", ""))
    if unit and quantity and not is_unit(quantity, scale_of(unit.rstrip("?"))[1]):
        yield (*place, "unit"), f"is {shown(unit)}, which is no unit of {column['to']}"


def _of_what_is_missing(table: Mapping[str, Any], needs_match: bool) -> Iterator[tuple[Place, str]]:
    decoder = table.get("decoder", "text")
    if decoder not in ("text", "xlsx", "parquet", "json"):
        return
    if not table.get("column"):
        yield ("column",), "is missing: no variable would be read"
    if "time" not in table:
        yield ("time",), "is missing: no row would have a time"
    if "match" not in table and decoder != "json" and needs_match:
        yield ("match",), "is missing: nothing would tell its files from others"


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A profile on top of its base: tables merge, own `column` entries come first."""
    out = {k: v for k, v in base.items() if k not in ("refuse",)}
    for key, value in over.items():
        if key == "column":
            out[key] = [*value, *base.get(key, [])]
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            out[key] = {**base[key], **value}
        else:
            out[key] = value
    return out


def assemble(table: Mapping[str, Any], *, name: str, origin: str, generic: bool = False) -> Profile:
    """The profile that a checked table (its base merged in) describes."""
    each, units = table.get("each", {}), table.get("units", {})
    columns = tuple(_rule({**each, **c}, units) for c in table.get("column", []))
    parts = {k: table[k] for k in (*TABLES, "meta") if k in table}
    if "text" in parts and parts["text"].get("delimiter") == "tab":
        parts["text"] = {**parts["text"], "delimiter": "\t"}
    content = json.dumps(table, sort_keys=True, ensure_ascii=False)
    return Profile(
        name,
        table.get("title", name),
        table.get("source", ""),
        table.get("rank", 50),
        table.get("decoder", "text"),
        table.get("refuse", ""),
        tuple(table.get("missing", ())),
        tuple(table.get("assume", ())),
        table.get("blank_precipitation", "missing"),
        columns,
        parts,
        hashlib.sha256(content.encode()).hexdigest()[:12],
        origin,
        generic,
        table.get("by_temperature", {}),
    )


def _rule(column: Mapping[str, Any], units: Mapping[str, str]) -> ColumnRule:
    period = column.get("period", "")
    quality = column.get("quality")
    where = column.get("where")
    return ColumnRule(
        to=column["to"],
        name=tuple(column.get("name", ())),
        at=tuple(column["at"]) if "at" in column else None,
        find=column.get("find", ""),
        join=tuple(column.get("join", ())),
        exclude=tuple(column.get("not", ())),
        unit=units.get(column["to"], column.get("unit", "")),
        unit_wins=column.get("unit_wins", False),
        steps=column.get("steps", ""),
        missing=tuple(column.get("missing", ())),
        trace=tuple(column.get("trace", ())),
        low=tuple(column.get("low", ())),
        map=column.get("map"),
        strip=column.get("strip", ""),
        part=column.get("part"),
        where=(where["column"], where["regex"]) if where else None,
        quality=Quality(**quality) if quality else None,
        kind=column.get("kind", ""),
        period=period if isinstance(period, str) else "",
        period_column="" if isinstance(period, str) else period["column"],
        height_m=column.get("height_m"),
        resets=column.get("resets", ""),
        routine=column.get("routine", ""),
    )
