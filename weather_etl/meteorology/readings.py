"""How the cells of a landing file are to be read: the record that formats make and `cells.py` follows.

Belongs here: the record. Does not belong here: what file, format and station say of it (`formats/`), reading (`cells.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.units import DEFAULT_UNITS


@dataclass(frozen=True)
class Precipitation:
    """What the column `precipitation_mm` of a file means.

    Attributes:
        kind: `amount` of a period that ends with the row's time; `running` since the last routine report (METAR);
            `interval`: amount since the row before; `counter`: reading of a gauge that is set back now and then.
        minutes: period of an amount, or archive interval; 0: the step of the series.
        resets: when a counter is set back: `hour`, `day`, `week`, `month`, `year` (of the station's zone), "": unknown.
        blank: `none`: an empty cell means that none fell; else `missing`.
        routine: of a running amount, regular expression of the routine report's type; "": the modal minute decides.
    """

    kind: str = "interval"
    minutes: int = 0
    resets: str = ""
    blank: str = "missing"
    routine: str = ""


@dataclass(frozen=True)
class Reading:
    """How the cells of one landing file are to be read.

    Attributes:
        units: column -> unit of its numbers.
        decimal: the decimal mark; behind it that of thousands, where the station says it.
        fields: column -> how its text is written, where that is more than a number.
        timezones: text of the station -> zone of its times without an offset; "" stands for every station.
        stations: what the column `station` may say; None: anything.
        pressures_swapped: the column of each kind of pressure holds the other kind: the file left it open.
        precipitation: what its precipitation means.
        stamp: what the time of a row marks of the period of its sums, means and extremes: `end`, `start`, `middle`.
        period_minutes: length of that period; 0: the step of the series.
        form: form of the times, see `cell_times.read_form`.
        before: (date, zone): zone of the times before that date.
        standard_time: the clock of times without an offset never changes: the zone's standard time all year.
        zone_is_assumed: nobody says in which zone the times without an offset are.
        dropped: columns whose cells are not read: too many of them are no numbers.
    """

    units: tuple[tuple[str, str], ...]
    decimal: str = "."
    fields: tuple[tuple[str, Field], ...] = ()
    timezones: tuple[tuple[str, str], ...] = ()
    stations: tuple[str, ...] | None = None
    pressures_swapped: bool = False
    precipitation: Precipitation = Precipitation()
    stamp: str = "end"
    period_minutes: int = 0
    form: str = "iso"
    before: tuple[tuple[str, str], ...] = ()
    standard_time: bool = False
    zone_is_assumed: bool = False
    dropped: tuple[str, ...] = ()

    @classmethod
    def of(cls, units: Mapping[str, str], decimal: str = ".", **more: Any) -> "Reading":
        """The reading of a plain CSV file with these units; those that it does not name are the defaults."""
        return cls(tuple(sorted({**DEFAULT_UNITS, **units}.items())), decimal, **more)

    def column(self, variable: str) -> str:
        """The raw column that holds a variable."""
        if self.pressures_swapped:
            return _SWAPPED.get(variable, variable)
        return variable


_SWAPPED = {"pressure_msl_hpa": "pressure_station_hpa", "pressure_station_hpa": "pressure_msl_hpa"}
