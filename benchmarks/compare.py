"""Do two peers say the same? Counts, minima, maxima and words exactly, means to 1e-9, directions around the circle."""

import numpy as np
import pandas as pd

# Sums and means depend on the order of the additions.
EXACT_ENDINGS = ("_n", "_hours", "_days", "_nights", "_expected", "_min_c", "_max_c", "_min_percent", "_max_percent")
EXACT_ENDINGS += ("_min_hpa", "_max_hpa", "_min_km", "_max_ms")
MONTHLY_MEANS = ("humidity_min_percent", "humidity_max_percent", "pressure_min_hpa", "pressure_max_hpa")


def to_pandas(frame) -> pd.DataFrame:
    """pandas, from pandas, polars or an Arrow table."""
    if isinstance(frame, pd.DataFrame):
        return frame
    return frame.to_pandas()


def _is_time(column: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column)


def differences(table: str, ours, theirs) -> list[str]:
    """One sentence per column that differs; empty when the tables agree."""
    ours, theirs = to_pandas(ours), to_pandas(theirs)
    if set(ours) != set(theirs):
        return [f"{table}: columns {sorted(set(ours) ^ set(theirs))}"]
    if len(ours) != len(theirs):
        return [f"{table}: {len(ours)} rows and {len(theirs)} rows"]
    out = []
    for name in ours:
        a, b = ours[name].reset_index(drop=True), theirs[name].reset_index(drop=True)
        if not a.isna().equals(b.isna()):
            out.append(f"{table}.{name}: {int((a.isna() != b.isna()).sum())} nulls differ")
            continue
        a, b = a[a.notna()], b[b.notna()]
        if name == "timestamp":
            wrong = pd.to_datetime(a, utc=True).to_numpy() != pd.to_datetime(b, utc=True).to_numpy()
        elif _is_time(a) or _is_time(b) or name in ("date", "month") or name.endswith("_date"):
            wrong = pd.to_datetime(a).to_numpy("datetime64[us]") != pd.to_datetime(b).to_numpy("datetime64[us]")
        elif _numeric(a) and _numeric(b):
            wrong = ~_close(table, name, a.to_numpy(float), b.to_numpy(float))
        else:
            wrong = a.astype(str).to_numpy() != b.astype(str).to_numpy()
        if wrong.any():
            i = int(np.argmax(wrong))
            out.append(f"{table}.{name}: {int(wrong.sum())} differ, first {a.iloc[i]!r} and {b.iloc[i]!r}")
    return out


def _numeric(column: pd.Series) -> bool:
    kinds = {bool, np.bool_, int, float}
    return pd.api.types.is_numeric_dtype(column) or (len(column) > 0 and type(column.iloc[0]) in kinds)


def _close(table: str, name: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if table in ("daily", "monthly"):
        if name.endswith("_deg"):
            return np.abs((a - b + 180.0) % 360.0 - 180.0) < 1e-6
        mean = not name.endswith(EXACT_ENDINGS) or (table == "monthly" and name in MONTHLY_MEANS)
        if mean:
            return np.isclose(a, b, rtol=1e-9, atol=1e-9)
    return a == b
