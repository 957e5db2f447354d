"""What a whole run costs beside an empty one: commands, definitions, a live `dagster dev`.

Here: figures (b) to (g) of `make bench`, on services and folders of their own.
Not here: the core beside its peers (`run.py`, `ordinary_pandas.py` and so on).
"""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
STATION = "szeged"

# The graph of weather_etl with steps that do nothing.
EMPTY = """
import dagster as dg

stations = dg.DynamicPartitionsDefinition(name="station")
NAMES = ["raw_observations", "quarantined_rows", "validated_observations", "quality_events", "daily_weather",
         "monthly_weather", "yearly_weather", "climate_normals"]


@dg.multi_asset(
    specs=[dg.AssetSpec(n, partitions_def=stations, skippable=True) for n in NAMES],
    can_subset=True, backfill_policy=dg.BackfillPolicy.single_run(),
)
def station_tables(context):
    for name in NAMES:
        context.log_event(dg.AssetMaterialization(name, partition=context.partition_key))
    yield from ()


defs = dg.Definitions([station_tables], jobs=[dg.define_asset_job("empty_job")], executor=dg.in_process_executor)
"""


@dataclass
class Run:
    """One finished command: wall and CPU seconds, peak memory in MB."""

    wall: float
    cpu: float
    rss: float


