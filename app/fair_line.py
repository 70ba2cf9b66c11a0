"""Who is answered next when more questions come than are answered at once: users take turns."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

Place = Callable[[float], int]  # seconds to wait at most -> number in the line, 1 being the next; 0: it is one's turn


@dataclass(eq=False, slots=True)
class _Ticket:
    user: str
    begun: bool = False


class FairLine:
    """A line in front of the model. Thread-safe.

    The next answer is of the user with the fewest running ones; of equals, of the one whose latest began first; then
    who came first. So ten questions of one user never stand in front of another user's first.
    """

    def __init__(self, at_once: int) -> None:
        """at_once: questions that are answered at the same time; 0: no limit."""
        self._at_once = at_once
        self._tickets: list[_Ticket] = []  # in the order of arrival
        self._turn = 0  # answers that have begun
        self._served: dict[str, int] = {}  # user in the line -> turn in which an answer of his began last
        self._changed = threading.Condition()

    @contextmanager
    def stand(self, user: str) -> Iterator[Place]:
        """The time of one question, from its arrival to the end of its answer."""
        ticket = _Ticket(user)
        with self._changed:
            self._tickets.append(ticket)
            self._advance()
        try:
            yield partial(self._place, ticket)
        finally:
            with self._changed:
                self._tickets.remove(ticket)
                if not any(other.user == user for other in self._tickets):
                    self._served.pop(user, None)
                self._advance()

    def _place(self, ticket: _Ticket, seconds: float) -> int:
        with self._changed:
            if not ticket.begun:
                self._changed.wait(seconds)
            return 0 if ticket.begun else self._line().index(ticket) + 1

    def _advance(self) -> None:
        """Let the next ones begin; the lock is held."""
        while line := self._line():
            if self._at_once and sum(ticket.begun for ticket in self._tickets) >= self._at_once:
                break
            line[0].begun = True
            self._turn += 1
            self._served[line[0].user] = self._turn
        self._changed.notify_all()

    def _line(self) -> list[_Ticket]:
        """The waiting ones in the order in which they will begin as things stand."""
        waiting = [ticket for ticket in self._tickets if not ticket.begun]
        before = Counter(ticket.user for ticket in self._tickets if ticket.begun)
        served = dict(self._served)
        line: list[_Ticket] = []
        while waiting:
            following = min(waiting, key=lambda ticket: (before[ticket.user], served.get(ticket.user, 0)))
            waiting.remove(following)
            line.append(following)
            before[following.user] += 1
            served[following.user] = self._turn + len(line)
        return line
