"""Real files of real producers against what was counted in them: `python -m weather_etl_tests.field`.

The files and their truth lie beside the checkout (`../shared/field`) and are not part of it. For each the verdict is
right, refused (as it must be), partly (nothing wrong, something missing) or WRONG.
"""

import json
import sys
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import OK
from weather_etl.meteorology.error_budget import judge
from weather_etl.meteorology.reasons import Rejected

FIELD = Path(__file__).resolve().parents[2] / "shared" / "field"
# What a person would write into station.toml for the files that do not say it themselves.
SETTINGS: dict[str, str] = {
    "czech_hobby_units_in_cells.csv": 'encoding = "cp1250"',
    "eccc_toronto_2012_07.csv": 'timezone = "America/Toronto"',
    "rp5_syktyvkar_comments.csv": 'timezone = "Europe/Moscow"',
    "openmeteo_pandas_dump.csv": 'units = { wind_speed_ms = "km/h" }',
    "toa5_mast_10min.csv": '[aliases]\nSpd40mN = "wind_speed_ms"',
    "fmi_headerless.csv": """
[format]
column = [{ to = "temperature_c", name = ["temperature"], unit = "degC" }]
match = { line = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ,.*' }
header = { names = ["time", "temperature"] }
time = { columns = ["time"] }
""",
    "mf_horaire_dep13.xlsx": """
[format]
decoder = "xlsx"
container = { sheet = '^HOR ' }
match = { columns = ["AUBAGNE"] }
wide = { parameter = 0, time = 1, first = 2 }
long = { variable = "parameter", value = "value" }
time = { columns = ["time"], zone = "UTC" }
station = { column = ["station"] }
column = [
  { to = "temperature_c", name = ["T"], unit = "degC" },
  { to = "precipitation_mm", name = ["RR1"], unit = "mm", period = "1h" },
]
""",
}
# Files that must be refused, and for what.
REFUSED = {
    "dwd_try2015_aachen.dat": "NO_YEAR",
    "epw_amsterdam_iwec.epw": "TYPICAL_YEAR",
    "tmy3_greensboro.csv": "TYPICAL_YEAR",
    "pvgis_tmy.csv": "TYPICAL_YEAR",
    "metar_bulletin.txt": "NO_DATE",
}
_VARIABLES = {
    "temperature_c": "temperature_c", "wind_ms": "wind_speed_ms", "pressure_msl_hpa": "pressure_msl_hpa",
    "pressure_station_hpa": "pressure_station_hpa", "rh_percent": "humidity_percent",
}  # fmt: skip
_TOLERANCE = {
    "temperature_c": 0.006,
    "wind_ms": 0.002,
    "pressure_msl_hpa": 0.02,
    "pressure_station_hpa": 0.02,
    "rh_percent": 0.01,
}


@dataclass
class Verdict:
    """What became of a file."""

    name: str
    verdict: str
    notes: list[str] = field(default_factory=list)
    profile: str = ""


def options_of(toml: str, name: str = "") -> formats.Options:
    """The options that lines of a `station.toml` give."""
    from weather_etl.meteorology.formats.grammar import check
    from weather_etl.meteorology.formats.registry import compile_table

    table = tomllib.loads(toml)
    profiles = ()
    if "format" in table and isinstance(table["format"], dict):
        check(table["format"], text=toml, name="[format]", origin="station.toml")
        profiles = (compile_table(table.pop("format"), name="station", origin="station.toml"),)
    known = {"encoding", "units", "aliases", "timezone", "date_order", "missing"}
    return replace(formats.Options(profiles=profiles), **{k: table[k] for k in known & table.keys()})


def source_of(path: Path) -> formats.Source:
    from weather_etl.landing.unpacking import unpack

    return formats.Source(path.name, unpack(path.read_bytes(), path.name))


