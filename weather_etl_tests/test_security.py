"""What outsiders send stays data, and what is secret stays inside.

Belongs here: rules 9, 11 and 12 of what happens to a landing file, and the secrets of the settings.
Does not belong here: permissions of local files (`local/test_local.py`), exports of the command (`operations/test_files.py`).
"""

import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef

from weather_etl import cli
from weather_etl.checks.files import rejected_files
from weather_etl.definitions import defs
from weather_etl.ingestion import merge, shared_files
from weather_etl.ingestion.manifest import Raw
from weather_etl.ingestion.raw_table import RAW_SCHEMA
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.table_objects import Lake, Stamp
from weather_etl.local import ui
from weather_etl.operations.planning import PARTITION
from weather_etl.orchestration import failures, resources
from weather_etl.orchestration.assets.specs import markdown
from weather_etl.orchestration.sensors.landing_files import landing_files_sensor
from weather_etl.redaction import printable, without_secrets
from weather_etl.settings import AZURITE_KEY, Settings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.faults import killing
from weather_etl_tests.files import summaries_csv, weather_csv
from weather_etl_tests.support.runs import process
from weather_etl_tests.support.ticks import tick

SAS = "sv=2024-01-01&ss=b&sig=c2VjcmV0U2lnbmF0dXJl%2Fx%3D"
PASSWORD = "hunter2-Pa55"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("AccountName=a;AccountKey=c2VjcmV0==;x", "AccountName=a;AccountKey=***;x"),
        ("https://a/b?sv=1&sig=c2VjcmV0%3D&se=2", "https://a/b?sv=1&sig=***&se=2"),
        ("postgresql+psycopg2://user:secret@host/db", "postgresql+psycopg2://user:***@host/db"),
        ("BlobEndpoint=https://a;SharedAccessSignature=sv=1", "BlobEndpoint=https://a;SharedAccessSignature=***"),
        ("connect(host='h', password='secret')", "connect(host='h', password='***')"),
        ("{'password': 'secret'}", "{'password': '***'}"),
        ("the signal was 5 and the password was wrong", "the signal was 5 and the password was wrong"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, masked: str) -> None:
    assert without_secrets(text, {}) == masked


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        (
            "AZURE_STORAGE_CONNECTION_STRING",
            f"AccountName=a;AccountKey={AZURITE_KEY};BlobEndpoint=http://x/",
            AZURITE_KEY,
        ),
        (
            "AZURE_STORAGE_CONNECTION_STRING",
            f"BlobEndpoint=http://x/;SharedAccessSignature={SAS}",
            "c2VjcmV0U2lnbmF0dXJl/x=",
        ),
        ("WEATHER_ETL_ACCOUNT_URL", f"https://a.example.net/?{SAS}", "c2VjcmV0U2lnbmF0dXJl%2Fx%3D"),
        ("WEATHER_ETL_POSTGRES_URL", f"postgresql+psycopg2://u:{PASSWORD}@h/d", PASSWORD),
        ("WEATHER_ETL_SERVING_URL", f"postgresql+psycopg2://u:{PASSWORD}@h/d", PASSWORD),
        ("WEATHER_ETL_WEBHOOK_URL", "https://hooks.example.net/services/T0/B0/c2VjcmV0", "services/T0/B0/c2VjcmV0"),
    ],
)
def test_the_secrets_of_the_settings_are_masked_wherever_they_stand(name: str, value: str, secret: str) -> None:
    text = f"KeyError: {secret!r} in [{secret}]"
    assert secret not in without_secrets(text, {name: value})


class Leak(RuntimeError):
    """A bug whose message carries everything that is secret, in the whole chain."""


def leak(*_: object, **__: object) -> None:
    settings = Settings.load()
    try:
        raise Leak(f"cannot use {settings.connection_string} with {SAS}")
    except Leak as first:
        raise Leak(f"cannot use {settings.connection_string} and postgresql://u:{PASSWORD}@h/d") from first


def secrets_in(text: str) -> list[str]:
    words = (AZURITE_KEY, "c2VjcmV0U2lnbmF0dXJl", PASSWORD)
    return [word for word in words if word in text]


def everything_stored(instance: dg.DagsterInstance, run_id: str) -> str:
    """Run, tags, events with their errors, check evaluations: all that Dagster keeps of a run."""
    from dagster._serdes import serialize_value

    records = instance.get_records_for_run(run_id).records
    return "\n".join([serialize_value(instance.get_run_by_id(run_id)), *(serialize_value(r) for r in records)])


@pytest.mark.parametrize(
    ("owner", "place"),
    [(resources, "open_station"), (merge, "merge_landing_files"), (Lake, "write")],
    ids=["while the station is opened", "in an asset", "in the IO manager"],
)
def test_an_unexpected_exception_leaks_no_secret_into_a_run(
    containers: Containers, instance: dg.DagsterInstance, capfd: pytest.CaptureFixture[str], owner: object, place: str
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, place, leak)
        job = defs.resolve_job_def("weather_etl_job")
        result = job.execute_in_process(instance=instance, tags={PARTITION: "a"}, raise_on_error=False)
    stored, printed = everything_stored(instance, result.run_id), "".join(capfd.readouterr())
    assert not result.success and "Unexpected Leak" in stored and "Traceback" in stored
    assert (secrets_in(stored), secrets_in(printed)) == ([], [])


