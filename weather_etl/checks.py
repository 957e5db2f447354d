"""Asset checks: what is promised of a station's tables, each spec beside the function that evaluates it.

Belongs here: names, descriptions and severities of checks, thresholds, the sentence a person reads.
Does not belong here: rules that decide on rows and values (`meteorology/`).

All are evaluated per station while its tables are made, from what is in memory then: a separate check step would
read the tables again. The blocking ones raise before anything is published.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from weather_etl.errors import UserError
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.redaction import printable

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.ingestion.merge import Raw
    from weather_etl.meteorology.observations import Observations

FAIL_WARN, FAIL_ERROR = 0.01, 0.10
SUSPECT_WARN = 0.05
PRECIPITATION_WARN = 0.90
CONSTANT_FROM_HOURS = 48  # fewer equal values say little
COVERAGE_WARN = 0.95
FRESH_HOURS = 26
MAX_CASES = 10
ERROR, WARN = "ERROR", "WARN"


@dataclass(frozen=True)
class Check:
    """Name and meaning of a check on one table."""

    table: str
    name: str
    description: str
    blocking: bool = False
    per_station: bool = True


@dataclass
class Evaluation:
    """The result of one check for one station; `description` is one sentence with the counts."""

    check: Check
    passed: bool
    description: str
    severity: str = WARN
    metadata: dict[str, Any] = field(default_factory=dict)
    cases: list[dict[str, Any]] = field(default_factory=list)


class BlockingCheckFailed(UserError):
    """A blocking check failed: nothing of the table was published."""

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__(evaluation.description)
        self.evaluation = evaluation


STATION_PROCESSED = Check(
    "raw_observations",
    "station_processed",
    "The last run over the station did its work; red with the cause if it could not, or if the station is parked.",
)
UNROUTABLE_FILES = Check(
    "raw_observations",
    "unroutable_files",
    "Every blob in the landing container lies in a station's folder, <station>/<any path>.",
    per_station=False,
)
SHARED_FILES = Check(
    "shared_files",
    "shared_files",
    "Every file of several stations could be used, and each of its lines was given to a station.",
    per_station=False,
)
REJECTED_FILES = Check("raw_observations", "rejected_files", "No landing file of the station was rejected as a whole.")
QUARANTINED_ROWS = Check("quarantined_rows", "no_quarantined_rows", "No row of the station's files was quarantined.")
ROW_BALANCE = Check(
    "validated_observations",
    "row_balance",
    "Every data line is accounted for: kept + identical duplicates + superseded + quarantined.",
    blocking=True,
)
SCHEMA_AND_KEYS = {
    table: Check(table, "schema_and_keys", "Types, ranges and keys are those of the table's contract.", blocking=True)
    for table in TABLE_NAMES
    if table != "raw_observations"  # text as it came, and written before anything is checked
}
DUPLICATES = Check("validated_observations", "identical_duplicates", "No row was delivered twice.")
COVERAGE = Check(
    "validated_observations",
    "coverage",
    "At least 95 % of the hours between the first and the last have an observation.",
)
FAILED_VALUES = Check(
    "validated_observations",
    "failed_values",
    "At most 1 % of each variable's values failed quality control (error above 10 %).",
)
SUSPECT_VALUES = Check("validated_observations", "suspect_values", "At most 5 % of each variable's values are suspect.")
PLAUSIBLE_COLUMNS = Check(
    "validated_observations",
    "plausible_columns",
    "No variable is constant, no category unknown, and precipitation has a type in at most 90 % of the hours.",
)
FRESHNESS = Check(
    "validated_observations",
    "freshness",
    f"The newest hour of a station with `live = true` is at most {FRESH_HOURS} hours old.",
)
# Of the tables; SHARED_FILES is of the step before them.
ALL_CHECKS = (
    STATION_PROCESSED,
    UNROUTABLE_FILES,
    REJECTED_FILES,
    QUARANTINED_ROWS,
    ROW_BALANCE,
    *SCHEMA_AND_KEYS.values(),
    DUPLICATES,
    COVERAGE,
    FAILED_VALUES,
    SUSPECT_VALUES,
    PLAUSIBLE_COLUMNS,
    FRESHNESS,
)


def percent(part: int, whole: int) -> str:
    """'0.02 %'."""
    return f"{100 * part / whole:.2f} %" if whole else "0 %"


def count(number: int, noun: str) -> str:
    """'1 file', '2 files'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def schema_and_keys(table: str, frame: "pd.DataFrame", station: str) -> Evaluation:
    """Hold a table against its pandera model; raises `BlockingCheckFailed`."""
    from weather_etl.meteorology import schemas

    problems = schemas.check(table, frame)
    check = SCHEMA_AND_KEYS[table]
    if problems:
        raise BlockingCheckFailed(
            Evaluation(
                check,
                False,
                f"{table} of {station} breaks its contract and was not published: {'; '.join(problems[:3])}. "
                "This is a bug; please report it with the landing files.",
                ERROR,
                {"violations": len(problems)},
                [{"violation": p} for p in problems],
            )
        )
    return Evaluation(check, True, f"{len(frame):,} rows keep the contract of {table}.", ERROR, {"rows": len(frame)})