def judge_file(entry: dict[str, Any], folder: Path = FIELD) -> Verdict:
    """Read one file and compare it with its truth."""
    path, truth = folder / entry["file"], entry["truth"]
    name = path.name
    options = options_of(SETTINGS.get(name, ""))
    try:
        parsed = formats.read(source_of(path), options)
    except Rejected as rejected:
        expected = REFUSED.get(name)
        if expected is not None and str(rejected.reason) == expected:
            return Verdict(name, "refused", [str(rejected)])
        return Verdict(name, "partly", [f"refused: {rejected}"])
    out = Verdict(name, "right", profile=parsed.profile)
    if name in REFUSED:
        return replace(out, verdict="WRONG", notes=[f"it must be refused as {REFUSED[name]}"])
    reading = formats.reading_of(parsed.declared, units=options.units)
    judged = judge(parsed.rows, reading, options.timezone or "UTC")
    cells = judged.cells
    if judged.problem:
        return replace(out, verdict="partly", notes=[": ".join(judged.problem)])
    usable = ~np.isnat(cells.timestamp) & ((cells.refused == 0) | measured_nothing(cells))
    wrong, partly = [], []
    times = cells.timestamp[usable]

    def compare(what: str, got: Any, want: Any, tolerance: float = 0.0) -> None:
        if want is None:
            return
        if got is None or abs(got - want) > tolerance:
            (partly if got is None or (what.startswith("n_") and got < want) else wrong).append(
                f"{what}: {got}, not {want}"
            )

    lines = parsed.rows.column("line").to_numpy()
    if len(np.unique(lines)) < len(lines):  # a wide table: one row a station and parameter
        names = np.array([s or "" for s in parsed.rows.column("station").to_pylist()])[usable]
        compare("n_times", len({*zip(names.tolist(), times.tolist(), strict=True)}), truth["lines_with_usable_time"])
    else:
        compare("n_times", len(times), truth["lines_with_usable_time"])
    hours = len(np.unique(times.astype("datetime64[h]")))
    stations = parsed.rows.column("station").to_pylist() if "stations" in truth else None
    if stations is None:
        compare("n_hours", hours, truth["distinct_hours"])
    if len(times):
        for what, got in (("first_utc", times.min()), ("last_utc", times.max())):
            want = np.datetime64(truth[what][:19], "us") if truth.get(what) else None
            if want is not None and got != want:
                wrong.append(f"{what}: {got}, not {want}")
    for short, variable in _VARIABLES.items():
        if truth.get(f"n_{short}") in (None, 0):
            continue
        known = usable & (cells.states[variable] == OK)
        values = cells.values[variable][known]
        if not len(values):
            partly.append(f"{variable} is not read")
            continue
        compare(f"n_{short}", len(values), truth[f"n_{short}"])
        for figure, got in (("mean", values.mean()), ("min", values.min()), ("max", values.max())):
            compare(f"{figure}_{short}", round(float(got), 4), truth.get(f"{figure}_{short}"), _TOLERANCE[short])
    if "sum_precip_mm" in truth:
        known = usable & (cells.states["precipitation_mm"] == OK)
        if not known.any() and truth["n_precip"]:
            partly.append("precipitation_mm is not read")
        else:
            marked = known & cells.trace if cells.trace is not None else np.zeros(len(known), dtype=bool)
            if int((known & ~marked).sum()) != truth["n_precip"]:  # the truth counts traces of some producers only
                compare("n_precip", int(known.sum()), truth["n_precip"])
            total = round(float(cells.values["precipitation_mm"][known].sum()), 3)
            if abs(total - truth["sum_precip_mm"]) > 0.06:  # the truth adds up Météo-France's -0.1, which is a trace
                total = round(total + marks_as_numbers(parsed.rows, marked), 3)
            compare("sum_precip_mm", total, truth["sum_precip_mm"], 0.06)
    if "stations" in truth and isinstance(truth["stations"], dict) and stations is not None:
        found = {s for s in stations if s}
        missing = (
            {k.strip() for k in truth["stations"]} - {s.strip().lstrip("0") for s in found} - {s.strip() for s in found}
        )
        if missing:
            partly.append(f"stations {sorted(missing)} are not named")
    out.verdict = "WRONG" if wrong else "partly" if partly else "right"
    out.notes = wrong + partly
    return out


def marks_as_numbers(rows: Any, marked: np.ndarray) -> float:
    """Sum of the numbers that stand for a trace, such as -0.1."""
    texts = rows.column("precipitation_mm").to_pylist()
    return sum(float(texts[i]) for i in np.flatnonzero(marked) if (texts[i] or "").startswith("-"))


def measured_nothing(cells: Any) -> np.ndarray:
    """Rows with a good time and no value: their time is usable."""
    from weather_etl.meteorology.cell_states import REASON_CODE
    from weather_etl.meteorology.reasons import Reason

    codes = [REASON_CODE[r] for r in (Reason.NO_MEASUREMENT, Reason.TYPE)]
    return np.isin(cells.refused, codes)


def main() -> int:
    if not (FIELD / "manifest.json").exists():
        print(f"no files at {FIELD}")
        return 0
    entries = json.loads((FIELD / "manifest.json").read_text("utf-8"))
    counts: dict[str, int] = {}
    for entry in entries:
        judgement = judge_file(entry)
        counts[judgement.verdict] = counts.get(judgement.verdict, 0) + 1
        print(f"{judgement.verdict:<8} {judgement.name:<48} {judgement.profile:<22} {'; '.join(judgement.notes)[:300]}")
    print(", ".join(f"{counts.get(v, 0)} {v}" for v in ("right", "refused", "partly", "WRONG")), f"of {len(entries)}")
    return 1 if counts.get("WRONG") else 0


if __name__ == "__main__":
    sys.exit(main())
