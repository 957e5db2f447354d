"""The same tables as a competent analyst writes them in pandas: readable, vectorised, one pass over each question.

`tables(csv)` makes everything in memory from the bytes of one file. See rules.py for what must come out.
"""

import io

import numpy as np
import pandas as pd

from benchmarks import rules


def bare_read(csv: bytes) -> pd.DataFrame:
    """What everyone writes first, in its best form: cells and times, nothing checked."""
    frame = pd.read_csv(io.BytesIO(csv))
    frame["time"] = pd.to_datetime(frame["Formatted Date"], format="ISO8601", utc=True)
    return frame


def tables(csv: bytes) -> dict[str, pd.DataFrame]:
    raw, quarantined = read(csv)
    observations, events, quarantined, counts = validate(raw, quarantined)
    daily, sums, sectors = aggregate_days(observations)
    monthly = aggregate_months(daily, sums, sectors)
    first, last = observations["date"].min(), observations["date"].max()
    daily = daily.loc[first:last].reset_index().rename(columns={"index": "date"})
    return {
        "raw": raw,
        "quarantined": quarantined,
        "validated": observations[rules.VALIDATED],
        "quality_events": events,
        "daily": daily[rules.DAILY],
        "monthly": monthly[rules.MONTHLY],
        "counts": counts,
    }


def read(csv: bytes) -> tuple[pd.DataFrame, pd.DataFrame]:
    lines, bad = None, []
    try:
        raw = pd.read_csv(io.BytesIO(csv), dtype=str, keep_default_na=False)
        ragged = (raw.iloc[:, -1] == "").any()  # also what a row that is too short looks like
    except pd.errors.ParserError:
        ragged = True
    if ragged:
        csv, lines, bad = rules.split_by_width(csv)
        raw = pd.read_csv(io.BytesIO(csv), dtype=str, keep_default_na=False)
    raw["landing_file"] = rules.FILE
    raw["line"] = np.arange(2, len(raw) + 2) if lines is None else lines
    quarantined = pd.DataFrame(bad, columns=["line", "raw_text"]).assign(
        station_id=rules.STATION, landing_file=rules.FILE, reason="ROW_WIDTH"
    )
    return raw, quarantined[rules.QUARANTINED]


