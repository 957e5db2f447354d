"""Is a value good? Flags, limits and tests.

Belongs here: QARTOD flags, the table of limits with their sources, one function per test.
Does not belong here: the order of the tests and what becomes of a value that fails (`cascade.py`), reading cells.

`flags.py` and `limits.py` are free of numpy: what others import from there costs nothing. The other modules are a family
of tests each.

What all tests share, for one station with n hours: `values`, `x` and the other variables are float64, shape (n,), in the
units of `validated_observations`, NaN where there is no value; `hours` is int64, shape (n,), hours since 1970-01-01 UTC,
ascending (an hour without a row is a gap); `limits` are those of the variable. Positions that a test returns are int64,
ascending, in 0..n-1; flags are uint8, shape (n,), values of `Flag`. No test changes what it is given.
"""

from weather_etl.meteorology.quality.flags import Flag, aggregate
from weather_etl.meteorology.quality.limits import FLAT, LIMITS, POSSIBLE, TESTS, VARIABLES, Limits

__all__ = ["FLAT", "LIMITS", "POSSIBLE", "TESTS", "VARIABLES", "Flag", "Limits", "aggregate"]
