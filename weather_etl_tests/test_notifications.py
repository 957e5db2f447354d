"""Notifications: told once, told again when good, to a real HTTP server."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.errors import UserError
from weather_etl.lake.connection import Containers
from weather_etl.operations import mutes, notifications
from weather_etl.operations.notifications import CheckEvent, RunEvent, State, update
from weather_etl.operations.planning import PARENT, PARTITION
from weather_etl.orchestration.child_runs import run_job
from weather_etl.orchestration.sensors import notifications as sensor
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.histories import in_memory
from weather_etl_tests.support.runs import break_the_contract
from weather_etl_tests.support.ticks import poison


def check(is_error: bool, station: str = "a", why: str = "why") -> CheckEvent:
    return CheckEvent("raw_observations", "rejected_files", station, is_error, why, "run1")


def run(failed: bool, station: str | None = None, job: str = "weather_etl_job", kind: str = "tables") -> RunEvent:
    return RunEvent("run1", job, station, failed, "storage is down" if failed else "", kind)


def test_a_failed_check_is_told_once_however_often_it_fails() -> None:
    state = State()
    assert [p.title for p in update(state, [check(True)], []).opened] == ["rejected_files of station a"]
    assert not update(state, [check(True), check(True)], [])


def test_a_check_that_is_good_again_is_told_once() -> None:
    state = State()
    update(state, [check(True)], [])
    assert [p.title for p in update(state, [check(False)], []).closed] == ["rejected_files of station a"]
    assert not update(state, [check(False)], [])


def test_a_check_that_was_always_good_is_not_told() -> None:
    assert not update(State(), [check(False)], [])


def test_what_failed_and_recovered_between_two_ticks_is_not_told() -> None:
    assert not update(State(), [check(True), check(False)], [])


def test_stations_have_problems_of_their_own() -> None:
    state = State()
    update(state, [check(True, "a"), check(True, "b")], [])
    assert [p.title for p in update(state, [check(False, "a")], []).closed] == ["rejected_files of station a"]


def test_a_failed_run_is_told_once_however_often_it_is_tried() -> None:
    state = State()
    opened = update(state, [], [run(True, "a")]).opened
    assert [(p.title, p.why) for p in opened] == [("run of weather_etl_job for a", "storage is down")]
    assert not update(state, [], [run(True, "a"), run(True, "a")])


def test_each_station_whose_run_fails_is_a_problem_of_its_own() -> None:
    state = State()
    assert len(update(state, [], [run(True, "a"), run(True, "b")]).opened) == 2
    assert [p.title for p in update(state, [], [run(False, "a")]).closed] == ["run of weather_etl_job for a"]
    assert [p.title for p in update(state, [], [run(False, "b")]).closed] == ["run of weather_etl_job for b"]


def test_a_run_of_the_same_kind_makes_good_however_it_was_started() -> None:
    state = State()
    update(state, [], [run(True, "a")])
    assert update(state, [], [run(False, "a", job="__ASSET_JOB")]).closed


def test_a_load_makes_no_good_for_a_run_that_makes_tables() -> None:
    state = State()
    update(state, [], [run(True, "a")])
    assert not update(state, [], [run(False, "a", job="serving_job", kind="serving_job")])


def test_a_run_without_a_station_is_resolved_by_the_next_success_of_its_job() -> None:
    state = State()
    assert update(state, [], [run(True, job="catch_up_job", kind="catch_up_job")]).opened
    assert not update(state, [], [run(False, job="housekeeping_job", kind="housekeeping_job")]).closed
    assert update(state, [], [run(False, job="catch_up_job", kind="catch_up_job")]).closed


def test_of_a_muted_station_nothing_is_told_until_the_mute_ends() -> None:
    state = State()
    assert not update(state, [], [run(True, "a")], muted={"a"})
    assert len(update(state, [], [run(True, "b")], muted={"a"}).opened) == 1
    assert [p.title for p in update(state, [], []).opened] == ["run of weather_etl_job for a"]  # still bad
    assert not update(state, [], [])


def test_what_opened_and_closed_while_a_station_was_muted_is_never_told() -> None:
    state = State()
    update(state, [], [run(True, "a")], muted={"a"})
    assert not update(state, [], [run(False, "a")], muted={"a"})
    assert not update(state, [], [])


def test_what_was_told_before_a_mute_is_told_when_it_is_good_again() -> None:
    state = State()
    update(state, [], [run(True, "a")])
    assert len(update(state, [], [run(False, "a")], muted={"a"}).closed) == 1


def test_a_cursor_of_before_there_were_mutes_is_of_problems_that_were_told() -> None:
    old = '{"checks_after": 1, "runs_after": 1, "open": {"run/tables/a": {"title": "t", "why": "w", "run_id": "r"}}}'
    state = State.read(old)
    assert state and not update(state, [], [])
    assert update(state, [], [run(False, "a")]).closed


def test_the_cursor_can_be_written_and_read() -> None:
    state = State(3, 4)
    update(state, [check(True)], [run(True, "b")])
    assert State.read(state.write()) == state


@pytest.mark.parametrize("cursor", [None, "", "nonsense", "{}", '{"open": 1}', "[]"])
def test_a_cursor_that_cannot_be_read_is_none(cursor: str | None) -> None:
    assert State.read(cursor) is None


def news(n: int = 1) -> notifications.News:
    return notifications.News([notifications.Problem(f"check {i}", "password=hunter2 <b>&", "r1") for i in range(n)])


def test_a_message_names_the_problem_the_cause_and_the_page_and_no_secret() -> None:
    text = notifications.message(news(), 1, "http://127.0.0.1:3000")
    assert "failed: check 0" in text and "http://127.0.0.1:3000/runs/r1" in text
    assert "hunter2" not in text


def test_many_problems_are_one_short_message() -> None:
    assert "... and 40 more failed." in notifications.message(news(50), 50, "")


def test_slack_gets_its_entities_escaped() -> None:
    assert notifications.payload("a <b> & c", "slack")["text"] == "a &lt;b&gt; &amp; c"


def test_teams_gets_an_adaptive_card() -> None:
    card = notifications.payload("one\ntwo", "teams")["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert [b["text"] for b in card["content"]["body"]] == ["one", "two"]


class Webhook:
    """A real HTTP server that notes what it gets."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.code = 200
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.code == 200:
                    hook.bodies.append(json.loads(body))
                self.send_response(hook.code)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook/s3cret"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def texts(self) -> list[str]:
        return [b["text"] for b in self.bodies]


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    started = Webhook()
    monkeypatch.setenv("WEATHER_ETL_WEBHOOK_URL", started.url)
    yield started
    started.server.shutdown()
    started.server.server_close()


