"""Waiting for what other processes do, and ports for them.

Belongs here: polling with a deadline. Does not belong here: starting processes (`live.py`).
"""

import socket
import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 240.0  # without any progress, for what takes seconds on a free machine


def until(
    what: str,
    probe: Callable[[], Any],
    seconds: float = PATIENCE_S,
    *,
    progress: Callable[[], Any] = lambda: None,
) -> Any:
    """The first truthy answer; fails with `what` if there is none in time.

    The time begins anew whenever `progress` answers something else than before: a busy machine is slow, and not stuck.
    """
    deadline, seen, pause_s = time.monotonic() + seconds, progress(), 0.05
    while not (answer := probe()):
        if (now := progress()) != seen:
            deadline, seen = time.monotonic() + seconds, now
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(pause_s)
        pause_s = min(1.3 * pause_s, 0.5)  # asking costs the others time
    return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
