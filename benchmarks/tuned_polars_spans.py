"""Days and months of the tuned polars script: one grouping of the hours, one of the days.

Belongs here: `aggregated`, from checked hours and their events. Does not belong here: rows of the file (`tuned_polars.py`).
"""

import polars as pl

from benchmarks import rules

FLAG = pl.UInt8
SECTORS = pl.Enum(rules.SECTORS)


def _calendar(first, last) -> pl.DataFrame:
    """All days of the months touched, with their hours."""
    first, last = pl.Series([first, last]).dt.convert_time_zone(rules.ZONE).dt.date()
    days = pl.date_range(first.replace(day=1), pl.lit(last).dt.month_end().dt.offset_by("1d"), eager=True).alias("date")
    start = days.cast(pl.Datetime("us")).dt.replace_time_zone(rules.ZONE).cast(pl.Int64).alias("start")
    hours = ((start.shift(-1) - start) // rules.HOUR).cast(pl.Int32).alias("hours_expected")
    month = (days.dt.year().cast(pl.Int32) * 12 + days.dt.month().cast(pl.Int32) - 1).alias("month_index")
    return pl.DataFrame([days, start, hours, month])[:-1].with_columns(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("day")
    )


def _hourly() -> tuple[list[pl.Expr], list[pl.Expr], list[pl.Expr]]:
    speed, direction = pl.col("wind_speed_ms"), pl.col("wind_direction_deg")
    angle = direction.radians()
    prepare = [
        "timestamp", "day", *rules.NAMES, "dew_point_c", "wind_power_density_wm2", "wind_power_kw", "condition",
        "is_calm", angle.sin().alias("sin"), angle.cos().alias("cos"),
        (((direction + 11.25) / 22.5).floor().cast(pl.Int32) % 16).alias("sector"),
    ]  # fmt: skip
    second = [(-speed * pl.col("sin")).alias("u"), (-speed * pl.col("cos")).alias("v")]
    c = {name: pl.col(name) for name in rules.NAMES}
    sums = [
        c["temperature_c"].count().alias("temperature_n"), c["apparent_temperature_c"].count().alias("apparent_n"),
        c["humidity_percent"].count().alias("humidity_n"), c["pressure_msl_hpa"].count().alias("pressure_n"),
        c["visibility_km"].count().alias("visibility_n"), speed.count().alias("wind_n"),
        c["temperature_c"].mean().alias("temperature_mean_c"),
        c["temperature_c"].min().alias("temperature_min_c"), c["temperature_c"].max().alias("temperature_max_c"),
        c["apparent_temperature_c"].min().alias("apparent_temperature_min_c"),
        c["apparent_temperature_c"].max().alias("apparent_temperature_max_c"),
        c["humidity_percent"].mean().alias("humidity_mean_percent"),
        c["humidity_percent"].min().alias("humidity_min_percent"),
        c["humidity_percent"].max().alias("humidity_max_percent"),
        c["pressure_msl_hpa"].mean().alias("pressure_mean_hpa"),
        c["pressure_msl_hpa"].min().alias("pressure_min_hpa"),
        c["pressure_msl_hpa"].max().alias("pressure_max_hpa"),
        c["visibility_km"].mean().alias("visibility_mean_km"), c["visibility_km"].min().alias("visibility_min_km"),
        (c["visibility_km"] < rules.LOW_VISIBILITY_KM).sum().alias("low_visibility_hours"),
        speed.sum().alias("speed"), speed.max().alias("maximum"),
        pl.col("is_calm").sum().alias("calm"), (speed >= rules.WINDY_MS).sum().alias("windy"),
        pl.col("sin").sum(), pl.col("cos").sum(), direction.count().alias("direction_n"),
        pl.col("u").sum(), pl.col("v").sum(),
        pl.col("dew_point_c").count().alias("dew_point_n"), pl.col("dew_point_c").mean().alias("dew_point_mean_c"),
        pl.col("wind_power_density_wm2").count().alias("density_n"), pl.col("wind_power_density_wm2").sum().alias("density"),
        pl.col("wind_power_kw").count().alias("power_n"), pl.col("wind_power_kw").sum().alias("power"),
    ]  # fmt: skip
    # A calm counts as 0 in the vector mean; a wind of unknown direction does not count at all.
    return prepare, second, sums


_PREPARE, _SECOND, _SUMS = _hourly()
_UNKNOWN = (pl.col("wind_speed_ms") > 0) & pl.col("wind_direction_deg").is_null()
_N = [
    "suspect_n", "fail_n", "temperature_n", "apparent_n", "humidity_n", "pressure_n", "visibility_n",
    "wind_n", "dew_point_n",
]  # fmt: skip
_ADDED = [
    "speed", "calm", "windy", "sin", "cos", "direction_n", "u", "v", "vector_n", "vector_run", "density_n", "density", "power_n",
    "power",
]  # fmt: skip
_GROUPS = [  # count, hourly column, means, extremes
    ("temperature_n", "temperature_c", ["temperature_mean_c"], ["temperature_min_c", "temperature_max_c"]),
    ("apparent_n", "apparent_temperature_c", [], ["apparent_temperature_min_c", "apparent_temperature_max_c"]),
    ("humidity_n", "humidity_percent", ["humidity_mean_percent"], ["humidity_min_percent", "humidity_max_percent"]),
    ("pressure_n", "pressure_msl_hpa", ["pressure_mean_hpa"], ["pressure_min_hpa", "pressure_max_hpa"]),
    ("visibility_n", "visibility_km", ["visibility_mean_km", "low_visibility_hours"], ["visibility_min_km"]),
    ("wind_n", "wind_speed_ms", ["wind_speed_mean_ms", "calm_hours", "windy_hours"], ["wind_speed_max_ms"]),
]
_VECTOR = [
    "wind_direction_circular_deg", "wind_direction_resultant_deg", "wind_speed_resultant_ms", "wind_steadiness",
    "wind_prevailing_sector",
]  # fmt: skip


def _vectors() -> list[list[pl.Expr]]:
    c = pl.col
    u, v, speed = c("u") / c("vector_n"), c("v") / c("vector_n"), c("wind_speed_resultant_ms")
    steady = (c("sin") ** 2 + c("cos") ** 2).sqrt() / c("direction_n") >= rules.LEAST_RESULTANT
    return [
        [
            pl.when(c("vector_n") > 0).then((u * u + v * v).sqrt()).alias("wind_speed_resultant_ms"),
            pl.when(steady & (c("direction_n") > 0))
            .then(pl.arctan2(c("sin"), c("cos")).degrees() % 360)
            .alias("wind_direction_circular_deg"),
        ],
        [
            pl.when(speed > 1e-9).then(pl.arctan2(-u, -v).degrees() % 360).alias("wind_direction_resultant_deg"),
            pl.when(c("vector_run") > 0).then(speed / (c("vector_run") / c("vector_n"))).alias("wind_steadiness"),
        ],
    ]


_VECTORS = _vectors()
_NEED = -((-pl.col("hours_expected").cast(pl.Float64) * rules.DAY_SHARE).floor())
_COMPLETE = [
    *(
        pl.when(pl.col(n) >= pl.col("need")).then(pl.col(column)).alias(column)
        for n, _, means, extremes in _GROUPS
        for column in means + extremes
    ),
    *(pl.when(pl.col("vector_n") >= pl.col("need")).then(pl.col(column)).alias(column) for column in _VECTOR),
    pl.when(pl.col("dew_point_n") >= pl.col("need")).then(pl.col("dew_point_mean_c")).alias("dew_point_mean_c"),
    pl.when(pl.col("density_n") >= pl.col("need"))
    .then(pl.col("density") / pl.col("density_n"))
    .alias("wind_power_density_wm2"),
    *(
        pl.when(pl.col("spoken_n") >= pl.col("need")).then(pl.col(c)).alias(c)
        for c in ("condition_dominant", "condition_hours")
    ),
]


def _energy(enough: pl.Expr) -> list[pl.Expr]:
    n, energy = pl.col("power_n"), pl.when(enough).then(pl.col("power"))
    return [
        energy.alias("energy_kwh"),
        (energy / (rules.RATED_KW * n.clip(1))).alias("capacity_factor"),
        (n / pl.col("hours_expected")).alias("energy_coverage"),
    ]


_DOUBTFUL_DAYS = [
    ((pl.col(n) >= pl.col("need")) & (pl.col(n) < pl.col("hours_expected") - rules.LONGEST_GAP)).alias(n)
    for n, *_ in _GROUPS
]
_MEAN, _LOW, _HIGH = pl.col("temperature_mean_c"), pl.col("temperature_min_c"), pl.col("temperature_max_c")
_FROM_TEMPERATURE = [
    (_HIGH - _LOW).alias("temperature_range_c"),
    (18 - _MEAN).clip(0).alias("hdd_18"), (_MEAN - 18).clip(0).alias("cdd_18"), (_MEAN - 10).clip(0).alias("gdd_10"),
    (_LOW < 0).alias("is_frost_day"), (_HIGH < 0).alias("is_ice_day"), (_HIGH > 25).alias("is_summer_day"),
    (_HIGH > 30).alias("is_hot_day"), (_LOW > 20).alias("is_tropical_night"),
    (pl.col("wind_speed_mean_ms") < rules.CALM_DAY_MS).alias("calm_day"),
    (pl.col("wind_speed_mean_ms") >= rules.WINDY_MS).alias("windy_day"),
]  # fmt: skip


def _prevailing(sectors: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Most frequent sector; then the larger wind run, then clockwise from north."""
    return (
        sectors.filter(pl.col("hours") == pl.col("hours").max().over(key))
        .sort(key, "run", "sector", descending=[False, True, False])
        .unique(key, keep="first", maintain_order=True)
        .select(key, pl.col("sector").cast(pl.UInt8).cat.to(SECTORS).alias("wind_prevailing_sector"))
    )


def _spoken(conditions: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Most frequent condition, of several the worst; and in how many hours any is known."""
    top = conditions.sort(key, "hours", "condition", descending=[False, True, False]).group_by(key, maintain_order=True)
    return top.agg(
        pl.col("condition").first().cast(FLAG).cat.to(pl.Enum(rules.CONDITIONS)).alias("condition_dominant"),
        pl.col("hours").first().alias("condition_hours"), pl.col("hours").sum().alias("spoken_n"),
    )  # fmt: skip


def _gaps(hours: pl.DataFrame, source: str, days: pl.DataFrame) -> pl.Series:
    """Those of the days that have a run of more than 3 hours without a value."""
    at = ((pl.col("timestamp").cast(pl.Int64) - pl.col("start")) // rules.HOUR).cast(pl.Int32)
    longest = pl.max_horizontal(
        pl.col("at").first(), pl.col("at").diff().max() - 1, pl.col("hours_expected").first() - 1 - pl.col("at").last()
    )
    return (
        hours.lazy().filter(pl.col(source).is_not_null()).select("day", "timestamp")
        .join(days.lazy().select("day", "start", "hours_expected"), on="day")
        .with_columns(at.alias("at")).group_by("day").agg(longest.alias("gap"))
        .filter(pl.col("gap") > rules.LONGEST_GAP).select("day").collect().to_series()
    )  # fmt: skip


def aggregated(checked: pl.DataFrame, events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    time = checked["timestamp"]
    calendar = _calendar(time[0], time[-1])
    day_of_hour = calendar.select(pl.col("day").repeat_by("hours_expected").explode()).to_series()
    hour = (time.cast(pl.Int64) - calendar["start"][0]) // rules.HOUR
    day = day_of_hour.gather(hour).alias("day")
    hours = checked.lazy().with_columns(day).select(_PREPARE).with_columns(_SECOND).collect()
    sectors = (
        hours.lazy()
        .filter(pl.col("sector").is_not_null() & pl.col("wind_speed_ms").is_not_null())
        .group_by((pl.col("day") * 16 + pl.col("sector")).alias("key"))
        .agg(pl.len().alias("hours"), pl.col("wind_speed_ms").sum().alias("run"))
        .select((pl.col("key") // 16).alias("day"), (pl.col("key") % 16).alias("sector"), "hours", "run")
        .collect()
    )
    count = len(rules.CONDITIONS)
    conditions = (
        hours.lazy().filter(pl.col("condition").is_not_null())
        .group_by((pl.col("day") * count + pl.col("condition").to_physical().cast(pl.Int32)).alias("key"))
        .agg(pl.len().alias("hours"))
        .select((pl.col("key") // count).alias("day"), (pl.col("key") % count).alias("condition"), "hours")
        .collect()
    )  # fmt: skip
    daily = hours.lazy().group_by("day").agg(_SUMS).collect()
    unknown = hours.lazy().filter(_UNKNOWN).group_by("day").agg(
        pl.len().cast(pl.Int64).alias("unknown_n"), pl.col("wind_speed_ms").sum().alias("unknown_run")
    )  # fmt: skip
    day_of_event = day_of_hour[(events["timestamp"].cast(pl.Int64) - calendar["start"][0]) // rules.HOUR]
    flags = events.lazy().group_by(day_of_event.alias("day")).agg(
        (pl.col("flag") == rules.FLAG_SUSPECT).sum().alias("suspect_n"),
        (pl.col("flag") == rules.FLAG_FAIL).sum().alias("fail_n"),
    )  # fmt: skip

    daily = (
        calendar.lazy()
        .join(daily.lazy(), on="day", how="left", maintain_order="left")
        .join(flags, on="day", how="left", maintain_order="left")
        .join(unknown, on="day", how="left", maintain_order="left")
        .with_columns(
            (pl.col("wind_n") - pl.col("unknown_n").fill_null(0)).alias("vector_n"),
            (pl.col("speed") - pl.col("unknown_run").fill_null(0)).alias("vector_run"),
        )
        .with_columns(pl.col(_N + _ADDED).fill_null(0), _NEED.alias("need"))
        .with_columns(
            pl.when(pl.col("wind_n") > 0).then(pl.col("speed") / pl.col("wind_n")).alias("wind_speed_mean_ms"),
            pl.col("maximum").alias("wind_speed_max_ms"),
            pl.col("calm").alias("calm_hours"),
            pl.col("windy").alias("windy_hours"),
            *_VECTORS[0],
        )
        .with_columns(_VECTORS[1])
        .join(_prevailing(sectors.lazy(), "day"), on="day", how="left", maintain_order="left")
        .join(_spoken(conditions.lazy(), "day"), on="day", how="left", maintain_order="left")
        .with_columns(_COMPLETE)
        .with_columns(_energy(pl.col("power_n") >= pl.col("hours_expected")))
        .collect()
    )
    doubtful = daily.lazy().select(_DOUBTFUL_DAYS).collect()
    for n, source, _, extremes in _GROUPS:
        if doubtful[n].any():
            with_gap = _gaps(hours, source, daily.filter(doubtful[n]))
            daily = daily.with_columns(pl.when(~pl.col("day").is_in(with_gap.implode())).then(pl.col(extremes)))
    daily = daily.lazy().with_columns(_FROM_TEMPERATURE).collect()

    monthly = _months(daily, sectors, conditions)
    lived = (pl.col("day") >= day[0]) & (pl.col("day") <= day[-1])
    daily = daily.lazy().filter(lived).with_columns(_CONSTANTS).select(rules.DAILY + rules.SPAN_DERIVED).collect()
    return daily, monthly


_CONSTANTS = [pl.lit(rules.STATION).alias("station_id"), pl.lit(rules.ZONE).alias("timezone")]
_MEANS = rules.DAILY_MEANS | {"dew_point_mean_c": "dew_point_mean_c"}
_MEASURED = sorted(
    {*_MEANS.values(), "wind_speed_mean_ms", "wind_speed_resultant_ms", "wind_power_density_wm2", "condition_hours"}
)


def _runs(daily: pl.DataFrame) -> list[pl.Series]:
    """Marks the fifth and later days of a run of missing days within a month (absent days are rows here)."""
    late = daily["date"].dt.day() >= rules.MONTH_CONSECUTIVE
    never = pl.repeat(False, len(daily), eager=True)
    out = []
    for column in _MEASURED:
        run = never
        if daily[column].null_count():
            run = daily[column].is_null().cast(FLAG).rolling_sum(rules.MONTH_CONSECUTIVE) == rules.MONTH_CONSECUTIVE
            run = run.fill_null(False) & late
        out.append(run.alias(f"{column}__run"))
    return out


def _enough(column: str) -> pl.Expr:
    missing = pl.col("days_expected") - pl.col(f"{column}__n")
    return (missing < rules.MONTH_MISSING) & ~pl.col(f"{column}__run")


def _monthly() -> tuple[list[pl.Expr], list[pl.Expr], list[pl.Expr]]:
    # Plain aggregations only: polars runs those without a detour per group. What they mean is decided afterwards.
    first = [
        pl.col("date").first().alias("month"), pl.len().alias("days_expected"),
        pl.col("hours_expected", *_HOUR_COUNTS, *_ADDED).sum(), pl.col("maximum").max(),
        _LOW.min(), _HIGH.max(), _LOW.arg_min().alias("low_day"), _HIGH.arg_max().alias("high_day"),
        pl.col("visibility_min_km").min(),
        *(pl.col(f"{column}__run").any() for column in _MEASURED),
        *(pl.col(column).count().alias(f"{column}__n") for column in _COUNTED),
        *(pl.col(column).mean().alias(f"{column}__mean") for column in set(_MEANS.values())),
        *(pl.col(column).sum().alias(f"{column}__sum") for column in rules.TOTALS.values()),
    ]  # fmt: skip
    temperature, visibility = _enough("temperature_mean_c"), _enough("visibility_mean_km")
    known, month = _enough("wind_speed_mean_ms"), pl.col("month")
    second = [
        pl.col("temperature_mean_c__n").alias("days_n"),
        *(pl.when(_enough(source)).then(pl.col(f"{source}__mean")).alias(name)
          for name, source in _MEANS.items()),
        *(pl.when(pl.col(f"{source}__n") == pl.col("days_expected")).then(pl.col(f"{source}__sum")).alias(name)
          for name, source in rules.TOTALS.items()),
        pl.when(temperature).then(_LOW).alias("temperature_min_c"),
        pl.when(temperature).then(_HIGH).alias("temperature_max_c"),
        pl.when(temperature).then(month + pl.duration(days="low_day")).alias("temperature_min_date"),
        pl.when(temperature).then(month + pl.duration(days="high_day")).alias("temperature_max_date"),
        pl.when(visibility).then(pl.col("visibility_min_km")).alias("visibility_min_km"),
        pl.when(known).then(pl.col("speed") / pl.col("wind_n")).alias("wind_speed_mean_ms"),
        pl.when(known).then(pl.col("maximum")).alias("wind_speed_max_ms"),
        pl.when(_enough("wind_power_density_wm2")).then(pl.col("density") / pl.col("density_n")).alias("wind_power_density_wm2"),
        *_energy(pl.col("power_n") >= -((-pl.col("hours_expected") * rules.ENERGY_SHARE).floor())),
        *_CONSTANTS,
        *_VECTORS[0],
    ]  # fmt: skip
    third = [
        pl.when(_enough("wind_speed_resultant_ms")).then(pl.col(_VECTOR)),
        pl.when(_enough("condition_hours")).then(pl.col("condition_dominant", "condition_hours")),
    ]
    return first, second, third


_HOUR_COUNTS = [
    "suspect_n", "fail_n", "temperature_n", "humidity_n", "pressure_n", "visibility_n", "wind_n", "dew_point_n",
]  # fmt: skip
_COUNTED = sorted({*_MEASURED, *rules.TOTALS.values()})
_MONTH_FIRST, _MONTH_SECOND, _MONTH_THIRD = _monthly()


def _months(daily: pl.DataFrame, sectors: pl.DataFrame, conditions: pl.DataFrame) -> pl.DataFrame:
    month = daily["month_index"]
    conditions = (
        conditions.lazy()
        .group_by(month[conditions["day"]].alias("month_index"), "condition")
        .agg(pl.col("hours").sum())
    )
    sectors = (
        sectors.lazy()
        .group_by((month[sectors["day"]] * 16 + sectors["sector"]).alias("key"))
        .agg(pl.col("hours").sum(), pl.col("run").sum())
        .select((pl.col("key") // 16).alias("month_index"), (pl.col("key") % 16).alias("sector"), "hours", "run")
    )
    return (
        daily.hstack(_runs(daily))
        .lazy()
        .group_by("month_index", maintain_order=True)
        .agg(_MONTH_FIRST)
        .with_columns(_MONTH_SECOND)
        .with_columns(_VECTORS[1])
        .join(_prevailing(sectors, "month_index"), on="month_index", how="left", maintain_order="left")
        .join(_spoken(conditions, "month_index"), on="month_index", how="left", maintain_order="left")
        .with_columns(_MONTH_THIRD)
        .select(rules.MONTHLY + rules.SPAN_DERIVED)
        .collect()
    )