def row_balance(observations: "Observations", station: str) -> Evaluation:
    """Account for every data line; raises `BlockingCheckFailed`."""
    b = observations.balance
    sentence = (
        f"{b.data_lines:,} data lines = {b.kept:,} kept + {b.identical_duplicates:,} identical duplicates "
        f"+ {b.superseded:,} superseded + {b.quarantined:,} quarantined"
    )
    evaluation = Evaluation(ROW_BALANCE, b.holds(), sentence + ".", ERROR, dict(vars(b)))
    if not evaluation.passed:
        evaluation.description = f"The rows of {station} do not balance and were not published: {sentence}."
        raise BlockingCheckFailed(evaluation)
    return evaluation


def rejected_files(raw: "Raw") -> Evaluation:
    rejected = [e for e in raw.manifest if e["state"] == "rejected"]
    total = len(raw.manifest)
    sentence = f"None of {count(total, 'landing file')} was rejected."
    if rejected:
        first = rejected[0]
        sentence = (
            f"{len(rejected):,} of {count(total, 'landing file')} could not be used, first {printable(first['name'])} "
            f"({first['reason']}: {first['detail']}); correct or delete it, the next run looks again."
        )
    cases = [{"file": e["name"], "reason": e["reason"], "detail": e["detail"]} for e in rejected]
    return Evaluation(REJECTED_FILES, not rejected, sentence, ERROR, {"rejected": len(rejected), "files": total}, cases)


def quarantined_rows(quarantined: "pd.DataFrame", data_lines: int) -> Evaluation:
    rows = quarantined[quarantined["line"].notna()]
    counts = rows["reason"].value_counts()
    sentence = f"None of {data_lines:,} data lines was quarantined."
    if len(rows):
        listing = ", ".join(f"{reason} {n:,}" for reason, n in counts.items())
        sentence = (
            f"{len(rows):,} of {data_lines:,} data lines ({percent(len(rows), data_lines)}) were refused: {listing}."
        )
    cases = [
        {"file": r.landing_file, "line": int(r.line), "reason": r.reason, "detail": r.detail}
        for r in rows.head(MAX_CASES).itertuples()
    ]
    return Evaluation(QUARANTINED_ROWS, not len(rows), sentence, WARN, {"quarantined": len(rows)}, cases)


def identical_duplicates(observations: "Observations") -> Evaluation:
    n, lines = observations.balance.identical_duplicates, observations.balance.data_lines
    sentence = f"{n:,} of {lines:,} data lines are identical repeats of another and were counted once."
    return Evaluation(DUPLICATES, n == 0, sentence, WARN, {"identical_duplicates": n})


def coverage(observations: "Observations") -> Evaluation:
    import numpy as np

    hours = observations.validated["timestamp"].to_numpy("datetime64[us]").astype("datetime64[h]").astype(np.int64)
    if not len(hours):
        return Evaluation(COVERAGE, False, "The station has no observation.", WARN, {"hours": 0})
    expected = int(hours[-1] - hours[0]) + 1
    missing = expected - len(hours)
    gaps = np.flatnonzero(np.diff(hours) > 1)
    cases = [
        {
            "from": f"{(hours[i] + 1).astype('datetime64[h]')}Z",
            "to": f"{(hours[i + 1] - 1).astype('datetime64[h]')}Z",
            "hours": int(hours[i + 1] - hours[i] - 1),
        }
        for i in gaps[:MAX_CASES]
    ]
    sentence = (
        f"{missing:,} of {expected:,} hours ({percent(missing, expected)}) are missing, in {count(len(gaps), 'gap')}."
    )
    passed = len(hours) >= COVERAGE_WARN * expected
    return Evaluation(COVERAGE, passed, sentence, WARN, {"missing_hours": missing, "hours_expected": expected}, cases)


