"""Days and months of the tuned DuckDB script: one view of local hours, one table of days, months from these.

Belongs here: the statements from `checked` and `events` to days and months. Does not belong here: rows of the file
(`tuned_duckdb.py`).
"""

import duckdb

from benchmarks import rules

# The offset of each UTC day and, where it changes, the moment.
_OFFSETS = f"""
create temp table offsets as
with bounds as (select min(timestamp) as first, max(timestamp) as last from checked),
days as (select unnest(range(date_trunc('day', first), last + interval 2 days, interval 1 day)) as day from bounds),
known as (select day, epoch_us(timezone('{rules.ZONE}', day)) - epoch_us(day) as before from days),
pairs as (select *, lead(before, 1, before) over (order by day) as after from known),
changes as (
    select day, min(hour) as moment from
    (select day, before, unnest(range(day, day + interval 1 day, interval 1 hour)) as hour
     from pairs where before <> after)
    where epoch_us(timezone('{rules.ZONE}', hour)) - epoch_us(hour) <> before group by day
)
select (epoch_us(day) // {rules.DAY})::int as utc_day, before, after, coalesce(moment, day + interval 1 day) as moment
from pairs left join changes using (day)
"""
_HOURS = f"""
create temp view hours as
select ((epoch_us(timestamp) + case when timestamp < moment then before else after end) // {rules.DAY})::int as day, checked.*,
    sin(radians(wind_direction_deg)) as s, cos(radians(wind_direction_deg)) as c
from checked join offsets on (epoch_us(timestamp) // {rules.DAY})::int = utc_day
"""
_STATISTICS = ", ".join(
    f"{f}({column}) as {name}_{f}_"
    for column, name, functions in [
        ("temperature_c", "temperature", ["count", "sum", "min", "max"]),
        ("apparent_temperature_c", "apparent", ["count", "min", "max"]),
        ("humidity_percent", "humidity", ["count", "sum", "min", "max"]),
        ("pressure_msl_hpa", "pressure", ["count", "sum", "min", "max"]),
        ("visibility_km", "visibility", ["count", "sum", "min"]),
        ("wind_speed_ms", "wind", ["count", "sum", "max"]),
    ]
    for f in functions
)
# A calm counts as 0 in the vector mean; a wind of unknown direction does not count at all.
_SUMS = f"""
create temp table sums as
select day, {_STATISTICS},
    sum((visibility_km < {rules.LOW_VISIBILITY_KM})::int)::bigint as low_visibility,
    sum((wind_speed_ms = 0)::int)::bigint as calm, sum((wind_speed_ms >= {rules.WINDY_MS})::int)::bigint as windy,
    sum(s) as s, sum(c) as c, count(wind_direction_deg) as direction_n,
    -sum(wind_speed_ms * s) as u, -sum(wind_speed_ms * c) as v,
    sum((wind_speed_ms > 0 and s is null)::int)::bigint as unknown_n,
    sum(case when s is null then wind_speed_ms end) as unknown_run
from hours group by day
"""
_SECTORS = """
create temp table sectors as
select day, (floor((wind_direction_deg + 11.25) / 22.5)::int % 16)::tinyint as sector,
    count(*) as hours, sum(wind_speed_ms) as run
from hours where wind_direction_deg is not null and wind_speed_ms is not null group by all
"""
_CALENDAR = f"""
create temp table calendar as
with bounds as (select date '1970-01-01' + min(day) as first, date '1970-01-01' + max(day) as last from sums),
dates as (
    select unnest(range(date_trunc('month', first)::timestamp, last_day(last)::timestamp + interval 2 days,
                        interval 1 day)) as midnight from bounds
),
starts as (select midnight::date as date, epoch_us(timezone('{rules.ZONE}', midnight)) as start from dates)
select date, date - date '1970-01-01' as day, start, hours_expected::int as hours_expected,
    ceil({rules.DAY_SHARE} * hours_expected) as need
from (select *, (lead(start) over (order by date) - start) // {rules.HOUR} as hours_expected from starts)
where hours_expected is not null
"""
_SECTOR_NAME = f"list_extract({rules.SECTORS}, 1 + sector)"  # a list of words is written the same in SQL
_VECTOR = ["wind_direction_circular_deg", "wind_direction_resultant_deg", "wind_speed_resultant_ms",
           "wind_steadiness", "wind_prevailing_sector"]  # fmt: skip


def _prevailing(source: str, key: str) -> str:
    """Most frequent sector; then the larger wind run, then clockwise from north."""
    return f"""(select {key}, {_SECTOR_NAME} as prevailing from
        (select *, max(hours) over (partition by {key}) as most from {source}) where hours = most
        qualify row_number() over (partition by {key} order by run desc, sector) = 1)"""


