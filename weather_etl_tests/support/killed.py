"""A process that is killed in mid-work.

Belongs here: starting it as a copy of this one, which saves seconds of imports. Does not belong here: where it dies.
"""

import os
import signal
from collections.abc import Callable


def kill_in(work: Callable[[Callable[[], None]], object]) -> None:
    """Call `work` in a copy of this process, with the function that kills it; it must open connections of its own."""
    if (child := os.fork()) == 0:
        try:
            work(lambda: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(1)  # it came to an end: neither its tests nor its fixtures go on twice
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
