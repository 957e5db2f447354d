"""JSON: records at a path, parallel arrays, or a record a line -> a table of text cells; the number of the record stands for
the line.

Belongs here: that way. Does not belong here: what the members mean.

An object within a record gives columns such as `main.temp`. What stands around the records is the text above the table, a
line `path: value` each, for `meta` of a profile.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.bad_lines import MAX_COLUMNS
from weather_etl.meteorology.formats import clock_columns, generic, refusals
from weather_etl.meteorology.formats.engine import Table, read_table
from weather_etl.meteorology.formats.names import names_of
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.registry import GENERIC, in_order
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.formats.tables import of_columns
from weather_etl.meteorology.raw_rows import TEXT, ParsedFile, RefusedLine
from weather_etl.meteorology.reasons import Reason, Rejected

MAX_JSON_BYTES = 64 * 1024**2
_MAX_AROUND = 200


class _Miss(Exception):
    """A profile's path is not there."""


def read(source: Source, options: Options) -> ParsedFile:
    """Raw rows of a JSON document.

    Raises:
        Rejected: damaged, too large, or of no form that a profile knows.
    """
    member = source.members[0]
    if len(member.data) > MAX_JSON_BYTES:
        raise Rejected(
            Reason.TOO_LARGE, f"the JSON has {len(member.data):,} bytes, at most {MAX_JSON_BYTES:,} are read"
        )
    text = source.text(member, ("utf-8-sig",), options.encoding)
    if text is None:
        raise Rejected(Reason.ENCODING_UNKNOWN, "the JSON is not UTF-8")
    known = [p for p in in_order(options.profiles) if p.decoder == "json"]
    document = _document(text.data)
    for profile, table in fitting(document, known, options.format):
        if profile.refuse:
            raise refusals.by_profile(profile)
        parsed = read_table(table, profile, source, options)
        if not len(table.cut.lines) and not table.cut.refused:
            parsed.warnings = [w for w in parsed.warnings if "no data line" not in w] + ["the file has no record"]
        return replace(parsed, encoding=text.encoding)
    named = _by_its_names(document, options) if options.format in (None, GENERIC) else None
    if named is not None:
        profile = next(p for p in in_order(options.profiles) if p.name == GENERIC)
        return replace(read_table(named, profile, source, options), encoding=text.encoding)
    raise Rejected(
        Reason.NOT_CSV,
        f"the file is JSON of no form that is known ({len(known)} are, `weather-etl formats` lists them); download it as CSV, or "
        "write a profile (docs/your-format.md)",
    )


def fitting(document: Any, profiles: Iterable[Profile], name: str | None = None) -> Iterator[tuple[Profile, Table]]:
    """The profiles that a document fits, in their order, each with the table that it makes of it.

    Args:
        document: it, with texts for numbers.
        profiles: of JSON.
        name: of the only profile to be asked; None: all.
    """
    for profile in profiles:
        if name and profile.name != name:
            continue
        with contextlib.suppress(_Miss):
            yield profile, _table(document, profile)


def _document(data: bytes) -> Any:
    def loads(text: bytes) -> Any:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)

    try:
        lines = [line for line in data.split(b"\n", 2)[:2] if line.strip()]
        if len(lines) == 2 and all(line.strip().startswith(b"{") and line.strip().endswith(b"}") for line in lines):
            return [loads(line) for line in data.split(b"\n") if line.strip()]  # a record a line
        return loads(data)
    except (ValueError, RecursionError) as error:
        raise Rejected(Reason.NOT_CSV, f"the file is JSON that is cut or damaged ({str(error)[:100]})") from None