def _vectors(known: str) -> str:
    speed = "sqrt((u / vector_n) ** 2 + (v / vector_n) ** 2)"
    around = "((degrees(atan2({})) % 360) + 360) % 360"
    return f"""
    case when {known} and direction_n > 0 and sqrt(s ** 2 + c ** 2) / direction_n >= {rules.LEAST_RESULTANT}
        then {around.format("s, c")} end as wind_direction_circular_deg,
    case when {known} and {speed} > 1e-9 then {around.format("-u, -v")} end as wind_direction_resultant_deg,
    case when {known} then {speed} end as wind_speed_resultant_ms,
    case when {known} and vector_run > 0 then {speed} / (vector_run / vector_n) end as wind_steadiness,
    case when {known} then prevailing end as wind_prevailing_sector"""


def _extreme(name: str, column: str, function: str) -> str:
    return f"case when {name}_n >= need and {name}_gap is null then {name}_{function}_ end as {column}"


_GROUPS = {"temperature": "temperature_c", "apparent": "apparent_temperature_c", "humidity": "humidity_percent",
           "pressure": "pressure_msl_hpa", "visibility": "visibility_km", "wind": "wind_speed_ms"}  # fmt: skip


def _days(gaps: dict[str, str]) -> str:
    """The table of all days of the months touched; `gaps` names, per group, the table of days with a gap."""
    return f"""
    create temp table days as
    with joined as (
        select calendar.*, sums.* exclude (day), prevailing, suspect_n, fail_n,
            {", ".join(f"coalesce({g}_count_, 0) as {g}_n" for g in _GROUPS)},
            coalesce(wind_count_ - unknown_n, 0) as vector_n,
            coalesce(wind_sum_ - coalesce(unknown_run, 0), 0) as vector_run,
            {", ".join(f"{gaps[g]}.day as {g}_gap" if g in gaps else f"null as {g}_gap" for g in _GROUPS)}
        from calendar left join sums using (day)
        left join {_prevailing("sectors", "day")} p using (day)
        left join (select day, count(*) filter (flag = 3) as suspect_n, count(*) filter (flag = 4) as fail_n
                   from events join hours using (line) group by day) e using (day)
        {" ".join(f"left join {t} on calendar.day = {t}.day" for t in gaps.values())}
    ),
    complete as (
        select date, day, hours_expected, need, coalesce(suspect_n, 0) as suspect_n, coalesce(fail_n, 0) as fail_n,
            {", ".join(f"{g}_n" for g in _GROUPS)}, vector_n, vector_run, wind_sum_, wind_max_, calm, windy,
            s, c, direction_n, u, v,
            {
        ", ".join(
            f"case when {g}_n >= need then {g}_sum_ / {g}_n end as {column}"
            for g, column in [
                ("temperature", "temperature_mean_c"),
                ("humidity", "humidity_mean_percent"),
                ("pressure", "pressure_mean_hpa"),
                ("visibility", "visibility_mean_km"),
                ("wind", "wind_speed_mean_ms"),
            ]
        )
    },
            {_extreme("temperature", "temperature_min_c", "min")}, {
        _extreme("temperature", "temperature_max_c", "max")
    },
            {_extreme("apparent", "apparent_temperature_min_c", "min")},
            {_extreme("apparent", "apparent_temperature_max_c", "max")},
            {_extreme("humidity", "humidity_min_percent", "min")},
            {_extreme("humidity", "humidity_max_percent", "max")},
            {_extreme("pressure", "pressure_min_hpa", "min")}, {_extreme("pressure", "pressure_max_hpa", "max")},
            {_extreme("visibility", "visibility_min_km", "min")}, {_extreme("wind", "wind_speed_max_ms", "max")},
            case when visibility_n >= need then coalesce(low_visibility, 0) end as low_visibility_hours,
            case when wind_n >= need then coalesce(calm, 0) end as calm_hours,
            case when wind_n >= need then coalesce(windy, 0) end as windy_hours,
            {_vectors("vector_n >= need")}
        from joined
    )
    select *, temperature_max_c - temperature_min_c as temperature_range_c,
        case when temperature_mean_c is not null then greatest(18 - temperature_mean_c, 0) end as hdd_18,
        case when temperature_mean_c is not null then greatest(temperature_mean_c - 18, 0) end as cdd_18,
        case when temperature_mean_c is not null then greatest(temperature_mean_c - 10, 0) end as gdd_10,
        temperature_min_c < 0 as is_frost_day, temperature_max_c < 0 as is_ice_day,
        temperature_max_c > 25 as is_summer_day, temperature_max_c > 30 as is_hot_day,
        temperature_min_c > 20 as is_tropical_night,
        wind_speed_mean_ms < {rules.CALM_DAY_MS} as calm_day, wind_speed_mean_ms >= {rules.WINDY_MS} as windy_day
    from complete order by date
    """


