"""Small weather files for tests.

Belongs here: text in the Kaggle form, a few hours long.
Does not belong here: expectations.
"""

from datetime import UTC, datetime, timedelta

HEADER = (
    "Formatted Date,Summary,Precip Type,Temperature (C),Apparent Temperature (C),Humidity,Wind Speed (km/h),"
    "Wind Bearing (degrees),Visibility (km),Loud Cover,Pressure (millibars),Daily Summary"
)


def row(hour: int, *, start: datetime = datetime(2020, 1, 1, tzinfo=UTC), temperature: float = 5.0) -> str:
    """One data line, `hour` hours after `start`."""
    time = start + timedelta(hours=hour)
    return (
        f"{time:%Y-%m-%d %H:%M}:00.000 +0000,Clear,rain,{temperature},{temperature},0.8,{10 + hour % 7},"
        f"{hour * 15 % 360},10.0,0.0,{1000 + hour % 24},Clear all day."
    )


def weather_csv(hours: int = 48, *, first: int = 0, temperature: float = 5.0) -> bytes:
    """A landing file of consecutive hours."""
    return (
        "\r\n".join([HEADER, *(row(h, temperature=temperature) for h in range(first, first + hours))]).encode()
        + b"\r\n"
    )
