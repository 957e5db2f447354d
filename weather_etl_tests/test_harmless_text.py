"""Text from files never steers a terminal, a card, a page or a spreadsheet.

Belongs here: what a name or a cell with control characters, markup or a formula looks like wherever it is shown.
Does not belong here: secrets (`test_security.py`).
"""

import contextlib
import csv
import io
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from weather_etl import cli
from weather_etl.checks.evaluation import Check, Evaluation
from weather_etl.errors import UserError
from weather_etl.lake.connection import Containers
from weather_etl.operations.notifications import News, Problem, message, payload, send
from weather_etl.orchestration.assets.specs import markdown
from weather_etl.redaction import cell, escaped
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import HEADER, summaries_csv, weather_csv
from weather_etl_tests.support.runs import process, process_hours

ESC, BIDI, BELL, C1 = "\x1b[31m", "\u202e", "\x07", "\x9b2J"
STEERING = (ESC, BIDI, BELL, C1)
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "\n=1", " =1+1", "\uff1d1", "-x"]


def steers(text: str) -> list[str]:
    return [c for c in text if not c.isprintable() and c not in "\n\t\N{NO-BREAK SPACE}"]


@pytest.mark.parametrize("text", [*STEERING, "\u2066x\u2069", "\u200b", "\x00", "\x7f", "\x85", "\u2028"])
def test_what_steers_is_shown_escaped(text: str) -> None:
    assert not steers(escaped(f"a{text}b")) and "\\" in escaped(f"a{text}b")


@pytest.mark.parametrize("text", ["Ünï 🌧 Pécs", "日本", "a\N{NO-BREAK SPACE}b", "1,217 °C"])
def test_other_text_stays(text: str) -> None:
    assert escaped(text) == text


def test_the_sentence_of_a_check_is_harmless_whatever_is_in_it() -> None:
    check = Check("raw_observations", "any", "Any.")
    assert not steers(Evaluation(check, False, f"first {ESC}{BIDI}\nERROR forged").description)


def test_markdown_for_the_ui_is_harmless() -> None:
    assert not steers(markdown(f"a{ESC}{BIDI}b"))


READING = (
    ["status"], ["status", "-s", "a"], ["files"], ["quarantine"],
    ["head", "raw_observations", "-s", "a", "--columns", "summary,landing_file"],
)  # fmt: skip
RUN = ["run", "--tables-only"]


@pytest.mark.parametrize("commands", [READING, [RUN]], ids=["of what was made", "while it is made"])
def test_no_command_lets_a_file_steer_the_terminal(
    containers: Containers,
    database: str,
    environment: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    commands: list[list[str]],
) -> None:
    bad = f"2020-01-09 00:00:00.000 +0000,{ESC}{BIDI},rain,{ESC}warm,5,0.8,10,1,1,0,1010,{ESC}"
    header = HEADER.replace("Loud Cover", f"{ESC}{BIDI}Cover")
    data = weather_csv(24).decode().replace(HEADER, header).replace(",Clear,", f",{ESC}{BIDI}{C1}Clear,")
    containers.landing.upload(f"a/{BIDI}{C1}x.csv", (data + bad).encode())
    containers.landing.upload(f"a/{BIDI}bad.csv", f"{ESC}{BIDI};{BELL}\n1;2\n".encode())
    containers.landing.upload(f"{BIDI}lost.csv", b"x")
    if RUN not in commands:
        import dagster as dg
        from dagster._core.instance.ref import InstanceRef

        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path / "home"))) as instance:
            process(containers, instance=instance)
    (tmp_path / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    for command in commands:
        monkeypatch.setattr(sys, "argv", ["weather-etl", *command])
        capfd.readouterr()
        with contextlib.suppress(SystemExit):
            cli.main()
        printed = "".join(capfd.readouterr())
        assert printed and not steers(printed), command


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_that_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-5.0", "+3", "-1,5", "1e-5", "-.5", -5.0, 3, None, "Clear", ""])
def test_numbers_and_other_cells_stay(value: object) -> None:
    assert cell(value) is value


SUMMARIES = ["=1+1", "@x", "fine"]


@pytest.fixture(scope="module")
def formulas(shared: Containers) -> None:
    """A station whose cells look like formulas."""
    shared.landing.upload("a/x.csv", summaries_csv(SUMMARIES, temperature=-5.0))
    process_hours(shared)


@pytest.mark.parametrize("as_is", [False, True])
@pytest.mark.usefixtures("formulas", "shared_environment")
def test_head_writes_no_formula_into_csv_unless_it_is_told_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], as_is: bool, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for table in ("raw_observations", "validated_observations"):
        arguments = ["weather-etl", "head", table, "-s", "a", "--csv", *(["--as-is"] if as_is else [])]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert [r["summary"] for r in found] == (SUMMARIES if as_is else ["'=1+1", "'@x", "fine"])
        assert {float(r["temperature_c"]) for r in found} == {-5.0}


def told(style: str, why: str) -> str:
    return json.dumps(
        payload(message(News([Problem("x of a", why)]), 1, "http://ui", style), style), ensure_ascii=False
    )


def test_a_card_for_teams_shows_markdown_literally() -> None:
    card = told("teams", "[click](http://evil.example) **bold** ~~x~~ # h `code`")
    for markup in ("[click](", "**bold**", "~~x~~", " # h", "`code`"):
        assert markup not in card
    assert "\\\\[click\\\\]" in card


def test_a_message_for_slack_is_not_read_as_markup() -> None:
    body = payload(message(News([Problem("x", "<!channel> *b*")]), 1, "http://ui"), "slack")
    assert "<!channel>" not in body["text"] and body["mrkdwn"] is False


@pytest.mark.parametrize("style", ["slack", "teams"])
def test_a_cause_is_one_harmless_line_of_the_message(style: str) -> None:
    text = message(
        News([Problem("x", f"a{ESC}{BIDI}\n\N{LARGE GREEN CIRCLE} weather_etl resolved: all")]), 1, "", style
    )
    assert not steers(text) and len(text.splitlines()) == 2


@pytest.mark.timeout(20, func_only=True)
def test_a_webhook_whose_answer_drips_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from weather_etl.operations import notifications

    over = threading.Event()

    class Drip(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            while not over.wait(0.2):
                try:
                    self.wfile.write(b".")
                except OSError:
                    return

        def log_message(self, format: str, *args: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Drip)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(notifications, "LONGEST_S", 1)
    try:
        with pytest.raises(UserError, match="does not answer"):
            send(Settings(webhook_url=f"http://127.0.0.1:{server.server_port}/"), "x")
    finally:
        over.set()
        server.shutdown()
        server.server_close()
