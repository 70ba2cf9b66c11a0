"""The tables in a sheet or file, one below another: titles, names of columns, and rows of each, read as a stream."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ingest.load.table_heads import WINDOW, column_names, could_follow, head_of, is_title

_SAMPLE = 12  # rows of a table that the row after a gap is compared with
_MOST_GAPS = 1_000  # of one table that are looked at


@dataclass(frozen=True, slots=True)
class Block:
    """One table."""

    titles: Sequence[str]  # lines above the columns' names
    names: Sequence[str]  # of the columns; empty when they have none
    rows: Iterator[Sequence[str]]  # to be read before the next block is taken


def blocks(rows: Iterable[Sequence[str]], *, name_rows: int | None, names: Sequence[str]) -> Iterator[Block]:
    """The tables in some rows: a further one begins after an empty row, where other names of columns follow.

    name_rows, names: see `ingest.load.tables.table_text`; where they are given, there is one table.
    """
    feed = _Feed(rows)
    if names:
        _skip_repeated(feed, names)
        yield Block([], names, filter(any, feed))
    elif name_rows is not None:
        yield _stated(feed, name_rows)
    else:
        while feed.ahead(1):
            yield _found(feed)


class _Feed:
    """Rows with white space collapsed; the next ones can be looked at before they are taken."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self._rows = iter(rows)
        self._waiting: deque[list[str]] = deque()
        self.gaps = 0

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        if self._waiting:
            return self._waiting.popleft()
        return [" ".join(value.split()) for value in next(self._rows)]

    def ahead(self, count: int) -> list[list[str]]:
        """The next rows with text, as many as there are up to `count`."""
        found = [row for row in self._waiting if any(row)]
        for raw in self._rows if len(found) < count else ():
            row = [" ".join(value.split()) for value in raw]
            self._waiting.append(row)
            if any(row):
                found.append(row)
            if len(found) >= count:
                break
        return found[:count]

    def take(self, count: int) -> list[list[str]]:
        """The next rows with text, taken."""
        return list(islice(filter(any, self), count))


def _skip_repeated(feed: _Feed, names: Sequence[str]) -> None:
    """A page may repeat the names of a table that goes on."""
    first = feed.ahead(1)
    if first and "".join(first[0]).casefold() == "".join(names).casefold():
        feed.take(1)


def _stated(feed: _Feed, name_rows: int) -> Block:
    first = feed.ahead(name_rows + 1)
    last = min(name_rows, len(first) - 1)  # a table of names alone keeps its last row
    above, several = 0, any(len(row) > 1 for row in first)
    while several and above < last and is_title(first[above]):
        above += 1
    head = feed.take(max(last, 0))
    return Block([_title(row) for row in head[:above]], column_names(head[above:]), filter(any, feed))


def _found(feed: _Feed) -> Block:
    head = head_of(feed.ahead(WINDOW))
    titles = [_title(row) for row in feed.take(head.above)]
    names = column_names(feed.take(head.names), spread=True)
    return Block(titles, ["", *names] if _is_shifted(names, feed.ahead(_SAMPLE)) else names, _rows(feed))


def _is_shifted(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether each row has one value more than there are names: its own name before the others."""
    return bool(names) and all(len(row) == len(names) + 1 and row[-1] for row in rows)


def _rows(feed: _Feed) -> Iterator[list[str]]:
    """The rows of a table up to its end or to the gap before the next."""
    sample: list[list[str]] = []
    for row in feed:
        if any(row):
            if len(sample) < _SAMPLE:
                sample.append(row)
            yield row
        elif sample and feed.gaps < _MOST_GAPS and _is_other_table(sample, feed):
            return


def _is_other_table(sample: Sequence[Sequence[str]], feed: _Feed) -> bool:
    feed.gaps += 1
    following = feed.ahead(WINDOW)
    first = following[0] if following else []
    if not first or (could_follow(sample, first) and not is_title(first)):
        return False
    head = head_of(following)
    return head.names > 0 and not could_follow(sample, following[head.above + head.names - 1])


def _title(row: Sequence[str]) -> str:
    """A row above the names; a text that covers several columns is written once."""
    return next(filter(None, row)) if is_title(row) else " | ".join(row).rstrip(" |")