def test_the_search_for_secrets_finds_one_where_nothing_masks_it(
    containers: Containers, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    monkeypatch.setattr(merge, "merge_landing_files", leak)
    monkeypatch.setattr(failures, "without_secrets", lambda text: text)
    monkeypatch.setattr(failures, "traceback_without_secrets", lambda error: str(error))
    job = defs.resolve_job_def("weather_etl_job")
    result = job.execute_in_process(instance=instance, tags={PARTITION: "a"}, raise_on_error=False)
    assert secrets_in(everything_stored(instance, result.run_id)) == [AZURITE_KEY, PASSWORD]


def test_an_unexpected_exception_leaks_no_secret_into_a_tick(
    containers: Containers,
    instance: dg.DagsterInstance,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dagster._utils.error import serializable_error_info_from_exc_info

    monkeypatch.setattr(shared_files, "take_inventory", leak)
    with caplog.at_level(logging.DEBUG), pytest.raises(dg.Failure) as caught:
        tick(landing_files_sensor, instance)
    shown = serializable_error_info_from_exc_info((caught.type, caught.value, caught.tb)).to_string()
    assert "Unexpected Leak" in shown
    assert (secrets_in(shown), secrets_in(caplog.text)) == ([], [])


def test_an_unexpected_exception_leaks_no_secret_from_a_command(
    environment: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["weather-etl", "upload", "a", str(tmp_path / "x.csv")])
    (tmp_path / "x.csv").write_bytes(weather_csv())
    from weather_etl.lake import connection

    monkeypatch.setattr(connection, "connect", leak)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = "".join(capfd.readouterr())
    assert ended.value.code == 1 and "Leak" in printed
    assert secrets_in(printed) == []


def test_a_dead_storage_leaks_no_sas_token_through_the_chain_of_the_error(environment: Settings) -> None:
    import traceback

    url = f"http://127.0.0.1:9/devstoreaccount1?{SAS}"
    with (
        connect(Settings(account_url=url), prompt=True) as containers,
        pytest.raises(Exception, match="does not answer") as caught,
    ):
        list(containers.landing.list())
    assert secrets_in("".join(traceback.format_exception(caught.value))) == []
    assert "sig=" not in containers.landing.url


def test_dagsters_own_configuration_page_shows_no_secret(
    environment: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
    monkeypatch.setenv("WEATHER_ETL_POSTGRES_URL", f"postgresql+psycopg2://u:{PASSWORD}@127.0.0.1/d")
    reference = InstanceRef.from_dir(str(tmp_path))
    assert secrets_in(str(reference.to_dict())) == []


NASTY = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "'; drop table runs; --",
    "{{7*7}}",
]


def test_text_is_stored_as_it_came(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", summaries_csv(NASTY))
    process(containers)
    for table in ("raw_observations", "validated_observations"):
        found = containers.lake.read(table, "a").arrow
        assert found.column("summary").to_pylist() == NASTY


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "![beacon](http://evil.example/x.png)", "[click](javascript:alert(1))", "`code`"],
)
def test_markdown_and_html_in_names_and_cells_are_shown_and_not_run(text: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(f"| a |\n|---|\n| {markdown(text)} |")
    cell = html.split("<td>")[1].split("</td>")[0]
    assert "<" not in cell
    assert cell == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def test_a_preview_breaks_out_of_no_cell() -> None:
    assert "\n" not in markdown("a\nb | c") and "\\|" in markdown("a\nb | c")


@pytest.mark.parametrize("name", ["a/x\nERROR forged.csv", "a/\x1b[31mred.csv", "a/\u202egpj.exe"])
def test_a_name_with_control_characters_is_quoted_where_it_stands_in_a_line(name: str) -> None:
    assert printable(name).isprintable() and printable(name).startswith("'")


def test_the_sentence_about_a_rejected_file_is_one_line_whatever_its_name() -> None:
    entry = {"name": "a/x\nERROR forged.csv", "state": "rejected", "reason": "NOT_CSV", "detail": "no"}

    stamp = Stamp("raw_observations", "a", "", "", 0, 0, datetime.now(UTC))
    assert "\n" not in rejected_files(Raw(RAW_SCHEMA.empty_table(), [entry], stamp)).description


NAMES = [
    "a/..%2f..%2fetc%2fpasswd",
    "a/$(touch owned).csv",
    "a/`touch owned`.csv",
    "a/; rm -rf ~.csv",
    "a/C:x.csv",
    "a/%2e%2e/x.csv",
    "a/" + "n" * 900 + ".csv",
    "a/'; drop table runs; --.csv",
    "a/station=b/data.parquet",
]


def _process_under_watch(settings: Settings, marks: list[str]) -> None:
    """In a process of its own, since an audit hook stays: exit code 3 if a name reached the file system or a shell."""
    import os

    seen: list[str] = []
    # What Python reports before it opens, lists, makes or starts anything.
    watched = ("open", "os.", "subprocess.Popen", "shutil.", "glob.", "sqlite3.")

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(watched):
            text = repr(arguments)
            seen.extend(mark for mark in marks if mark in text)

    sys.addaudithook(hook)
    with connect(settings) as containers:
        process(containers)
    os._exit(3 if seen else 0)


def test_blob_names_never_become_paths_or_commands(containers: Containers, environment: Settings) -> None:
    for number, name in enumerate(NAMES):
        containers.landing.upload(name, weather_csv(2, first=2 * number))
    marks = ["passwd", "owned", "rm -rf", "C:x", "%2e", "nnnn", "drop table", "data.parquet"]
    assert killing.run(killing.start_server(), _process_under_watch, environment, marks) == 0
    rows = containers.lake.read("validated_observations", "a").arrow
    assert set(rows.column("landing_file").to_pylist()) == set(NAMES)
    stations = {b.name.split("/")[1] for b in containers.lake.container.list()}
    assert stations == {"station=a"}


def test_make_ui_listens_on_the_loopback_only() -> None:
    shown = subprocess.run(["make", "-n", "ui", "PORT=0"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert [line for line in shown.stdout.splitlines() if "weather_etl.local.ui" in line]
    assert " dev -h 127.0.0.1 -p 3000 " in " ".join(ui.command(3000))
