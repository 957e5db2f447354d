"""Waiting for what other processes do, and ports for them.

Belongs here: polling with a deadline. Does not belong here: starting processes (`live.py`).
"""

import socket
import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 240.0  # for what takes seconds on a free machine


def until(what: str, probe: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """The first truthy answer; fails with `what` if there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := probe()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.1)
    return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
