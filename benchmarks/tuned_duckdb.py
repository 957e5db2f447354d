"""The same tables in DuckDB SQL, tuned: Arrow reads the text once, one sorted table of hours, the rest are aggregations.

What was measured (duckdb 2.0) and chosen: pyarrow's CSV reader, whose text columns are the raw table and are scanned in
place (DuckDB's own reader costs more than twice); `try_strptime` with %z; one thread, since tables of this size cost
more CPU with two and are no sooner ready; offsets per UTC day instead of a time zone conversion per row; months from
daily sums. Rare cases (rows of the wrong width, gaps in a day, missing days) are looked for and paid for only if present.
"""

import functools

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv

from benchmarks import rules
from benchmarks.tuned_duckdb_spans import DAILY, aggregate, monthly


def tables(csv: bytes) -> dict[str, pa.Table]:
    raw, bad = _read(csv)
    with _database().cursor() as con:  # temporary tables live and die with the cursor
        con.execute("set TimeZone = 'UTC'")
        con.register("raw", raw)
        con.execute(_CHECKED)
        refused, same, conflicts = _drop_losers(con, bad)
        con.execute(_EVENTS)
        aggregate(con)
        counts = [[len(raw) + len(bad)], [len(refused)], [same], [conflicts]]
        return {
            "raw": raw,
            "quarantined": refused,
            "validated": con.sql(_VALIDATED).to_arrow_table(),
            "quality_events": con.sql("from events").to_arrow_table(),
            "daily": con.sql(DAILY).to_arrow_table(),
            "monthly": con.sql(monthly(con)).to_arrow_table(),
            "counts": pa.table(counts, names=rules.COUNTS),
        }


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    """Opening one costs more than 10 ms, which a long-lived process pays once."""
    return duckdb.connect(config={"threads": 1})


def _read(csv: bytes) -> tuple[pa.Table, list[tuple[int, str]]]:
    text = pa.csv.ConvertOptions(column_types=dict.fromkeys(rules.SOURCE_COLUMNS, pa.string()))
    lines, bad = None, []
    try:
        raw = pa.csv.read_csv(pa.BufferReader(csv), convert_options=text)
    except pa.ArrowInvalid:
        csv, lines, bad = rules.split_by_width(csv)
        raw = pa.csv.read_csv(pa.BufferReader(csv), convert_options=text)
    raw = raw.append_column("landing_file", pa.repeat(pa.scalar(rules.FILE), len(raw)))
    return raw.append_column("line", pa.array(np.arange(2, len(raw) + 2) if lines is None else lines, pa.int64())), bad


def _words(words: list[str]) -> str:
    return ", ".join(f"'{w}'" for w in words)


def _number(v: rules.Variable) -> str:
    x = f"nullif(nullif(try_cast(\"{v.source}\" as double), 'nan'::double), -9999.0)"
    if v.multiply != 1:
        x += f" * {v.multiply}.0::double"
    if v.divide != 1:
        x += f" / {v.divide}::double"
    return f"{x} as {v.name}"


# Of all rows, or of those few whose line numbers the table `lines` holds.
_TYPED = f"""
select
    try_strptime("{rules.TIME}", '%Y-%m-%d %H:%M:%S.%g %z') as timestamp,
    {", ".join(_number(v) for v in rules.VARIABLES)},
    {", ".join(f'"{v.source}" as {v.name}_text' for v in rules.VARIABLES)},
    case
        when "{rules.PRECIPITATION}" in ({_words(rules.PRECIPITATION_TYPES)}) then "{rules.PRECIPITATION}"
        when lower(trim("{rules.PRECIPITATION}")) in ({_words(rules.PRECIPITATION_TYPES)})
        then lower(trim("{rules.PRECIPITATION}"))
    end as precipitation_type,
    "{rules.SUMMARY}" as summary, line
from {{source}}
"""


def _flag(v: rules.Variable) -> str:
    (fail_low, fail_high), (low, high) = v.fail, v.suspect
    suspect = f"when {v.name} < {low} or {v.name} > {high} then 3" if v.suspect != v.fail else ""
    calm = "when wind_speed_ms = 0 then 9" if v.name == "wind_direction_deg" else ""
    return f"""(case {calm}
        when {v.name} is null then case when trim({v.name}_text) in ({_words(rules.NULL_TOKENS)}) then 9 else 4 end
        when {v.name} < {fail_low} or {v.name} > {fail_high} then 4 {suspect} else 1 end)::utinyint as {v.name}_qc"""


