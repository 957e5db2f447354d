"""Checks of a station's hours: of `validated_observations` and of what is made in the same pass.

Belongs here: what is promised of observations, a function per promise; a new one is one function.
Does not belong here: checks of files (`files.py`), rules that decide on rows and values (`meteorology/`).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from weather_etl.checks.evaluation import ERROR, MAX_CASES, WARN, Check, Evaluation, percent
from weather_etl.checks.promises import REGISTERED, Judged, promise
from weather_etl.meteorology.reasons import Reason
from weather_etl.sentences import count
from weather_etl.stations import StationSettings

FAIL_WARN, FAIL_ERROR = 0.01, 0.10
SUSPECT_WARN = 0.05
PRECIPITATION_WARN = 0.90
CONSTANT_FROM_HOURS = 48  # fewer equal values say little
COVERAGE_WARN = 0.95


@promise(
    "Every data line is accounted for: kept + merged + identical duplicates + superseded + quarantined.", blocking=True
)
def row_balance(check: Check, judged: Judged) -> Evaluation:
    balance = judged.observations.balance
    sentence = (
        f"{balance.data_lines:,} data lines = {balance.kept:,} kept + {balance.merged:,} merged "
        f"+ {balance.identical_duplicates:,} identical duplicates + {balance.superseded:,} superseded "
        f"+ {balance.quarantined:,} quarantined; {count(balance.hours, 'hour')}"
    )
    if not balance.holds():
        sentence = f"The rows of {judged.station} do not balance and were not published: {sentence}"
    return Evaluation(check, balance.holds(), sentence + ".", ERROR, dict(vars(balance)))


@promise(
    "No row of the station's files was quarantined, but for those that sum up a day or a month.",
    table="quarantined_rows",
)
def no_quarantined_rows(check: Check, judged: Judged) -> Evaluation:
    quarantined, data_lines = judged.observations.quarantined, judged.observations.balance.data_lines
    of_lines = quarantined[quarantined["line"].notna()]
    rows = of_lines[of_lines["reason"] != Reason.SUMMARY_ROW]  # days and months are made of the hours: nothing is lost
    counts, summaries = rows["reason"].value_counts(), len(of_lines) - len(rows)
    sentence = f"None of {data_lines:,} data lines was quarantined."
    if summaries:
        sentence = (
            f"None of {data_lines:,} data lines was refused, {summaries:,} sum up days or months and were left out."
        )
    if len(rows):
        listing = ", ".join(f"{reason} {n:,}" for reason, n in counts.items())
        sentence = (
            f"{len(rows):,} of {data_lines:,} data lines ({percent(len(rows), data_lines)}) were refused: {listing}."
        )
    shown = rows.head(MAX_CASES)
    cases = [
        {"file": file, "line": int(line), "reason": reason, "detail": detail}
        for file, line, reason, detail in zip(
            *(shown[c].tolist() for c in ("landing_file", "line", "reason", "detail")), strict=True
        )
    ]
    figures = {"quarantined": len(rows), **({"summaries": summaries} if summaries else {})}
    return Evaluation(check, not len(rows), sentence, WARN, figures, cases)


@promise("No row was delivered twice.")
def identical_duplicates(check: Check, judged: Judged) -> Evaluation:
    repeats, lines = judged.observations.balance.identical_duplicates, judged.observations.balance.data_lines
    sentence = f"{repeats:,} of {lines:,} data lines are identical repeats of another and were counted once."
    return Evaluation(check, repeats == 0, sentence, WARN, {"identical_duplicates": repeats})


@promise("At least 95 % of the hours between the first and the last have an observation.")
def coverage(check: Check, judged: Judged) -> Evaluation:
    import numpy as np

    hours = (
        judged.observations.validated["timestamp"].to_numpy("datetime64[us]").astype("datetime64[h]").astype(np.int64)
    )
    if not len(hours):
        return Evaluation(check, False, "The station has no observation.", WARN, {"hours": 0})
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
    return Evaluation(check, passed, sentence, WARN, {"missing_hours": missing, "hours_expected": expected}, cases)


@promise("At most 1 % of each variable's values failed quality control (error above 10 %).")
def failed_values(check: Check, judged: Judged) -> Evaluation:
    from weather_etl.meteorology.quality import VARIABLES, Flag

    cases: list[dict[str, Any]] = []
    worst = 0.0
    for name in VARIABLES:
        flags = judged.observations.validated[f"{name}_qc"].to_numpy()
        evaluated = int((flags != Flag.MISSING).sum())
        failed, suspect = int((flags == Flag.FAIL).sum()), int((flags == Flag.SUSPECT).sum())
        if failed or suspect:
            share = failed / evaluated
            worst = max(worst, share)
            cases.append(
                {"variable": name, "failed": failed, "suspect": suspect, "of": evaluated, "percent": 100 * share}
            )
    cases.sort(key=lambda case: (-case["failed"], case["variable"]))
    sentence = "No value failed quality control."
    if cases:
        parts = [
            f"{case['variable']} {case['failed']:,} of {case['of']:,} ({case['percent']:.2f} %)"
            for case in cases
            if case["failed"]
        ]
        sentence = f"Values that failed and were nulled: {', '.join(parts) or 'none'}."
    for case in cases:
        case["percent"] = round(case["percent"], 3)
    failed = sum(case["failed"] for case in cases)
    return Evaluation(
        check,
        worst <= FAIL_WARN,
        sentence,
        ERROR if worst > FAIL_ERROR else WARN,
        {"failed": failed, **{f"failed_{case['variable']}": case["failed"] for case in cases}},
        cases,
    )


@promise("At most 5 % of each variable's values are suspect.")
def suspect_values(check: Check, judged: Judged) -> Evaluation:
    from weather_etl.meteorology.quality import VARIABLES, Flag

    cases: list[dict[str, Any]] = []
    for name in VARIABLES:
        flags = judged.observations.validated[f"{name}_qc"].to_numpy()
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
    return Evaluation(check, not many, sentence, WARN, {f"suspect_{c['variable']}": c["suspect"] for c in cases}, cases)


@promise("No variable is constant, no category unknown, and precipitation has a type in at most 90 % of the hours.")
def plausible_columns(check: Check, judged: Judged) -> Evaluation:
    from weather_etl.meteorology.quality import VARIABLES, Flag

    validated, findings = judged.observations.validated, []
    for name in VARIABLES:
        # What is computed is constant only if what it comes from is.
        values = validated[name].to_numpy()[validated[f"{name}_qc"].isin([Flag.GOOD, Flag.SUSPECT]).to_numpy()]
        if len(values) >= CONSTANT_FROM_HOURS and values.min() == values.max():
            findings.append(f"{name} is {values[0]:g} in all {len(values):,} hours")
    if judged.observations.unknown_categories:
        findings.append(
            f"precipitation types that are not known: {', '.join(judged.observations.unknown_categories[:MAX_CASES])}"
        )
    unknown = validated.loc[validated["condition"] == "other", "summary"].unique()
    if len(unknown):
        findings.append(f"summaries without a known condition: {', '.join(unknown[:MAX_CASES])}")
    kinds = validated["precipitation_type"]
    typed = int((kinds.notna() & (kinds != "none")).sum())
    if typed > PRECIPITATION_WARN * len(validated):
        findings.append(
            f"precipitation has a type in {percent(typed, len(validated))} of the hours, so that it says nothing of rain"
        )
    sentence = "All columns vary and all categories are known."
    if findings:
        sentence = f"To look at: {'; '.join(findings)}."
    cases = [{"finding": f} for f in findings]
    return Evaluation(check, not findings, sentence, WARN, {"findings": len(findings)}, cases)


@promise("The stamps of radiation and sunshine fit the sun over the station.")
def stamps_fit_the_sun(check: Check, judged: Judged) -> Evaluation:
    from weather_etl.meteorology import sun

    place, validated = judged.site.place, judged.observations.validated
    hours = validated["timestamp"].to_numpy("datetime64[h]").astype("int64")
    for name in ("solar_radiation_wm2", "sunshine_min"):
        if not validated[name].notna().any():
            continue
        if place is None:
            return Evaluation(
                check, True, "Not looked at: the station settings name no latitude and longitude.", WARN
            )  # fmt: skip
        audit = sun.audit(hours, validated[name].to_numpy(), *place)
        if audit is None:
            return Evaluation(check, True, "Not looked at: it takes 30 days of radiation or sunshine.", WARN)
        figures = {"shift_minutes": audit.shift_min, "sunny_in_the_dark": round(audit.sunny_in_the_dark, 4)}
        sentence = f"The sun fits best with the stamps of {name} moved by {audit.shift_min} min."
        if audit.suspicious:
            sentence = (
                f"The stamps of {name} look shifted by {audit.shift_min} min, and {100 * audit.sunny_in_the_dark:.1f} % of "
                "the sunny hours lie in the night: check the time zone of the station and whether its stamps mark the "
                "start or the end of an hour."
            )
        return Evaluation(check, not audit.suspicious, sentence, WARN, figures)
    return Evaluation(check, True, "The station has neither radiation nor sunshine.", WARN)


@promise("Times that the clock shows twice are told apart by the order of times alone.")
def hours_shown_twice(check: Check, judged: Judged) -> Evaluation:
    cases = [{"times": sentence} for sentence in judged.observations.twice]
    sentence = "No time that the clock shows twice was placed by the names of files, and none was left without a place."
    if cases:
        first = cases[0]["times"]
        sentence = f"{first[0].upper()}{first[1:]}."
    return Evaluation(check, not cases, sentence, WARN, {"changes": len(cases)}, cases[:MAX_CASES])


@promise("No number such as -999 stands for a missing value that nobody declared.")
def undeclared_missing_values(check: Check, judged: Judged) -> Evaluation:
    cases: list[dict[str, Any]] = [
        {"file": file, "variable": name, "values": number}
        for file, counts in judged.observations.sentinels.items()
        for name, number in counts.items()
    ]
    number = sum(c["values"] for c in cases)
    sentence = "Missing values are written as such."
    if cases:
        sentence = (
            f"{count(number, 'number')} such as -999 or 99.9 were read as missing values, first {cases[0]['variable']} of "
            f"{cases[0]['file'][:200]!r}; `missing` in station.toml declares them."
        )
    return Evaluation(check, not cases, sentence, WARN, {"sentinels": number}, cases[:MAX_CASES])


@promise("No variable stops at a round figure, as if its instrument could not say more.")
def unsaturated_values(check: Check, judged: Judged) -> Evaluation:
    cases = [{"variable": name, "figure": figure} for name, figure in judged.observations.saturated.items()]
    sentence = "No variable stops at a round figure."
    if cases:
        listing = ", ".join(f"{c['variable']} at {c['figure']:g} (in the unit of its source)" for c in cases)
        sentence = f"Variables that never pass a round figure, so that the largest may be cut off: {listing}."
    return Evaluation(check, not cases, sentence, WARN, {"saturated": len(cases)}, cases)


@promise("No temperature, dew point or pressure comes far more often than the values around it.")
def frequent_values(check: Check, judged: Judged) -> Evaluation:
    from weather_etl.meteorology.quality import Flag
    from weather_etl.meteorology.quality.climate import FREQUENT_VARIABLES, frequent

    validated, cases = judged.observations.validated, []
    for name in FREQUENT_VARIABLES:
        measured = validated[f"{name}_qc"].isin([Flag.GOOD, Flag.SUSPECT]).to_numpy()
        for value, hours, around in frequent(validated[name].to_numpy()[measured]):
            cases.append({"variable": name, "from": value, "to": value + 1.0, "hours": hours, "of": around})
    sentence = "No value comes far more often than those around it."
    if cases:
        listing = ", ".join(f"{c['variable']} {c['from']:g} to {c['to']:g}: {c['hours']:,} hours" for c in cases[:5])
        sentence = (
            f"Values that come as often as all within 3 around them together, perhaps a mark or a fault: {listing}."
        )
    return Evaluation(check, not cases, sentence, WARN, {"frequent": len(cases)}, cases[:MAX_CASES])


@promise("The newest hour of a station with `live = true` is at most `fresh_hours` (26) hours old.")
def freshness(check: Check, judged: Judged) -> Evaluation:
    validated = judged.observations.validated
    newest = None if validated.empty else validated["timestamp"].iloc[-1].to_pydatetime()
    return age_of_newest_hour(check, newest, judged.fresh_hours, now=judged.now)


def age_of_newest_hour(
    check: Check, newest: datetime | None, fresh_hours: float | None, *, now: datetime
) -> Evaluation:
    """The one check whose result changes while the table does not; `fresh_hours` is None where nothing is expected."""
    if fresh_hours is None:
        figures: dict[str, Any] = {"live": "no"}
        return Evaluation(check, True, "Not expected: the station settings do not say `live = true`.", WARN, figures)
    figures = {"live": "yes", "fresh_hours": fresh_hours}
    if newest is None:
        return Evaluation(check, False, "The station has no observation.", WARN, figures)
    age = (now - newest).total_seconds() / 3600
    sentence = f"The newest hour is {newest:%Y-%m-%d %H:%M}Z, {age:,.0f} hours ago."
    if age > fresh_hours:
        sentence = (
            f"The newest hour is {newest:%Y-%m-%d %H:%M}Z, {age:,.0f} hours ago, and may be {fresh_hours:g} hours old; "
            "look at what delivers the files, or set `fresh_hours` in station.toml."
        )
    return Evaluation(check, age <= fresh_hours, sentence, WARN, {**figures, "age_hours": round(age, 1)})


def lasting(evaluations: Iterable[Evaluation]) -> list[Evaluation]:
    """What lies in a table object, whose bytes are the same whenever it is made: freshness without the age."""
    return [
        replace(e, passed=True, description="", figures=_expected(e)) if e.check == freshness else e
        for e in evaluations
    ]


def _expected(evaluation: Evaluation) -> dict[str, Any]:
    return {name: value for name, value in evaluation.figures.items() if name in ("live", "fresh_hours")}


def as_of_now(evaluation: Evaluation, newest: datetime | None) -> Evaluation:
    """What a check says now of a table that was made earlier; `newest` is its last hour."""
    if evaluation.check != freshness:
        return evaluation
    live = evaluation.figures.get("live") == "yes"
    # Older tables do not record it: it could not be set when they were made.
    fresh_hours = evaluation.figures.get("fresh_hours", StationSettings.fresh_hours) if live else None
    return age_of_newest_hour(freshness, newest, fresh_hours, now=datetime.now(UTC))


OBSERVATION_CHECKS: tuple[Check, ...] = tuple(REGISTERED)
