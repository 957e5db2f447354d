"""The faults: in which file, which text becomes which, and the tests that should notice.

Belongs here: faults of consequence for data, conditions of storage, secrets. One fault each, of a kind that a person
makes: a comparison, a forgotten condition, a swapped argument.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`old`, which stands once in `file`, becomes `new`; `tests` are files of tests, `only` pytest's choice among them."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    only: str = ""


_T = "weather_etl_tests"
_JUDGED = ("edges", "quality", "quality_alone", "quality2")
QUALITY = tuple(f"{_T}/meteorology/test_{judged}.py" for judged in _JUDGED)
_ROWS = ("observations", "observed_times", "observed_cells", "observed_limits", "observed_duplicates", "hours")
HOURS = tuple(f"{_T}/meteorology/test_{rows}.py" for rows in _ROWS)
TWICE = (f"{_T}/meteorology/test_repeated_hours.py",)
ZONES = (f"{_T}/meteorology/test_quarter_zones.py",)
EXTREMES = (f"{_T}/meteorology/test_extremes.py",)
_SPANS = ("aggregated_days", "aggregated_months", "aggregated_wind", "aggregation_reference", "years_and_normals")
AGGREGATION = tuple(f"{_T}/meteorology/test_{spans}.py" for spans in _SPANS)
RULES = (f"{_T}/meteorology/test_quality_rules.py",)
TOTALS = (f"{_T}/meteorology/test_totals.py", f"{_T}/meteorology/test_spells.py")
FALLEN = (f"{_T}/meteorology/test_precipitation.py",)
MODULE = (f"{_T}/meteorology/test_photovoltaics.py",)
NEIGHBOURS = (f"{_T}/meteorology/test_neighbours.py",)
MERGING = (f"{_T}/ingestion/test_exactly_once.py",)
HOSTILE = (f"{_T}/ingestion/test_hostile_files.py",)
STORAGE = (f"{_T}/lake/test_storage.py",)
BLOCKING = (f"{_T}/orchestration/test_table_checks.py",)
CONTRACT = (f"{_T}/meteorology/test_schemas.py",)
SECRETS = (f"{_T}/test_security.py",)
SERVING = (f"{_T}/test_serving.py",)
HARMLESS = (f"{_T}/test_harmless_text.py",)
SPLITTING = (f"{_T}/ingestion/test_shared_files.py",)
EVENTS = (f"{_T}/landing/test_events.py",)
PLANNING = (f"{_T}/operations/test_planning.py",)
_KINDS = ("_columns", "_units", "_directions", "_times", "_zones", "_places", "_layouts", "")
TRAPS = (*(f"{_T}/meteorology/test_generic{kind}.py" for kind in _KINDS), f"{_T}/meteorology/test_inspection.py")

SETTINGS = (f"{_T}/test_settings.py",)
STATIONS = (f"{_T}/test_stations.py", f"{_T}/test_toml_errors.py")

_Q = "weather_etl/meteorology/quality"
_R = "weather_etl/meteorology/repeated_hours.py"
_L = "weather_etl/meteorology/aggregation/hours.py"
_A = "weather_etl/meteorology/aggregation/completeness.py"
_D = "weather_etl/meteorology/aggregation"
_N = "weather_etl/meteorology/neighbours.py"
_O = "weather_etl/meteorology/observations"
_MERGE = "weather_etl/ingestion/merge.py"
_CONTAINER = "weather_etl/lake/container.py"
_SETTINGS = "weather_etl/settings.py"
_RULES = "weather_etl/station_rules.py"
_FILE = "weather_etl/station_file.py"
_LINES = "weather_etl/toml_lines.py"
_REDACTION = "weather_etl/redaction.py"
_F = "weather_etl/meteorology/formats"

_M = "weather_etl/meteorology"
FORMULAS = (f"{_T}/meteorology/test_formulas.py",)
TIMES = (f"{_T}/meteorology/test_times.py",)
REPORTS = (f"{_T}/test_weather_report.py",)
LOCKS = (f"{_T}/test_operations.py",)
VALUES = (f"{_T}/test_value_checks.py",)
_LOCK = "weather_etl/ingestion/station_lock.py"

MUTANTS = (
    # formulas, units and texts of times
    Mutant(f"{_M}/units.py", "if not is_unit(quantity, unit):", "if False:", FORMULAS),
    Mutant(f"{_M}/units.py", " and scale_of(unit)[1] == unit", "", FORMULAS),
    Mutant(f"{_M}/derived.py", "(t <= 40.0) & ~np.isnan(rh)", "t <= 40.0", FORMULAS),
    Mutant(f"{_M}/photovoltaics.py", "low &= ~np.isnan(horizontal_wm2)", "pass", FORMULAS),
    Mutant(f"{_D}/evapotranspiration.py", "(hours > 0) | np.isnan(sunshine_h)", "hours > 0", FORMULAS),
    Mutant(f"{_D}/evapotranspiration.py", "clear <= 0, LEAST_CLEAR, radiation_mjm2 / clear", "clear > 0, radiation_mjm2 / clear, LEAST_CLEAR", FORMULAS),
    Mutant(f"{_M}/cell_times.py", "_ENDS_IN_OFFSET.search(text, 10)", "_ENDS_IN_OFFSET.search(text)", TIMES),
    Mutant(f"{_M}/cell_times.py", "(?:$|[Zz+-])", "(?:$|[Zz+])", TIMES),
    Mutant(f"{_M}/cell_times.py", "localise(local[naive], timezone, files[naive], before)", "localise(local[naive], timezone, files[naive])", TIMES),
    Mutant(f"{_M}/local_clock.py", "sorted(before, reverse=True)", "before", TIMES),
    Mutant(f"{_M}/time_forms.py", "(hour == 24) & (minute == 0) & (second == 0)", "(hour == 24)", TIMES),
    Mutant(f"{_M}/time_forms.py", "(minute < 60) &", "(minute <= 60) &", TIMES),
    Mutant(f"{_M}/time_forms.py", "year < 69,", "year < 70,", TIMES),
    Mutant(f"{_M}/time_forms.py", 'there &= (half == "") | (hour <= 12)', "pass", TIMES),
    Mutant(f"{_F}/recognise.py", "* 2 <= len(data)", "* 2 < len(data)", (f"{_T}/meteorology/test_noaa.py",), "half_of_the_lines"),
    Mutant(f"{_D}/vectors.py", "np.where(degrees >= 360.0, 0.0, degrees)", "degrees", AGGREGATION, "never_360"),
    Mutant(f"{_M}/contract.py", "if values.dtype != dtype:", "if False:", CONTRACT, "closer_look"),
    # checks, locks, runs and messages at their limits
    Mutant("weather_etl/checks/observations.py", "len(hours) >= COVERAGE_WARN", "len(hours) > COVERAGE_WARN", VALUES, "95_percent"),
    Mutant("weather_etl/checks/observations.py", "check, age <= fresh_hours,", "check, age < fresh_hours,", VALUES, "just_as_old"),
    Mutant(_LOCK, "settings.silence_limit_s / 2", "settings.silence_limit_s", LOCKS, "who_waits"),
    Mutant(_LOCK, "if wait_s is None else wait_s", "if wait_s is not None else wait_s", LOCKS, "who_waits"),
    Mutant(_LOCK, "time.monotonic() - started >= self._wait_s", "True", LOCKS, "who_waits or waits_for_the_first"),
    Mutant(_LOCK, "autocommit = True", "autocommit = False", LOCKS, "leaves_no_transaction"),
    Mutant(_CONTAINER, "                etag=etag,\n                match_condition=MatchConditions.IfNotModified,\n            ).readall()", "            ).readall()", STORAGE, "end_of_a_version"),
    Mutant("weather_etl/operations/planning.py", "alone=bool(counted) and counted[-1].status != SUCCESS", "alone=bool(counted)", PLANNING),
    Mutant("weather_etl/operations/planning.py", "if r.number > last_other", "if r.number >= last_other", PLANNING),
    Mutant("weather_etl/operations/planning.py", "1 + max(p.attempts for p in pasts)", "1 + min(p.attempts for p in pasts)", PLANNING),
    Mutant("weather_etl/orchestration/sensors/landing_events.py", "places <= settled | kept.keys()", "places & (settled | kept.keys())", EVENTS),
    Mutant("weather_etl/orchestration/sensors/notifications.py", "not evaluation.passed and evaluation.blocking", "not evaluation.passed", (f"{_T}/test_notifications.py",), "check_that_blocks"),
    Mutant("weather_etl/orchestration/sensors/report.py", " or now < past.next_start(RETRY_DELAY_S)", "", REPORTS, "index_that"),
    # files of no particular format
    Mutant(f"{_F}/names.py", "known_unit(variable, unit) is not None", "True", TRAPS, "extremes or taken_for"),
    Mutant(f"{_F}/generic.py", "group = above or group", "group = above", TRAPS, "groups"),
    Mutant(f"{_F}/generic.py", 'row = [c.strip("()[] ") for c in row]', "row = list(row)", TRAPS, "brackets"),
    Mutant(f"{_F}/evidence.py", "float(known.max()) > 36", "float(known.max()) > 3", TRAPS, "directions or degrees"),
    Mutant(f"{_F}/evidence.py", "known[~nines]", "known", TRAPS, "mean_missing"),
    Mutant(f"{_F}/evidence.py", "float(known.min()) > MIN_KELVIN", "float(known.max()) > MIN_KELVIN", TRAPS, "kelvin"),
    Mutant(f"{_F}/evidence.py", "errors[best] <= 1.0 and", "", TRAPS, "humidity or agree"),
    Mutant(f"{_F}/mapping.py", "(not point or whole_column)", "not point", (f"{_T}/meteorology/test_parsing_units.py", *TRAPS), "comma"),
    Mutant(f"{_F}/unit_choice.py", 'column.rule.to == "temperature_c" or len(unknown) == len(measured)', "False", (f"{_T}/meteorology/test_parsing_units.py",), "unit"),
    Mutant(f"{_F}/unit_choice.py", "bearing.how != profile.title", "False", TRAPS, "degrees"),
    Mutant(f"{_F}/time_columns.py", "trimmed = [_without_midnight(trimmed[0]), _without_fraction(_without_day_zero(trimmed[1]))]", "pass", TRAPS, "many_forms"),
    Mutant(f"{_F}/refusals.py", "len(np.unique(times)) <= 0.6 * len(times)", "False", TRAPS, "twelve"),
    Mutant(f"{_F}/time_choice.py", 'top = [f for f in top if f != "%s"]', "pass", TRAPS, "many_forms"),
    Mutant(f"{_F}/time_choice.py", "steps > 20 * _DAY", "steps > 2000 * _DAY", TRAPS, "follow"),
    Mutant(f"{_F}/zones.py", "if options.timezone:\n                    return Zone(how=f\"the station's zone {options.timezone}\")", "if False:\n                    pass", TRAPS, "place_and_zone"),
    Mutant(f"{_F}/declared.py", "fields[column] = fields.get(column, Field()).scaled(factor)", "pass", TRAPS, "scaled or tenths"),
    Mutant("weather_etl/meteorology/time_forms.py", "there &= (half == \"\") | ((hour >= 1) & (hour <= 12))", "pass", TRAPS, "afternoon"),
    Mutant("weather_etl/meteorology/cutting.py", "return (latest >= 0) & ~same[np.maximum(latest, 0)]", "return None", TRAPS, "another_order"),
    Mutant("weather_etl/meteorology/time_forms.py", "np.round(np.nan_to_num(days) * 86_400) * 1_000_000", "np.round(np.nan_to_num(days) * 86_400_000_000)", TRAPS, "many_forms"),
    Mutant("weather_etl/meteorology/cell_numbers.py", 'pc.binary_join_element_wise(texts, pa.scalar("?"), "")', "texts", TRAPS, "comma"),
    # quality
    Mutant(f"{_Q}/ranges.py", "(values < low) | (values > high)", "(values < low)", QUALITY),
    Mutant(f"{_Q}/ranges.py", "(x < fail_low) | (x > fail_high)", "(x <= fail_low) | (x > fail_high)", QUALITY),
    Mutant(f"{_Q}/ranges.py", "return rows[~failed], rows[failed]", "return rows[failed], rows[~failed]", QUALITY),
    Mutant(f"{_Q}/changes.py", "np.minimum(np.abs(change[:-1]), np.abs(change[1:]))", "np.maximum(np.abs(change[:-1]), np.abs(change[1:]))", QUALITY),
    Mutant(f"{_Q}/changes.py", "large[change[large] * change[large + 1] < 0]", "large[change[large] * change[large + 1] > 0]", QUALITY),
    Mutant(f"{_Q}/changes.py", "(limits.spike[1] if limits.spike else np.inf)", "(limits.spike[0] if limits.spike else np.inf)", QUALITY),
    Mutant(f"{_Q}/changes.py", "np.flatnonzero(np.abs(change) > limits.rate)", "np.flatnonzero(np.abs(change) >= limits.rate)", QUALITY),
    Mutant(f"{_Q}/changes.py", "positions.append(start + np.flatnonzero(", "positions.append(start - 1 + np.flatnonzero(", QUALITY),
    Mutant(f"{_Q}/flags.py", "np.maximum(highest, rank[more], out=highest)", "np.minimum(highest, rank[more], out=highest)", QUALITY),
    Mutant(f"{_Q}/still.py", "of_run[hours >= limits.flat_hours[1]]", "of_run[hours > limits.flat_hours[1]]", QUALITY),
    Mutant(f"{_Q}/still.py", "same &= ~(excluded[1:] | excluded[:-1])", "same &= ~excluded[1:]", QUALITY),
    Mutant(f"{_Q}/still.py", "top if CAP_SHARE * known <= at_top < known else", "top if CAP_SHARE * known <= at_top <= known else", QUALITY),
    Mutant(f"{_Q}/consistency.py", 'v["dew_point_c"] - v["temperature_c"]', 'v["temperature_c"] - v["dew_point_c"]', QUALITY),
    Mutant(f"{_Q}/consistency.py", 'v["wind_speed_ms"] - v["wind_gust_ms"]', 'v["wind_gust_ms"] - v["wind_speed_ms"]', QUALITY),
    Mutant(f"{_Q}/limits.py", "(870, 1085), (940, 1080)", "(870, 1185), (940, 1080)", QUALITY),
    Mutant("weather_etl/meteorology/findings.py", "            x[rows] = np.nan\n", "", QUALITY),
    Mutant("weather_etl/meteorology/findings.py", "np.where(flags[rows] == Flag.FAIL, Flag.FAIL, flag)", "flag", QUALITY),
    # completeness
    Mutant(_A, "share: float = 0.8\n    longest_gap", "share: float = 0.75\n    longest_gap", AGGREGATION),
    Mutant(_A, "return gap <= self.longest_gap", "return gap < self.longest_gap", AGGREGATION),
    Mutant(_A, "months.sum(~valid) < self.missing", "months.sum(~valid) <= self.missing", AGGREGATION),
    Mutant(_A, "months.max(run) < self.consecutive", "months.max(run) <= self.consecutive", AGGREGATION),
    Mutant(_A, "return n >= expected", "return n >= expected - 1", AGGREGATION),
    Mutant(_A, "return n >= self.months", "return n >= self.months - 1", AGGREGATION),
    Mutant(_A, "return n >= np.ceil(self.share * self.period)", "return n > np.ceil(self.share * self.period)", AGGREGATION),
    # putting hours together
    Mutant(f"{_O}/provenance.py", "compare(state != MISSING, np.where", "compare(known, np.where", HOURS),
    Mutant(f"{_O}/provenance.py", "np.where(state == UNREADABLE, np.inf, np.where(known, x, 0.0))", "np.where(known, x, 0.0)", HOURS),
    Mutant(f"{_O}/provenance.py", "identical[rows[lost & answered & same]]", "identical[rows[lost & same]]", HOURS),
    Mutant(f"{_O}/provenance.py", "other & (files[rows] == files[rows[chosen]])", "other", HOURS),
    Mutant("weather_etl/meteorology/quality/ranges.py", "_WHOLE = np.array([-999.0, -9999.0,", "_WHOLE = np.array([-9999.0,", (*QUALITY, *HOURS)),
    # rain, snow and the sun
    Mutant(f"{_Q}/rain.py", "x[there[~after_gap]].max(initial=0.0)", "x[there].max(initial=0.0)", RULES, "accumulation or after_a_gap"),
    Mutant(f"{_Q}/rain.py", "long[at] + HOURS_ABOVE_LONG_MM + AS_WRITTEN_MM", "long[at] + HOURS_ABOVE_LONG_MM", RULES, "end_within"),
    Mutant(f"{_Q}/rain.py", "(temperature < FROZEN_BELOW_C)", "(temperature <= FROZEN_BELOW_C)", RULES, "frozen"),
    Mutant(f"{_Q}/rain.py", "good = (n == 24) & (total > 0)", "good = n == 24", RULES, "repeat"),
    Mutant(f"{_Q}/snow.py", "rise / np.maximum(span, 1)", "rise", RULES, "snow"),
    Mutant(f"{_Q}/snow.py", "warm[at + 1] - warm[first] == WARM_HOURS", "warm[at + 1] - warm[first] >= 1", RULES, "snow"),
    Mutant(f"{_Q}/snow.py", "np.fmin.reduceat(temperature, starts)", "np.fmax.reduceat(temperature, starts)", RULES, "snow"),
    Mutant(f"{_Q}/sunlight.py", "POSSIBLE_SUN[0] * power + POSSIBLE_SUN[1]", "RARE[0] * power + RARE[1]", RULES, "sun_gives"),
    Mutant(f"{_Q}/sunlight.py", ">= DEAD_HOURS, n", ">= 1, n", RULES, "dead"),
    Mutant(f"{_Q}/sunlight.py", "60.0 * length + DAY_LENGTH_BY_MIN", "60.0 * length - DAY_LENGTH_BY_MIN", RULES, "twelve"),
    Mutant(f"{_Q}/sunlight.py", "(total > CLEAR_DAY_FACTOR * clear)", "(total > 1.3 * clear)", RULES, "clear_one"),
    Mutant(f"{_Q}/sunlight.py", "return np.flatnonzero((dim | bright) &", "return np.flatnonzero(dim &", RULES, "contradict"),
    Mutant(f"{_Q}/streaks.py", "enough |= span >= 24 * still.days[step]", "pass", RULES, "by_their_days"),
    Mutant(f"{_Q}/streaks.py", "gap > LONGEST_GAP_H", "gap > 10 * LONGEST_GAP_H", RULES, "two_days"),
    Mutant(f"{_Q}/climate.py", "distance = np.abs(values[rows] - np.repeat(mean[of_run], part.lengths))", "distance = values[rows] - np.repeat(mean[of_run], part.lengths)", RULES, "climatology"),
    # what fell in an hour
    Mutant(f"{_O}/counters.py", "((last - 1) // 7 > (first - 1) // 7)", "False", FALLEN, "week"),
    Mutant(f"{_O}/precipitation.py", "np.where(routine, -np.abs((minute - mode + 30) % 60 - 30), -60)", "np.where(routine, 0, -60)", FALLEN, "routine"),
    Mutant(f"{_O}/precipitation.py", "tiles = np.abs(covered - HOUR) <=", "tiles = covered - HOUR <=", FALLEN, "part_of_an_hour"),
    Mutant(f"{_O}/precipitation.py", "(fell.length >= LEAST_OF_HOUR) & ", "", FALLEN, "part_of_an_hour"),
    Mutant(f"{_O}/precipitation.py", " & ~np.isin(amounts.hours, in_parts)", "", FALLEN, "known_apart"),
    Mutant(f"{_O}/precipitation.py", "(whole >= 2) & (whole <= LONGEST_H)", "(whole >= 2)", FALLEN, "more_than_a_day"),
    Mutant(f"{_O}/precipitation.py", "(total == 0.0) & np.logical_or.reduceat(trace, starts)", "np.logical_or.reduceat(trace, starts)", FALLEN, "trace"),
    Mutant(f"{_O}/series.py", "REGULAR_SHARE = 0.8", "REGULAR_SHARE = 0.5", FALLEN, "four_fifths"),
    # what fell and shone in days, months, years
    Mutant(f"{_D}/fallen.py", "np.where(np.isnan(by_long), by_hour, by_long)", "by_hour", TOTALS),
    Mutant(f"{_D}/fallen.py", "SunHours(ends, *self._place).mu > DAYLIGHT_MU", "SunHours(ends, *self._place).mu > 0.5", TOTALS),
    Mutant(f"{_D}/hours.py", "if len(closing):", "if False:", TOTALS, "whole_days"),
    Mutant(f"{_D}/totals.py", "five[4:] =", "five[: len(rain) - 4] =", TOTALS),
    Mutant(f"{_D}/totals.py", "masked(ratio(of_wet, wet_n), complete)", "masked(ratio(total, wet_n), complete)", TOTALS),
    Mutant(f"{_D}/totals.py", "fallen - taken", "fallen + taken", TOTALS),
    Mutant(f"{_D}/totals.py", "if site.latitude >= 0 else south", "if site.latitude <= 0 else south", TOTALS),
    Mutant(f"{_D}/spells.py", "cool[: max(half, start)] = False", "cool[:start] = False", TOTALS, "season"),
    Mutant(f"{_D}/completeness.py", 'missing <= (self.month if unit == "M" else self.year)', "missing <= self.year", TOTALS),
    Mutant(f"{_D}/evapotranspiration.py", "ANGSTROM = (0.25, 0.50)", "ANGSTROM = (0.20, 0.50)", TOTALS),
    Mutant(f"{_D}/evapotranspiration.py", "1.0 + 0.34 * wind_2m_ms", "1.0 + 0.24 * wind_2m_ms", TOTALS),
    Mutant(f"{_D}/days.py", 'np.where(np.isnan(depths.high) & (site.snow_absent == "zero"), 0.0, depths.high)', "depths.high", TOTALS),
    Mutant(f"{_D}/totals.py", "cloud > OVERCAST_PERCENT", "cloud >= OVERCAST_PERCENT", TOTALS, "limit"),
    Mutant(f"{_D}/totals.py", "mean < limits.cold_c", "mean <= limits.cold_c", TOTALS, "limit"),
    Mutant(f"{_D}/totals.py", "len(days) < last - first or ", "", TOTALS, "whole_year"),
    Mutant(f"{_D}/fallen.py", "(n >= needed) & (total_of_day.n > 0)", "n >= needed", TOTALS, "polar"),
    Mutant(f"{_D}/evapotranspiration.py", "return np.maximum(et0, 0.0)", "return et0", TOTALS, "dew"),
    Mutant(f"{_D}/evapotranspiration.py", "np.log(67.8 * height_m - 5.42)", "np.log(67.8 * 10 - 5.42)", TOTALS, "dew"),
    Mutant(f"{_D}/days.py", 'hours.began.by_day("cloud_cover_percent")', 'hours.by_day("cloud_cover_percent")', TOTALS),
    Mutant(f"{_D}/normals.py", "np.percentile(years[~np.isnan(years)], q)", "np.percentile(years[~np.isnan(years)], 100 - q)", TOTALS, "normals"),
    Mutant(f"{_D}/normals.py", "best = of_month[int(most[of_month].argmax())]", "best = of_month[0]", TOTALS, "normals"),
    Mutant("weather_etl/meteorology/photovoltaics.py", "(1.0 + np.cos(tilt)) / 2.0", "np.cos(tilt)", MODULE),
    # neighbours
    Mutant(_N, "off > SPREADS * spread[calendar]", "off > spread[calendar]", NEIGHBOURS),
    Mutant(_N, "agree = np.maximum(above, below)", "agree = above + below", NEIGHBOURS),
    Mutant(_N, "(judged >= LEAST) & (agree > AGREE * judged)", "(agree > AGREE * judged)", NEIGHBOURS),
    Mutant(_N, "max(high - low, floor)", "high - low", NEIGHBOURS),
    Mutant(_N, "if len(rows) < COMMON_HOURS:", "if len(rows) < 1:", NEIGHBOURS),
    Mutant(_N, "hit &= ~_falling(target.hours, x, expected)", "pass", NEIGHBOURS),
    # hours that a clock shows twice, and local days within UTC hours
    Mutant(_R, "return 1 - int(self.before) + int(self.after)", "return 1", TWICE),
    Mutant(_R, "if direction[file] < 0:", "if False:", TWICE, "newest"),
    Mutant(_R, "if not following or _is_copy(following, local, files):", "if not following:", TWICE, "came_twice"),
    Mutant(_R, "if not sorts or not _names_follow_time(shape, chain, in_order, local, files):", "if not sorts:", TWICE, "run_against"),
    Mutant(_R, "chain = [p for p in chain if not (p.before and p.after)]", "pass", TWICE, "spans"),
    Mutant(_R, "if len(back) != 1:", "if len(back) < 1:", TWICE, "one_too_many or overlap"),
    Mutant(_R, "len(occurrence := said.get(key, set())) == 1", "False", TWICE, "once_more or overlap"),
    Mutant("weather_etl/meteorology/error_budget.py", "if main and bad == n and not elsewhere:", "if main and bad == n:", TWICE, "alone"),
    Mutant(_L, "within = np.flatnonzero((local - utc) % HOUR)", "within = np.flatnonzero(local < 0)", ZONES),
    Mutant(_L, "local[within] = wall_clock(observed[within], timezone)", "pass", ZONES),
    Mutant(_L, "hours[within] = local[within] // HOUR - (local[within] - observed[within]) // HOUR", "pass", ZONES),
    Mutant(_L, "use[use] = valid[row[use]]", "pass", EXTREMES, "mark or failed"),
    Mutant("weather_etl/meteorology/extremes.py", "PARTS = (60, 30, 15)", "PARTS = (60,)", ZONES, "extremes"),
    # other inputs of the kinds of the cases
    Mutant(f"{_O}/sentinels.py", "or not (usual or name in SMOOTH)", "or not usual", QUALITY, "far_below"),
    Mutant(f"{_F}/zones.py", "(_NO_ZONE.fullmatch(text) and not _CLOCK_NAME.fullmatch(text))", "_NO_ZONE.fullmatch(text)", TRAPS, "nobody_knows"),
    Mutant(f"{_F}/generic.py", "for j in (below, i - 1 if i else None):", "for j in (below,):", TRAPS, "line_of_units"),
    Mutant(f"{_F}/refusals.py", "(times - days != times[:1] - days[:1]).any() or ", "", TRAPS, "not_to_ask"),
    Mutant(f"{_F}/mapping.py", "(metres or bool(pc.all(round_ones).as_py()))", "bool(pc.all(round_ones).as_py())", TRAPS, "metres_of_sight"),
    Mutant("weather_etl/landing/unpacking.py", "return hidden or ", "return ", (f"{_T}/meteorology/test_corpus.py",), "zip"),
    # runs that end
    Mutant("weather_etl/orchestration/child_runs.py", " or any(map(was_interrupted, result.all_events))", "", (f"{_T}/test_work_left_undone.py",), "signal"),
    Mutant(_CONTAINER, 'if code == "ContainerBeingDeleted":', "if False:", HOSTILE, "being_deleted"),
    Mutant("weather_etl/checks/observations.py", 'sentence in judged.observations.twice]', 'sentence in judged.observations.twice[:0]]', (f"{_T}/test_value_checks.py",), "twice"),
    # merging
    Mutant(_MERGE, 'known["state"] != UNREADABLE\n            and', 'True\n            and', HOSTILE, "came_back"),
    Mutant(_MERGE, 'same_reader and known["etag"] == version.etag', "same_reader", MERGING, "reuploaded"),
    Mutant(_MERGE, "None if full else frozenset(again)", "frozenset(again)", MERGING, "full_run"),
    Mutant(_MERGE, 'entry["landed_at"] = known["landed_at"]', "pass", MERGING, "touching"),
    Mutant(_MERGE, 'if e["name"] not in merge.unread)', ")", HOSTILE, "came_back"),
    Mutant(_MERGE, 'if original != name and entries[original]["state"] not in (REJECTED, UNREADABLE):', "if False:", MERGING, "second_name"),
    Mutant(_MERGE, '        elif entry["state"] == SAME_BYTES:\n            entries[name] = {**entry, "state": INGESTED, "same_as": None}\n', "", MERGING, "second_name"),
    Mutant(_MERGE, '            if entry["state"] != INGESTED:\n                continue\n', "", (*MERGING, *HOSTILE), "second_name or archive_tier"),
    Mutant(_MERGE, "    except BlobUnreadable as why:\n        entry |=", "    except ZeroDivisionError as why:\n        entry |=", HOSTILE, "itself_alone"),
    Mutant(_MERGE, "        if not why.passing:\n            raise\n        containers.landing.answers()", "        raise", HOSTILE, "none_of_the_storages and 500"),
    Mutant(_MERGE, "if (archived := [name for name in lost if known[name].get(\"archived\")]) and not full:", "if (archived := []):", (f"{_T}/operations/test_archive.py",)),
    Mutant("weather_etl/ingestion/raw_table.py", "if set(names) != set(kept):", "if False:", MERGING, "deleted or reuploaded"),
    Mutant("weather_etl/landing/versions.py", "if version.content_md5 and hashlib.md5(data, usedforsecurity=False).digest() != version.content_md5:", "if False:", HOSTILE, "md5"),
    Mutant("weather_etl/landing/versions.py", "container.read(version.name, version.etag)", "container.read(version.name)", MERGING, "overwritten"),
    Mutant("weather_etl/landing/unpacking.py", "if len(out) > limit:", "if False:", HOSTILE, "gzip_within"),
    Mutant("weather_etl/landing/unpacking.py", "data = _bounded(_gunzip(data), stored)", "data = _bounded(_gunzip(data), len(data) ** 2)", HOSTILE, "gzip_within"),
    Mutant("weather_etl/ingestion/splitting.py", "if_match=source.index.etag if source.index else None", "if_match=None", SPLITTING, "is_done_once"),
    # conditions of storage
    Mutant(_CONTAINER, 'self.client.download_blob(name, decompress=False, **condition)', 'self.client.download_blob(name, **condition)', HOSTILE, "as_it_is_stored"),
    Mutant(_CONTAINER, 'condition |= {"overwrite": True, "etag": if_match, "match_condition": MatchConditions.IfNotModified}', 'condition |= {"overwrite": True}', STORAGE),
    Mutant(_CONTAINER, 'condition: dict[str, Any] = {"overwrite": False}', 'condition: dict[str, Any] = {"overwrite": True}', STORAGE),
    Mutant(_CONTAINER, '{"etag": if_match, "match_condition": MatchConditions.IfNotModified} if if_match else {}', "{}", STORAGE),
    Mutant("weather_etl/lake/blobs.py", 'if root.tag != "EnumerationResults":', "if False:", HOSTILE, "proxys_page"),
    Mutant(_CONTAINER, "if blob is not None and code in _OF_ONE_BLOB:", "if False:", HOSTILE, "itself_alone or lease"),
    Mutant(_CONTAINER, "except (azure.AzureError, *_GARBLED) as error:", "except azure.AzureError as error:", HOSTILE, "none_of_the_storages and false"),
    Mutant("weather_etl/lake/table_objects.py", "etag = self.container.write(name, data, if_match=if_match, metadata=metadata)", "etag = self.container.write(name, data, if_match=None, metadata=metadata)", STORAGE),
    # checks that block
    Mutant("weather_etl/checks/promises.py", "if check.blocking and not evaluation.passed:", "if False:", BLOCKING),
    Mutant("weather_etl/checks/contract.py", "    if problems:\n        raise BlockingCheckFailed", "    if False:\n        raise BlockingCheckFailed", BLOCKING),
    Mutant("weather_etl/checks/contract.py", 'contract.", blocking=True)', 'contract.", blocking=False)', BLOCKING),
    Mutant("weather_etl/orchestration/assets/making.py", "            raise error\n        # After", "            return\n        # After", BLOCKING),
    Mutant("weather_etl/checks/files.py", "not (rejected or raw.unread)", "not rejected", HOSTILE, "itself_alone"),
    Mutant("weather_etl/meteorology/contract.py", "if not column.nullable and values.hasnans:", "if False:", CONTRACT, "null_where_none"),
    Mutant("weather_etl/meteorology/contract.py", "last.is_monotonic_increasing and last.is_unique", "last.is_monotonic_increasing", CONTRACT, "occurs_twice"),
    Mutant("weather_etl/meteorology/contract.py", "greatest > column.high", "greatest > column.high + 1", CONTRACT, "above_the_range"),
    # serving
    Mutant("weather_etl/serving/load.py", "    if strangers:\n", "    if False:\n", SERVING, "rows_of_another"),
    Mutant("weather_etl/serving/load.py", "DELETE FROM {target} t WHERE station_id = %s AND NOT EXISTS", "DELETE FROM {target} t WHERE %s <> '' AND NOT EXISTS", SERVING, "other_stations_stay"),
    Mutant("weather_etl/serving/load.py", "{same_key} AND s *= t)", "{same_key})", SERVING, "only_rows_that_differ"),
    Mutant("weather_etl/serving/load.py", "if postgres.is_of_a_value(error):", "if False:", SERVING, "does_not_take"),
    # secrets and what steers
    Mutant(_REDACTION, '    "WEATHER_ETL_SERVING_URL": r"://[^:/@]*:([^@]+)@",\n', "", SECRETS, "masked"),
    Mutant(_REDACTION, '    "WEATHER_ETL_WEBHOOK_URL": r"://[^/]+/(.+)",\n', "", SECRETS, "masked"),
    Mutant(_REDACTION, '    "WEATHER_ETL_POSTGRES_URL": r"://[^:/@]*:([^@]+)@",\n', "", SECRETS, "masked"),
    Mutant(_REDACTION, "secrets |= {value, unquote(value), quote(unquote(value), safe=\"\")}", "secrets |= {value}", SECRETS, "masked"),
    Mutant(_REDACTION, "return _FORMS.sub(lambda m: (m[1] or m[2]) + MASK, text)", "return text", SECRETS, "masked"),
    Mutant(_REDACTION, 'return without_secrets("".join(traceback.format_exception(error)))', 'return "".join(traceback.format_exception(error))', SECRETS, "unexpected"),
    Mutant("weather_etl/orchestration/failures.py", 'return without_secrets(f"Unexpected', 'return str(f"Unexpected', SECRETS, "unexpected"),
    Mutant(_REDACTION, "    if text.isprintable():\n        return text\n    return", "    return text\n    return", HARMLESS, "not command"),
    Mutant(_REDACTION, 'startswith(_FORMULA)', 'startswith("=")', HARMLESS, "not command"),
    Mutant("weather_etl/operations/notifications.py", 'if style == "teams" else text', "if False else text", HARMLESS, "not command"),
    # planning and events
    Mutant("weather_etl/operations/planning.py", "digests.digest([expected, offline] if offline else expected)", "digests.digest(expected)", HOSTILE, "came_back"),
    Mutant("weather_etl/operations/planning.py", "elif past.attempts >= max_attempts:", "elif past.attempts > max_attempts:", PLANNING),
    Mutant("weather_etl/operations/planning.py", "        elif past.in_flight:\n            out.in_flight.append(item.station)\n", "", PLANNING),
    Mutant("weather_etl/landing/events.py", '_RENAMED = ("Microsoft.Storage.BlobRenamed", "Microsoft.Storage.DirectoryRenamed")', '_RENAMED = ("Microsoft.Storage.BlobRenamed",)', EVENTS),
    # what a person sets
    Mutant(_SETTINGS, "(-?[a-z0-9])*", "(-*[a-z0-9])*", SETTINGS),
    Mutant(_SETTINGS, "(?=.{3,63}\\Z)", "", SETTINGS),
    Mutant(_SETTINGS, '"[0-9]{1,9}"', r'r"\d{1,9}"', SETTINGS),
    Mutant(_SETTINGS, "        elif container in seen:", "        elif False:", SETTINGS),
    Mutant(_SETTINGS, "if container == LOGS_CONTAINER:", "if False:", SETTINGS),
    Mutant(_RULES, "if not low <= value <= high:", "if not low < value < high:", STATIONS),
    Mutant(_RULES, "else value.astimezone(UTC)", "else value.replace(tzinfo=UTC)", STATIONS),
    Mutant(_FILE, "suspect[0] <= suspect[1] <= high:", "suspect[0] <= suspect[1]:", STATIONS),
    Mutant(_FILE, "if not low <= suspect[0]", "if not suspect[0]", STATIONS),
    Mutant(_FILE, "if fail is None and", "if", STATIONS),
    Mutant(_FILE, 'if end < info.data.get("start", end)', 'if end <= info.data.get("start", end)', STATIONS),
    Mutant(_FILE, 'info.data.get(f"{what}_base_c", limit)', 'info.data.get(f"{what}_base_c")', STATIONS),
    Mutant("weather_etl/meteorology/units.py", 'text("ascii").split()) - {"Factory"}', 'text("ascii").split())', STATIONS),
    Mutant(_LINES, "|'''.*?'''(?:'{0,2})", "|'''[^\\n]*(?:'{0,2})", STATIONS),
    Mutant(_LINES, '(?:"{0,2})', "", STATIONS),
    Mutant(_LINES, "if place in self.newest:", "if is_element:", STATIONS),
    Mutant(_LINES, "if depth > MAX_DEPTH:", "if False:", STATIONS),
    Mutant(_LINES, 'about if about and known in said else sentence', "sentence", STATIONS),
    Mutant(_CONTAINER, "in (408, 429)", "in (408,)", HOSTILE, "is_busy"),
)  # fmt: skip
