"""Checks of landing files: rejected, unroutable, shared by several stations.

Belongs here: what is promised of files as a whole.
Does not belong here: checks of rows and hours (`observations.py`).
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from weather_etl.checks.evaluation import ERROR, MAX_CASES, WARN, Check, Evaluation
from weather_etl.redaction import printable
from weather_etl.sentences import count

if TYPE_CHECKING:
    from weather_etl.ingestion.manifest import Raw
    from weather_etl.stations import StationSettings

UNROUTABLE_FILES = Check(
    "landing_files",
    "unroutable_files",
    "Every blob in the landing container lies in a station's folder, `<station>/<any path>`.",
    per_station=False,
)
SHARED_FILES = Check(
    "shared_files",
    "shared_files",
    "Every file of several stations could be used, and each of its lines was given to a station.",
    per_station=False,
)
REJECTED_FILES = Check(
    "raw_observations",
    "rejected_files",
    "Every landing file of the station could be read, and none was rejected as a whole.",
)
ASSUMPTIONS = Check(
    "raw_observations",
    "assumptions",
    "Units, time zone, order of day and month and height of the wind sensor are as the file, its format or station.toml says.",
)


def assumptions(raw: "Raw", settings: "StationSettings") -> Evaluation:
    """What had to be assumed of files, and the lines of `station.toml` that end it."""
    from weather_etl.ingestion.reading import still_assumed

    texts_by_file = {
        e["name"]: [*still_assumed(e, settings).values(), *_another_height(e.get("heights", {}), settings)]
        for e in raw.manifest
        if e["state"] == "ingested"
    }
    cases = [{"file": name, "assumption": text} for name, texts in texts_by_file.items() for text in texts]
    files = sum(bool(texts) for texts in texts_by_file.values())
    sentence = "Nothing had to be assumed."
    if cases:
        sentence = (
            f"Something had to be assumed of {count(files, 'file')}, first of {printable(cases[0]['file'])}: "
            f"{cases[0]['assumption']}"
        )
    return Evaluation(ASSUMPTIONS, not cases, sentence, WARN, {"files": files}, cases[:MAX_CASES])


def _another_height(heights: Mapping[str, float], settings: "StationSettings") -> list[str]:
    """That the wind of a file was measured at another height than wind power and evapotranspiration are computed with."""
    height, taken = heights.get("wind_speed_ms"), settings.wind.anemometer_height_m
    if height is None or height == taken:
        return []
    return [
        f"its wind is of {height:g} m above ground by its format, and {taken:g} m are taken for wind power and "
        f"evapotranspiration; write the height into station.toml: wind = {{ anemometer_height_m = {height:g} }}"
    ]


def rejected_files(raw: "Raw") -> Evaluation:
    """Files of which nothing could be used, and those that the storage did not give."""
    rejected = [e for e in raw.manifest if e["state"] == "rejected"]
    total = len(raw.manifest)
    sentence = f"None of {count(total, 'landing file')} was rejected."
    if raw.pending:
        name = printable(raw.pending[0])
        sentence += (
            f" {count(len(raw.pending), 'file')} changed while being read, first {name}; the next run looks again."
        )
    if raw.unread:
        first_unread = next(iter(raw.unread.values()))
        sentence = f"{len(raw.unread):,} of {count(total, 'landing file')} could not be read: {first_unread}"
    if rejected:
        first = rejected[0]
        of_rejected = (
            f"{len(rejected):,} of {count(total, 'landing file')} could not be used, first {printable(first['name'])} "
            f"({first['reason']}: {first['detail']}); correct or delete it, the next run looks again."
        )
        sentence = f"{sentence} {of_rejected}" if raw.unread else of_rejected
    cases = [{"file": name, "reason": "UNREADABLE", "detail": why} for name, why in raw.unread.items()]
    cases += [{"file": e["name"], "reason": e["reason"], "detail": e["detail"]} for e in rejected]
    figures = {"rejected": len(rejected), "unreadable": len(raw.unread), "files": total}
    return Evaluation(REJECTED_FILES, not (rejected or raw.unread), sentence, ERROR, figures, cases)


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


def unroutable_files(names: list[str], stations: int, names_digest: str) -> Evaluation:
    """Blobs outside any station's folder.

    Args:
        names: of these blobs.
        stations: how many stations there are.
        names_digest: stands for the names, so that a later look finds out whether others came.
    """
    sentence = f"All files lie in the folders of {count(stations, 'station')}."
    if names:
        sentence = (
            f"{count(len(names), 'file')} outside any station's folder, first {names[0][:200]!r}; "
            "move them to <station>/<any path>."
        )
    cases = [{"file": name[:200]} for name in names[:MAX_CASES]]
    return Evaluation(
        UNROUTABLE_FILES, not names, sentence, WARN, {"unroutable": len(names), "names": names_digest}, cases
    )