def refuse(rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    text = rows[rules.SOURCE_COLUMNS].agg(",".join, axis=1) if len(rows) else pd.Series(dtype=str)
    return pd.DataFrame(
        {
            "station_id": rules.STATION,
            "landing_file": rows["landing_file"],
            "line": rows["line"],
            "reason": reason,
            "raw_text": text,
        }
    )


def validate(raw: pd.DataFrame, quarantined: pd.DataFrame):
    df = pd.DataFrame({"line": raw["line"], "landing_file": raw["landing_file"]})
    df["timestamp"] = pd.to_datetime(raw[rules.TIME], utc=True, errors="coerce")
    for v in rules.VARIABLES:
        number = pd.to_numeric(raw[v.source], errors="coerce").replace(-9999.0, np.nan)
        df[v.name] = number * v.multiply / v.divide
        df[f"{v.name}_syntax"] = False
        odd = raw.loc[number.isna(), v.source]
        df.loc[odd.index, f"{v.name}_syntax"] = ~odd.str.strip().isin(rules.NULL_TOKENS)
    precipitation = raw[rules.PRECIPITATION].str.strip().str.lower()
    precipitation = precipitation.where(precipitation.isin(rules.PRECIPITATION_TYPES))
    df["precipitation_type"] = pd.Categorical(precipitation, categories=rules.PRECIPITATION_TYPES)
    df["summary"] = raw[rules.SUMMARY]

    unreadable = df["timestamp"].isna()
    refused = [quarantined, refuse(raw[unreadable], "TIME")]
    df = df[~unreadable].sort_values(["timestamp", "line"])

    # Of the rows of one hour the last wins; the others are copies of it or conflict with it.
    compared = [*rules.NAMES, "precipitation_type", "summary"]
    repeated = df[df.duplicated("timestamp", keep=False)]
    winners = repeated.drop_duplicates("timestamp", keep="last").set_index("timestamp")
    losers = repeated[repeated.duplicated("timestamp", keep="last")]
    same = pd.Series(True, index=losers.index)
    for column in compared:
        other = losers["timestamp"].map(winners[column])
        same &= (losers[column].astype(object) == other.astype(object)) | (losers[column].isna() & other.isna())
    refused.append(refuse(raw.loc[losers.index[~same]], "CONFLICT"))
    df = df.drop_duplicates("timestamp", keep="last").reset_index(drop=True)
    df["station_id"] = rules.STATION

    events = []
    for v in rules.VARIABLES:
        x = df[v.name]
        failed, suspect = ~x.between(*v.fail), ~x.between(*v.suspect)
        flag = np.select(
            [df[f"{v.name}_syntax"], x.isna(), failed, suspect],
            [rules.FLAG_FAIL, rules.FLAG_MISSING, rules.FLAG_FAIL, rules.FLAG_SUSPECT],
            rules.FLAG_GOOD,
        ).astype("uint8")
        df[f"{v.name}_qc"] = flag
        found = df.loc[np.isin(flag, [rules.FLAG_SUSPECT, rules.FLAG_FAIL])]
        events.append(
            pd.DataFrame(
                {
                    "station_id": rules.STATION,
                    "timestamp": found["timestamp"],
                    "variable": v.name,
                    "test": np.where(found[f"{v.name}_syntax"], "syntax", "gross_range"),
                    "flag": found[f"{v.name}_qc"],
                    "original_value": found[v.name],
                    "landing_file": found["landing_file"],
                    "line": found["line"],
                }
            )
        )
        df[v.name] = x.mask(flag == rules.FLAG_FAIL)

    df["is_calm"] = (df["wind_speed_ms"] == 0).astype("boolean").mask(df["wind_speed_ms"].isna())
    calm = df["wind_speed_ms"] == 0
    df["wind_direction_deg"] = df["wind_direction_deg"].replace(360.0, 0.0).mask(calm)
    df.loc[calm, "wind_direction_deg_qc"] = rules.FLAG_MISSING  # a calm has no direction
    df["date"] = df["timestamp"].dt.tz_convert(rules.ZONE).dt.tz_localize(None).dt.normalize()

    events = pd.concat(events, ignore_index=True)
    events = events[~((events["variable"] == "wind_direction_deg") & events["timestamp"].isin(df["timestamp"][calm]))]
    quarantined = pd.concat(refused, ignore_index=True)
    counts = pd.DataFrame(
        [[len(raw) + len(refused[0]), len(quarantined), int(same.sum()), int((~same).sum())]], columns=rules.COUNTS
    )
    return df, events.reset_index(drop=True), quarantined, counts


def longest_gap(hours: pd.Series, expected: int) -> int:
    """Longest run of hours without a value in a day."""
    return int(np.diff(np.concatenate([[-1], hours.to_numpy(), [expected]])).max()) - 1


def prevailing(sectors: pd.DataFrame, key: str) -> pd.Series:
    """Most frequent sector; then the larger wind run, then clockwise from north."""
    total = sectors.groupby([key, "sector"], as_index=False)[["hours", "run"]].sum()
    total = total.sort_values([key, "hours", "run", "sector"], ascending=[True, False, False, True])
    best = total.drop_duplicates(key).set_index(key)["sector"]
    return best.map(dict(enumerate(rules.SECTORS)))


def vectors(sums: pd.DataFrame) -> pd.DataFrame:
    """Direction and speed of the mean wind, from sums over hours."""
    out = pd.DataFrame(index=sums.index)
    u, v = sums["u"] / sums["vector_n"], sums["v"] / sums["vector_n"]
    speed = np.hypot(u, v)
    steady = np.hypot(sums["sin"], sums["cos"]) / sums["direction_n"] >= rules.LEAST_RESULTANT
    circular = np.degrees(np.arctan2(sums["sin"], sums["cos"])) % 360
    out["wind_direction_circular_deg"] = circular.where(steady)
    out["wind_direction_resultant_deg"] = (np.degrees(np.arctan2(-u, -v)) % 360).where(speed > 1e-9)
    out["wind_speed_resultant_ms"] = speed
    out["wind_steadiness"] = (speed / (sums["vector_run"] / sums["vector_n"])).where(sums["vector_run"] > 0)
    return out


def aggregate_days(df: pd.DataFrame):
    """One row per local day of all months touched, so that absent days count as missing."""
    days = pd.date_range(
        df["date"].min().to_period("M").start_time, df["date"].max().to_period("M").end_time.normalize(), freq="D"
    )
    midnight = days.union([days[-1] + pd.Timedelta(days=1)]).tz_localize(rules.ZONE)
    expected = pd.Series((np.diff(midnight.tz_convert("UTC")) / np.timedelta64(1, "h")).astype(int), index=days)

    df = df.copy()
    flags = df[[f"{name}_qc" for name in rules.NAMES]]
    df["suspect"], df["fail"] = (flags == rules.FLAG_SUSPECT).sum(axis=1), (flags == rules.FLAG_FAIL).sum(axis=1)
    speed, angle = df["wind_speed_ms"], np.radians(df["wind_direction_deg"])
    has_vector = speed.notna() & ((speed == 0) | angle.notna())
    df["sin"], df["cos"] = np.sin(angle), np.cos(angle)
    df["u"] = (-speed * df["sin"]).mask(speed == 0, 0.0)
    df["v"] = (-speed * df["cos"]).mask(speed == 0, 0.0)
    df["vector_speed"] = speed.where(has_vector)
    df["low_visibility"] = df["visibility_km"] < rules.LOW_VISIBILITY_KM
    df["calm"], df["windy"] = speed == 0, speed >= rules.WINDY_MS
    df["sector"] = np.floor((df["wind_direction_deg"] + 11.25) / 22.5) % 16

    g = df.groupby("date")
    daily = g.agg(
        suspect_n=("suspect", "sum"),
        fail_n=("fail", "sum"),
        temperature_n=("temperature_c", "count"),
        apparent_n=("apparent_temperature_c", "count"),
        humidity_n=("humidity_percent", "count"),
        pressure_n=("pressure_msl_hpa", "count"),
        visibility_n=("visibility_km", "count"),
        wind_n=("wind_speed_ms", "count"),
        temperature_mean_c=("temperature_c", "mean"),
        temperature_min_c=("temperature_c", "min"),
        temperature_max_c=("temperature_c", "max"),
        apparent_temperature_min_c=("apparent_temperature_c", "min"),
        apparent_temperature_max_c=("apparent_temperature_c", "max"),
        humidity_mean_percent=("humidity_percent", "mean"),
        humidity_min_percent=("humidity_percent", "min"),
        humidity_max_percent=("humidity_percent", "max"),
        pressure_mean_hpa=("pressure_msl_hpa", "mean"),
        pressure_min_hpa=("pressure_msl_hpa", "min"),
        pressure_max_hpa=("pressure_msl_hpa", "max"),
        visibility_mean_km=("visibility_km", "mean"),
        visibility_min_km=("visibility_km", "min"),
        low_visibility_hours=("low_visibility", "sum"),
        wind_speed_mean_ms=("wind_speed_ms", "mean"),
        wind_speed_max_ms=("wind_speed_ms", "max"),
        calm_hours=("calm", "sum"),
        windy_hours=("windy", "sum"),
    ).reindex(days)
    sums = g.agg(
        speed=("wind_speed_ms", "sum"),
        sin=("sin", "sum"),
        cos=("cos", "sum"),
        direction_n=("sin", "count"),
        u=("u", "sum"),
        v=("v", "sum"),
        vector_n=("vector_speed", "count"),
        vector_run=("vector_speed", "sum"),
        maximum=("wind_speed_ms", "max"),
        calm=("calm", "sum"),
        windy=("windy", "sum"),
    ).reindex(days)
    sums.loc[:, sums.columns != "maximum"] = sums.loc[:, sums.columns != "maximum"].fillna(0)
    counted = [c for c in daily if c.endswith("_n")]
    daily[counted] = daily[counted].fillna(0).astype(int)
    daily["hours_expected"] = expected
    known = df.dropna(subset=["sector", "wind_speed_ms"])
    sectors = known.groupby(["date", "sector"], as_index=False).agg(
        hours=("sector", "size"), run=("wind_speed_ms", "sum")
    )

    daily[list(vectors(sums))] = vectors(sums)
    daily["wind_prevailing_sector"] = prevailing(sectors, "date").reindex(days)

    # Completeness.
    enough = np.ceil(rules.DAY_SHARE * expected)
    hour_of_day = (df["timestamp"] - df["date"].dt.tz_localize(rules.ZONE).dt.tz_convert("UTC")) // pd.Timedelta(
        hours=1
    )
    for n, source, means, extremes in [
        ("temperature_n", "temperature_c", ["temperature_mean_c"], ["temperature_min_c", "temperature_max_c"]),
        ("apparent_n", "apparent_temperature_c", [], ["apparent_temperature_min_c", "apparent_temperature_max_c"]),
        ("humidity_n", "humidity_percent", ["humidity_mean_percent"], ["humidity_min_percent", "humidity_max_percent"]),
        ("pressure_n", "pressure_msl_hpa", ["pressure_mean_hpa"], ["pressure_min_hpa", "pressure_max_hpa"]),
        ("visibility_n", "visibility_km", ["visibility_mean_km", "low_visibility_hours"], ["visibility_min_km"]),
        ("wind_n", "wind_speed_ms", ["wind_speed_mean_ms", "calm_hours", "windy_hours"], ["wind_speed_max_ms"]),
    ]:  # fmt: skip
        complete = daily[n] >= enough
        doubtful = days[complete & (daily[n] < expected - rules.LONGEST_GAP)]
        part = df["date"].isin(doubtful) & df[source].notna()
        gaps = hour_of_day[part].groupby(df["date"][part]).apply(lambda h: longest_gap(h, expected[h.name]))
        gapless = complete & ~days.isin(gaps.index[gaps > rules.LONGEST_GAP])
        daily[means] = daily[means].where(complete)
        daily[extremes] = daily[extremes].where(gapless)
    vector = ["wind_direction_circular_deg", "wind_direction_resultant_deg", "wind_speed_resultant_ms",
              "wind_steadiness", "wind_prevailing_sector"]  # fmt: skip
    daily[vector] = daily[vector].where(sums["vector_n"] >= enough)

    mean, low, high = daily["temperature_mean_c"], daily["temperature_min_c"], daily["temperature_max_c"]
    daily["temperature_range_c"] = high - low
    daily["hdd_18"], daily["cdd_18"] = (18 - mean).clip(lower=0), (mean - 18).clip(lower=0)
    daily["gdd_10"] = (mean - 10).clip(lower=0)
    for name, is_so, source in [
        ("is_frost_day", low < 0, low),
        ("is_ice_day", high < 0, high),
        ("is_summer_day", high > 25, high),
        ("is_hot_day", high > 30, high),
        ("is_tropical_night", low > 20, low),
    ]:
        daily[name] = is_so.astype("boolean").mask(source.isna())
    daily["station_id"], daily["timezone"] = rules.STATION, rules.ZONE
    return daily.rename_axis("date"), sums, sectors


