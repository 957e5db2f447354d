"""What the settings of a station and of the installation say of files, for the readers.

Belongs here: the record. Does not belong here: where the settings come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from weather_etl.meteorology.formats.profile import Profile


@dataclass(frozen=True)
class Options:
    """How the files of a station are to be read, as far as its settings say.

    Attributes:
        aliases: header name -> column of ours, or `ignore`.
        encoding: of files that are neither UTF-8 nor UTF-16.
        delimiter, decimal: where they are not to be told from the file.
        sheet: of a workbook, the only one to be read; None: the first that makes sense.
        units: column -> unit; it overrules the file.
        timezone: IANA zone of times without an offset; None: the station has none.
        standard_time: its clock never changes.
        timestamp_format: form of the times.
        date_order: `dmy`, `mdy` or `ymd`.
        missing: further texts that mean no value.
        format: name of the profile to be used; no other is asked.
        profiles: of the station and of the installation, asked before the packaged ones.
        pressure: what a column called just pressure holds, `msl` or `station`; "": the station does not say.
        elevation_m: of the station, in metres.
        bulletin_date: year and month of bulletins, `2024-05`.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None
    standard_time: bool = False
    timestamp_format: str | None = None
    date_order: str | None = None
    missing: tuple[str, ...] = ()
    format: str | None = None
    profiles: tuple[Profile, ...] = ()
    pressure: str = ""
    elevation_m: float | None = None
    bulletin_date: str | None = None