class Channel:
    """The sensor on an instance of its own, ticking as the daemon does."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.cursor: str | None = None
        self.tick()  # the first one only finds out where "now" is

    def tick(self) -> dg.SensorResult:
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor, definitions=defs)
        result = sensor.notification_sensor(context)
        self.cursor = result.cursor
        return result

    def evaluate(self, passed: bool, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR) -> None:
        """A run that logs an evaluation and succeeds, as the runs over stations do."""

        @dg.op
        def step(context: dg.OpExecutionContext) -> None:
            context.log_event(
                dg.AssetCheckEvaluation(
                    dg.AssetKey("raw_observations"),
                    "rejected_files",
                    passed,
                    severity=severity,
                    description="1 of 2 landing files could not be used",
                    partition="a",
                    metadata={},
                )
            )

        @dg.job(name="weather_etl_job")
        def some_job() -> None:
            step()

        assert some_job.execute_in_process(instance=self.instance, tags={"dagster/partition": "a"}).success

    def run(
        self,
        fail: bool,
        job: str = "weather_etl_job",
        tags: dict[str, str] | None = None,
        check: dg.AssetCheckEvaluation | None = None,
    ) -> str:
        @dg.op
        def step(context: dg.OpExecutionContext) -> None:
            if check:
                context.log_event(check)
            if fail:
                raise dg.Failure("Azure Storage does not answer")

        @dg.job(name=job)
        def some_job() -> None:
            step()

        tags = {"dagster/partition": "a"} if tags is None else tags
        return some_job.execute_in_process(instance=self.instance, raise_on_error=False, tags=tags).run_id


@pytest.fixture
def channel() -> Iterator[Channel]:
    with in_memory() as instance:
        yield Channel(instance)


def test_a_failed_error_check_is_posted_once_and_its_recovery_once(webhook: Webhook, channel: Channel) -> None:
    for passed in (False, False, True, True):
        channel.evaluate(passed)
        channel.tick()
    failed, resolved = webhook.texts
    assert "failed: rejected_files of station a: 1 of 2 landing files" in failed and "1 open now" in failed
    assert "resolved: rejected_files of station a" in resolved and "Nothing is open now" in resolved


def test_a_warning_is_not_posted(webhook: Webhook, channel: Channel) -> None:
    channel.evaluate(False, dg.AssetCheckSeverity.WARN)
    channel.tick()
    assert webhook.texts == []


def test_a_failed_run_is_posted_once_and_its_recovery_once(webhook: Webhook, channel: Channel) -> None:
    run_id = channel.run(True)
    for fail in (True, False, False):
        channel.tick()
        channel.run(fail)
    channel.tick()
    failed, resolved = webhook.texts
    assert "run of weather_etl_job for a: Azure Storage does not answer" in failed and run_id in failed
    assert "resolved: run of weather_etl_job for a" in resolved


def test_a_failed_run_that_catch_up_job_started_is_told_and_its_parent_is_not(
    webhook: Webhook, channel: Channel
) -> None:
    parent = channel.run(True, "catch_up_job", {})
    channel.run(True, tags={PARENT: parent, PARTITION: "a"})
    channel.tick()
    (text,) = webhook.texts
    assert "failed: run of weather_etl_job for a" in text and "1 open now" in text


def test_a_run_of_catch_up_job_that_failed_by_itself_is_told(webhook: Webhook, channel: Channel) -> None:
    parent = channel.run(True, "catch_up_job", {})
    channel.run(False, tags={PARENT: parent, PARTITION: "a"})
    channel.tick()
    assert len(webhook.texts) == 1 and "failed: run of catch_up_job" in webhook.texts[0]


def test_a_station_that_fails_within_catch_up_job_is_one_problem_and_recovers_with_a_run_of_its_own(
    webhook: Webhook, channel: Channel, containers: Containers
) -> None:
    containers.landing.upload("good/x.csv", weather_csv(24))
    poison(containers, "a")
    assert run_job(channel.instance, defs.resolve_job_def("catch_up_job"), ops={"catch_up": {"tables_only": True}})
    channel.tick()
    (failed,) = webhook.texts
    assert "failed: run of weather_etl_job for a: a/station.toml" in failed and "1 open now" in failed
    containers.landing.delete("a/station.toml")
    assert run_job(channel.instance, "weather_etl_job", station="a") == []
    channel.tick()
    assert "resolved: run of weather_etl_job for a" in webhook.texts[1] and "Nothing is open" in webhook.texts[1]


def test_a_run_that_a_blocking_check_failed_is_told_as_the_check(
    webhook: Webhook, channel: Channel, containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    with monkeypatch.context() as patch:
        break_the_contract(patch)
        assert run_job(channel.instance, "weather_etl_job", station="a")
    channel.tick()
    (failed,) = webhook.texts
    assert "failed: schema_and_keys of station a" in failed and "1 open now" in failed
    assert run_job(channel.instance, "weather_etl_job", station="a") == []
    channel.tick()
    assert "resolved: schema_and_keys of station a" in webhook.texts[1] and "Nothing is open" in webhook.texts[1]


@pytest.mark.parametrize(("passed", "blocking"), [(False, False), (True, True), (True, False), (False, True)])
def test_a_failed_run_is_told_unless_a_check_that_blocks_has_failed_in_it(
    webhook: Webhook, channel: Channel, passed: bool, blocking: bool
) -> None:
    key, warning = dg.AssetKey("raw_observations"), dg.AssetCheckSeverity.WARN
    check = dg.AssetCheckEvaluation(key, "some_check", passed, {}, severity=warning, partition="a", blocking=blocking)
    channel.run(True, check=check)
    channel.tick()
    assert ["failed: run of weather_etl_job for a" in text for text in webhook.texts] == [True] * (
        passed or not blocking
    )


def test_the_shared_files_recover_when_they_are_split(webhook: Webhook, channel: Channel) -> None:
    for fail in (True, False):
        channel.run(fail, "shared_files_job", {"weather_etl/shared_files": "all"})
        channel.tick()
    failed, resolved = webhook.texts
    assert "failed: run of shared_files_job" in failed and "resolved: run of shared_files_job" in resolved


def test_a_message_that_the_webhook_refused_is_sent_again(webhook: Webhook, channel: Channel) -> None:
    webhook.code = 500
    channel.evaluate(False)
    with pytest.raises(dg.Failure, match="HTTP 500") as caught:
        channel.tick()
    assert "s3cret" not in str(caught.value)
    webhook.code = 200
    channel.tick()
    assert len(webhook.texts) == 1


def test_what_failed_before_the_sensor_was_on_is_not_told(webhook: Webhook) -> None:
    with in_memory() as instance:
        Channel(instance).run(True)
        Channel(instance).tick()
    assert webhook.texts == []


def test_a_webhook_that_does_not_answer_is_one_sentence_without_its_address() -> None:
    settings = Settings(webhook_url="http://127.0.0.1:9/hook/s3cret")
    with pytest.raises(UserError, match="does not answer") as caught:
        notifications.send(settings, "x")
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(settings)


def test_a_webhook_that_is_no_address_is_told_without_it() -> None:
    settings = Settings(webhook_url="http://[::1/s3cret")
    with pytest.raises(UserError, match="WEATHER_ETL_WEBHOOK_URL is no address") as caught:
        notifications.send(settings, "x")
    assert "s3cret" not in str(caught.value) and caught.value.__cause__ is None


@pytest.mark.parametrize(("url", "status"), [("", "STOPPED"), ("http://x", "RUNNING")])
def test_the_sensor_is_off_unless_a_webhook_is_named(monkeypatch: pytest.MonkeyPatch, url: str, status: str) -> None:
    monkeypatch.setenv("WEATHER_ETL_WEBHOOK_URL", url)
    assert sensor.default_status().value == status


@pytest.mark.timeout(sensor.INTERVAL_S, func_only=True)  # the rest of the delay is the wait for the tick
def test_a_tick_tells_before_the_next_one_is_due(webhook: Webhook, channel: Channel) -> None:
    channel.run(True)
    channel.tick()
    assert len(webhook.texts) == 1


def test_the_sensor_is_silent_about_a_muted_station_and_tells_it_afterwards(
    environment: Settings, containers: Containers, webhook: Webhook, channel: Channel
) -> None:
    mutes.mute(containers, "a", datetime.now(UTC).date())
    channel.evaluate(False)
    channel.tick()
    assert webhook.texts == []
    mutes.unmute(containers, "a")
    channel.tick()
    assert len(webhook.texts) == 1 and "rejected_files of station a" in webhook.texts[0]
