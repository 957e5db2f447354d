"""`station.toml`: which keys it may have, what each may say, and all its errors at once, with key and line.

Belongs here: the rules of the file, the packaged registry (which has the same keys).
Does not belong here: what a setting means and its default (`stations.py`), errors as sentences (`toml_errors.py`),
reading the file from landing (`landing/`).

To add a key: a field with its default and meaning in `stations.StationSettings`, and a field of the same name with its
rule in `StationFile`. A rule that no type expresses is a function that returns the value to keep, or raises a
`ValueError` whose text continues the sentence "<key> is <value>; ".
"""

import codecs
import re
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib import resources
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from weather_etl.digests import digest
from weather_etl.errors import UserError
from weather_etl.meteorology.quality import LIMITS, POSSIBLE, Limits
from weather_etl.meteorology.site import DegreeDayBases, SolarSettings, Thresholds, WindSettings, Withdrawn
from weather_etl.meteorology.units import DEFAULT_UNITS, QUANTITIES, UNITS, known_scaled_unit
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS
from weather_etl.redaction import printable
from weather_etl.stations import Dialect, StationSettings
from weather_etl.toml_errors import MAX_SENTENCE, told

MAX_NAME = 200

# No key must be there; the default of one that is not there is in the settings, not in these rules.
NOT_GIVEN: Any = None


class Keys(BaseModel):
    """A table of the file: other keys than its fields are refused, and nothing is converted ("1" is no number)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def given(self) -> dict[str, Any]:
        """The keys that the file has, with their values."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


def _number(value: Any) -> int | float:
    if type(value) not in (int, float):
        raise PydanticCustomError("wrong_type", "a number")
    return value


Number = Annotated[int | float, PlainValidator(_number)]


def within(low: float, high: float) -> AfterValidator:
    """The rule that a number lies within low..high, both inclusive; docs/settings.md reads the bounds from it."""
    return AfterValidator(partial(_within, low, high))


def _within(low: float, high: float, value: float) -> float:
    if not low <= value <= high:  # NaN too
        raise ValueError(f"it must lie within {low}..{high}")
    return value


def _display_name(name: str) -> str:
    if len(name) > MAX_NAME:
        raise ValueError(f"it has {len(name):,} characters, and must have at most {MAX_NAME}")
    return name


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("this time zone is unknown; use an IANA name such as Europe/Budapest")
    return name


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _encoding(name: str) -> str:
    try:
        is_text = codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise ValueError("this encoding is unknown; use a name such as cp1250 or iso8859-2")
    return name


def _raw_column(name: Any) -> str:
    if name not in RAW_TEXT_COLUMNS and name != "ignore":
        raise ValueError(f"there is no such column; known are {', '.join(RAW_TEXT_COLUMNS)}, and ignore")
    return str(name)


def _time_form(form: str) -> str:
    from weather_etl.meteorology.time_forms import is_form

    if not is_form(form):
        raise ValueError("this is no form of times; write one such as %d.%m.%Y %H:%M, or iso, dmy, mdy, ymd")
    return form


