"""Runs of days: spells of drought, rain, heat and cold, the growing season.

Belongs here: runs within spans of days. Does not belong here: which days are wet or hot (`days.py`), when a figure may be
shown (`spans.py`). A span is cut out: a spell that goes on in the next one counts in each with its own days (as xclim
by default; ETCCDI lets spells span years).

Shapes: conditions are masks, bool, of shape (days,), in the order of the rows of `groups`; lengths are days, int64: of
shape (days,) where they are those so far, (groups,) where they are one of each group.
"""

import numpy as np

from weather_etl.meteorology.aggregation.groups import Groups


def runs(met: np.ndarray, groups: Groups) -> np.ndarray:
    """Length so far of the run of days that meet a condition, 0 for those that do not; a group begins anew."""
    position = np.arange(len(met))
    first = groups.starts[groups.of_row()]
    return position - np.maximum.accumulate(np.maximum(np.where(met, -1, position), first - 1))


def longest(met: np.ndarray, groups: Groups) -> np.ndarray:
    """Days of the longest run of each group (xclim `maximum_consecutive_dry_days`, `maximum_consecutive_wet_days`)."""
    return groups.max(runs(met, groups))


def total_in_runs(met: np.ndarray, least: int, groups: Groups) -> np.ndarray:
    """Days of each group in runs of at least so many (xclim `hot_spell_total_length`, `cold_spell_days`)."""
    length = runs(met, groups)
    ends = np.append((length[1:] <= length[:-1]) | ~met[1:], True) if len(met) else met
    ends[groups.starts[1:] - 1] = True
    return groups.sum(np.where(ends & (length >= least), length, 0))


def season(warm: np.ndarray, cool: np.ndarray, half: int, least: int) -> int:
    """Days of the growing season of twelve months of days in order (ETCCDI; xclim `growing_season_length`, op ">").

    From the first run of `least` warm days to the first such run of cool ones from day number `half` on; to the last day
    if there is none, and 0 if it never begins. A day at the limit is neither; xclim takes it for a cool one.
    """
    one = Groups(np.zeros(len(warm), dtype=np.int64))
    begun = np.flatnonzero(runs(warm, one) >= least)
    if not len(begun):
        return 0
    start = int(begun[0]) - least + 1
    cool = cool.copy()
    cool[: max(half, start)] = False
    over = np.flatnonzero(runs(cool, one) >= least)
    return (int(over[0]) - least + 1 if len(over) else len(warm)) - start
