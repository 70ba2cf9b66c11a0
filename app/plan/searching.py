"""The parts of a question are searched one after the other; one fair order of all candidates comes out."""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from app.core.domain import Context, Plan, Retrieved, Started, Waiting
from app.core.errors import AppError
from app.plan.pool import Relevance, pooled, pooled_left_out

_LOOK_SECONDS = 0.1
_FALLBACK = "The parts of the question were not searched one by one: {} The whole question was searched once."
Search = Callable[[str], Retrieved]


def search_parts(
    plan: Plan, whole: Retrieved, search: Search, *, seconds: float, relevance: Relevance
) -> Generator[Started | Waiting, None, Retrieved]:
    """The candidates of the whole question and of each of its parts together.

    whole: the search of the whole question, which is the result, with a notice, when the parts take longer than
    `seconds` or one of them fails. Closing the generator leaves a running search to its end, and drops its result.
    """
    deadline = time.monotonic() + seconds
    found = [whole]
    for number, part in enumerate(plan.parts, 1):
        yield Started(stage="part", detail=part)
        try:
            result = yield from _until(deadline, search, part)
        except AppError as error:
            return _single(whole, f"part {number} failed ({str(error).rstrip('.')}).")
        if result is None:
            return _single(whole, f"part {number} was not found within {seconds:g} s, the limit for all of them.")
        found.append(result)
    return _together(plan, found, relevance)


def _until(deadline: float, search: Search, part: str) -> Generator[Waiting, None, Retrieved | None]:
    """The search in a thread of its own, with an event every now and then; None after the deadline."""
    future: Future[Retrieved] = Future()

    def run() -> None:
        try:
            future.set_result(search(part))
        except BaseException as error:  # noqa: BLE001  # raised again where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, name="foremost-part", daemon=True).start()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 and not future.done():
            return None
        try:
            return future.result(timeout=max(0.0, min(_LOOK_SECONDS, left)))
        except TimeoutError:
            if future.done():  # the search itself raised it
                raise
        yield Waiting()


def _single(whole: Retrieved, cause: str) -> Retrieved:
    return replace(whole, notices=(*whole.notices, _FALLBACK.format(cause)))


def _together(plan: Plan, found: Sequence[Retrieved], relevance: Relevance) -> Retrieved:
    hits = pooled([one.context.hits for one in found], relevance)
    return Retrieved(
        context=Context(passages=(), hits=hits, tokens=0, token_budget=0),
        left_out=pooled_left_out([one.left_out for one in found], hits),
        reranker=found[0].reranker,
        scored=sum(hit.logit is not None for hit in hits),
        notices=tuple(dict.fromkeys(notice for one in found for notice in one.notices)),
        timings=_summed(one.timings.items() for one in found),
        plan=plan,
    )


def _summed(timings: Iterable[Iterable[tuple[str, float]]]) -> dict[str, float]:
    """Stage -> seconds of all searches."""
    total: dict[str, float] = {}
    for of_one in timings:
        for stage, spent in of_one:
            total[stage] = total.get(stage, 0.0) + spent
    return total
