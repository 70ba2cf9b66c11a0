"""`serve`: the page, with a worker for uploads beside it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Annotated

import typer

from app.bootstrap import Services, open_gate, open_services
from app.commands.console import report
from app.commands.ending import ended_in_time
from app.core.acting import as_owner
from app.core.database import require_ready
from app.core.errors import AppError
from app.core.settings import load_settings
from app.doctor.scheduled_recall import QUESTIONS, checked_regularly
from app.doctor.vector_recall import measured_recall
from app.http.key import read_key
from app.quality.dial.tuning import Tuning

_WORKER_EXIT_SECONDS = 3  # after this long a worker that was asked to stop is killed; its job is taken up again
_ANSWERS_EXIT_SECONDS = 1.5  # in which answers that are being written are stored
_EXIT_SECONDS = 9.0  # Docker kills ten seconds after it asked


def serve(
    sample: Annotated[bool, typer.Option(help="Ingest the sample documents first.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser when there is one.")] = False,
    worker: Annotated[bool, typer.Option(help="Run a worker for uploads beside the page.")] = True,
) -> None:
    """Open the page."""
    from app.http.build import mounted  # noqa: PLC0415  # FastAPI and Gradio take seconds to import
    from app.web import serve as page  # noqa: PLC0415
    from app.web.health_routes import health_routes  # noqa: PLC0415
    from app.web.people import signed_in  # noqa: PLC0415

    settings = load_settings()
    with ExitStack() as stack:
        stack.enter_context(ended_in_time(_EXIT_SECONDS))
        services = stack.enter_context(closing(open_services(settings, report=report, migrate=sample)))
        gate = open_gate(services, signed_in=signed_in, report=report)
        page.require_closed_doors(settings, users=gate is not None)
        if sample:
            _ingest_sample()
        process = stack.enter_context(_upload_worker()) if worker else None
        stack.callback(_end, services, process)
        measure = as_owner(partial(measured_recall, services, QUESTIONS))
        stack.enter_context(checked_regularly(measure, settings.data_dir, hours=settings.recall_hours))
        page.serve(
            services,
            settings,
            examples=page.SAMPLE_QUESTIONS if sample else (),
            tuning=Tuning(services),
            routes=[
                mounted(
                    services, settings, key=read_key(settings.data_dir), users=gate.actor if gate is not None else None
                ),
                *health_routes(
                    ready=as_owner(partial(require_ready, services.engine)),
                    metrics=services.metrics.text,
                    token=settings.metrics_token.get_secret_value(),
                    login=bool(settings.login_user) or gate is not None,
                ),
            ],
            open_browser=open_browser,
            gate=gate,
        )


def _ingest_sample() -> None:
    """Ingest the sample documents in a process of its own: `app` never imports `ingest`."""
    if subprocess.run([sys.executable, "-m", "ingest", "--sample"], check=False).returncode != 0:
        raise AppError("The sample documents could not be ingested.", fix="The lines above say why.")


def _end(services: Services, worker: "subprocess.Popen[bytes] | None") -> None:
    """Once the page is closed: the worker begins to end, and answers are stored as far as they are."""
    if worker is not None:
        worker.terminate()
    services.running.end(seconds=_ANSWERS_EXIT_SECONDS)


@contextmanager
def _upload_worker() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", "ingest", "worker"])
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=_WORKER_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
