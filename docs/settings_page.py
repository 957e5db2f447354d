"""Writes docs/settings.md from the rules of `station.toml` and of the environment.

    python docs/settings_page.py

Belongs here: the form of the page, an example of each key. What it says comes from `station_file.py`, `stations.py` and
`settings.py`; a test keeps it current, and reads the example.
"""

import re
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from pydantic import BaseModel  # noqa: E402

from weather_etl import stations  # noqa: E402
from weather_etl.meteorology import site  # noqa: E402
from weather_etl.meteorology.quality import LIMITS, Limits  # noqa: E402
from weather_etl.settings import Settings  # noqa: E402
from weather_etl.station_file import StationFile  # noqa: E402

PAGE = CHECKOUT / "docs" / "settings.md"
HEAD = """\
# Settings

What can be set: [](#a-station) in its `station.toml`, [](#an-installation) in the environment. This page is written by `docs/settings_page.py`
from the rules that both are held against; a key or a value that is not among them is refused in one sentence, with its line.

## A station

`landing/<station>/station.toml`, uploaded like any other file: `weather-etl upload mystation station.toml`. No key must be there. A
changed file makes all tables of its station anew at the next run; the files themselves are read again only where a key of how they are
read has changed. Without a `station.toml`, civil days are those of UTC and nothing is known of the place.
"""
EXAMPLE = """\
timezone = "Europe/Budapest"
name = "Szeged"
day_boundary = "local"
latitude = 46.25
longitude = 20.10
elevation_m = 84
live = true
fresh_hours = 3
pressure = "msl"
visibility_cap_km = 16.1
encoding = "cp1250"
standard_time = false
timestamp_format = "%d.%m.%Y %H:%M"
date_order = "dmy"
missing = ["-99", "n/a"]
format = "dwd_hourly"
bulletin_date = "2024-05"
source_ids = ["12982", "LHUD"]
snow_absent = "zero"

[dialect]
delimiter = ";"
decimal = ","
sheet = "Data"

[aliases]
"Lufttemperatur" = "temperature_c"
"Bemerkung" = "ignore"

[units]
wind_speed_ms = "kn"

[limits.temperature_c]
fail = [-60, 45]
suspect = [-50, 42]
spike = [4, 6]
rate = 8
flat_hours = [12, 24]

[wind]
anemometer_height_m = 10
turbine = "generic"
hub_height_m = 100

[pv]
tilt = 30
azimuth = 180
albedo = 0.2

[degree_days]
heating_base_c = 18
heating_limit_c = 15
cooling_base_c = 21
cooling_limit_c = 24
growing_base_c = 5

[thresholds]
wet_mm = 1
heavy_mm = 10
very_heavy_mm = 20
snow_cm = 1
hot_c = 30
hot_days = 3
cold_c = 0
cold_days = 5
growing_c = 5
growing_days = 6

[[withdrawn]]
variable = "temperature_c"
from = 2020-01-31T06:00:00Z
to = 2020-02-03T12:00:00Z
reason = "shield off"
flag = 4
"""
# Tables of the file -> the class whose docstring says what their keys mean.
_MEANT = {
    "dialect": stations.Dialect,
    "limits": Limits,
    "wind": site.WindSettings,
    "pv": site.SolarSettings,
    "thresholds": site.Thresholds,
    "degree_days": site.DegreeDayBases,
    "withdrawn": site.Withdrawn,
}
_RULES = {  # what no type and no span tells
    "timezone": "IANA name",
    "name": "text of at most 200 characters",
    "encoding": "name of an encoding",
    "timestamp_format": "`iso`, `dmy`, `mdy`, `ymd`, or directives",
    "missing": "list of texts",
    "format": "name of a profile, or a table",
    "bulletin_date": "year and month",
    "dialect.sheet": "title of a sheet",
    "source_ids": "list of texts",
    "aliases": "header name = column, or `ignore`",
    "units": "column = unit",
    "withdrawn.variable": "a variable of the table below",
    "withdrawn.from": "time, UTC without an offset",
    "withdrawn.to": "time, UTC without an offset",
    "withdrawn.reason": "text",
    "wind.turbine": "`generic`, or a name of windpowerlib",
    "limits.fail": "[low, high]",
    "limits.suspect": "[low, high], within `fail`",
    "limits.spike": "[suspect, fail]",
    "limits.rate": "number above 0",
    "limits.flat_hours": "[suspect, fail]",
}


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_station(), *_environment()])


def meanings(kind: type) -> dict[str, str]:
    """Attribute -> what its line in the docstring of a class says."""
    found: dict[str, str] = {}
    section = (kind.__doc__ or "").partition("Attributes:\n")[2].partition("\n\n")[0]
    for entry in re.split(r"\n(?= {8}\w)", "\n" + section):
        names, colon, text = entry.strip().partition(": ")
        if colon:
            for name in names.split(", "):
                found[name] = (
                    " ".join(text.split())
                    .rstrip(".")
                    .replace("None:", "without it:")
                    .replace("None where", "not set where")
                )
    return found


