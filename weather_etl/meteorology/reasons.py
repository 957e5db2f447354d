"""Why a row was quarantined or a file rejected: a closed vocabulary.

Belongs here: the codes, one sentence for each, and what a person can do about it.
Does not belong here: the rules that give the codes (`formats/`, `cutting.py`, `observations/`).
"""

from enum import StrEnum

# Of a file that is to be split by station, with the reason COLUMN_MISSING.
NO_STATION_COLUMN = (
    "no column for the station, which a file below _shared/ must have (a header such as 'station' is needed)"
)


class Reason(StrEnum):
    """A reason code, as it stands in `quarantined_rows.reason` and in the manifest."""

    # of a whole file
    EMPTY_FILE = "EMPTY_FILE"
    NOT_TEXT = "NOT_TEXT"
    NOT_CSV = "NOT_CSV"
    NOT_OF_FORMAT = "NOT_OF_FORMAT"
    ENCODING_UNKNOWN = "ENCODING_UNKNOWN"
    GZIP_TRUNCATED = "GZIP_TRUNCATED"
    GZIP_CORRUPT = "GZIP_CORRUPT"
    ZIP_MEMBERS = "ZIP_MEMBERS"
    ZIP_CORRUPT = "ZIP_CORRUPT"
    DECOMPRESSION_LIMIT = "DECOMPRESSION_LIMIT"
    CHECKSUM = "CHECKSUM"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_COLUMNS = "TOO_MANY_COLUMNS"
    COLUMN_MISSING = "COLUMN_MISSING"
    DUPLICATE_COLUMN = "DUPLICATE_COLUMN"
    UNIT_UNKNOWN = "UNIT_UNKNOWN"
    UNIT_UNLIKELY = "UNIT_UNLIKELY"
    DATE_ORDER = "DATE_ORDER"
    NO_TIME = "NO_TIME"
    NO_DATE = "NO_DATE"
    NO_YEAR = "NO_YEAR"
    DAILY_ONLY = "DAILY_ONLY"
    TYPICAL_YEAR = "TYPICAL_YEAR"
    ERROR_BUDGET = "ERROR_BUDGET"
    ALL_ROWS_BAD = "ALL_ROWS_BAD"
    # of a row (ROW_WIDTH and NUL_PADDING of a file too)
    ROW_WIDTH = "ROW_WIDTH"
    CELL_TOO_LONG = "CELL_TOO_LONG"
    QUOTE_UNBALANCED = "QUOTE_UNBALANCED"
    BAD_ENCODING = "BAD_ENCODING"
    NUL_PADDING = "NUL_PADDING"
    TIMESTAMP_MISSING = "TIMESTAMP_MISSING"
    TIMESTAMP_INVALID = "TIMESTAMP_INVALID"
    TIMESTAMP_AMBIGUOUS = "TIMESTAMP_AMBIGUOUS"
    TIMESTAMP_NONEXISTENT = "TIMESTAMP_NONEXISTENT"
    TIMESTAMP_OUT_OF_RANGE = "TIMESTAMP_OUT_OF_RANGE"
    TYPE = "TYPE"
    NO_MEASUREMENT = "NO_MEASUREMENT"
    CONFLICT = "CONFLICT"
    STATION_MISSING = "STATION_MISSING"
    STATION_INVALID = "STATION_INVALID"
    WRONG_STATION = "WRONG_STATION"
    SUMMARY_ROW = "SUMMARY_ROW"


