"""`station.toml`: which keys it may have, what each may say, and all its errors at once, with key and line.

Belongs here: the keys of the file with their rules, the packaged registry (which has the same keys).
Does not belong here: what a single value may be (`station_rules.py`), what a setting means and its default (`stations.py`),
errors as sentences (`toml_errors.py`), reading the file from landing (`landing/`).

To add a key: a field with its default and meaning in `stations.StationSettings`, and a field of the same name with its
rule in `StationFile`. A rule that no type expresses is a function in `station_rules.py`.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from importlib import resources
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
)
from pydantic_core import PydanticCustomError

from weather_etl import station_rules as rules
from weather_etl.digests import digest
from weather_etl.errors import UserError
from weather_etl.meteorology.quality import LIMITS, POSSIBLE, Limits
from weather_etl.meteorology.site import DegreeDayBases, SolarSettings, Thresholds, WindSettings, Withdrawn
from weather_etl.meteorology.units import DEFAULT_UNITS
from weather_etl.stations import Dialect, StationSettings
from weather_etl.toml_errors import told
from weather_etl.toml_lines import table_of

# No key must be there; the default of one that is not there is in the settings, not in these rules.
NOT_GIVEN: Any = None


class Keys(BaseModel):
    """A table of the file: other keys than its fields are refused, and nothing is converted ("1" is no number)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def given(self) -> dict[str, Any]:
        """The keys that the file has, with their values."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


def _context(info: ValidationInfo) -> dict[str, Any]:
    """`source`, and for the rules of limits their `variable` and what its `fail` says, even if that is impossible."""
    return cast("dict[str, Any]", info.context)


def _is_possible(fail: tuple[float, float], info: ValidationInfo) -> tuple[float, float]:
    _context(info)["fail"] = fail
    low, high = POSSIBLE[_context(info)["variable"]]
    if not low <= fail[0] <= fail[1] <= high:
        raise ValueError(f"it must lie within {low:g}..{high:g}")
    return fail


def _lies_within_fail(value: Any, span_of: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """The span of what is suspect; where it is not given, its default must lie within a `fail` that is given."""
    usual, fail = LIMITS[_context(info)["variable"]], _context(info)["fail"]
    suspect = usual.suspect if value is NOT_GIVEN else span_of(value)
    if fail is None and "fail" not in info.data:  # it is no span itself
        return suspect
    low, high = fail or usual.fail
    if not low <= suspect[0] <= suspect[1] <= high:
        if value is not NOT_GIVEN:
            raise ValueError(f"it must lie within the fail span, [{low:g}, {high:g}]")
        why = (
            f"is [{low:g}, {high:g}]; the suspect span, [{suspect[0]:g}, {suspect[1]:g}] by default, must lie within it"
        )
        raise PydanticCustomError("of_key", "{why}", {"why": why, "beside": "fail"})
    return value if value is NOT_GIVEN else suspect


class _LimitsKeys(Keys):
    fail: Annotated[rules.Span, AfterValidator(_is_possible)] = NOT_GIVEN
    suspect: Annotated[rules.Span, WrapValidator(_lies_within_fail), Field(validate_default=True)] = NOT_GIVEN
    spike: rules.Span = NOT_GIVEN
    rate: Annotated[rules.Number, AfterValidator(rules.positive)] = NOT_GIVEN
    flat_hours: rules.Span = NOT_GIVEN


def _limits_of(variable: str, table: Any, keys_of: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Limits:
    _context(info).update(variable=variable, fail=None)
    keys: _LimitsKeys = keys_of(table)
    return replace(LIMITS[variable], **keys.given(), source=_context(info)["source"])


def _is_not_the_delimiter(decimal: str, info: ValidationInfo) -> str:
    if decimal == "," == info.data.get("delimiter"):
        raise ValueError("the comma cannot be both delimiter and decimal")
    return decimal


class _DialectKeys(Keys):
    delimiter: Literal[",", ";", "\t", "|"] = NOT_GIVEN
    decimal: Annotated[Literal[".", ","], AfterValidator(_is_not_the_delimiter)] = NOT_GIVEN
    sheet: Annotated[str, AfterValidator(rules.not_empty)] = NOT_GIVEN


class _WindKeys(Keys):
    anemometer_height_m: Annotated[rules.Number, rules.within(0.5, 300)] = NOT_GIVEN
    turbine: str = NOT_GIVEN
    hub_height_m: Annotated[rules.Number, rules.within(5, 300)] = NOT_GIVEN


class _SolarKeys(Keys):
    tilt: Annotated[rules.Number, rules.within(0, 90)] = NOT_GIVEN
    azimuth: Annotated[rules.Number, rules.within(0, 360)] = NOT_GIVEN
    albedo: Annotated[rules.Number, rules.within(0, 1)] = NOT_GIVEN


class _ThresholdKeys(Keys):
    wet_mm: Annotated[rules.Number, rules.within(0.01, 50)] = NOT_GIVEN
    heavy_mm: Annotated[rules.Number, rules.within(0.1, 500)] = NOT_GIVEN
    very_heavy_mm: Annotated[rules.Number, rules.within(0.1, 500)] = NOT_GIVEN
    snow_cm: Annotated[rules.Number, rules.within(0.1, 500)] = NOT_GIVEN
    hot_c: Annotated[rules.Number, rules.within(-20, 60)] = NOT_GIVEN
    hot_days: Annotated[int, rules.within(1, 60)] = NOT_GIVEN
    cold_c: Annotated[rules.Number, rules.within(-60, 30)] = NOT_GIVEN
    cold_days: Annotated[int, rules.within(1, 60)] = NOT_GIVEN
    growing_c: Annotated[rules.Number, rules.within(-10, 30)] = NOT_GIVEN
    growing_days: Annotated[int, rules.within(1, 60)] = NOT_GIVEN


def _beyond(what: str, side: str, sign: int) -> AfterValidator:
    """A limit on the wrong side of its base would be without effect, and is a slip of the pen."""

    def check(limit: float, info: ValidationInfo) -> float:
        base = info.data.get(f"{what}_base_c", limit)  # one that is wrong itself is not there
        if base is NOT_GIVEN:
            raise PydanticCustomError("of_key", f"needs {what}_base_c beside it")
        if sign * (limit - base) > 0:
            raise ValueError(f"it must not lie {side} {what}_base_c")
        return limit

    return AfterValidator(check)


class _DegreeDayKeys(Keys):
    heating_base_c: Annotated[rules.Number, rules.within(-20, 40)] = NOT_GIVEN
    heating_limit_c: Annotated[rules.Number, rules.within(-20, 40), _beyond("heating", "above", 1)] = NOT_GIVEN
    cooling_base_c: Annotated[rules.Number, rules.within(-20, 40)] = NOT_GIVEN
    cooling_limit_c: Annotated[rules.Number, rules.within(-20, 40), _beyond("cooling", "below", -1)] = NOT_GIVEN
    growing_base_c: Annotated[rules.Number, rules.within(-20, 40)] = NOT_GIVEN


def _is_not_before_start(end: datetime, info: ValidationInfo) -> datetime:
    if end < info.data.get("start", end):
        raise ValueError("it must not lie before `from`")
    return end


class _WithdrawnKeys(Keys):
    variable: Literal[tuple(LIMITS)]  # type: ignore[valid-type]
    start: Annotated[datetime, PlainValidator(rules.moment)] = Field(alias="from")
    end: Annotated[datetime, PlainValidator(rules.moment), AfterValidator(_is_not_before_start)] = Field(alias="to")
    reason: Annotated[str, AfterValidator(rules.not_empty)]
    flag: Literal[3, 4] = 4


def _withdrawn(tables: list[_WithdrawnKeys]) -> tuple[Withdrawn, ...]:
    return tuple(Withdrawn(t.variable, t.start, t.end, t.reason, t.flag) for t in tables)


def _per_name(name: str, rule_of: Mapping[str, Any]) -> type[Keys]:
    """A table with a rule for each of its keys, none of which must be there."""
    fields: dict[str, Any] = {key: (rule, None) for key, rule in rule_of.items()}
    return create_model(name, __base__=Keys, **fields)


def _as(kind: Callable[..., Any]) -> AfterValidator:
    """Keep a table as the kind that the settings have for it; what the file does not say has that kind's default."""
    return AfterValidator(lambda keys: kind(**keys.given()))