def aggregate(con: duckdb.DuckDBPyConnection) -> None:
    for statement in (_OFFSETS, _HOURS, _SUMS, _SECTORS, _CALENDAR):
        con.execute(statement)
    doubtful = con.execute(f"""
        select {", ".join(f"list(day) filter ({g}_count_ >= need and {g}_count_ < hours_expected - {rules.LONGEST_GAP})"
                          for g in _GROUPS)} from sums join calendar using (day)
    """).fetchall()[0]  # fmt: skip
    gaps = {}
    for (group, column), days in zip(_GROUPS.items(), doubtful, strict=True):
        if days:
            gaps[group] = f"{group}_gaps"
            con.execute(f"""
                create temp table {group}_gaps as
                with positions as (
                    select day, (epoch_us(timestamp) - start) // {rules.HOUR} as slot, hours_expected
                    from hours join calendar using (day) where {column} is not null and day in {(*tuple(days), -1)}
                ),
                steps as (select *, slot - lag(slot, 1, -1) over (partition by day order by slot) - 1 as gap from positions)
                select day from steps group by day
                having greatest(max(gap), any_value(hours_expected) - 1 - max(slot)) > {rules.LONGEST_GAP}
            """)
    con.execute(_days(gaps))


def _select(columns: list[str], given: dict[str, str]) -> str:
    constants = {"station_id": f"'{rules.STATION}' as station_id", "timezone": f"'{rules.ZONE}' as timezone"}
    return ", ".join((constants | given).get(c, c) for c in columns)


DAILY = f"""
select {_select(rules.DAILY, {})} from days
where day between (select min(day) from sums) and (select max(day) from sums) order by date
"""


_COUNTS = [
    "hours_expected",
    "suspect_n",
    "fail_n",
    "temperature_n",
    "humidity_n",
    "pressure_n",
    "visibility_n",
    "wind_n",
]


def monthly(con: duckdb.DuckDBPyConnection) -> str:
    measured = sorted({*rules.DAILY_MEANS.values(), "wind_speed_mean_ms", "wind_speed_resultant_ms"})
    missing = con.execute(f"select {', '.join(f'count(*) - count({c})' for c in measured)} from days").fetchall()[0]
    missing = {c for c, n in zip(measured, missing, strict=True) if n}
    runs = "".join(
        f""", sum(({c} is null)::int) over (partition by month order by date
            rows {rules.MONTH_CONSECUTIVE - 1} preceding) >= {rules.MONTH_CONSECUTIVE} as {c}_run"""
        for c in sorted(missing)
    )
    enough = {c: f"(days_expected - {c}_n < {rules.MONTH_MISSING} and not {c}_run)" if c in missing else "true"
              for c in measured}  # fmt: skip
    temperature, visibility = enough["temperature_mean_c"], enough["visibility_mean_km"]
    wind = enough["wind_speed_mean_ms"]
    return f"""
    with daily as (select *, date_trunc('month', date)::date as month from days),
    marked as (select * {runs} from daily),
    prevailing_sectors as (
        select date_trunc('month', date '1970-01-01' + day)::date as month, sector, sum(hours) as hours, sum(run) as run
        from sectors group by all
    ),
    grouped as (
        select month, count(*) as days_expected,
            {", ".join(f"sum({c})::bigint as {c}" for c in _COUNTS)},
            sum(wind_sum_) as speed, max(wind_max_) as maximum, sum(s) as s, sum(c) as c, sum(u) as u, sum(v) as v,
            sum(direction_n) as direction_n, sum(vector_n) as vector_n, sum(vector_run) as vector_run,
            min(temperature_min_c) as low, max(temperature_max_c) as high,
            arg_min(date, temperature_min_c) as low_date, arg_max(date, temperature_max_c) as high_date,
            min(visibility_min_km) as least_visibility,
            {", ".join(f"avg({c}) as {c}_avg" for c in rules.DAILY_MEANS.values())},
            {", ".join(f"sum({c}::double) as {c}_sum, count({c}) as {c}_count" for c in rules.TOTALS.values())}
            {"".join(f", count({c}) as {c}_n, bool_or({c}_run) as {c}_run" for c in sorted(missing))},
            count(temperature_mean_c) as days_n
        from marked group by month
    )
    select {
        _select(
            rules.MONTHLY,
            {
                **{name: f"case when {enough[c]} then {c}_avg end as {name}" for name, c in rules.DAILY_MEANS.items()},
                **{
                    name: f"case when {c}_count = days_expected then {c}_sum end as {name}"
                    for name, c in rules.TOTALS.items()
                },
                "temperature_min_c": f"case when {temperature} then low end as temperature_min_c",
                "temperature_max_c": f"case when {temperature} then high end as temperature_max_c",
                "temperature_min_date": f"case when {temperature} then low_date end as temperature_min_date",
                "temperature_max_date": f"case when {temperature} then high_date end as temperature_max_date",
                "visibility_min_km": f"case when {visibility} then least_visibility end as visibility_min_km",
                "wind_speed_mean_ms": f"case when {wind} then speed / wind_n end as wind_speed_mean_ms",
                "wind_speed_max_ms": f"case when {wind} then maximum end as wind_speed_max_ms",
            },
        )
    }
    from (select *, {_vectors(enough["wind_speed_resultant_ms"])}
          from grouped left join {_prevailing("prevailing_sectors", "month")} p using (month))
    order by month
    """
