"""A command that serves ends within seconds of SIGTERM, whatever still runs."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_TERMINATED = 128 + signal.SIGTERM


@contextmanager
def ended_in_time(seconds: float) -> Iterator[None]:
    """Within the block SIGTERM ends this process in the usual way, or after this many seconds in any case.

    A thread that waits for a model cannot be interrupted, and Python waits for such threads.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        timer = threading.Timer(seconds, os._exit, (_TERMINATED,))
        timer.daemon = True
        timer.start()
        sys.exit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