def _station() -> Iterator[str]:
    top, tables = [], []
    for key, field in StationFile.model_fields.items():
        model = model_of(field.annotation)
        (tables.append((key, model)) if model and key != "units" else top.append(key))
    yield _rows(stations.StationSettings, "", StationFile, top, stations.StationSettings())
    defaults = stations.StationSettings()
    for key, model in tables:
        yield f"### `{_title(key)}`\n"
        if key == "limits":
            model = model_of(next(iter(model.model_fields.values())).annotation)
            yield f"For each of {', '.join(f'`{v}`' for v in LIMITS)}; the defaults of each are in [the methods](methods.md).\n"
        if key == "withdrawn":
            yield "Values that a person takes back, a table for each; they get the flag and stay in `quality_events`.\n"
        if key == "aliases":
            continue
        assert model is not None
        names = [f.alias or name for name, f in model.model_fields.items()]
        default = getattr(defaults, key) if is_dataclass(getattr(defaults, key)) else None
        yield _rows(_MEANT[key], f"{key}.", model, names, default)
    yield f"### All of them\n\nNo station needs them all; this one has an example of each.\n\n```toml\n{EXAMPLE}```\n"


def _title(key: str) -> str:
    return {"limits": "[limits.VARIABLE]", "withdrawn": "[[withdrawn]]"}.get(key, f"[{key}]")


def _rows(meant: type, prefix: str, model: type[BaseModel], names: list[str], defaults: Any) -> str:
    by_name = {f.alias or name: (name, f) for name, f in model.model_fields.items()}
    said = meanings(meant)
    lines = ["| key | may be | default | means |", "|---|---|---|---|"]
    for key in names:
        name, field = by_name[key]
        default = getattr(defaults, name, None) if defaults is not None else None
        if prefix == "withdrawn." and name == "flag":
            default = 4
        meaning = said[name]
        rule = _RULES.get(prefix + key) or _rule(field.rebuild_annotation() if field.metadata else field.annotation)
        lines.append(f"| `{key}` | {rule} | {_default(default)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _default(value: Any) -> str:
    if value is None or value == "" or value == () or value == {}:
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else f'{value:g}' if isinstance(value, float) else value}`"


def _parts(annotation: Any) -> Iterator[Any]:
    """An annotation and all that it is made of."""
    yield annotation
    if typing.get_origin(annotation) is typing.Literal:
        return
    for part in typing.get_args(annotation):
        yield from _parts(part)


def model_of(annotation: Any) -> Any:
    """The table that an annotation stands for, None if it is a value."""
    return next((p for p in _parts(annotation) if isinstance(p, type) and issubclass(p, BaseModel)), None)


def _rule(annotation: Any) -> str:
    """What a value may be, in words, from its type and rules."""
    parts = list(_parts(annotation))
    for part in parts:
        if typing.get_origin(part) is typing.Literal:
            return ", ".join(f"`{_written(choice)}`" for choice in typing.get_args(part))
    for part in parts:
        inner = getattr(part, "func", None)
        if isinstance(inner, partial):
            low, high = inner.args
            whole = (
                "whole number, "
                if int in parts and float not in parts and types.UnionType not in map(type, parts)
                else ""
            )
            return f"{whole}{low:g} to {high:g}".replace("-", "\u2212")
    if bool in parts:
        return "`true`, `false`"
    raise LookupError(f"No words for {annotation}; add some to _RULES.")


def _written(choice: Any) -> str:
    return {"\t": "\\t", "|": "\\|"}.get(choice, str(choice))


def _environment() -> Iterator[str]:
    yield (
        "## An installation\n\nEnvironment variables, or lines of `.env` in the folder of the checkout, which win over the environment as Dagster has it. "
        "An empty one counts as not set. Secrets are kept out of logs, errors and pages.\n"
    )
    variables = {name: str(field.validation_alias) for name, field in Settings.model_fields.items()}
    said, lines = meanings(Settings), ["| variable | default | means |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        meaning = re.sub(r"`(\w+)`", lambda m: f"`{variables.get(m[1], m[1])}`", said[name])
        secret = "; a secret" if not field.repr and "secret" not in said[name] else ""
        lines.append(f"| `{field.validation_alias}` | {_default(field.default)} | {meaning}{secret} |")
    yield "\n".join(lines) + "\n"
    yield ELSEWHERE


ELSEWHERE = """\
Others read them too:

| variable | whose | means |
|---|---|---|
| `DAGSTER_HOME` | Dagster | folder with `dagster.yaml`; without it the commands take the one of the current folder |
| `AZURE_CLIENT_ID`, `AZURE_TENANT_ID`, `AZURE_CLIENT_SECRET`, ... | the Azure SDK | the identity, where `WEATHER_ETL_ACCOUNT_URL` has no token in it (`DefaultAzureCredential`) |
| `PIP_INDEX_URL`, `HTTPS_PROXY` | pip, npm | where packages come from, at `make run` |

`make` takes `PORT` (`make ui PORT=3001`), `PYTHON` (`make run PYTHON=/path/to/python3.12`) and `WORKERS` (tests at a time).
"""

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
