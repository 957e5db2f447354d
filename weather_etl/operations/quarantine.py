"""What was refused: quarantined rows of stations, and lines of shared files that belong to none.

Belongs here: collecting them, and writing them to a CSV file that a spreadsheet opens safely.
Does not belong here: printing (`cli/files.py`), why a row is refused (`meteorology/`).
"""

import csv
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.lake.connection import Containers
from weather_etl.meteorology.reasons import Reason
from weather_etl.operations.files import _QUARANTINED, REJECTED
from weather_etl.redaction import cell, printable

COLUMNS = ("station_id", "landing_file", "etag", "line", "reason", "detail", "raw_text", "landed_at")


def quarantined_rows(
    containers: Containers, stations: Collection[str] = (), reason: str | None = None
) -> Iterator[dict[str, Any]]:
    """Refused rows and files, by station; those of shared files that belong to no station come last.

    Raises:
        UserError: there is no such reason, or nothing is known of a station.
    """
    import pyarrow.compute as pc

    if reason is not None and reason not in Reason.__members__:
        raise UserError(f"{printable(reason)} is no reason code; known are {', '.join(Reason)}.")
    inventory = shared_files.take_inventory(containers)
    known = {station for station, table in inventory.stamps if table == _QUARANTINED}
    for station in stations:
        if station not in known:
            raise UserError(f"Station {printable(station)} has no quarantined_rows yet; run `weather-etl run` first.")
    for station in sorted(set(stations) or known):
        quarantined = containers.lake.read(_QUARANTINED, station)
        if quarantined is None:
            continue
        rows = quarantined.arrow
        if reason is not None:
            rows = rows.filter(pc.equal(rows.column("reason"), reason))
        yield from rows.select(list(COLUMNS)).to_pylist()
    if not stations:
        for index in shared_files.indexes_in_trouble(containers.lake.container, inventory.sources):
            yield from (r for r in _rows_of_no_station(index) if reason is None or r["reason"] == reason)


def _rows_of_no_station(index: dict[str, Any]) -> Iterator[dict[str, Any]]:
    source = {"station_id": None, "landing_file": index["name"], "etag": index["etag"], "landed_at": index["landed_at"]}
    if index["state"] == REJECTED:
        yield source | {"line": None, "reason": index["reason"], "detail": index["detail"], "raw_text": None}
        return
    yield from (source | line for line in index["refused"]["lines"])


def write_csv(rows: Iterable[dict[str, Any]], path: Path, *, as_is: bool = False) -> int:
    """Write quarantined rows for a spreadsheet: a cell never becomes a formula (ingestion rule 12), unless `as_is`.

    Returns the number of rows.
    """
    number = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            values = [row[c].isoformat() if hasattr(row[c], "isoformat") else row[c] for c in COLUMNS]
            writer.writerow(values if as_is else map(cell, values))
            number += 1
    return number