_given = AfterValidator(Keys.given)
_LimitsByVariable = _per_name(
    "LimitsByVariable",
    {v: Annotated[_LimitsKeys, WrapValidator(partial(_limits_of, v))] for v in LIMITS},
)
_UnitsByColumn = _per_name(
    "UnitsByColumn", {c: Annotated[Any, PlainValidator(partial(rules.unit_of, c))] for c in DEFAULT_UNITS}
)


class StationFile(Keys):
    """The keys of a `station.toml` and their rules; what they mean says `stations.StationSettings`."""

    timezone: Annotated[str, AfterValidator(rules.zone)] = NOT_GIVEN
    name: Annotated[str, AfterValidator(rules.display_name)] = NOT_GIVEN
    day_boundary: Literal["local", "utc"] = NOT_GIVEN
    latitude: Annotated[rules.Number, rules.within(-90, 90)] = NOT_GIVEN
    longitude: Annotated[rules.Number, rules.within(-180, 180)] = NOT_GIVEN
    elevation_m: Annotated[rules.Number, rules.within(-500, 9000)] = NOT_GIVEN
    live: bool = NOT_GIVEN
    fresh_hours: Annotated[rules.Number, rules.within(1, 8784)] = NOT_GIVEN
    pressure: Literal["msl", "station"] = NOT_GIVEN
    visibility_cap_km: Annotated[rules.Number, rules.within(0.1, 200)] = NOT_GIVEN
    encoding: Annotated[str, AfterValidator(rules.encoding)] = NOT_GIVEN
    standard_time: bool = NOT_GIVEN
    timestamp_format: Annotated[str, AfterValidator(rules.time_form)] = NOT_GIVEN
    date_order: Literal["dmy", "mdy", "ymd"] = NOT_GIVEN
    missing: Annotated[list[str], AfterValidator(tuple)] = NOT_GIVEN
    format: Annotated[Any, PlainValidator(rules.profile_or_name)] = NOT_GIVEN
    bulletin_date: Annotated[str, AfterValidator(rules.bulletin_date)] = NOT_GIVEN
    dialect: Annotated[_DialectKeys, _as(Dialect)] = NOT_GIVEN
    source_ids: Annotated[list[Annotated[str, AfterValidator(rules.not_empty)]], AfterValidator(tuple)] = NOT_GIVEN
    aliases: dict[str, Annotated[str, PlainValidator(rules.raw_column)]] = NOT_GIVEN
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
        table = table_of(text)
    except ValueError as error:
        raise UserError(f"{source} is not valid TOML ({error}); correct it and upload it again.") from None
    return _settings(table, text, source=source, version=version)


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
