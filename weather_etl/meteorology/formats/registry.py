"""All profiles there are, and the one that fits a file.

Belongs here: packaged profiles, those of an installation and a station, the order in which they are asked, containers.
Does not belong here: marks of a profile (`recognise.py`), reading (`engine.py`).
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from weather_etl.meteorology.formats.grammar import assemble, merged, parse_profile
from weather_etl.meteorology.formats.profile import Profile, ProfileError
from weather_etl.sentences import nearest
from weather_etl.toml_lines import shown

GENERIC = "generic"


@lru_cache(maxsize=1)
def packaged_texts() -> dict[str, str]:
    """Name -> TOML of the packaged profiles."""
    folder = resources.files("weather_etl.meteorology.formats").joinpath("profiles")
    return {
        f.name.removesuffix(".toml"): f.read_text("utf-8")
        for f in sorted(folder.iterdir(), key=lambda f: f.name)
        if f.name.endswith(".toml")
    }


@lru_cache(maxsize=1)
def _packaged_tables() -> dict[str, dict[str, Any]]:
    # Not checked every time a process starts: a test does that.
    return {name: tomllib.loads(text) for name, text in packaged_texts().items()}


@lru_cache(maxsize=1)
def packaged() -> tuple[Profile, ...]:
    """The packaged profiles in the order in which they are asked."""
    tables = _packaged_tables()
    profiles = [
        assemble(_whole(n, tables, "packaged"), name=n, origin="packaged", generic=_is_generic(n, tables))
        for n in tables
    ]
    return tuple(sorted(profiles, key=lambda p: (p.rank, p.name)))


def compile_profile(text: str, *, name: str, origin: str) -> Profile:
    """A profile of an installation or a station; it may stand on a packaged one.

    Raises:
        ProfileError: it cannot be used; says why.
    """
    return compile_table(parse_profile(text, name=name, origin=origin), name=name, origin=origin)


def compile_table(table: Mapping[str, Any], *, name: str, origin: str) -> Profile:
    """The same of a table that has been checked."""
    tables = {**_packaged_tables(), name: dict(table)}
    if table.get("base") == name:  # built on the packaged one of the same name
        tables[name] = merged(_whole(name, _packaged_tables(), origin), {k: v for k, v in table.items() if k != "base"})
        return assemble(tables[name], name=name, origin=origin, generic=_is_generic(name, _packaged_tables()))
    return assemble(_whole(name, tables, origin), name=name, origin=origin, generic=_is_generic(name, tables))


def _whole(name: str, tables: Mapping[str, dict[str, Any]], origin: str, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    table = tables[name]
    base = table.get("base")
    if base is None:
        return table
    if base not in tables:
        raise ProfileError(f"{name} ({origin}): base is {shown(base)}, which is no profile; {meant(base, tables)}.")
    if base in seen or base == name:
        raise ProfileError(f"{name} ({origin}): base {base!r} leads back to {name}.")
    return merged(_whole(base, tables, origin, (*seen, name)), table)


def meant(name: str, known: Iterable[str]) -> str:
    """How a sentence on a profile that there is not goes on: near names, and where all are."""
    near = ", ".join(nearest(name, known))
    return (f"near ones are {near}; " if near else "") + "`weather-etl formats` lists all"


def _is_generic(name: str, tables: Mapping[str, dict[str, Any]]) -> bool:
    seen: set[str] = set()
    while name not in seen:
        if name == GENERIC:
            return True
        seen.add(name)
        name = tables[name].get("base", name)
    return False


def in_order(more: Iterable[Profile] = ()) -> Sequence[Profile]:
    """Profiles in the order in which they are asked: of the station, of the installation, packaged; each by rank, name."""
    own = list(more)
    order = {"station.toml": 0}
    own.sort(key=lambda p: (order.get(p.origin, 1), p.rank, p.name))
    names = {p.name for p in own}
    return [*own, *(p for p in packaged() if p.name not in names)]
