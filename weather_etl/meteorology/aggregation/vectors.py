"""Wind as vectors: circular means, resultants, steadiness, prevailing sectors.

Belongs here: sums over hours and what follows from them. Does not belong here: when it may be shown.

Directions are where the wind comes from, in degrees from north. Calms count as zero vectors in the resultant
(WMO-No. 8, I.5) and have no part in the circular mean and the sectors.

Shapes: hours are float64 of shape (hours,), speeds in m/s, NaN where missing; sums and statistics of them have shape
(groups,), sectors are int64 numbers in `SECTORS`.
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from weather_etl.meteorology.aggregation.groups import Groups, ratio
from weather_etl.meteorology.vocabulary import SECTORS

if TYPE_CHECKING:
    import pandas as pd

MIN_CIRCULAR_R = 0.05  # below this concentration of the unit vectors there is no mean direction
_NO_SECTOR = len(SECTORS)


@dataclass(frozen=True)
class WindSums:
    """Sums over the hours of each group (last axis), from which all vector statistics follow.

    Attributes:
        vector_n: hours with a vector: a calm, or a speed with a direction.
        direction_n: hours with wind and a direction.
        east, north: speed x sine and cosine of the direction.
        run: speed of the hours with a vector.
        sin, cos: sine and cosine of the direction.
        sector_hours, sector_runs: hours and speed by sector, shape (16, groups).
    """

    vector_n: np.ndarray
    direction_n: np.ndarray
    east: np.ndarray
    north: np.ndarray
    run: np.ndarray
    sin: np.ndarray
    cos: np.ndarray
    sector_hours: np.ndarray
    sector_runs: np.ndarray

    @classmethod
    def of_hours(cls, speed: np.ndarray, direction: np.ndarray, groups: Groups) -> "WindSums":
        """Sums of hourly speeds and directions, shape (hours,), NaN where missing."""
        has_direction = ~np.isnan(direction) & (speed > 0.0)
        angle = np.where(has_direction, direction, 0.0)
        radians = np.radians(angle)
        sin = np.sin(radians)  # 0 where there is no direction
        cos = np.where(has_direction, np.cos(radians), 0.0)
        run = np.where(has_direction, speed, 0.0)
        # 16 sectors of 22.5 degrees centred on north; the 17th: no direction
        sector = np.where(has_direction, ((angle + 11.25) / 22.5).astype(np.int64) % _NO_SECTOR, _NO_SECTOR)
        cell, shape = sector * len(groups) + groups.of_row(), (_NO_SECTOR + 1, len(groups))
        return cls(
            groups.sum((speed == 0.0) | has_direction),
            groups.sum(has_direction),
            groups.sum(run * sin),
            groups.sum(run * cos),
            groups.sum(run),
            groups.sum(sin),
            groups.sum(cos),
            np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)[:_NO_SECTOR],
            np.bincount(cell, weights=run, minlength=shape[0] * shape[1]).reshape(shape)[:_NO_SECTOR],
        )

    def merged(self, groups: Groups) -> "WindSums":
        """Sums of groups of groups: of days, the months."""
        return WindSums(*(groups.sum(getattr(self, f.name)) for f in fields(self)))

    def statistics(self) -> dict[str, np.ndarray]:
        """Columns of the wind, NaN where there is no wind; the sector as its number, -1 without wind.

        The circular mean weighs hours, the resultant weighs speeds (MetPy `wind_components`, scipy `circmean`).
        """
        east, north = ratio(self.east, self.vector_n), ratio(self.north, self.vector_n)
        resultant = np.hypot(east, north)
        mean_speed = ratio(self.run, self.vector_n)
        circular = degrees(self.sin, self.cos)
        concentration = ratio(np.hypot(self.sin, self.cos), self.direction_n)
        circular[~(concentration >= MIN_CIRCULAR_R)] = np.nan
        direction = degrees(east, north)
        direction[~(resultant > 1e-9)] = np.nan
        return {
            "wind_direction_circular_deg": circular,
            "wind_direction_resultant_deg": direction,
            "wind_speed_resultant_ms": resultant,
            "wind_steadiness": np.minimum(ratio(resultant, np.where(mean_speed > 0, mean_speed, 0.0)), 1.0),
            "wind_prevailing_sector": self._prevailing_sector(),
        }

    def _prevailing_sector(self) -> np.ndarray:
        """Most frequent sector; tie: larger wind run, then clockwise from north."""
        top = self.sector_hours.max(axis=0, initial=0)
        best = np.where(self.sector_hours == top, np.round(self.sector_runs, 9), -1.0).argmax(axis=0)
        return np.where(top > 0, best, -1)


def degrees(east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Direction of a vector, 0 <= degrees < 360."""
    degrees = np.degrees(np.arctan2(east, north)) % 360.0
    return np.where(degrees >= 360.0, 0.0, degrees)  # -1e-15 % 360 rounds up to 360


def sector_names(sectors: np.ndarray, shown: np.ndarray) -> "pd.Series":
    """Names of sectors, null where -1 or not shown."""
    import pandas as pd

    names = np.array([*SECTORS, None], dtype=object)
    return pd.Series(names[np.where(shown, sectors, -1)], dtype="str")