# code -> (what it means, what to do)
EXPLANATIONS: dict[Reason, tuple[str, str]] = {
    Reason.EMPTY_FILE: ("The file has 0 bytes or only blank lines.", "Upload it again with its content."),
    Reason.NOT_TEXT: ("The file is not text.", "Export the data as CSV."),
    Reason.NOT_CSV: ("The file is of another kind than CSV.", "Export the data as CSV."),
    Reason.NOT_OF_FORMAT: (
        "`format` in station.toml names another format, or one that there is not.",
        "Correct that line, or take it out: the formats of files are recognised.",
    ),
    Reason.ENCODING_UNKNOWN: ("The text encoding could not be told.", "Save the file as UTF-8."),
    Reason.GZIP_TRUNCATED: ("The gzip stream ends too early.", "Upload the whole file again."),
    Reason.GZIP_CORRUPT: ("The gzip stream is damaged or has bytes behind its end.", "Compress and upload it again."),
    Reason.ZIP_MEMBERS: (
        "The zip holds several files of no format that is known to come so.",
        "Upload the files one by one.",
    ),
    Reason.ZIP_CORRUPT: ("The zip archive is damaged.", "Compress and upload it again."),
    Reason.DECOMPRESSION_LIMIT: ("The file unpacks to more than 512 MB or 200 times its size.", "Split the file."),
    Reason.CHECKSUM: ("The bytes do not match the blob's Content-MD5.", "Upload the file again."),
    Reason.TOO_LARGE: ("The file has more than 512 MB or 10 million lines.", "Split the file."),
    Reason.TOO_MANY_COLUMNS: (
        "The first line has more than 256 columns or 64 KiB.",
        "Check the separator and line ends.",
    ),
    Reason.COLUMN_MISSING: (
        "No column of times, or of anything measured, is known.",
        "Say in [aliases] of station.toml which columns they are.",
    ),
    Reason.DUPLICATE_COLUMN: (
        "Two columns mean the same thing and say different things.",
        'Name the wrong one in [aliases] of station.toml as "ignore".',
    ),
    Reason.UNIT_UNKNOWN: (
        "The unit in a header is not known.",
        "Write a unit listed in docs/formats.md into the header.",
    ),
    Reason.UNIT_UNLIKELY: (
        "The numbers cannot be in the only unit that is left.",
        "Write the unit into the header or into `units` of station.toml.",
    ),
    Reason.DATE_ORDER: (
        "Day and month cannot be told apart.",
        'Set date_order = "dmy" or "mdy" in station.toml.',
    ),
    Reason.NO_TIME: (
        "No column holds times, or they have no hour.",
        'Add a column of times, or name it in station.toml: aliases = { "Its header" = "timestamp" }.',
    ),
    Reason.NO_DATE: (
        "The times have no date.",
        "Add a column with the date. Of METAR and SYNOP reports put it into the file name, such as metar_2024-05-31.txt, or "
        "set bulletin_date in station.toml.",
    ),
    Reason.NO_YEAR: (
        "The times have no year.",
        "Such a file holds no observations of any year; give files with years.",
    ),
    Reason.DAILY_ONLY: (
        "The file has one value a day and no hours.",
        "Give hourly files: days and months are made from the hours.",
    ),
    Reason.TYPICAL_YEAR: (
        "The file holds a typical year, put together from months of different years.",
        "Give files of observations; a typical year is none.",
    ),
    Reason.ERROR_BUDGET: (
        "More than 25 % of the rows, or of a column's values, cannot be read.",
        "Check units (percent or fraction, F or C), decimal and thousands separators.",
    ),
    Reason.ALL_ROWS_BAD: ("No row of the file can be used.", "See the reasons of its first rows."),
    Reason.ROW_WIDTH: ("The row has more or fewer cells than the header.", "Check separators and quotes in the row."),
    Reason.CELL_TOO_LONG: ("A cell is longer than 64 KiB.", "Check quotes in the row."),
    Reason.QUOTE_UNBALANCED: ("A quote in the row is not closed.", "Close or double the quote."),
    Reason.BAD_ENCODING: ("The row has bytes that are not in the file's encoding.", "Save the file as UTF-8."),
    Reason.NUL_PADDING: ("The row holds NUL bytes.", "The writer was cut off; upload the file again."),
    Reason.TIMESTAMP_MISSING: ("The time is empty.", "Give a time in ISO 8601."),
    Reason.TIMESTAMP_INVALID: ("The time cannot be read.", "Write it as 2006-04-01 00:00:00 +0200 (ISO 8601)."),
    Reason.TIMESTAMP_AMBIGUOUS: (
        "The local time exists twice (end of daylight saving), and no order of rows or files tells which is meant.",
        "Put the rows of both hours into one file in their order, or write the offset into the time.",
    ),
    Reason.TIMESTAMP_NONEXISTENT: (
        "The local time does not exist (start of daylight saving).",
        "Write the offset into the time, or set the station's time zone.",
    ),
    Reason.TIMESTAMP_OUT_OF_RANGE: (
        "The time lies before 1850 or more than one hour after the file landed.",
        "Check the year and the clock of the writer.",
    ),
    Reason.TYPE: (
        "The row has text where numbers should be, and no number.",
        "Write numbers or leave the cells empty.",
    ),
    Reason.NO_MEASUREMENT: ("The row has no measured value at all.", "Nothing to do if the sensor was off."),
    Reason.CONFLICT: (
        "The file has another row, further down, for the same time with other values.",
        "Keep the right one in the file.",
    ),
    Reason.STATION_MISSING: (
        "The row of a shared file does not say of which station it is.",
        "Fill in the station column.",
    ),
    Reason.STATION_INVALID: (
        "The station in a row of a shared file is no station id.",
        "Use letters, digits, - and _, at most 64, a letter or digit first.",
    ),
    Reason.WRONG_STATION: (
        "The row names another station than that of its folder.",
        "Put files of several stations under landing/_shared/, or add the name to source_ids in station.toml.",
    ),
    Reason.SUMMARY_ROW: (
        "The row sums up a day or a month and is no observation.",
        "Nothing to do: days and months are made from the hours.",
    ),
}


def explain(reason: Reason) -> str:
    """One sentence for a person: what it means and what to do."""
    meaning, remedy = EXPLANATIONS[reason]
    return f"{meaning} {remedy}"


class Rejected(Exception):
    """A whole file cannot be used: `reason`, and `detail` as one sentence about this file.

    Where the line of the header is still looked for, `weight` says how much of one the refused line has, and `is_final` that
    it is the header, whatever other lines look like.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.weight = 0
        self.is_final = False
