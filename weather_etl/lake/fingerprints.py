"""What a table object was made from, as a hash; and so, whether it is stale.

Belongs here: which table is made from which, code versions, the fingerprint.
Does not belong here: listings (`landing/`, `table_objects.py`) and decisions (`operations/planning.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weather_etl.digests import digest
from weather_etl.meteorology.site import LEAST_STATIONS
from weather_etl.meteorology.vocabulary import READER_VERSION

if TYPE_CHECKING:
    from weather_etl.lake.table_objects import Stamp

# table -> the tables it is made from, in the order in which they are made
INPUTS: Mapping[str, tuple[str, ...]] = {
    "raw_observations": (),
    "quarantined_rows": ("raw_observations",),
    "validated_observations": ("raw_observations",),
    "quality_events": ("raw_observations",),
    "daily_weather": ("validated_observations",),
    "monthly_weather": ("validated_observations", "daily_weather"),
    "yearly_weather": ("validated_observations", "daily_weather", "monthly_weather"),
    "climate_normals": ("monthly_weather",),
}
TABLE_NAMES = tuple(INPUTS)
# The one table of all stations together, and the tables of each station that it is made from.
NEIGHBOURS, NEIGHBOURS_INPUTS = "neighbour_events", ("validated_observations", "daily_weather")

# Raise a table's version when the same input gives another table: it and what is made from it become stale.
CODE_VERSIONS: Mapping[str, str] = {
    **dict.fromkeys(TABLE_NAMES, "1"),
    "raw_observations": READER_VERSION,
    "quarantined_rows": "5",
    "validated_observations": "8",
    "quality_events": "8",
    "daily_weather": "7",
    "monthly_weather": "5",
    "yearly_weather": "5",
    "climate_normals": "4",
    NEIGHBOURS: "1",
}


def of_landing(versions: Iterable[tuple[str, str]], settings_version: str) -> str:
    """Fingerprint of `raw_observations`: landing-file versions (name, ETag), settings and code."""
    return digest(["raw_observations", CODE_VERSIONS["raw_observations"], settings_version, sorted(versions)])


def of_table(table: str, inputs: Mapping[str, str], settings_version: str) -> str:
    """Fingerprint of a table made from inputs that carry the given fingerprints."""
    return digest([table, CODE_VERSIONS[table], settings_version, [inputs[i] for i in INPUTS[table]]])


def expected(versions: Iterable[tuple[str, str]], settings_version: str) -> dict[str, str]:
    """What every table of a station should carry, given what landing and settings say now."""
    fingerprints = {"raw_observations": of_landing(versions, settings_version)}
    for table in TABLE_NAMES[1:]:
        fingerprints[table] = of_table(table, fingerprints, settings_version)
    return fingerprints


def of_neighbours(stamps: "Mapping[tuple[str, str], Stamp]") -> str:
    """Fingerprint of `neighbour_events`: the tables of all stations, which know of their settings, and code.

    Args:
        stamps: (station, table) -> stamp. Below four stations there are no neighbours, whatever the tables say.
    """
    made = [
        [station, *(stamps[(station, table)].fingerprint for table in NEIGHBOURS_INPUTS)]
        for station in sorted({s for s, _ in stamps})
        if all((station, table) in stamps for table in NEIGHBOURS_INPUTS)
    ]
    return digest([NEIGHBOURS, CODE_VERSIONS[NEIGHBOURS], made if len(made) >= LEAST_STATIONS else []])


@dataclass(frozen=True)
class StaleStation:
    """A station whose tables do not carry what landing, settings and code say now.

    `target` identifies what they should carry; runs are tagged with it, so that attempts can be counted.
    """

    station: str
    target: str
    why: str

    @property
    def key(self) -> str:
        """Station and target as the value of a run tag."""
        return digest([self.station, self.target])[:16]
