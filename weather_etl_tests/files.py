"""Small weather files for tests.

Belongs here: text in the Kaggle form, a few hours long.
Does not belong here: expectations.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

HEADER = (
    "Formatted Date,Summary,Precip Type,Temperature (C),Apparent Temperature (C),Humidity,Wind Speed (km/h),"
    "Wind Bearing (degrees),Visibility (km),Loud Cover,Pressure (millibars),Daily Summary"
)


def row(hour: int, *, start: datetime = datetime(2020, 1, 1, tzinfo=UTC), temperature: float = 5.0) -> str:
    """One data line, `hour` hours after `start`; the values waver a little, as no flat line and no jump may be found."""
    time = start + timedelta(hours=hour)
    odd = hour % 2
    return (
        f"{time:%Y-%m-%d %H:%M}:00.000 +0000,Clear,{'rain' if hour % 8 else 'null'},{temperature + odd / 10},"
        f"{temperature + odd / 10},0.8{odd},{10 + hour % 7},{hour * 15 % 360},10.{odd},0.0,{1000 + abs(hour % 24 - 12)},"
        "Clear all day."
    )


def weather_csv(hours: int = 48, *, first: int = 0, temperature: float = 5.0) -> bytes:
    """A landing file of consecutive hours."""
    return (
        "\r\n".join([HEADER, *(row(h, temperature=temperature) for h in range(first, first + hours))]).encode()
        + b"\r\n"
    )


def summaries_csv(texts: Sequence[str], temperature: float = 5.0) -> bytes:
    """A landing file of an hour for each text, which is its summary and that of its day."""
    lines = [
        f'2020-01-01 {hour:02}:00:00.000 +0000,"{text}",rain,{temperature},5.0,0.8,10,100,10.0,0.0,1010,"{text}"'
        for hour, text in enumerate(texts)
    ]
    return "\n".join([HEADER, *lines]).encode()


def shared_csv(stations: str | list[str] = "ab", hours: int = 24, *, first: int = 0, temperature: float = 5.0) -> bytes:
    """A file of several stations, hour by hour as a network delivers it."""
    rows = [f"{s},{row(h, temperature=temperature)}" for h in range(first, first + hours) for s in stations]
    return "\r\n".join([f"station,{HEADER}", *rows, ""]).encode()
