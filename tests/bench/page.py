"""Server time of the page with many documents and chats: first paint, a change of tab, opening and searching chats."""

import argparse
import json
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, text

from app.commands.console import quiet_libraries
from app.core import database
from app.core.domain import Fate, Hit
from app.core.settings import load_settings
from app.ledger import Ledger
from app.web.conversation import running_answers
from app.web.serve import start
from tests.bench.build import open_database
from tests.bench.tables import add_times, console, new_table, percentile
from tests.support.builders import make_answer, make_hit
from tests.support.fake_tuning import FakeTuning
from tests.support.fakes import ScriptedModel, make_services

DOCUMENTS, CHATS = 2_000, 500
ANSWERS = 10  # in the open chat; the others have two
CANDIDATES = 50  # of each answer
LIMIT = 0.3  # seconds of server time for the first paint and for a change of tab
_WORDS = "The boathouse opens at six in the morning and closes at nine in the evening. "
Event = tuple[str, str, Mapping[str, object]]  # element id (empty: the page), event, what the browser sends


def main(arguments: Sequence[str] = ()) -> None:
    """Fill a database, start the page over it and a scripted model, and print p50 and p95 of each action."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench page", description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--chats", type=int, default=CHATS)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args(arguments)
    quiet_libraries()
    with tempfile.TemporaryDirectory(prefix="foremost-page-") as folder:
        keep = Path(folder)
        keep.chmod(0o755)
        engine = open_database(keep, "page")
        database.migrate(engine, embedding_dimension=384)
        chat = _filled(engine, options.documents, options.chats)
        with _served(engine, keep) as address:
            times = _times(address, chat, options.rounds)
        engine.dispose()
    table = new_table(
        f"the page with {options.documents:,} documents and {options.chats:,} chats, {ANSWERS} answers in the open one",
        "server time, ms", "p50", "p95",
    )  # fmt: skip
    for name, seconds in times.items():
        add_times(table, name, seconds)
    console.print(table)
    slow = [name for name, seconds in times.items() if percentile(seconds, 50) > LIMIT]
    console.print(f"Above {1000 * LIMIT:.0f} ms: {', '.join(slow)}" if slow else f"All under {1000 * LIMIT:.0f} ms.")


# ------------------------------------------------------------------------------------------------------ database


def _filled(engine: Engine, documents: int, chats: int) -> str:
    """Fill an empty database; the id of the chat with the latest answer, which is opened."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO collections (name) SELECT 'shelf ' || n FROM generate_series(1, 5) AS n"))
        connection.execute(
            text(
                "INSERT INTO documents (collection_id, source_uri, name, title, media_type, text, content, byte_count, "
                "chunk_count, status) SELECT (SELECT min(id) FROM collections) + n % 5, '/shelf/' || n || '.txt', "
                "n || '.txt', 'Document ' || n, 'text/plain', :words, '', 20000, 12, 'ready' "
                "FROM generate_series(1, :count) AS n"
            ),
            {"count": documents, "words": 200 * _WORDS},
        )
    ledger = Ledger(engine)
    chat = ""
    for number in range(chats):
        chat = ledger.start_chat(f"When does boathouse {number} open?")
        for _ in range(ANSWERS if number == chats - 1 else 2):
            _store(ledger, f"When does boathouse {number} open?", chat)
    for number in range(20):
        _store(ledger, f"A program's question {number}?", None)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return chat


def _store(ledger: Ledger, question: str, chat: str | None) -> None:
    hits = [_hit(rank) for rank in range(1, CANDIDATES + 1)]
    ledger.store(make_answer(hits=hits, id=str(uuid.uuid4()), chat_id=chat, question=question, text=_WORDS + "[1]"))


def _hit(rank: int) -> Hit:
    used = {"fate": Fate.IN_PROMPT, "passage_number": rank} if rank <= 5 else {"fate": Fate.BEYOND_LIMIT}
    return make_hit(rank, 8 * _WORDS, document_id=rank, name=f"{rank}.txt", **used)


# ---------------------------------------------------------------------------------------------------------- page


@contextmanager
def _served(engine: Engine, folder: Path) -> Iterator[str]:
    settings = load_settings(data_dir=folder, port=0)
    services = make_services(engine, settings, [_hit(1)], ScriptedModel(lambda _: ["Six [1]."]))
    tuning = FakeTuning()
    tuning.finish()
    running = running_answers(services)
    page, address = start(services, settings, tuning=tuning, running=running)
    try:
        yield address
    finally:
        running.close()
        page.close(verbose=False)


class _Browser:
    """Sends the page's events as its script does."""

    def __init__(self, address: str, chat: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=60)
        self._chat = chat
        config = self._client.get("config").json()
        self._dependencies = config["dependencies"]
        self._components = {one["id"]: one for one in config["components"]}

    def first(self) -> None:
        """Everything that opening the page asks for."""
        self._client.get("")
        self.send(("", "load", {}))

    def send(self, event: Event) -> None:
        """Send an event to each of its handlers at once, and wait until all have answered."""
        element, name, data = event
        session = uuid.uuid4().hex
        joined = [one for one in self._dependencies if self._meant(one, element, name)]
        if not joined:
            raise LookupError(f"No handler listens to {name} of {element or 'the page'}.")
        with ThreadPoolExecutor(len(joined)) as pool:
            list(pool.map(lambda one: self._join(one, session, data), joined))
        ended = 0
        with self._client.stream("GET", f"gradio_api/queue/data?session_hash={session}") as stream:
            for line in stream.iter_lines():
                if '"process_completed"' in line:
                    ended += 1
                    if not json.loads(line.removeprefix("data:"))["success"]:
                        raise RuntimeError(f"{name} of {element or 'the page'} failed.")
                if ended == len(joined):
                    return

    def _meant(self, dependency: Mapping[str, Any], element: str, name: str) -> bool:
        return dependency.get("backend_fn", True) and any(
            event == name and self._components.get(one, {}).get("props", {}).get("elem_id", "") in (element, None)
            for one, event in dependency["targets"]
        )

    def _join(self, dependency: Mapping[str, Any], session: str, data: Mapping[str, object]) -> None:
        body = {
            "data": [self._value(self._components[one]) for one in dependency["inputs"]],
            "event_data": data,
            "fn_index": dependency["id"],
            "trigger_id": dependency["targets"][0][0],
            "session_hash": session,
        }
        self._client.post("gradio_api/queue/join", json=body).raise_for_status()

    def _value(self, component: Mapping[str, Any]) -> Any:
        props = component["props"]
        if component["type"] == "browserstate":  # a text: the open chat; else what the composer chose
            return self._chat if isinstance(props["default_value"], str) else props["default_value"]
        return "" if component["type"] == "textbox" else props.get("value")


def _times(address: str, chat: str, rounds: int) -> dict[str, list[float]]:
    browser, new = _Browser(address, chat), _Browser(address, "")
    actions: dict[str, Callable[[], None]] = {
        "first paint, a new chat": new.first,
        "first paint, the open chat": browser.first,
        "change to Documents": lambda: browser.send(("fm-tab-documents", "select", {})),
        "change to Measure": lambda: browser.send(("fm-tab-measure", "select", {})),
        "open a chat of the list": lambda: browser.send(("fm-chats-area", "chat", {"chat": chat})),
        "sort the documents": lambda: browser.send(("fm-document-list", "docsort", {"column": "size"})),
    }
    times: dict[str, list[float]] = {name: [] for name in actions}
    for at in range(rounds + 1):
        for name, action in actions.items():
            started = time.perf_counter()
            action()
            if at:  # the first round warms up
                times[name].append(time.perf_counter() - started)
    return times