def enough_days(values: pd.Series) -> pd.Series:
    """Months with fewer than 11 missing days and no 5 in a row (absent days are rows here)."""

    month = values.index.to_period("M")
    missing = values.isna()
    runs = missing.groupby([month, (~missing).cumsum()]).sum()
    return (missing.groupby(month).sum() < rules.MONTH_MISSING) & (
        runs.groupby(level=0).max() < rules.MONTH_CONSECUTIVE
    )


def aggregate_months(daily: pd.DataFrame, sums: pd.DataFrame, sectors: pd.DataFrame) -> pd.DataFrame:
    month = daily.index.to_period("M")
    g = daily.groupby(month)
    out = pd.DataFrame(index=month.unique())
    out["days_expected"] = g.size()
    out["days_n"] = g["temperature_mean_c"].count()
    for column in ["hours_expected", "suspect_n", "fail_n", "temperature_n", "humidity_n", "pressure_n",
                   "visibility_n", "wind_n"]:  # fmt: skip
        out[column] = g[column].sum()

    for column in ["temperature_mean_c", "humidity_mean_percent", "humidity_min_percent", "humidity_max_percent",
                   "pressure_mean_hpa", "pressure_min_hpa", "pressure_max_hpa", "visibility_mean_km"]:  # fmt: skip
        out[column] = g[column].mean().where(enough_days(daily[column]))
    for name, column in [("temperature_min_mean_c", "temperature_min_c"), ("temperature_max_mean_c", "temperature_max_c"),
                         ("temperature_range_mean_c", "temperature_range_c")]:  # fmt: skip
        out[name] = g[column].mean().where(enough_days(daily[column]))
    for name, date, pick in [("temperature_min_c", "temperature_min_date", "min"),
                             ("temperature_max_c", "temperature_max_date", "max")]:  # fmt: skip
        shown = out["temperature_mean_c"].notna()
        out[name] = g[name].agg(pick).where(shown)
        on = daily[daily[name] == out[name].reindex(month).to_numpy()]
        out[date] = pd.Series(on.index, index=on.index.to_period("M")).groupby(level=0).first()
    out["visibility_min_km"] = g["visibility_min_km"].min().where(out["visibility_mean_km"].notna())

    # The wind of a month is that of its hours.
    total = sums.groupby(month).sum()
    wind = enough_days(daily["wind_speed_mean_ms"])
    out["wind_speed_mean_ms"] = (total["speed"] / out["wind_n"]).where(wind)
    out["wind_speed_max_ms"] = sums["maximum"].groupby(month).max().where(wind)
    known = enough_days(daily["wind_speed_resultant_ms"])
    out[list(vectors(total))] = vectors(total).where(known, axis=0)
    sectors = sectors.assign(month=sectors["date"].dt.to_period("M"))
    out["wind_prevailing_sector"] = prevailing(sectors, "month").reindex(out.index).where(known)

    # Sums and counts: not shown where a day is missing.
    daily = daily.assign(
        calm_day=(daily["wind_speed_mean_ms"] < rules.CALM_DAY_MS).where(daily["wind_speed_mean_ms"].notna()),
        windy_day=(daily["wind_speed_mean_ms"] >= rules.WINDY_MS).where(daily["wind_speed_mean_ms"].notna()),
    )
    for name, column in [
        ("low_visibility_hours", "low_visibility_hours"), ("calm_hours", "calm_hours"), ("windy_hours", "windy_hours"),
        ("hdd_18", "hdd_18"), ("cdd_18", "cdd_18"), ("gdd_10", "gdd_10"), ("frost_days", "is_frost_day"),
        ("ice_days", "is_ice_day"), ("summer_days", "is_summer_day"), ("hot_days", "is_hot_day"),
        ("tropical_nights", "is_tropical_night"), ("calm_days", "calm_day"), ("windy_days", "windy_day"),
    ]:  # fmt: skip
        values = daily[column].astype("Float64")
        out[name] = values.groupby(month).sum().mask(values.isna().groupby(month).any())
    out["month"] = out.index.start_time
    out["station_id"], out["timezone"] = rules.STATION, rules.ZONE
    return out.reset_index(drop=True)
