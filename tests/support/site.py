"""The running page over a shelf of documents and a scripted model, for tests with and without a browser."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from app.core.settings import Settings
from app.direct.direct import DirectAnswer
from app.http.build import mounted
from app.web.conversation import running_answers
from app.web.dial_tab import TuningService
from app.web.serve import start
from tests.support.fakes import FakeServices, ScriptedModel, make_services
from tests.support.shelf import Shelf, fill_shelf, script

KEY = "fm-key-of-the-tests"
OPENING = "When does the boathouse open, and how are boats booked?"
EXAMPLES = (OPENING, "How fast is a hole in the hull repaired?")


@dataclass(frozen=True, kw_only=True)
class Site:
    """The address of the page and what stands behind it."""

    address: str
    services: FakeServices
    shelf: Shelf
    engine: Engine


@contextmanager
def running_site(
    engine: Engine,
    settings: Settings,
    *,
    tuning: TuningService | None = None,
    shelf: Shelf | None = None,
    direct: Sequence[DirectAnswer] = (),
) -> Iterator[Site]:
    """Start the page, with a Measure tab where there is something to measure with; stop it at the end.

    shelf: documents that are in the database already, for a second start. direct: answers without a search.
    """
    shelf = shelf or fill_shelf(engine)
    model = ScriptedModel(script)
    notice = "Ollama does not answer at http://127.0.0.1:11434; the embedded model answers instead."
    services = make_services(engine, settings, shelf.hits, model, notices=(notice,), direct=direct)
    running = running_answers(services)
    routes = [mounted(services, settings, key=KEY)]
    page, address = start(services, settings, examples=EXAMPLES, tuning=tuning, running=running, routes=routes)
    try:
        yield Site(address=address, services=services, shelf=shelf, engine=engine)
    finally:
        running.close()
        model.go_on()
        page.close(verbose=False)
