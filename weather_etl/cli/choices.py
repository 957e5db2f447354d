"""What an option may say, where it is one of a few words: its help lists them, and anything else is wrong usage.

Belongs here: lists whose own module is too heavy for `--help`; a test holds them against it.
Does not belong here: what they mean.
"""

from enum import StrEnum


class Table(StrEnum):
    """The tables of the lake."""

    RAW_OBSERVATIONS = "raw_observations"
    QUARANTINED_ROWS = "quarantined_rows"
    VALIDATED_OBSERVATIONS = "validated_observations"
    QUALITY_EVENTS = "quality_events"
    DAILY_WEATHER = "daily_weather"
    MONTHLY_WEATHER = "monthly_weather"
    YEARLY_WEATHER = "yearly_weather"
    CLIMATE_NORMALS = "climate_normals"
    NEIGHBOUR_EVENTS = "neighbour_events"


class FileState(StrEnum):
    """What became of a landing file."""

    PENDING = "pending"
    INGESTED = "ingested"
    SAME_BYTES = "same bytes"
    REJECTED = "rejected"
    UNREADABLE = "unreadable"
    SPLIT = "split"
    GONE = "gone"
    UNROUTABLE = "unroutable"
    IGNORED = "ignored"


class Mode(StrEnum):
    """How much a triggered run reads."""

    INCREMENTAL = "incremental"
    FULL = "full"
