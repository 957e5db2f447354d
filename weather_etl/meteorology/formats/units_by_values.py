"""The unit of one column by its values: proven, assumed, or so doubtful that the column is not read.

Belongs here: what follows from the values of each quantity, and its sentences. Does not belong here: the rules about numbers
(`evidence.py`), temperatures, which are judged together (`temperature_units.py`).
"""

import re

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.formats import evidence
from weather_etl.meteorology.formats.source_columns import NUMBER, Columns, SourceColumn, canonical
from weather_etl.meteorology.units import QUANTITIES, scale_of


def settle(columns: Columns, column: SourceColumn, values: np.ndarray, cells: pa.ChunkedArray) -> None:
    """Fill in the unit of a column that nothing names.

    Args:
        columns: of the file; changed in place.
        column: one of them.
        values: its numbers as they are written, NaN where a cell is none.
        cells: their text.
    """
    match QUANTITIES[column.rule.to]:
        case "humidity":
            _humidity(columns, column, values)
        case "pressure":
            _pressure(columns, column, values)
        case "speed":
            _speed(columns, column, values, cells)
        case "amount":
            _amount(columns, column, values)
        case "direction":
            column.in_unit("degree", "degrees")
        case "distance":
            _distance(columns, column, values)
        case "cover":
            _cover(columns, column, values)
        case _:
            _assume_usual(columns, column)


def _humidity(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    """Percent, or a fraction: proven by many values none of which is above 1, assumed of a few."""
    fraction = evidence.is_fraction(values)
    known = values[~np.isnan(values)]
    if fraction:
        column.in_unit("1", f"no value above 1 in {len(known)}")
    elif fraction is None and len(known):
        columns.assume(column, "1", f" (no value above 1, but {len(known)} values only)")
    else:
        column.in_unit("%", f"values up to {known.max():g}" if len(known) else "percent")


def _pressure(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    """The unit in which the median is a pressure of air; not read, if there is none."""
    unit = evidence.pressure_unit(values)
    known = values[~np.isnan(values)]
    if unit:
        column.in_unit(unit, f"the median of {np.median(known):g}")
    elif not len(known):
        column.in_unit("hPa", "no value")
    else:
        median = float(np.median(known))
        likely = "0.1 hPa" if evidence.TENTHS_OF_HPA[0] <= median <= evidence.TENTHS_OF_HPA[1] else "mmHg"
        columns.leave_out(
            column,
            f"a median of {median:g} proves no unit of pressure; write it into station.toml, such as "
            f'units = {{ {column.rule.to} = "{likely}" }}',
        )


def _speed(columns: Columns, column: SourceColumn, values: np.ndarray, cells: pa.ChunkedArray) -> None:
    """The unit in which all values are steps of an instrument, else an assumption; not read, if no wind is that strong."""
    if evidence.beyond_any_wind(values):
        columns.leave_out(
            column,
            f"numbers up to {np.nanmax(values):g} are those of no wind; if they are, say so in station.toml: "
            f'units = {{ {column.rule.to} = "0.1 m/s" }} or another unit',
        )
    elif column.rule.steps and (unit := _unit_by_steps(column.rule.steps, values, cells)):
        column.in_unit(unit, f"all values are steps of {column.rule.steps}")
    else:
        columns.assume(column, column.rule.unit.rstrip("?") or "m/s")


def _unit_by_steps(steps: str, values: np.ndarray, cells: pa.ChunkedArray) -> str | None:
    """The unit that the steps of the profile's instruments (`0.4 m/s, 1 mph`) prove, None without."""
    known_steps = tuple(scale_of(step.strip()) for step in steps.split(","))
    texts = [t for t in one_chunk(cells).dictionary.to_pylist() if t and re.match(NUMBER, t)]
    decimals = max((len(re.split(r"[.,]", t.strip())[1]) if re.search(r"[.,]", t) else 0 for t in texts), default=0)
    return evidence.speed_unit_by_steps(values, decimals, known_steps)


def _amount(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    """An assumption; not read, if it says yes and no."""
    known = values[~np.isnan(values)]
    if len(known) > 20 and np.isin(known, (0.0, 1.0)).all() and (known == 1.0).any():
        columns.leave_out(
            column,
            "it holds 0 and 1 alone, which say whether it rained rather than how much; if they are amounts, "
            f'say so in station.toml: units = {{ {column.rule.to} = "mm" }}',
        )
    else:
        _assume_usual(columns, column)


def _distance(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    """An assumption; not read, if the values are too large for kilometres."""
    if evidence.beyond_kilometres(values):
        columns.leave_out(
            column,
            f"numbers up to {np.nanmax(values):g} are no kilometres; say in station.toml what they are: "
            f'units = {{ {column.rule.to} = "m" }} or "ft"',
        )
    else:
        _assume_usual(columns, column)


def _cover(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    """A fraction, or an assumption; not read, if the values may be eighths or tenths."""
    if evidence.is_fraction(values):
        column.in_unit("1", "no value above 1")
    elif evidence.eighths_or_tenths(values):
        columns.leave_out(
            column,
            "whole numbers up to 10 may be eighths, tenths or percent; say in station.toml which: "
            f'units = {{ {column.rule.to} = "okta" }}, "tenths" or "%"',
        )
    else:
        _assume_usual(columns, column)


def _assume_usual(columns: Columns, column: SourceColumn) -> None:
    """The unit that the profile expects, else that of our column."""
    columns.assume(column, column.rule.unit.rstrip("?") or canonical(column.rule.to))
