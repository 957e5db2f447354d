"""For those who run it: turns per station, metrics, retention, triggering over HTTP."""

import re
import threading
import time
import urllib.request
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.errors import UserError
from weather_etl.ingestion import station_lock
from weather_etl.ingestion.station_lock import StationBusy, StationLocks
from weather_etl.lake.connection import Containers, open_container
from weather_etl.operations import housekeeping, metrics, mutes, planning
from weather_etl.operations.overview import station_states
from weather_etl.operations.planning import PARTITION
from weather_etl.operations.run_history import failure_sentence
from weather_etl.operations.trigger import Dagster
from weather_etl.orchestration.child_runs import run_job
from weather_etl.orchestration.housekeeping import housekeeping_schedule
from weather_etl.serving import schema
from weather_etl.settings import Settings
from weather_etl_tests.conftest import Services
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.databases import one
from weather_etl_tests.support.histories import configure, memory_instance
from weather_etl_tests.support.killed import Kill, kill_in
from weather_etl_tests.support.ticks import Ticks, poison
from weather_etl_tests.support.waiting import until

instance = memory_instance


def run(instance: dg.DagsterInstance, tags: dict[str, str]) -> dg.ExecuteInProcessResult:
    job = defs.resolve_job_def("weather_etl_job")
    return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


@pytest.fixture
def locks(services: Services) -> Settings:
    return Settings(postgres_url=services.postgres_url)


def test_a_second_run_of_a_station_waits_for_the_first(locks: Settings) -> None:
    first, second, order = StationLocks(locks), StationLocks(locks), []

    def work() -> None:
        with second.station("s1"):
            order.append("second")

    with first.station("s1"):
        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(0.8)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_runs_of_different_stations_do_not_wait(locks: Settings) -> None:
    with StationLocks(locks).station("s2"), StationLocks(locks, wait_s=0).station("s3"):
        pass


def test_a_station_that_stays_busy_is_left_to_the_other_run(locks: Settings) -> None:
    with (
        StationLocks(locks).station("s4"),
        pytest.raises(StationBusy, match="Another run"),
        StationLocks(locks, wait_s=0).station("s4"),
    ):
        pass


@pytest.mark.parametrize(
    ("silence_limit_s", "wait_s", "waited"), [(2.0, None, "1 s"), (3600.0, 1.0, "1 s"), (3600.0, 0.0, "0 s")]
)
def test_who_waits_says_so_once_and_waits_as_long_as_told_or_half_as_long_as_a_run_may_be_silent(
    locks: Settings, monkeypatch: pytest.MonkeyPatch, silence_limit_s: float, wait_s: float | None, waited: str
) -> None:
    monkeypatch.setattr(station_lock, "POLL_S", 0.05)
    limited, said = locks.model_copy(update={"silence_limit_s": silence_limit_s}), []
    with StationLocks(locks).station("s6"):
        second = StationLocks(limited, wait_s=wait_s)
        with pytest.raises(StationBusy, match=f"on station s6 for more than {waited};"):
            second.hold("s6", said.append)
        second.close()
    assert said == ["Another run works on station s6; waiting for it."] * (waited != "0 s")


def test_a_lock_that_is_held_leaves_no_transaction_open(locks: Settings) -> None:
    holder = """
        SELECT state FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory'
        AND (classid::bigint << 32 | objid::bigint) = hashtextextended('weather_etl.station/s7', 0)"""
    with StationLocks(locks).station("s7"):
        assert one(locks.postgres_url, holder) == "idle"


def test_a_run_that_is_killed_holds_nothing(locks: Settings) -> None:
    def take_a_turn(kill: Kill) -> None:
        with StationLocks(locks).station("s5"):
            kill()

    kill_in(take_a_turn)
    with StationLocks(locks, wait_s=5).station("s5"):
        pass


@pytest.mark.parametrize("url", [None, "postgresql+psycopg2://x:y@127.0.0.1:9/x"])
def test_without_a_database_the_conditional_writes_are_enough(url: str | None) -> None:
    with StationLocks(Settings(postgres_url=url)).station("a"):
        pass


