"""Is a value good? Flags, limits and tests.

Belongs here: QARTOD flags, the table of limits with their sources, one function per test.
Does not belong here: the order of the tests and what becomes of a value that fails (`cascade.py`), reading cells.

Rooms: `flags.py`, `limits.py` (both free of numpy: what others import from here costs nothing); a family of tests each:
`ranges.py` one value alone, `changes.py` the hour before and after, `still.py` runs of equal values, `climate.py` the
record, `rain.py`, `snow.py`, `sunlight.py` (radiation, sunshine and cloud) what only these have.
"""

from weather_etl.meteorology.quality.flags import Flag, aggregate
from weather_etl.meteorology.quality.limits import FLAT, LIMITS, POSSIBLE, TESTS, VARIABLES, Limits

__all__ = ["FLAT", "LIMITS", "POSSIBLE", "TESTS", "VARIABLES", "Flag", "Limits", "aggregate"]
