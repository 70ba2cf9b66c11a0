"""Many clients that search at once, each waiting for its answer before the next search."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor


def concurrently(
    search: Callable[[str], object], questions: Sequence[str], *, clients: int, searches: int, pause: float = 0.0
) -> tuple[list[float], float]:
    """(seconds of each search, searches a second); a client pauses so many seconds between two of its searches."""
    numbers, turn = itertools.count(), threading.Lock()
    started = time.perf_counter()

    def client(_: int) -> list[float]:
        seconds: list[float] = []
        while True:
            with turn:
                number = next(numbers)
            if number >= searches:
                return seconds
            begun = time.perf_counter()
            search(questions[number % len(questions)])
            seconds.append(time.perf_counter() - begun)
            time.sleep(pause)

    with ThreadPoolExecutor(clients) as pool:
        measured = list(itertools.chain(*pool.map(client, range(clients))))
    return measured, searches / (time.perf_counter() - started)
