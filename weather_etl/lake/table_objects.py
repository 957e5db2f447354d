"""Table objects: one Parquet file per table and station, `<table>/station=<id>/data.parquet`.

A table of all stations together is one object, `<table>/data.parquet`; its station is the empty string.

Belongs here: their address, their stamp, reading and publishing them.
Does not belong here: their bytes (`parquet.py`), when a table is made and what is in it.

Every table object is written by ONE Put Blob with If-Match or If-None-Match: a reader sees the old table or the new one, and
of two writers one learns that it lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from weather_etl.lake.blobs import Blob
from weather_etl.lake.container import BlobNotFound, Container, PreconditionFailed
from weather_etl.lake.parquet import decode_checks, decode_parquet, encode_parquet

if TYPE_CHECKING:
    import pyarrow as pa

FOOTER_GUESS = 64 * 1024  # most footers are smaller; of a longer one a second request brings the rest


@dataclass(frozen=True)
class Stamp:
    """What a table object says of itself without being read.

    Attributes:
        first, last: time of its first and last row, as text; empty where it has none.
        warn, error: checks of the table that did not pass, by severity; None where an older version wrote it.
        rejected: landing files that could not be used, of `raw_observations`.
        fresh_hours: how old the newest hour may be, of `validated_observations` of a live station.
    """

    table: str
    station: str
    etag: str
    fingerprint: str
    rows: int
    size: int
    last_modified: datetime
    first: str = ""
    last: str = ""
    warn: int | None = None
    error: int | None = None
    rejected: int | None = None
    fresh_hours: float | None = None


@dataclass
class TableObject:
    """A table of one station as read: Arrow rows, the manifest where there is one, and the stamp."""

    arrow: "pa.Table"
    stamp: Stamp
    manifest: list[dict[str, Any]] | None = None


class Lake:
    """The table objects: `<table>/station=<id>/data.parquet` in one container."""

    def __init__(self, container: Container) -> None:
        self.container = container

    @staticmethod
    def object_name(table: str, station: str) -> str:
        return f"{table}/station={station}/data.parquet" if station else f"{table}/data.parquet"

    def uri(self, table: str, station: str) -> str:
        return f"{self.container.url}/{self.object_name(table, station)}"

    @staticmethod
    def _stamp(blob: Blob) -> Stamp | None:
        table, _, rest = blob.name.partition("/")
        folder = rest.split("/")[:-1]
        if rest.rpartition("/")[2] != "data.parquet" or not (folder == [] or _is_of_a_station(folder)):
            return None
        metadata = blob.metadata
        return Stamp(
            table=table,
            station=folder[0].removeprefix("station=") if folder else "",
            etag=blob.etag,
            fingerprint=metadata.get("fingerprint", ""),
            rows=int(metadata.get("rows", -1)),
            size=blob.size,
            last_modified=blob.last_modified,
            first=metadata.get("first", ""),
            last=metadata.get("last", ""),
            warn=_whole_number(metadata.get("warn")),
            error=_whole_number(metadata.get("error")),
            rejected=_whole_number(metadata.get("rejected")),
            fresh_hours=float(metadata["fresh_hours"]) if "fresh_hours" in metadata else None,
        )

    def stamps(self, blobs: Iterable[Blob] | None = None) -> dict[tuple[str, str], Stamp]:
        """(station, table) -> stamp of every table object of a station; `blobs` is a listing of the container."""
        stamps = (self._stamp(b) for b in (self.container.list() if blobs is None else blobs))
        return {(s.station, s.table): s for s in stamps if s and s.station}

    def stamp(self, table: str, station: str) -> Stamp | None:
        blob = self.container.head(self.object_name(table, station))
        return self._stamp(blob) if blob else None

    def read(self, table: str, station: str, columns: list[str] | None = None) -> TableObject | None:
        """One table of one station (of all together: an empty string), or None if it has never been written."""
        try:
            data, blob = self.container.read(self.object_name(table, station))
        except BlobNotFound:
            return None
        arrow, manifest = decode_parquet(table, data, columns)
        stamp = self._stamp(blob)
        assert stamp is not None
        return TableObject(arrow, stamp, manifest)

    def read_checks(self, table: str, station: str, stamp: Stamp | None = None) -> list[dict[str, Any]] | None:
        """What the checks of a table said when it was made, from the end of its object; None if nothing is recorded.

        Args:
            table: its name.
            station: station id.
            stamp: of the object as it was seen before, which saves asking for it.
        """
        wanted = FOOTER_GUESS
        while True:
            stamp = stamp or self.stamp(table, station)
            if stamp is None:
                return None
            name = self.object_name(table, station)
            try:
                end = self.container.read_end(name, wanted, size=stamp.size, etag=stamp.etag)
            except (PreconditionFailed, BlobNotFound):  # replaced or removed since
                stamp = None
                continue
            length = int.from_bytes(end[-8:-4], "little") + 8
            if length <= len(end):
                return decode_checks(end[-length:])
            wanted = length

    def write(
        self,
        table: str,
        station: str,
        arrow: "pa.Table",
        *,
        fingerprint: str,
        if_match: str | None,
        manifest: list[dict[str, Any]] | None = None,
        checks: list[dict[str, Any]] | None = None,
    ) -> Stamp:
        """Publish a table of one station.

        Args:
            table: its name.
            station: station id.
            arrow: the rows.
            fingerprint: what it was made from.
            if_match: ETag of the object that it replaces; None if there is none.
            manifest: of the landing files, for raw.
            checks: what its checks said, as plain data.

        Raises:
            PreconditionFailed: the object is no longer the one with `if_match` (None: it exists by now).
        """
        data = encode_parquet(table, arrow, manifest, checks)
        name = self.object_name(table, station)
        first, last = _span(table, arrow) if station else ("", "")
        metadata = {"fingerprint": fingerprint, "rows": str(arrow.num_rows), "first": first, "last": last}
        metadata = {key: value for key, value in metadata.items() if value} | _condition(manifest, checks)
        etag = self.container.write(name, data, if_match=if_match, metadata=metadata)
        stamp = self._stamp(Blob(name, etag, len(data), datetime.now().astimezone(), metadata=metadata))
        assert stamp is not None
        return stamp


def _is_of_a_station(folder: list[str]) -> bool:
    return len(folder) == 1 and folder[0].startswith("station=")


def _whole_number(text: str | None) -> int | None:
    return int(text) if text else None


def _condition(manifest: list[dict[str, Any]] | None, checks: list[dict[str, Any]] | None) -> dict[str, str]:
    """What a listing of the container shall tell of a station's condition, so that nobody opens a thousand objects."""
    condition: dict[str, str] = {}
    if manifest is not None:
        condition["rejected"] = str(sum(e.get("state") == "rejected" for e in manifest))
    if checks is not None:
        failed = [c["severity"] for c in checks if not c["passed"]]
        condition |= {"warn": str(failed.count("WARN")), "error": str(failed.count("ERROR"))}
        hours = [c["figures"]["fresh_hours"] for c in checks if c["figures"].get("fresh_hours") is not None]
        condition |= {"fresh_hours": f"{hours[0]:g}"} if hours else {}
    return condition


def _span(table: str, arrow: "pa.Table") -> tuple[str, str]:
    """First and last time of a table that is in time order, as text; empty strings elsewhere."""
    time_column = next((n for n in ("timestamp", "date", "month", "year") if n in arrow.column_names), None)
    if table == "raw_observations" or time_column is None or not arrow.num_rows:
        return "", ""
    first, last = (arrow.column(time_column)[i].as_py() for i in (0, -1))
    return (
        (f"{first:%Y-%m-%d %H:%M}Z", f"{last:%Y-%m-%d %H:%M}Z")
        if time_column == "timestamp"
        else (str(first), str(last))
    )
