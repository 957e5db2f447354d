"""Parquet files: a table of any types -> text cells.

Belongs here: that way. Does not belong here: what the columns mean.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.bad_lines import MAX_COLUMNS
from weather_etl.meteorology.cutting import MAX_LINES
from weather_etl.meteorology.formats import clock_columns, generic
from weather_etl.meteorology.formats.engine import Table, read_table
from weather_etl.meteorology.formats.names import Names, names_of
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.registry import GENERIC, in_order
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.formats.tables import of_columns
from weather_etl.meteorology.raw_rows import TEXT, ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected


def read(source: Source, options: Options) -> ParsedFile:
    """Raw rows of a Parquet file; the number of the row stands for the line.

    Raises:
        Rejected: damaged, too large, or nobody knows its columns.
    """
    import pyarrow.parquet as pq

    data = source.members[0].data
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        rows, names = file.metadata.num_rows, file.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Rejected(Reason.NOT_CSV, f"the file is Parquet that is cut or damaged ({str(error)[:100]})") from None
    if rows > MAX_LINES:
        raise Rejected(Reason.TOO_LARGE, f"the file has more than {MAX_LINES:,} rows")
    if len(names) > MAX_COLUMNS:
        raise Rejected(Reason.TOO_MANY_COLUMNS, f"{len(names)} columns, at most {MAX_COLUMNS} are read")
    try:
        table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Rejected(Reason.NOT_CSV, f"the file is Parquet that is cut or damaged ({str(error)[:100]})") from None
    names, columns = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        texts = _texts(column)
        if texts is not None:
            names.append(name)
            columns.append(texts)
    profile = _profile(names_of(names), options, columns)
    cut = of_columns(names, columns, np.arange(1, rows + 1, dtype=np.int64))
    parsed = read_table(Table(cut, "", (), "", ["Parquet"]), profile, source, options)
    return replace(parsed, encoding="parquet")


def _profile(names: Names, options: Options, columns: Sequence[pa.Array]) -> Profile:
    """A profile of Parquet files, else one of separated text with these names, else the built-in names."""
    known = [p for p in in_order(options.profiles) if not options.format or p.name == options.format]
    for decoders in (("parquet",), ("text",)):
        for profile in known:
            match = profile.part("match")
            if profile.decoder not in decoders or profile.refuse or not match.get("columns") or profile.generic:
                continue
            if {"head", "line", "values"} & match.keys() or "names" in profile.part("header"):
                continue
            if (
                all(names.has(c) for c in match["columns"])
                and not any(names.has(n) for n in match.get("none", ()))
                and (not match.get("any") or names.has(match["any"]))
            ):
                return profile
    profile = next(p for p in in_order(options.profiles) if p.name == GENERIC)
    first = [c.slice(0, clock_columns.SAMPLE).to_pylist() for c in columns]
    generic.check(profile, names_of(names.names, suffixes=True), options, lambda: list(zip(*first, strict=True)))
    return profile


def _texts(column: pa.ChunkedArray) -> pa.Array | None:
    """A column as text, "" for null; None for lists and structures."""
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return None
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_timestamp(kind):
        form = "%Y-%m-%d %H:%M:%S" + ("Z" if kind.tz else "")
        column = column.cast(pa.timestamp("s", kind.tz), safe=False)
        if kind.tz:
            column = column.cast(pa.timestamp("s", "UTC"))
        texts = pc.strftime(column, format=form)
    elif pa.types.is_floating(kind):
        whole = pc.and_(pc.is_finite(column), pc.equal(pc.round(column), column))
        texts = pc.cast(column, TEXT)
        texts = pc.if_else(pc.fill_null(whole, False), pc.replace_substring_regex(texts, r"\.0$", ""), texts)
        texts = pc.if_else(pc.fill_null(pc.is_nan(column), True), "", texts)
    else:
        texts = pc.cast(column, TEXT)
    texts = pc.fill_null(texts, "")
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