def _bulletin_date(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise ValueError("it must be a year and a month, such as 2024-05")
    return text


def _format(value: Any) -> Any:
    """The name of a profile, or a profile: its table is checked by the grammar of profiles."""
    from weather_etl.meteorology.formats.grammar import check
    from weather_etl.meteorology.formats.profile import ProfileError
    from weather_etl.meteorology.formats.registry import compile_table

    if isinstance(value, str):
        if not value:
            raise ValueError("it must not be empty")
        return value
    if not isinstance(value, dict):
        raise PydanticCustomError("wrong_type", "the name of a profile, or a table")
    try:
        check(value, name="[format]", origin="station.toml")
        return compile_table(value, name="station", origin="station.toml")
    except ProfileError as error:
        raise PydanticCustomError("sentence", str(error).rstrip(".").replace("{", "{{").replace("}", "}}")) from None


def _unit_of(column: str, text: Any) -> str:
    unit = known_scaled_unit(column, text) if isinstance(text, str) else None
    if unit is None:
        known = ", ".join(sorted(set(UNITS[QUANTITIES[column]].values())))
        raise ValueError(f"this unit is not known; known for {column} are {known}")
    return unit


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("it must not be empty")
    return text


def _span(value: Any) -> tuple[float, float]:
    is_pair = isinstance(value, list) and len(value) == 2 and all(type(v) in (int, float) for v in value)
    if not (is_pair and value[0] <= value[1]):
        raise ValueError("it must be two numbers in ascending order, such as [-60, 50]")
    return (value[0], value[1])


def _positive(value: float) -> float:
    if not value > 0:
        raise ValueError("it must be above 0")
    return float(value)


Span = Annotated[tuple[float, float], PlainValidator(_span)]


class _LimitsKeys(Keys):
    fail: Span = NOT_GIVEN
    suspect: Span = NOT_GIVEN
    spike: Span = NOT_GIVEN
    rate: Annotated[Number, AfterValidator(_positive)] = NOT_GIVEN
    flat_hours: Span = NOT_GIVEN


def _limits_of(variable: str, keys: _LimitsKeys, info: ValidationInfo) -> Limits:
    limits = replace(LIMITS[variable], **keys.given(), source=info.context["source"] if info.context else "")
    if not limits.fail[0] <= limits.suspect[0] <= limits.suspect[1] <= limits.fail[1]:
        raise PydanticCustomError("sentence", "{key}: the suspect span must lie within the fail span")
    low, high = POSSIBLE[variable]
    if not low <= limits.fail[0] <= limits.fail[1] <= high:
        raise PydanticCustomError("sentence", f"{{key}}.fail must lie within {low:g}..{high:g}")
    return limits


def _per_name(name: str, rules: Mapping[str, Any]) -> type[Keys]:
    """A table with a rule for each of its keys, none of which must be there."""
    fields: dict[str, Any] = {key: (rule, None) for key, rule in rules.items()}
    return create_model(name, __base__=Keys, **fields)


class _DialectKeys(Keys):
    delimiter: Literal[",", ";", "\t", "|"] = NOT_GIVEN
    decimal: Literal[".", ","] = NOT_GIVEN
    sheet: Annotated[str, AfterValidator(_not_empty)] = NOT_GIVEN

    @model_validator(mode="after")
    def _are_not_the_same(self) -> Self:
        if self.given() == {"delimiter": ",", "decimal": ","}:
            raise PydanticCustomError("sentence", "{key}: the comma cannot be both delimiter and decimal")
        return self


class _WindKeys(Keys):
    anemometer_height_m: Annotated[Number, within(0.5, 300)] = NOT_GIVEN
    turbine: str = NOT_GIVEN
    hub_height_m: Annotated[Number, within(5, 300)] = NOT_GIVEN


class _SolarKeys(Keys):
    tilt: Annotated[Number, within(0, 90)] = NOT_GIVEN
    azimuth: Annotated[Number, within(0, 360)] = NOT_GIVEN
    albedo: Annotated[Number, within(0, 1)] = NOT_GIVEN


class _ThresholdKeys(Keys):
    wet_mm: Annotated[Number, within(0.01, 50)] = NOT_GIVEN
    heavy_mm: Annotated[Number, within(0.1, 500)] = NOT_GIVEN
    very_heavy_mm: Annotated[Number, within(0.1, 500)] = NOT_GIVEN
    snow_cm: Annotated[Number, within(0.1, 500)] = NOT_GIVEN
    hot_c: Annotated[Number, within(-20, 60)] = NOT_GIVEN
    hot_days: Annotated[int, within(1, 60)] = NOT_GIVEN
    cold_c: Annotated[Number, within(-60, 30)] = NOT_GIVEN
    cold_days: Annotated[int, within(1, 60)] = NOT_GIVEN
    growing_c: Annotated[Number, within(-10, 30)] = NOT_GIVEN
    growing_days: Annotated[int, within(1, 60)] = NOT_GIVEN


class _DegreeDayKeys(Keys):
    heating_base_c: Annotated[Number, within(-20, 40)] = NOT_GIVEN
    heating_limit_c: Annotated[Number, within(-20, 40)] = NOT_GIVEN
    cooling_base_c: Annotated[Number, within(-20, 40)] = NOT_GIVEN
    cooling_limit_c: Annotated[Number, within(-20, 40)] = NOT_GIVEN
    growing_base_c: Annotated[Number, within(-20, 40)] = NOT_GIVEN

    @model_validator(mode="after")
    def _limits_lie_beyond_their_bases(self) -> Self:
        """A limit on the wrong side of its base would be without effect, and is a slip of the pen."""
        for what, side, sign in (("heating", "above", 1), ("cooling", "below", -1)):
            base, limit = getattr(self, f"{what}_base_c"), getattr(self, f"{what}_limit_c")
            if limit is not None and base is None:
                raise PydanticCustomError("sentence", f"{{key}}.{what}_limit_c needs {what}_base_c beside it")
            if limit is not None and sign * (limit - base) > 0:
                raise PydanticCustomError("sentence", f"{{key}}.{what}_limit_c must not lie {side} {what}_base_c")
        return self


def _moment(value: Any) -> datetime:
    """A time with an offset, or one of UTC: an hour is taken back, and an hour off would be another one."""
    if type(value) is not datetime:
        raise PydanticCustomError("wrong_type", "a time such as 2020-01-31T06:00:00Z")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _WithdrawnKeys(Keys):
    variable: Literal[tuple(LIMITS)]  # type: ignore[valid-type]
    start: Annotated[datetime, PlainValidator(_moment)] = Field(alias="from")
    end: Annotated[datetime, PlainValidator(_moment)] = Field(alias="to")
    reason: Annotated[str, AfterValidator(_not_empty)]
    flag: Literal[3, 4] = 4

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.end < self.start:
            raise PydanticCustomError("sentence", "{key}: `to` lies before `from`")
        return self


def _withdrawn(tables: list[_WithdrawnKeys]) -> tuple[Withdrawn, ...]:
    return tuple(Withdrawn(t.variable, t.start, t.end, t.reason, t.flag) for t in tables)


def _as(kind: Callable[..., Any]) -> AfterValidator:
    """Keep a table as the kind that the settings have for it; what the file does not say has that kind's default."""
    return AfterValidator(lambda keys: kind(**keys.given()))


_given = AfterValidator(Keys.given)
_LimitsByVariable = _per_name(
    "LimitsByVariable",
    {v: Annotated[_LimitsKeys, AfterValidator(partial(_limits_of, v))] for v in LIMITS},
)
_UnitsByColumn = _per_name(
    "UnitsByColumn", {c: Annotated[Any, PlainValidator(partial(_unit_of, c))] for c in DEFAULT_UNITS}
)


class StationFile(Keys):
    """The keys of a `station.toml` and their rules; what they mean says `stations.StationSettings`."""

    timezone: Annotated[str, AfterValidator(_zone)] = NOT_GIVEN
    name: Annotated[str, AfterValidator(_display_name)] = NOT_GIVEN
    day_boundary: Literal["local", "utc"] = NOT_GIVEN
    latitude: Annotated[Number, within(-90, 90)] = NOT_GIVEN
    longitude: Annotated[Number, within(-180, 180)] = NOT_GIVEN
    elevation_m: Annotated[Number, within(-500, 9000)] = NOT_GIVEN
    live: bool = NOT_GIVEN
    fresh_hours: Annotated[Number, within(1, 8784)] = NOT_GIVEN
    pressure: Literal["msl", "station"] = NOT_GIVEN
    visibility_cap_km: Annotated[Number, within(0.1, 200)] = NOT_GIVEN
    encoding: Annotated[str, AfterValidator(_encoding)] = NOT_GIVEN
    standard_time: bool = NOT_GIVEN
    timestamp_format: Annotated[str, AfterValidator(_time_form)] = NOT_GIVEN
    date_order: Literal["dmy", "mdy", "ymd"] = NOT_GIVEN
    missing: Annotated[list[str], AfterValidator(tuple)] = NOT_GIVEN
    format: Annotated[Any, PlainValidator(_format)] = NOT_GIVEN
    bulletin_date: Annotated[str, AfterValidator(_bulletin_date)] = NOT_GIVEN
    dialect: Annotated[_DialectKeys, _as(Dialect)] = NOT_GIVEN
    source_ids: Annotated[list[Annotated[str, AfterValidator(_not_empty)]], AfterValidator(tuple)] = NOT_GIVEN
    aliases: dict[str, Annotated[str, PlainValidator(_raw_column)]] = NOT_GIVEN
    units: Annotated[_UnitsByColumn, _given] = NOT_GIVEN  # type: ignore[valid-type]
    limits: Annotated[_LimitsByVariable, _given] = NOT_GIVEN  # type: ignore[valid-type]
    wind: Annotated[_WindKeys, _as(WindSettings)] = NOT_GIVEN
    pv: Annotated[_SolarKeys, _as(SolarSettings)] = NOT_GIVEN
    snow_absent: Literal["missing", "zero"] = NOT_GIVEN
    thresholds: Annotated[_ThresholdKeys, _as(Thresholds)] = NOT_GIVEN
    degree_days: Annotated[_DegreeDayKeys, _as(DegreeDayBases)] = NOT_GIVEN
    withdrawn: Annotated[list[_WithdrawnKeys], AfterValidator(_withdrawn)] = NOT_GIVEN


def parse_settings(text: str, *, source: str, version: str) -> StationSettings:
    """Read a `station.toml`.

    Args:
        text: of the file.
        source: name of the file, for messages.
        version: identifies these settings in fingerprints.

    Raises:
        UserError: it is no TOML, or keys or values cannot be used; names the file, and every such key with its line.
    """
    try:
        return _settings(tomllib.loads(text), text, source=source, version=version)
    except RecursionError:
        raise UserError(f"{source} is nested too deeply; correct it and upload it again.") from None
    except (ValueError, OverflowError) as error:  # not TOML, or a number with more digits than Python takes
        why = printable(str(error), MAX_SENTENCE)
        raise UserError(f"{source} is not valid TOML ({why}); correct it and upload it again.") from None


def packaged_settings(station: str) -> StationSettings:
    """Settings of a station without a `station.toml`: the packaged registry, else UTC."""
    entry = _registry().get(station)
    if entry is None:
        return StationSettings()
    return _settings(entry, "", source=f"the packaged registry ({station})", version=f"registry-{digest(entry)}")


@lru_cache
def _registry() -> dict[str, dict[str, Any]]:
    text = resources.files("weather_etl").joinpath("stations.toml").read_text("utf-8")
    return tomllib.loads(text)


def _settings(table: dict[str, Any], text: str, *, source: str, version: str) -> StationSettings:
    try:
        keys = StationFile.model_validate(table, context={"source": source})
    except ValidationError as error:
        raise UserError(told(error.errors(include_url=False), StationFile, text, source)) from None
    given = keys.given()
    if not isinstance(given.get("format", ""), str):
        given["format_profile"] = given.pop("format")
    return StationSettings(**given, has_timezone="timezone" in given, source=source, version=version)
