"""Telling people: what has failed, once, and that it is good again.

Belongs here: which events open and close a problem, the message, the webhook.

Does not belong here: judging data (`checks/`), retrying (`operations/planning.py`).

A problem is a failed check of severity ERROR, by check and station, or a failed run that left no such check (storage
down, process killed), by what it worked on. It is told when it opens and when it closes, however often it fails in
between. Of a muted station nothing opens: what is still open when the mute ends is told then. The cursor holds where we are in Dagster's event log and the open problems; everything new in a tick is one
message, and the cursor moves when the webhook has taken it: nothing is lost, and only a daemon that dies between the
two tells something twice.
"""

import http.client
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from weather_etl.errors import UserError
from weather_etl.redaction import escaped, without_secrets
from weather_etl.settings import Settings

MAX_LISTED = 10
MAX_ANSWER = 64 * 1024  # bytes that are read of what the webhook says
_TIMEOUT_S, LONGEST_S = 10, 15


@dataclass
class Problem:
    """Something that is broken: what to call it, why, in which run and of which station; whether people were told."""

    title: str
    why: str
    run_id: str = ""
    station: str = ""
    told: bool = True


@dataclass
class State:
    """What the sensor's cursor holds."""

    checks_after: int = 0
    runs_after: int = 0
    open: dict[str, Problem] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str | None) -> "State | None":
        """None where there is no cursor, or none that can be read."""
        try:
            stored = json.loads(cursor or "")
            problems = {k: Problem(**p) for k, p in stored["open"].items()}
            return cls(int(stored["checks_after"]), int(stored["runs_after"]), problems)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


@dataclass
class News:
    """What a tick has to tell."""

    opened: list[Problem] = field(default_factory=list)
    closed: list[Problem] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.opened or self.closed)


@dataclass(frozen=True)
class CheckEvent:
    """One evaluation of a check."""

    table: str
    name: str
    station: str | None
    is_error: bool
    why: str
    run_id: str

    @property
    def key(self) -> str:
        return f"check/{self.table}/{self.name}/{self.station or ''}"


@dataclass(frozen=True)
class RunEvent:
    """One run that ended; `station` is what it covered, if it was one."""

    run_id: str
    job: str
    station: str | None
    failed: bool
    why: str = ""
    kind: str = "tables"
    """What a run does; a run of the same kind over the same station can make good for it."""

    @property
    def key(self) -> str:
        return f"run/{self.kind}/{self.station or ''}"


def update(state: State, checks: Iterable[CheckEvent], runs: Iterable[RunEvent], muted: Collection[str] = ()) -> News:
    """Take events, in their order, into the open problems; returns what opened and what closed in all.

    What opened and closed again within these events is not told, nor what opens of a muted station; and what nobody was
    told of does not close either.

    Args:
        state: the open problems; brought up to date.
        checks, runs: what is new.
        muted: stations of which nobody wants to hear now.
    """
    before = dict(state.open)
    for check in checks:
        if not check.is_error:
            state.open.pop(check.key, None)
        elif check.key not in state.open:
            where = f" of station {check.station}" if check.station else ""
            was_told = check.key in before and before[check.key].told  # good for a moment only
            state.open[check.key] = Problem(
                f"{check.name}{where}", check.why, check.run_id, check.station or "", was_told
            )
    for run in runs:
        if not run.failed:
            state.open.pop(run.key, None)
        elif run.key not in state.open:
            where = f" for {run.station}" if run.station else ""
            was_told = run.key in before and before[run.key].told
            state.open[run.key] = Problem(f"run of {run.job}{where}", run.why, run.run_id, run.station or "", was_told)
    opened = [p for p in state.open.values() if not p.told and p.station not in muted]
    for problem in opened:
        problem.told = True
    return News(opened, [p for k, p in before.items() if k not in state.open and p.told])


# What a TextBlock of an Adaptive Card takes for links, lists, emphasis.
_MARKDOWN = re.compile(r"([\\`*_~\[\]()<>#|!]|(?<!\w)[-+](?=\s)|(?<=\d)\.(?=\s))")


def _literally(text: str, style: str) -> str:
    """Names and cells of files in a message: one line, and shown as they are."""
    text = escaped(" ".join(without_secrets(text).split()))
    return _MARKDOWN.sub(r"\\\1", text) if style == "teams" else text


def message(news: News, still_open: int, ui_url: str, style: str = "slack") -> str:
    """The text that people read; `style` is that of the webhook."""
    lines = []
    for problems, mark, noun in (
        (news.opened, "\N{LARGE RED CIRCLE}", "failed"),
        (news.closed, "\N{LARGE GREEN CIRCLE}", "resolved"),
    ):
        for problem in problems[:MAX_LISTED]:
            why = f": {_literally(problem.why[:300], style)}" if noun == "failed" and problem.why else ""
            link = f" {ui_url}/runs/{problem.run_id}" if noun == "failed" and problem.run_id else ""
            lines.append(f"{mark} weather_etl {noun}: {_literally(problem.title, style)}{why}{link}")
        if len(problems) > MAX_LISTED:
            lines.append(f"{mark} ... and {len(problems) - MAX_LISTED} more {noun}.")
    lines.append(f"{still_open} open now." if still_open else "Nothing is open now.")
    return "\n".join(lines)


def payload(text: str, style: str) -> dict[str, Any]:
    """The JSON that the webhook takes: Slack's (Mattermost and others take it too), or an Adaptive Card for Teams."""
    if style == "slack":
        for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.replace(character, entity)
        return {"text": text, "mrkdwn": False}  # Slack has no escape for * and _
    blocks = [{"type": "TextBlock", "text": line, "wrap": True} for line in text.splitlines()]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def send(settings: Settings, text: str) -> None:
    """Post to the webhook; its address is a secret and stands in no error.

    Raises:
        UserError: it is not configured, does not answer or refuses.
    """
    if not settings.webhook_url:
        raise UserError("No webhook is configured; set WEATHER_ETL_WEBHOOK_URL.")
    if not settings.webhook_url.startswith(("http://", "https://")):
        raise UserError("WEATHER_ETL_WEBHOOK_URL must begin with https://; correct it.")
    data = json.dumps(payload(text, settings.webhook_style)).encode()
    try:
        request = urllib.request.Request(settings.webhook_url, data, {"Content-Type": "application/json"})
    except ValueError:
        raise UserError("WEATHER_ETL_WEBHOOK_URL is no address; copy it anew from where it was made.") from None
    answered: list[int | None] = []  # the status, None for no answer

    def post() -> None:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:
                response.read(MAX_ANSWER)
                answered.append(response.status)
        except urllib.error.HTTPError as error:
            answered.append(error.code)
        except (OSError, ValueError, http.client.HTTPException):
            answered.append(None)

    # The time limit of a socket is one of each byte: an answer that drips in would hold up the sensor.
    thread = threading.Thread(target=post, daemon=True)
    thread.start()
    thread.join(LONGEST_S)
    status = answered[0] if answered else None
    if status is None:
        raise UserError("The webhook in WEATHER_ETL_WEBHOOK_URL does not answer; the message is sent again.")
    if not 200 <= status < 300:
        raise UserError(f"The webhook in WEATHER_ETL_WEBHOOK_URL answered HTTP {status}; the message is sent again.")