def test_a_catch_up_job_and_a_run_of_one_of_its_stations_do_not_overlap(
    containers: Containers, instance: dg.DagsterInstance, services: Services
) -> None:
    for station in "abc":
        containers.landing.upload(f"{station}/x.csv", weather_csv(24))
    catch_up = {"stations": ["a", "b", "c"], "tables_only": True}
    failures: list[str] = []

    def work() -> None:
        failures.extend(run_job(instance, defs.resolve_job_def("catch_up_job"), ops={"catch_up": catch_up}))

    with StationLocks(Settings(postgres_url=services.postgres_url)).station("b"):
        thread = threading.Thread(target=work)
        thread.start()
        deadline = time.monotonic() + 60
        while not waits_for(instance, "b") and time.monotonic() < deadline:
            time.sleep(0.1)
        assert {s for s, _ in containers.lake.stamps()} == {"a"}  # b is somebody else's, and c comes after it
    thread.join()
    assert failures == []
    assert {s for s, _ in containers.lake.stamps()} == {"a", "b", "c"}


def waits_for(instance: dg.DagsterInstance, station: str) -> bool:
    """Whether a run has said that it waits for its turn."""
    return any(
        f"Another run works on station {station}" in record.event_log_entry.user_message
        for run in instance.get_runs(dg.RunsFilter(tags={PARTITION: station}))
        for record in instance.get_records_for_run(run.run_id).records
    )


