"""A process that is killed in mid-work.

Belongs here: starting it as a copy of this one, which saves seconds of imports; dying at a writing request.
Does not belong here: what must hold afterwards; kills around every request (`faults/killing.py`).
"""

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

from weather_etl.lake.container import Container

Kill = Callable[[], None]


def kill_in(work: Callable[[Kill], object]) -> None:
    """Call `work` in a copy of this process, with the function that kills it; it must open connections of its own."""
    if (child := os.fork()) == 0:
        try:
            work(lambda: os.kill(os.getpid(), signal.SIGKILL))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)  # it came to an end: neither its tests nor its fixtures go on twice
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def kill_at_request(when: str, number: int, work: Callable[[], object]) -> None:
    """Call `work` in a copy of this process, which dies `before` or `after` so many requests that write or delete."""

    def killed_at(kill: Kill) -> None:
        count = 0

        def killing(request: Callable[..., Any]) -> Callable[..., Any]:
            def counted(*arguments: Any, **options: Any) -> Any:
                nonlocal count
                count += 1
                if (when, number) == ("before", count):
                    kill()
                result = request(*arguments, **options)
                if (when, number) == ("after", count):
                    kill()
                return result

            return counted

        Container.write, Container.delete = killing(Container.write), killing(Container.delete)
        work()

    kill_in(killed_at)