def _kept(v: rules.Variable) -> str:
    sound = f"{v.name} between {v.fail[0]} and {v.fail[1]}"
    if v.name == "wind_direction_deg":
        direction = f"case when {v.name} = 360 then 0.0 else {v.name} end"
        return f"case when {sound} and wind_speed_ms is distinct from 0 then {direction} end as {v.name}"
    return f"case when {sound} then {v.name} end as {v.name}"


# Inside one select the aliases would shadow the columns: flags and kept values are both made from `typed`.
_CHECKED = f"""
create temp table checked as
select typed.timestamp, {", ".join(_kept(v) for v in rules.VARIABLES)},
    {", ".join(_flag(v) for v in rules.VARIABLES)}, precipitation_type, summary, line
from ({_TYPED.format(source="raw")}) typed order by timestamp
"""
_SOME_TYPED = _TYPED.format(source="(select raw.* from raw semi join lines on raw.line = lines.line)")
_VALIDATED = f"""
select '{rules.STATION}' as station_id, timestamp, {", ".join(rules.NAMES)}, wind_speed_ms = 0 as is_calm,
    precipitation_type::enum({_words(rules.PRECIPITATION_TYPES)}) as precipitation_type, summary,
    {", ".join(f"{name}_qc" for name in rules.NAMES)}, '{rules.FILE}' as landing_file, line
from checked
"""
_ROW_TEXT = " || ',' || ".join(f'"{c}"' for c in rules.SOURCE_COLUMNS)


def _drop_losers(con: duckdb.DuckDBPyConnection, bad: list[tuple[int, str]]) -> tuple[pa.Table, int, int]:
    """Of the rows of one hour the last stays; rows without a time go. What was refused, and how many were (not) equal."""
    con.execute("""create temp table refused (line bigint, reason varchar, raw_text varchar)""")
    if bad:
        con.executemany("insert into refused values (?, 'ROW_WIDTH', ?)", bad)
    if con.execute("select count(*) from checked where timestamp is null").fetchall()[0][0]:
        con.execute(f"""insert into refused select line, 'TIME', {_ROW_TEXT} from raw
            where line in (select line from checked where timestamp is null)""")
        con.execute("delete from checked where timestamp is null")
    con.execute("""create temp table repeated as
        select timestamp, max(line) as last from checked group by timestamp having count(*) > 1""")
    same = conflicts = 0
    if con.execute("select count(*) from repeated").fetchall()[0][0]:
        compared = [*rules.NAMES, "precipitation_type", "summary"]
        con.execute(f"""create temp table losers as
            with lines as (select line, last from checked join repeated using (timestamp)),
            chosen as ({_SOME_TYPED})
            select a.line, {" and ".join(f"a.{c} is not distinct from b.{c}" for c in compared)} as same
            from lines join chosen a using (line) join chosen b on b.line = last where a.line <> last""")
        same, conflicts = con.execute(
            "select count(*) filter (same), count(*) filter (not same) from losers"
        ).fetchall()[0]
        con.execute("delete from checked where line in (select line from losers)")
        if conflicts:
            con.execute(f"""insert into refused select line, 'CONFLICT', {_ROW_TEXT} from raw
                where line in (select line from losers where not same)""")
    refused = con.sql(f"""select '{rules.STATION}' as station_id, '{rules.FILE}' as landing_file, line, reason, raw_text
        from refused""")
    return refused.to_arrow_table(), same, conflicts


_FOUND = " or ".join(f"{name}_qc in (3, 4)" for name in rules.NAMES)
_EVENTS = f"""
create temp table events as
with found as (from checked where {_FOUND}),
lines as (select line from found),
originals as materialized ({_SOME_TYPED})
{
    " union all ".join(
        f'''(select '{rules.STATION}' as station_id, found.timestamp, '{name}' as variable,
        case when originals.{name} is null then 'syntax' else 'gross_range' end as test, {name}_qc as flag,
        originals.{name} as original_value, '{rules.FILE}' as landing_file, line
        from found join originals using (line) where {name}_qc in (3, 4) order by found.timestamp)'''
        for name in rules.NAMES
    )
}
"""