@pytest.mark.faults
@pytest.mark.timeout(0)  # a busy machine may take long; a run that stands still is told from one that goes on
def test_five_hundred_stations_are_brought_up_to_date_in_runs_of_fifty(
    containers: Containers, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")
    for n in range(500):
        containers.landing.upload(f"s{n:03d}/x.csv", weather_csv(24))
    ticks, runs, started = Ticks(instance), 0, time.monotonic()
    while requests := ticks.requests():
        for request in requests:
            done: list[bool] = []
            threading.Thread(target=lambda r=request, d=done: d.append(ticks.run(r).success), daemon=True).start()
            assert until("a run of catch_up_job ends", lambda d=done: d, progress=instance.get_runs_count) == [True]
            runs += 1
    print(f"500 stations in {runs} runs of catch_up_job: {time.monotonic() - started:.1f} s")
    assert runs == 10
    assert len({s for s, _ in containers.lake.stamps()}) == 500


@pytest.fixture
def home(environment: Settings, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a Dagster instance, that commands find."""
    configure(tmp_path, database)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def figures(text: str) -> dict[str, float]:
    return {k: float(v) for k, v in re.findall(r"^([a-z_]+(?:\{.*\})?) ([\d.e+-]+)$", text, re.M)}


def test_metrics_tell_stale_stations_pending_files_rows_and_runs(home: Path, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    with dg.DagsterInstance.get() as instance:
        run(instance, {PARTITION: "a"})
        [record] = instance.get_run_records(dg.RunsFilter(job_name="weather_etl_job"))
    containers.landing.upload("a/y.csv", weather_csv(24, first=48))
    containers.landing.upload("b/x.csv", weather_csv())
    exposed = figures(metrics.exposition(Settings.load()))
    assert exposed['weather_etl_stale_stations{why="new files"}'] == 1
    assert exposed['weather_etl_stale_stations{why="changed"}'] == 1
    assert exposed["weather_etl_files_pending"] == 2
    assert exposed['weather_etl_rows{table="validated_observations"}'] == 48
    assert exposed['weather_etl_runs{job="weather_etl_job",status="success"}'] == 1
    assert exposed['weather_etl_last_run_seconds{job="weather_etl_job"}'] > 0
    # An alert compares seconds: rounded to six digits they would be wrong by more than an hour.
    assert exposed['weather_etl_last_success_timestamp_seconds{job="weather_etl_job"}'] == record.end_time
    assert "weather_etl_serving_up" not in exposed
    schema.upgrade(Settings.load())  # serving tables beside Dagster's history
    served = figures(metrics.exposition(Settings.load()))
    assert (served["weather_etl_serving_up"], served["weather_etl_serving_stale_stations"]) == (1, 1)


def test_metrics_say_of_each_station_what_is_the_matter(home: Path, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    containers.landing.upload("a/station.toml", b"live = true\nfresh_hours = 3\n")
    containers.landing.upload("b/x.csv", weather_csv())
    containers.landing.upload("b/notes.csv", b"nothing,to,see\n1,2,3\n")
    with dg.DagsterInstance.get() as instance:
        run(instance, {PARTITION: "a"})
        run(instance, {PARTITION: "b"})
    containers.landing.upload("a/y.csv", weather_csv(24, first=48))
    mutes.mute(containers, "b", datetime.now(UTC).date())
    exposed = figures(metrics.exposition(Settings.load()))

    def of(name: str, station: str, **labels: str) -> float | None:
        told = ",".join(f'{k}="{v}"' for k, v in sorted({"station": station, **labels}.items()))
        return exposed.get(f"weather_etl_station_{name}{{{told}}}")

    assert (of("stale", "a"), of("stale", "b")) == (1, 0)
    assert (of("muted", "a"), of("muted", "b")) == (0, 1)
    assert (of("rejected_files", "a"), of("rejected_files", "b")) == (0, 1)
    assert (of("failed_checks", "a", severity="ERROR"), of("failed_checks", "b", severity="ERROR")) == (0, 1)
    assert (of("fresh_hours", "a"), of("fresh_hours", "b")) == (3, None)
    newest = containers.lake.stamp("validated_observations", "a").last
    assert newest == f"{datetime.fromtimestamp(of('newest_hour_timestamp_seconds', 'a'), UTC):%Y-%m-%d %H:%M}Z"
    assert (of("parked", "a"), of("landing_files", "a")) == (0, 2)
    assert of("last_run_seconds", "b") > 0


def test_metrics_of_what_is_down_are_zero_and_the_others_stay(
    home: Path, environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = (environment.connection_string or "").rsplit(":", 1)[0] + ":9/devstoreaccount1;"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", dead)
    monkeypatch.setenv("WEATHER_ETL_SERVING_URL", "postgresql+psycopg2://x:y@127.0.0.1:9/x")
    exposed = figures(metrics.exposition(Settings.load()))
    assert (exposed["weather_etl_storage_up"], exposed["weather_etl_serving_up"]) == (0, 0)
    assert exposed["weather_etl_database_up"] == 1


def test_a_vanished_station_is_left_alone(home: Path, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    with dg.DagsterInstance.get() as instance:
        run(instance, {PARTITION: "a"})
        containers.landing.delete("a/x.csv")
        assert figures(metrics.exposition(Settings.load()))["weather_etl_parked_stations"] == 1
        (state,) = station_states(Settings.load(), instance)
    assert state.parked and "weather-etl forget a" in (state.trouble or "")


def test_status_tells_why_a_station_is_left_alone_in_the_words_of_its_last_run_and_metrics_count_it(
    home: Path, containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    poison(containers, "a")
    containers.landing.upload("b/x.csv", weather_csv(24))
    with dg.DagsterInstance.get() as instance:
        ticks = Ticks(instance)
        for request in ticks.requests():
            ticks.run(request)
        (failed,) = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))
        told = failure_sentence(instance, failed.run_id)
        a, b = station_states(Settings.load(), instance)
    assert (a.parked, a.trouble) == (True, told)
    assert "a/station.toml" in told and told.endswith(planning.parked_sentence("a", 1))
    assert (b.parked, b.trouble) == (False, None)
    assert figures(metrics.exposition(Settings.load()))["weather_etl_parked_stations"] == 1
    containers.landing.upload("a/station.toml", b"timezone = 'Europe/Budapest'")
    assert figures(metrics.exposition(Settings.load()))["weather_etl_parked_stations"] == 0


def test_status_tells_that_a_station_is_left_alone_where_its_run_could_not(
    home: Path, containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of attempts was lowered after the run."""
    poison(containers, "a")
    with dg.DagsterInstance.get() as instance:
        ticks = Ticks(instance)
        ticks.run(ticks.requests()[0])
        (before,) = station_states(Settings.load(), instance)
        monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
        (after,) = station_states(Settings.load(), instance)
    assert not before.parked and planning.left_alone("a") not in (before.trouble or "")
    assert after.parked and after.trouble == f"{before.trouble} {planning.parked_sentence('a', 1)}"


def test_metrics_are_served_over_http(environment: Settings) -> None:
    dead = Settings(account_url="http://127.0.0.1:9/devstoreaccount1?sig=x")
    with (
        metrics.server(dead, "127.0.0.1", 0) as port,
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as response,
    ):
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        assert "weather_etl_storage_up 0.0\n" in response.read().decode()


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with metrics.server(Settings(), "127.0.0.1", 0) as port, pytest.raises(UserError, match=f"Port {port} on"):
        metrics.server(Settings(), "127.0.0.1", port).__enter__()


LATER = 100 * 86_400  # seconds


def test_old_runs_are_deleted_but_not_young_ones_nor_those_that_show_a_tables_present_state(
    containers: Containers, instance: dg.DagsterInstance
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    superseded = run(instance, {PARTITION: "a"}).run_id
    failed = run(instance, {PARTITION: "nowhere"}).run_id
    current = run(instance, {PARTITION: "a"}).run_id  # found all tables unchanged, and said so
    assert housekeeping.delete_old_runs(instance, 90) == (0, 0)
    assert len(instance.get_runs()) == 3
    assert housekeeping.delete_old_runs(instance, 90, now=time.time() + LATER) == (2, 1)
    assert [r.run_id for r in instance.get_runs()] == [current]
    assert not instance.has_run(superseded) and not instance.has_run(failed)
    assert instance.get_materialized_partitions(dg.AssetKey("daily_weather")) == {"a"}


def test_old_logs_of_steps_are_deleted_and_nothing_else(environment: Settings) -> None:
    from datetime import UTC, datetime, timedelta

    with open_container(environment, f"logs-{time.time_ns()}") as container:
        container.create()
        container.upload("dagster/storage/r1/compute_logs/x.out", b"line")
        container.upload("mine.txt", b"line")
        assert housekeeping.delete_old_logs(container, 30) == 0
        assert housekeeping.delete_old_logs(container, 30, now=datetime.now(UTC) + timedelta(days=31)) == 1
        assert [b.name for b in container.list()] == ["mine.txt"]


def test_the_schedule_of_housekeeping_is_off_until_it_is_turned_on() -> None:
    assert housekeeping_schedule.default_status == dg.DefaultScheduleStatus.STOPPED


def test_a_dagster_that_does_not_answer_is_one_sentence() -> None:
    with pytest.raises(UserError, match=r"does not answer at http://127\.0\.0\.1:9; start it with `make ui`"):
        Dagster("http://127.0.0.1:9/").trigger()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(200, "no Dagster webserver"), (401, "--header"), (502, "HTTP 502"), (500, "weather-etl doctor")],
)
def test_another_server_at_the_address_is_one_sentence(code: int, sentence: str) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(code)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(UserError, match=sentence):
            Dagster(f"http://127.0.0.1:{server.server_address[1]}").trigger()
        server.shutdown()


@pytest.mark.parametrize(("url", "mode"), [("127.0.0.1:3000", "full"), ("http://127.0.0.1:9", "fast")])
def test_a_mistake_in_triggering_is_told_before_anything_is_asked(url: str, mode: str) -> None:
    with pytest.raises(UserError, match=r"no address of a Dagster webserver|incremental or full"):
        Dagster(url).trigger(mode)