def failed_values(observations: "Observations") -> Evaluation:
    from weather_etl.meteorology.quality import VARIABLES, Flag

    cases, worst = [], 0.0
    for name in VARIABLES:
        flags = observations.validated[f"{name}_qc"].to_numpy()
        evaluated = int((flags != Flag.MISSING).sum())
        failed, suspect = int((flags == Flag.FAIL).sum()), int((flags == Flag.SUSPECT).sum())
        if failed or suspect:
            share = failed / evaluated
            worst = max(worst, share)
            cases.append(
                {"variable": name, "failed": failed, "suspect": suspect, "of": evaluated, "percent": 100 * share}
            )
    cases.sort(key=lambda c: (-c["failed"], c["variable"]))
    sentence = "No value failed quality control."
    if cases:
        parts = [f"{c['variable']} {c['failed']:,} of {c['of']:,} ({c['percent']:.2f} %)" for c in cases if c["failed"]]
        sentence = f"Values that failed and were nulled: {', '.join(parts) or 'none'}."
    for c in cases:
        c["percent"] = round(c["percent"], 3)
    failed = sum(c["failed"] for c in cases)
    return Evaluation(
        FAILED_VALUES,
        worst <= FAIL_WARN,
        sentence,
        ERROR if worst > FAIL_ERROR else WARN,
        {"failed": failed, **{f"failed_{c['variable']}": c["failed"] for c in cases}},
        cases,
    )


def suspect_values(observations: "Observations") -> Evaluation:
    from weather_etl.meteorology.quality import VARIABLES, Flag

    cases = []
    for name in VARIABLES:
        flags = observations.validated[f"{name}_qc"].to_numpy()
        valid, suspect = int((flags != Flag.MISSING).sum()), int((flags == Flag.SUSPECT).sum())
        if suspect:
            cases.append(
                {"variable": name, "suspect": suspect, "of": valid, "percent": round(100 * suspect / valid, 3)}
            )
    cases.sort(key=lambda c: (-c["percent"], c["variable"]))
    many = [c for c in cases if c["suspect"] > SUSPECT_WARN * c["of"]]
    sentence = f"{sum(c['suspect'] for c in cases):,} values are suspect, at most 5 % of any variable."
    if many:
        parts = [f"{c['variable']} {c['suspect']:,} of {c['of']:,} ({c['percent']:.2f} %)" for c in many]
        sentence = f"Suspect values are many in {', '.join(parts)}; see quality_events for the tests that found them."
    return Evaluation(
        SUSPECT_VALUES, not many, sentence, WARN, {f"suspect_{c['variable']}": c["suspect"] for c in cases}, cases
    )


def plausible_columns(observations: "Observations") -> Evaluation:
    from weather_etl.meteorology.quality import VARIABLES, Flag

    validated, found = observations.validated, []
    for name in VARIABLES:
        # What is computed is constant only if what it comes from is.
        values = validated[name].to_numpy()[validated[f"{name}_qc"].isin([Flag.GOOD, Flag.SUSPECT]).to_numpy()]
        if len(values) >= CONSTANT_FROM_HOURS and values.min() == values.max():
            found.append(f"{name} is {values[0]:g} in all {len(values):,} hours")
    if observations.unknown_categories:
        found.append(
            f"precipitation types that are not known: {', '.join(observations.unknown_categories[:MAX_CASES])}"
        )
    other = validated.loc[validated["condition"] == "other", "summary"].unique()
    if len(other):
        found.append(f"summaries without a known condition: {', '.join(other[:MAX_CASES])}")
    kinds = validated["precipitation_type"]
    typed = int((kinds.notna() & (kinds != "none")).sum())
    if typed > PRECIPITATION_WARN * len(validated):
        found.append(
            f"precipitation has a type in {percent(typed, len(validated))} of the hours, so that it says nothing of rain"
        )
    sentence = "All columns vary and all categories are known."
    if found:
        sentence = f"To look at: {'; '.join(found)}."
    cases = [{"finding": f} for f in found]
    return Evaluation(PLAUSIBLE_COLUMNS, not found, sentence, WARN, {"findings": len(found)}, cases)


