"""What a run finds when it first touches a station: its files, its settings, and the tables that there are.

Belongs here: taking stock, once and before anything is read; what each table's fingerprint should be.
Does not belong here: reading files (`merge.py`), making tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import INPUTS, TABLE_NAMES
from weather_etl.lake.table_objects import Stamp
from weather_etl.landing import listing
from weather_etl.landing.versions import StationFiles
from weather_etl.station_names import did_you_mean
from weather_etl.stations import StationSettings

RAW = "raw_observations"
_LOOKS = 5  # at a station whose station.toml is replaced again and again


class StationVanished(UserError):
    """All landing files of a station are gone: a person must say that this is meant."""

    def __init__(self, station: str) -> None:
        super().__init__(
            f"All landing files of station {station} have vanished and its tables were kept; upload the files again, "
            f"or run `weather-etl forget {station}` if this is meant."
        )


class UnknownStation(UserError):
    """Neither landing nor the lake knows the station."""

    def __init__(self, station: str, known: Iterable[str] = ()) -> None:
        super().__init__(
            f"There is no landing file for station {station}; upload one with `weather-etl upload {station} FILE`."
            f"{did_you_mean(station, known)}"
        )


class NeverMade(UserError):
    """A table that is needed does not exist."""

    def __init__(self, table: str, station: str) -> None:
        super().__init__(f"{table} of station {station} has never been made; materialize it first.")


@dataclass
class OpenStation:
    """A station as a run found it.

    Attributes:
        station: its id.
        files: its landing files as listed.
        settings: what its `station.toml` or the registry says.
        settings_version: identifies these settings.
        stamps: the table objects as they were before any input was read: one that is replaced after this is the work
            of another run, and a conditional write finds out. Of a table that is read, as it was read.
        made: fingerprints of the tables that this run has made.
        unread: a sentence for each landing file that this run could not read, or that changed meanwhile.
    """

    station: str
    files: StationFiles
    settings: StationSettings
    settings_version: str
    stamps: dict[str, Stamp | None]
    made: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def fingerprint(self, table: str) -> str:
        """What the table would carry if it were made now, from its inputs as they are.

        Raises:
            NeverMade: an input does not exist.
        """
        if table == RAW:
            return fingerprints.of_landing(self.files.versions(), self.settings_version)
        return fingerprints.of_table(table, {i: self.carried(i) for i in INPUTS[table]}, self.settings_version)

    def carried(self, table: str) -> str:
        """The fingerprint of a table as it is now.

        Raises:
            NeverMade: there is no such table.
        """
        if table in self.made:
            return self.made[table]
        stamp = self.stamps[table]
        if stamp is None:
            raise NeverMade(table, self.station)
        return stamp.fingerprint

    def is_current(self, table: str) -> bool:
        """Whether making the table would give what is there."""
        stamp = self.stamps[table]
        return stamp is not None and stamp.fingerprint == self.fingerprint(table)

    def expected(self) -> Mapping[str, str]:
        """What every table should carry, given what landing, settings and code say."""
        return fingerprints.expected(self.files.versions(), self.settings_version)


def open_station(containers: Containers, station: str) -> OpenStation:
    """List a station's files and tables and read its settings.

    Raises:
        StationVanished: it has tables and no files.
        UnknownStation: it has neither.
        UserError: its settings cannot be read.
    """
    for attempt in range(1, _LOOKS + 1):
        files = shared_files.list_station(containers, station)
        stamps = {table: containers.lake.stamp(table, station) for table in TABLE_NAMES}
        if not files.files:
            raise StationVanished(station) if stamps[RAW] else UnknownStation(station)
        try:
            settings = listing.read_settings(containers.landing, station, files)
        except listing.SettingsChanged:
            if attempt == _LOOKS:
                raise
        else:
            break
    return OpenStation(station, files, settings, files.settings_version(station), stamps)
