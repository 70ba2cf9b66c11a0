"""The one question to the model about a table: which of its columns is meant. Its answer is a number or nothing."""

import re
from collections.abc import Generator, Sequence

from app.core.chat import ChatModel
from app.core.domain import Event, Message, Waiting

_SYSTEM = "You pick a column of a table. Reply with the number of the column alone, or 0 if none fits."
_ANSWER_TOKENS = 5


def ask_column(
    model: ChatModel, question: str, names: Sequence[str], columns: Sequence[int]
) -> Generator[Event, None, int | None]:
    """The column that holds the values asked for, one of `columns`; None: the model names none. Raises ModelError.

    A small model that does not know names a place in the list. So it is asked for the list in both directions, and
    only a column that it names both times counts.
    """
    first = yield from _asked(model, question, names, columns)
    if first is None:
        return None
    again = yield from _asked(model, question, names, columns[::-1])
    return first if first == again else None


def _asked(
    model: ChatModel, question: str, names: Sequence[str], columns: Sequence[int]
) -> Generator[Event, None, int | None]:
    listed = "\n".join(f"{number}. {' '.join(names[column].split())}" for number, column in enumerate(columns, 1))
    content = f"Columns:\n{listed}\n\nQuestion: {question}\nNumber of the column with the value asked for:"
    stream = model.stream(
        (Message(role="system", content=_SYSTEM), Message(role="user", content=content)), max_tokens=_ANSWER_TOKENS
    )
    text = ""
    try:
        for piece in stream:
            text += piece
            yield Waiting()
    finally:
        stream.close()
    match = re.search(r"\d+", text)
    chosen = int(match.group()) if match else 0
    return columns[chosen - 1] if 1 <= chosen <= len(columns) else None