def freshness(observations: "Observations", *, live: bool, now: datetime) -> Evaluation:
    if not live:
        return Evaluation(FRESHNESS, True, "Not expected: the station settings do not say `live = true`.", WARN)
    if observations.validated.empty:
        return Evaluation(FRESHNESS, False, "The station has no observation.", WARN)
    newest = observations.validated["timestamp"].iloc[-1].to_pydatetime()
    age = (now - newest).total_seconds() / 3600
    sentence = f"The newest hour is {newest:%Y-%m-%d %H:%M}Z, {age:,.0f} hours ago."
    return Evaluation(FRESHNESS, age <= FRESH_HOURS, sentence, WARN, {"age_hours": round(age, 1)})


def station_failed(station: str, cause: str) -> Evaluation:
    """The evaluation that turns a station red."""
    return Evaluation(STATION_PROCESSED, False, cause, ERROR, {"station": station})


def station_processed(tables: int) -> Evaluation:
    return Evaluation(
        STATION_PROCESSED, True, f"{count(tables, 'table')} brought up to date.", ERROR, {"tables": tables}
    )


def up_to_date(behind: list[str]) -> Evaluation:
    """The evaluation of a station on which no work was done; `behind` are its stale tables."""
    sentence = "All tables are up to date."
    if behind:
        sentence = f"{count(len(behind), 'table')} out of date: {', '.join(behind)}; materialize the station."
    return Evaluation(STATION_PROCESSED, not behind, sentence, WARN, {"tables_out_of_date": len(behind)})


def shared_files(troubled: list[dict[str, Any]], files: int, splits: int, failed: Collection[str] = ()) -> Evaluation:
    """How the files of several stations stand.

    Args:
        troubled: indexes of files that were rejected, or that hold lines of no station.
        files, splits: how many shared files there are, and how many parts of them.
        failed: one sentence for each file that could not be split now.
    """
    rejected = [i for i in troubled if i["state"] == "rejected"]
    partly = [i for i in troubled if i["state"] != "rejected"]
    lost = sum(i["refused"]["rows"] for i in partly)
    sentence = f"All lines of {count(files, 'shared file')} were given to stations ({count(splits, 'part')})."
    if not files:
        sentence = "There is no file of several stations below _shared/."
    if failed:
        sentence = f"{len(failed):,} of {count(files, 'shared file')} could not be split, first {next(iter(failed))}"
    elif rejected:
        first = rejected[0]
        sentence = (
            f"{len(rejected):,} of {count(files, 'shared file')} could not be used, first {first['name'][:200]!r} "
            f"({first['reason']}: {first['detail']}); correct or delete it, the next run looks again."
        )
    elif partly:
        first, line = partly[0], partly[0]["refused"]["lines"][0]
        sentence = (
            f"{count(lost, 'line')} of shared files could be given to no station, first line {line['line']} of "
            f"{first['name'][:200]!r} ({line['reason']}: {line['detail']})."
        )
    cases = [
        {"file": i["name"][:200], "line": 0, "reason": i["reason"] or "", "detail": i["detail"] or ""} for i in rejected
    ]
    cases += [
        {"file": i["name"][:200], **{k: line[k] for k in ("line", "reason", "detail")}}
        for i in partly
        for line in i["refused"]["lines"][:MAX_CASES]
    ]
    figures = {"files": files, "rejected": len(rejected), "failed": len(failed), "lines_of_no_station": lost}
    severity = ERROR if rejected or failed else WARN
    return Evaluation(SHARED_FILES, not (troubled or failed), sentence, severity, figures, cases[:MAX_CASES])


def split_parked(attempts: str, job: str) -> Evaluation:
    """The evaluation that says that nobody tries to split the shared files any more."""
    return Evaluation(
        SHARED_FILES,
        False,
        f"The shared files are parked: {attempts} could not split them (see the failed runs of {job}); correct or delete "
        f"the file that they name, which starts it again, or run `weather-etl run`.",
        ERROR,
    )


def unroutable_files(names: list[str], stations: int) -> Evaluation:
    sentence = f"All files lie in the folders of {count(stations, 'station')}."
    if names:
        sentence = (
            f"{count(len(names), 'file')} outside any station's folder, first {names[0][:200]!r}; "
            "move them to <station>/<any path>."
        )
    cases = [{"file": name[:200]} for name in names[:MAX_CASES]]
    return Evaluation(UNROUTABLE_FILES, not names, sentence, WARN, {"unroutable": len(names)}, cases)