def command(arguments: list[str], folder: Path, env: dict[str, str]) -> Run:
    """Run a command to its end; raises with its output if it fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(arguments, cwd=folder, env=env, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise SystemExit(f"{' '.join(arguments)} failed:\n{output.read().decode(errors='replace')[-3000:]}")
    scale = 1024 if sys.platform == "darwin" else 1
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale / 1024)


@contextmanager
def installation() -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with Azurite, PostgreSQL and Dagster's configuration of its own."""
    from weather_etl.local import services
    from weather_etl_tests.conftest import AZURITE_HOME, free_azurite_port, temporary_root

    with temporary_root() as root:
        status = services.up(root, azurite_port=free_azurite_port(), azurite_home=AZURITE_HOME, environ={})
        shutil.copy(CHECKOUT / "dagster.yaml", root)
        (root / "workspace.yaml").write_text(
            f"load_from:\n  - python_module: {{module_name: weather_etl, attribute: defs, working_directory: {CHECKOUT}}}\n"
        )
        (root / "full.yaml").write_text("ops: {station_tables: {config: {full: true}}}\n")
        (root / "empty_job.py").write_text(EMPTY)
        (root / ".env").unlink(missing_ok=True)
        env = {
            **os.environ,
            "AZURE_STORAGE_CONNECTION_STRING": status.azurite.url or "",
            "WEATHER_ETL_POSTGRES_URL": status.postgres.url or "",
            "PYTHONPATH": f"{CHECKOUT}:{root}",
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # imports are measured as they are in an installation
        yield root, env


def job(module: str, name: str, full: bool = False) -> list[str]:
    arguments = [str(Path(sys.executable).with_name("dagster")), "job", "execute", "-m", module, "-j", name]
    arguments += ["--tags", json.dumps({"dagster/partition": STATION})]
    return [*arguments, "--config", "full.yaml"] if full else arguments


def upload(env: dict[str, str], folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.write_bytes(data)
    command([sys.executable, "-m", "weather_etl.cli", "upload", STATION, str(path)], folder, env)


def line(letter: str, what: str, figure: str, aim: str) -> None:
    print(f"({letter}) {what:<66} {figure:>18}   aim {aim}", flush=True)


def measure_commands(csv: bytes, folder: Path, env: dict[str, str], rounds: int) -> None:
    """(b), (c), (d), (f), (g): alternating, medians."""
    from weather_etl_tests.files import weather_csv

    upload(env, folder, "weatherHistory.csv", csv)
    kinds = {
        "empty": job("empty_job", "empty_job"),
        "full": job("weather_etl", "weather_etl_job", full=True),
        "nothing new": job("weather_etl", "weather_etl_job"),
        "empty module": [sys.executable, "-c", "import empty_job; empty_job.defs"],
        "definitions": [sys.executable, "-c", "import weather_etl; weather_etl.defs"],
    }
    register = (
        "import dagster as dg; from weather_etl.operations.overview import dagster_instance\n"
        "with dagster_instance() as i: i.add_dynamic_partitions('station', ['szeged'])"
    )
    command([sys.executable, "-c", register], folder, env)
    runs: dict[str, list[Run]] = {k: [] for k in kinds}
    for i in range(rounds + 1):  # the first round warms up and is not counted
        for kind, arguments in kinds.items():
            run = command(arguments, folder, env)
            if i:
                runs[kind].append(run)

    def ratio(a: str, b: str, of: str = "wall") -> str:
        pairs = [getattr(x, of) / getattr(y, of) for x, y in zip(runs[a], runs[b], strict=True)]
        return f"{statistics.median(pairs):.2f}x"

    seconds = {k: statistics.median(r.wall for r in v) for k, v in runs.items()}
    line("b", f"job execute, {len(csv) / 1e6:.1f} MB file ({seconds['full']:.1f} s) / empty ({seconds['empty']:.1f} s), wall",
         ratio("full", "empty"), "<= 2.0x")  # fmt: skip
    line("c", f"job execute, nothing new ({seconds['nothing new']:.1f} s) / empty job, wall",
         ratio("nothing new", "empty"), "<= 1.1x")  # fmt: skip
    upload(env, folder, "small.csv", weather_csv(24))
    added = command(job("weather_etl", "weather_etl_job"), folder, env)
    line("d", f"one 24-row file added ({added.wall:.1f} s): landing files read", files_read(env), "1")
    line("f", "peak memory of the full run", f"{max(r.rss for r in runs['full']):.0f} MB", "<= 500 MB")
    line("g", f"definitions load ({seconds['definitions']:.2f} s) / empty module, CPU",
         ratio("definitions", "empty module", "cpu"), "<= 1.3x")  # fmt: skip


def files_read(env: dict[str, str]) -> str:
    """How many landing files the last run read, from the manifest."""
    from weather_etl.ingestion.merge import load_raw
    from weather_etl.lake.storage import connect
    from weather_etl.settings import Settings

    with connect(Settings.load(env)) as containers:
        raw = load_raw(containers, STATION)
    assert raw is not None
    last = max(raw.manifest, key=lambda e: e["read_at"])
    return str(sum(e["run_id"] == last["run_id"] for e in raw.manifest))


def measure_latency(folder: Path, env: dict[str, str], uploads: int) -> None:
    """(e): file dropped -> run succeeded in a live `dagster dev`, less the work itself."""
    from weather_etl_tests.files import weather_csv

    with open(folder / "dev.log", "wb") as log:
        dev = subprocess.Popen(
            [str(Path(sys.executable).with_name("dagster")), "dev", "-h", "127.0.0.1", "-p", "0"],
            cwd=folder, env=env, stdout=log, stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
    try:
        seconds, work = [], []
        for i in range(uploads + 1):
            start = datetime(2017, 1, 1, tzinfo=UTC) + timedelta(days=i)
            waited, ran = _one_upload(env, f"day-{start:%j}.csv", weather_csv(24, first=24 * (366 + i)))
            if i:  # the first one waits for the start of dagster dev
                seconds.append(waited)
                work.append(ran)
            time.sleep(1.7)  # so that uploads fall anywhere between two ticks
    finally:
        dev.send_signal(signal.SIGTERM)
        dev.wait(60)
    overhead = statistics.mean(s - w for s, w in zip(seconds, work, strict=True))
    line("e", f"dropped -> succeeded ({statistics.mean(seconds):.1f} s) less the step ({statistics.mean(work):.1f} s), "
         f"mean of {uploads}", f"{overhead:.1f} s", "<= 5 s")  # fmt: skip


def _one_upload(env: dict[str, str], name: str, data: bytes) -> tuple[float, float]:
    """Seconds from the upload to the success of the run, and seconds its step took."""
    from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
    from dagster._core.instance.ref import InstanceRef

    from weather_etl.lake.storage import connect
    from weather_etl.settings import Settings

    os.environ |= {k: v for k, v in env.items() if k.startswith(("AZURE_", "WEATHER_ETL_"))}
    with (
        tempfile.TemporaryDirectory() as base,
        DagsterInstance.from_ref(InstanceRef.from_dir(base, config_dir=str(CHECKOUT))) as instance,
        connect(Settings.load(env)) as containers,
    ):
        dropped = time.time()
        containers.landing.upload(f"{STATION}/{name}", data)
        while time.time() < dropped + 180:
            done = RunsFilter(statuses=[DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE])
            for record in instance.get_run_records(done, limit=3):
                if record.start_time and record.start_time > dropped and record.end_time:
                    if record.dagster_run.status == DagsterRunStatus.FAILURE:
                        raise SystemExit(f"run {record.dagster_run.run_id} failed")
                    steps = instance.get_run_step_stats(record.dagster_run.run_id)
                    return record.end_time - dropped, sum(s.end_time - s.start_time for s in steps)
            time.sleep(0.1)
    raise SystemExit("no run succeeded within three minutes; see whether the sensor runs")


def main(csv: bytes, rounds: int = 5, uploads: int = 8) -> None:
    """Print figures (b) to (g)."""
    with installation() as (folder, env):
        measure_commands(csv, folder, env, rounds)
        measure_latency(folder, env, uploads)
