"""A question over the cells of one table goes in, with the candidates of the search; the computed answer comes out."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine

from app.core.chat import ChatModel
from app.core.database import reachable
from app.core.domain import Context, Event, Hit, Started
from app.core.language import language_of_question
from app.core.names import readable
from app.core.plan import Kind, Plan
from app.direct.ask_column import ask_column
from app.direct.choose import Chosen, choose
from app.direct.chunks import cited_context, read_hits, spans_of, text_of
from app.direct.compute import Computed, compute
from app.direct.direct import Direct
from app.direct.grid import Grid, grid_at
from app.direct.table_text import MOST_ROWS, table_answer
from app.plan.tables import TableQuestion, table_question

_MOST_HITS = 30  # candidates in which a table is looked for
_MOST_TABLES = 8
_LARGEST = 5_000_000  # characters of a document that is read for its table
Chosing = Generator[Event, None, "tuple[_Table, Chosen] | str | None"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    hit: Hit  # the best candidate in it
    grid: Grid
    language: str | None
    spans: Sequence[tuple[int, int, int]]  # passages of its document

    @property
    def about(self) -> str:
        return f"{self.hit.title} {self.hit.heading} {readable(self.hit.name)} {self.hit.part_name}"

    @property
    def label(self) -> str:
        return self.hit.name or self.hit.title


class Tables:
    """Computes sums, averages, extremes, numbers of rows and filtered rows."""

    def __init__(self, engine: Engine, model: ChatModel, *, today: Callable[[], date] = date.today) -> None:
        """model: asked which column is meant, where the words do not tell."""
        self._engine = engine
        self._model = model
        self._today = today

    def answer(self, question: str, context: Context) -> Generator[Event, None, Direct | str | None]:
        """The answer; None for any other question; a line says why a table was not computed. Raises AppError."""
        asked = table_question(question, self._today())
        if asked is None or not any(
            " | " in hit.text or hit.text.lstrip().startswith("|") for hit in context.hits[:_MOST_HITS]
        ):
            return None
        yield Started(stage="compute")
        found = yield from self._chosen(question, asked, context)
        if not isinstance(found, tuple):
            return found
        table, chosen = found
        computed = compute(chosen)
        if isinstance(computed, str):
            return f"The table in {table.label} was not computed: {computed}."
        with reachable(self._engine) as connection:
            return _direct(connection, question, table, chosen, computed, context)

    def rows(self, question: str, context: Context) -> Sequence[Sequence[str]]:
        """All rows that the answer is computed from, with the columns' names first; empty without one."""
        asked = table_question(question, self._today())
        steps = self._chosen(question, asked, context) if asked else None
        while steps is not None:
            try:
                next(steps)
            except StopIteration as end:
                computed = compute(end.value[1]) if isinstance(end.value, tuple) else ""
                if isinstance(computed, str):
                    return ()
                grid: Grid = end.value[0].grid
                return (grid.names, *(grid.rows[n].cells for n in computed.rows))
        return ()

    def _chosen(self, question: str, asked: TableQuestion, context: Context) -> Chosing:
        """The table in which every word of the question is found, with the choice of its cells."""
        with reachable(self._engine) as connection:
            tables = list(_tables(connection, context.hits[:_MOST_HITS]))
        fitting = []
        for table in tables:
            chosen = choose(asked, table.grid, about=table.about, language=table.language)
            if not chosen.left and (chosen.rows or chosen.operation in ("count", "filter")):
                fitting.append((table, chosen))
        best = max((chosen.matched for _, chosen in fitting), default=0)
        fitting = [(table, chosen) for table, chosen in fitting if chosen.matched == best]
        clear = [(table, chosen) for table, chosen in fitting if not chosen.candidates]
        fitting = clear or fitting
        if not fitting or not best:
            return None
        if len(fitting) > 1 and fitting[0][0].hit.document_id != fitting[1][0].hit.document_id:
            names = " and ".join(table.label for table, _ in fitting[:2])
            return f"No table was computed: the question fits those in {names}. Name the one that is meant."
        table, chosen = fitting[0]
        if chosen.candidates:
            column = yield from ask_column(self._model, question, table.grid.names, chosen.candidates)
            if column is None:
                return f"The table in {table.label} was not computed: it is not clear which column is meant."
            chosen = choose(asked, table.grid, about=table.about, language=table.language, column=column)
        return table, chosen


def _tables(connection: Connection, hits: Sequence[Hit]) -> Iterator[_Table]:
    """The tables in which candidates stand, that of the best candidate first, each once."""
    texts: dict[int, tuple[str, str | None]] = {}
    seen: set[tuple[int, int]] = set()
    for hit in hits:
        if len(seen) >= _MOST_TABLES:
            return
        if hit.document_id not in texts:
            texts[hit.document_id] = text_of(connection, hit.document_id)
        text, language = texts[hit.document_id]
        grid = grid_at(text, hit.start_char, hit.end_char) if len(text) <= _LARGEST else None
        if grid and (hit.document_id, grid.start) not in seen:
            seen.add((hit.document_id, grid.start))
            yield _Table(hit=hit, grid=grid, language=language, spans=spans_of(connection, hit.document_id))


def _direct(
    connection: Connection, question: str, table: _Table, chosen: Chosen, computed: Computed, context: Context
) -> Direct:
    """The answer with the passages that hold the rows."""
    chunk_of = {}
    for n in computed.rows[:MOST_ROWS] or (0,):
        row = table.grid.rows[n]
        chunk_of[n] = next((one for one, start, end in table.spans if start <= row.start < end), table.hit.chunk_id)
    known = {hit.chunk_id: hit for hit in context.hits}
    read = read_hits(connection, [one for one in chunk_of.values() if one not in known], found_by="the same table")
    ids = [one for one in dict.fromkeys(chunk_of.values()) if one in known or one in read]
    number_of = {one: number for number, one in enumerate(ids, 1)}
    passages = {n: number_of[one] for n, one in chunk_of.items() if one in number_of}
    language = language_of_question(question) or table.language or "en"
    text, sentences = table_answer(table.grid, chosen, computed, passages, language=language)
    plan = Plan(
        kind=Kind.TABLE,
        reason=f"{chosen.operation} over the table in {table.label}",
        subject="; ".join(
            filter(None, (table.grid.names[chosen.column] if chosen.column is not None else "", *chosen.filters))
        ),
    )
    cited = [known.get(one) or read[one] for one in ids]
    return Direct(
        text=text,
        plan=plan,
        sentences=sentences,
        context=cited_context(cited, context.hits, why="computed from its table"),
    )