def _by_its_names(document: Any, options: Options) -> Table | None:
    """The first list of records, or object of arrays of one length, whose names are among the built-in ones; None without."""
    profile = next(p for p in in_order(options.profiles) if p.name == GENERIC)
    for records in _tables_within(document):
        names = list(dict.fromkeys(name for record in records for name in record))[: MAX_COLUMNS + 1]
        try:
            first = [[_text(r.get(name)) or "" for name in names] for r in records[: clock_columns.SAMPLE]]
            generic.check(profile, names_of(names, suffixes=True), options, lambda rows=first: rows)  # type: ignore[misc]
        except Rejected:
            continue
        if len(names) > MAX_COLUMNS:
            return None
        texts = [pa.array([_text(record.get(name)) for record in records], TEXT) for name in names]
        cut = of_columns(names, texts, np.arange(1, len(records) + 1, dtype=np.int64))
        return Table(cut, "", (), _around(document), [f"records with {', '.join(names[:4])}"])
    return None


def _tables_within(value: Any, depth: int = 3) -> Iterator[list[dict[str, Any]]]:
    """Lists of records, the outer ones first."""
    if isinstance(value, list):
        if value and all(isinstance(r, dict) for r in value):
            yield [_flat(r) for r in value]
        return
    if not isinstance(value, dict):
        return
    arrays = {k: v for k, v in value.items() if isinstance(v, list) and v and not isinstance(v[0], list | dict)}
    if len(arrays) > 1 and len({len(v) for v in arrays.values()}) == 1:
        yield [dict(zip(arrays, cells, strict=True)) for cells in zip(*arrays.values(), strict=True)]
    for inner in value.values() if depth else ():
        yield from _tables_within(inner, depth - 1)


def _table(document: Any, profile: Profile) -> Table:
    rule = profile.part("json")
    if "table" in rule:
        return _arrays_of(document, rule, profile)
    if arrays := rule.get("arrays"):
        needed = profile.part("match").get("columns", list(arrays))
        arrays = {n: path for n, path in arrays.items() if n in needed or isinstance(_at_or_none(document, path), list)}
        columns = {name: _at(document, path) for name, path in arrays.items()}
        if not all(isinstance(c, list) for c in columns.values()):
            raise _Miss
        n = max(len(c) for c in columns.values())
        texts = [pa.array([_text(c[i]) if i < len(c) else "" for i in range(n)], TEXT) for c in columns.values()]
        units = [str(_unit_beside(document, path) or "") for path in arrays.values()]
        cut = of_columns(list(columns), texts, np.arange(1, n + 1, dtype=np.int64))
        return Table(cut, "", units if any(units) else (), "", ["the arrays of the document"])
    records = [_flat(r) if isinstance(r, dict) else r for r in _records(document, rule.get("rows", ""))]
    good = [(i, r) for i, r in enumerate(records, 1) if isinstance(r, dict)]
    names = list(dict.fromkeys(name for _, record in good for name in record))
    match = profile.part("match")
    whole = names_of(names)
    if good and not all(whole.has(c) for c in match.get("columns", ())):
        raise _Miss
    if any(whole.has(c) for c in match.get("none", ())):
        raise _Miss
    if good and match.get("any") and not whole.has(match["any"]):
        raise _Miss
    if records and not good:
        raise _Miss
    if not records and (around := match.get("head")) and not re.search(around, _around(document), re.MULTILINE):
        raise _Miss  # an empty list alone tells no format
    if not records:
        names = [c if isinstance(c, str) else c[0] for c in match.get("columns", ["time"])]
    if len(names) > MAX_COLUMNS:
        raise Rejected(
            Reason.TOO_MANY_COLUMNS, f"the records have {len(names)} members, at most {MAX_COLUMNS} are read"
        )
    texts = [pa.array([_text(record.get(name)) for _, record in good], TEXT) for name in names]
    cut = of_columns(names, texts, np.array([i for i, _ in good], dtype=np.int64))
    cut.refused = [
        RefusedLine(i, Reason.ROW_WIDTH, "the record is no object", json.dumps(r))
        for i, r in enumerate(records, 1)
        if not isinstance(r, dict)
    ]
    return Table(cut, "", (), _around(document), [f"records with {', '.join(names[:4])}"])


