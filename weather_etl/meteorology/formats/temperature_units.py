"""The unit of temperatures that nothing names: told by their values, by humidity and dew point, or assumed.

Belongs here: temperature, dew point and apparent temperature, which share their unit. Does not belong here: units of other
variables (`units_by_values.py`), the rules about numbers (`evidence.py`).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.formats import evidence
from weather_etl.meteorology.formats.source_columns import Columns, SourceColumn
from weather_etl.meteorology.reasons import Reason, Rejected

_TEMPERATURES = ("temperature_c", "dew_point_c", "apparent_temperature_c")


def settle(
    columns: Columns, numbers: Mapping[str, np.ndarray], cells: Mapping[str, pa.ChunkedArray], decimal: str
) -> None:
    """Fill in the units of the temperatures; one proof does for all.

    Args:
        columns: of the file; changed in place.
        numbers: variable -> its numbers, of the variables whose unit nothing names.
        cells: variable -> its cells.
        decimal: the decimal mark.

    Raises:
        Rejected: the numbers are none in degrees Celsius (UNIT_UNLIKELY).
    """
    temperatures = [c for v in _TEMPERATURES if (c := columns.by_variable.get(v)) and v in cells]
    unnamed = [c for c in temperatures if not c.unit and c.rule.to in numbers]
    unnamed = [c for c in unnamed if not _is_in_kelvin(c, numbers[c.rule.to])]
    if unit := _unit_by_humidity(columns, unnamed, numbers, cells, decimal):
        for column in unnamed:
            column.in_unit(unit, "humidity, temperature and dew point agree in it")
        return
    told = next((c for c in temperatures if c.unit and not c.assumed), None)
    for column in unnamed:
        if told is not None and told.unit in ("degC", "degF"):
            columns.assume(column, told.unit, f" as that of {told.name!r}")
        else:
            _assume_celsius(columns, column, numbers[column.rule.to])


def _is_in_kelvin(column: SourceColumn, values: np.ndarray) -> bool:
    """Whether the values prove it, which then is the unit of the column."""
    if not evidence.is_kelvin(values):
        return False
    column.in_unit("K", "no value below 150")
    return True


def _unit_by_humidity(
    columns: Columns, unnamed: Sequence[SourceColumn], numbers: Mapping[str, np.ndarray],
    cells: Mapping[str, pa.ChunkedArray], decimal: str,
) -> str | None:  # fmt: skip
    """The unit in which temperature and dew point give the humidity of the file; None where they prove nothing."""
    humidity = columns.by_variable.get("humidity_percent")
    if humidity is None or "humidity_percent" not in cells:
        return None
    if not {"temperature_c", "dew_point_c"} <= {c.rule.to for c in unnamed}:
        return None
    percent = humidity.plain_numbers(cells["humidity_percent"], decimal)
    if humidity.unit == "1" or (not humidity.unit and evidence.is_fraction(percent)):
        percent = percent * 100.0
    return evidence.unit_by_humidity(numbers["temperature_c"], numbers["dew_point_c"], percent)


def _assume_celsius(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    """Take the numbers as degrees Celsius (or in the unit that the profile expects), if they may be that.

    Raises:
        Rejected: they may not (UNIT_UNLIKELY).
    """
    variable = column.rule.to
    median = evidence.unlikely_celsius(values)
    if median is not None or evidence.tenths_of_degrees(values):
        what = f"a median of {median:g}" if median is not None else "whole numbers beyond 60"
        likely, more = (
            ("K", "") if (median or 0.0) > evidence.MIN_KELVIN else ("degF", ', or "0.1 degC" if they are tenths')
        )
        raise Rejected(
            Reason.UNIT_UNLIKELY,
            f"the temperatures in {column.name!r} have {what}, so that they cannot be degrees Celsius; write what they "
            f'are into station.toml: units = {{ {variable} = "{likely}" }}{more}',
        )
    if evidence.is_normalised(values):
        raise Rejected(
            Reason.UNIT_UNLIKELY,
            f"all temperatures in {column.name!r} lie between 0 and 1, as numbers do that were normalised; if they are what "
            f'they seem, say so in station.toml: units = {{ {variable} = "degC" }}',
        )
    known = values[~np.isnan(values)]
    span = f" ({known.min():g} .. {known.max():g})" if len(known) else ""
    columns.assume(column, column.rule.unit.rstrip("?") or "degC", span)
