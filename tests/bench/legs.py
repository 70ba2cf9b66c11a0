"""Seconds of each leg of the hybrid statement: the statement is recorded as the retriever sends it, and explained."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

from app.retrieve import HybridRetriever

# The common table expressions that make up a leg. Their time includes everything they read from.
LEGS: Mapping[str, str] = {"vector leg": "CTE nearest", "text leg": "CTE scored"}


@dataclass(slots=True)
class Sent:
    """Statements of one search, as the driver got them."""

    statements: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def catching(engine: Engine) -> Iterator[Sent]:
    """Statements that this thread sends through the engine within the block."""
    sent, caller = Sent(), threading.get_ident()

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if threading.get_ident() == caller:
            sent.statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def explained(engine: Engine, retriever: HybridRetriever, question: str) -> dict[str, Any]:
    """The plan of the hybrid statement (the longest that is sent) for this question, run and timed by the server."""
    with catching(engine) as sent:
        retriever.retrieve(question)
    longest = max(sent.statements, key=lambda statement: len(statement[0]))
    with engine.connect() as connection:
        for statement, parameters in sent.statements:
            if (statement, parameters) == longest:
                wrapped = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
                plan = connection.exec_driver_sql(wrapped, parameters).scalar_one()
                return dict((json.loads(plan) if isinstance(plan, str) else plan)[0])
            connection.exec_driver_sql(statement, parameters)
    raise AssertionError("no statement was sent")


def leg_seconds(plan: Mapping[str, Any]) -> dict[str, float]:
    """Leg -> seconds, of a plan in EXPLAIN's JSON."""
    seconds: dict[str, float] = {}
    nodes = [plan["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        for leg, name in LEGS.items():
            if node.get("Subplan Name") == name:
                seconds[leg] = node["Actual Total Time"] * node["Actual Loops"] / 1000
    return seconds