def _arrays_of(document: Any, rule: Any, profile: Profile) -> Table:
    """An object whose members are parallel arrays, with an object of their units beside it (Open-Meteo)."""
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if isinstance(document, list) and document:
        _at(document[0], rule["table"])
        raise Rejected(
            Reason.NOT_CSV, f"the document holds {len(document)} places; save each as a file of its own, or ask for CSV"
        )
    arrays = {name: c for name, c in _dict_at(document, rule["table"]).items() if isinstance(c, list)}
    if not all(names_of(list(arrays)).has(c) for c in profile.part("match").get("columns", ["time"])):
        raise _Miss
    if len(arrays) > MAX_COLUMNS:
        raise Rejected(Reason.TOO_MANY_COLUMNS, f"{len(arrays)} arrays, at most {MAX_COLUMNS} are read")
    n = max(len(c) for c in arrays.values())
    texts = [pa.array([_text(c[i]) if i < len(c) else None for i in range(n)], TEXT) for c in arrays.values()]
    beside = _dict_at(document, rule["units"]) if "units" in rule else {}
    units = [str(beside.get(name, "")) for name in arrays]
    cut = of_columns(list(arrays), texts, np.arange(1, n + 1, dtype=np.int64))
    # Of times and codes it names a form, not a unit.
    units = ["" if u in ("iso8601", "unixtime") else u for u in units]
    return Table(cut, "", units, _around(document), [f"the arrays of {rule['table']}"])


def _dict_at(document: Any, path: str) -> dict[str, Any]:
    inner = _at(document, path)
    if not isinstance(inner, dict):
        raise _Miss
    return inner


def _flat(value: dict[str, Any], depth: int = 3) -> dict[str, Any]:
    """A record whose objects have become members such as `main.temp`."""
    if not any(isinstance(v, dict) for v in value.values()):
        return value
    out: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and depth:
            out |= {f"{name}.{k}": v for k, v in _flat(inner, depth - 1).items()}
        else:
            out[name] = inner
    return out


def _around(document: Any) -> str:
    """What stands around the records: a line `path: value` for every scalar that no list holds."""
    if not isinstance(document, dict):
        return ""
    scalars = {k: v for k, v in _flat(document).items() if v is not None and not isinstance(v, list | dict)}
    return "\n".join(f"{k}: {str(v)[:200]}" for k, v in list(scalars.items())[:_MAX_AROUND])


def _at(value: Any, path: str) -> Any:
    for key in path.split(".") if path else []:
        if not isinstance(value, dict) or key not in value:
            raise _Miss
        value = value[key]
    return value


def _at_or_none(value: Any, path: str) -> Any:
    try:
        return _at(value, path)
    except _Miss:
        return None


def _unit_beside(document: Any, path: str) -> str | None:
    """The unit that stands beside an array: in `units` or `unit` of a level above it.

    A list there has the units of the members of the level between, in their order.
    """
    parts = path.split(".")
    for depth in range(len(parts) - 1, 0, -1):
        above = _at(document, ".".join(parts[:depth]))
        for key in ("units", "unit"):
            units = above.get(key) if isinstance(above, dict) else None
            if isinstance(units, str):
                return units
            between = _at_or_none(above, parts[depth])
            if isinstance(units, list) and isinstance(between, dict) and len(units) == len(between):
                return str(units[list(between).index(parts[depth + 1])])
    return None


def _records(value: Any, path: str) -> Iterator[Any]:
    """The records at a path such as `data.weather[].hourly[]`; scalars of the parents become members of each."""
    level: list[tuple[Any, dict[str, Any]]] = [(value, {})]
    steps = [s.strip(".") for s in path.split("[]")]
    for step in steps[:-1] if path.endswith("[]") else steps:
        below: list[tuple[Any, dict[str, Any]]] = []
        for member, above in level:
            if isinstance(member, dict):
                above = {**above, **{k: v for k, v in member.items() if not isinstance(v, list | dict)}}
            inner = _at(member, step)
            if not isinstance(inner, list):
                raise _Miss
            below += [(x, above) for x in inner]
        level = below
    for member, above in level:
        yield {**above, **member} if isinstance(member, dict) else member


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
