"""Commands of the answering road: arguments in, text and exit codes out."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import version
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import check_database, migrate_database, open_services
from app.commands.console import JsonOption, err, filtered, out, quiet_libraries, report
from app.commands.dial import dial
from app.commands.doctor import doctor
from app.commands.evaluate import evaluate
from app.commands.golden import golden
from app.commands.search import search
from app.commands.settings import settings
from app.commands.show import show
from app.commands.train import fit_combination, train_reranker
from app.commands.why import why
from app.core.domain import Answer, Finished, Notice, Outcome, Question, Rewritten, Support, Token
from app.core.errors import AppError, ModelError
from app.core.settings import load_settings
from app.present.as_json import answer_view
from app.present.filters import FilterOptions
from app.quality.dial.tuning import Tuning

app = typer.Typer(
    help="Ask your own documents, and see why the answer can be trusted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; an AppError becomes one line and its exit code."""
    quiet_libraries()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers we started are stopped
    try:
        app(prog_name="python -m app")
    except AppError as error:
        err.print(f"[bold red]Error:[/] {escape(str(error))}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def serve(
    sample: Annotated[bool, typer.Option(help="Ingest the sample documents first.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser when there is one.")] = False,
    worker: Annotated[bool, typer.Option(help="Run a worker for uploads beside the page.")] = True,
) -> None:
    """Open the page."""
    from app.web import serve as page  # noqa: PLC0415  # Gradio takes seconds to import

    settings = load_settings()
    with ExitStack() as stack:
        services = stack.enter_context(closing(open_services(settings, report=report, migrate=sample)))
        if sample:
            _ingest_sample()
        if worker:
            stack.enter_context(_upload_worker())
        page.serve(
            services,
            settings,
            examples=page.SAMPLE_QUESTIONS if sample else (),
            tuning=Tuning(services),
            open_browser=open_browser,
        )


def _ingest_sample() -> None:
    """The ingestion road runs as its own process, by name: this road never imports it."""
    if subprocess.run([sys.executable, "-m", "ingest", "--sample"], check=False).returncode != 0:
        raise AppError("The sample documents could not be ingested; the lines above say why.")


@contextmanager
def _upload_worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "ingest", "worker"])
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


@app.command()
@filtered
def ask(question: str, filters: FilterOptions, as_json: JsonOption = False) -> None:
    """Answer one question, with its sources."""
    asked = Question(text=question, collection=filters.collection or None, filters=filters.parse())
    settings = load_settings()
    with closing(open_services(settings, report=report)) as services:
        for notice in () if as_json else services.answerer.notices:
            report(notice)
        finished: Finished | None = None
        for event in services.answerer.answer(asked):
            if isinstance(event, Finished):
                finished = event
            elif as_json:
                continue
            elif isinstance(event, Token):
                sys.stdout.write(event.text)
                sys.stdout.flush()
            elif isinstance(event, Notice):
                report(event.text)
            elif isinstance(event, Rewritten) and event.query.changed:
                report(f"searched for: {event.query.text}")
        if finished is None:
            raise ModelError("The answer ended before it was finished. Ask again.")
        if as_json:
            out.print_json(json.dumps(answer_view(finished.answer)))
        else:
            _print_sources(finished.answer)
        if finished.answer.error:
            raise ModelError(finished.answer.error)


def _print_sources(answer: Answer) -> None:
    """What the answer rests on: doubts first, then the passages, then the proof that the prompt was read whole."""
    out.print("\n")
    if answer.text and answer.removed_markers:
        out.print(f"[dim]{answer.removed_markers} marker(s) pointed nowhere and were removed.[/]")
    for sentence in answer.sentences:
        if sentence.support is Support.UNSUPPORTED:
            out.print(f"[yellow]unsupported:[/] {escape(sentence.text)}")
        elif sentence.support is Support.ATTRIBUTED:
            out.print(f"[dim]attributed to [{sentence.passages[0]}]:[/] {escape(sentence.text)}")
        elif sentence.doubt:
            out.print(f"[yellow]doubtful:[/] {escape(sentence.text)} ({escape(sentence.doubt)})")
    for passage in answer.context.passages:
        hit = passage.hits[0]
        cited = "cited" if hit.cited else "not cited"
        location = f" · {passage.location}" if passage.location else ""
        out.print(
            f"[bold]\\[{passage.number}][/] {escape(passage.heading or passage.title)}{escape(location)} · {cited}"
        )
        out.print(f"    [dim]{escape(hit.source_uri)}[/]")
    if answer.outcome is Outcome.NOT_FOUND and answer.context.hits:
        out.print("Nearest, not used:")
        for hit in answer.context.hits[:3]:
            out.print(f"    {escape(hit.heading or hit.title)} [dim]({escape(hit.fate_detail)})[/]")
    if answer.usage is not None:
        usage = answer.usage
        used = usage.prompt_tokens or usage.sent_tokens
        out.print(f"[dim]prompt {used} of {usage.context_tokens} tokens, read whole: {usage.uncut} ({usage.proof})[/]")
    out.print(f"[dim]answer {answer.id}[/]")


@app.command()
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail when the schema is not this version's.")
    ] = False,
) -> None:
    """Bring the database to this version's schema."""
    act = check_database if check else migrate_database
    out.print(f"The database is at revision {act(load_settings(), report=report)}.")


app.command()(doctor)
app.command()(search)
app.command()(show)
app.command()(why)
app.command()(evaluate)
app.command()(dial)
app.command()(train_reranker)
app.command()(fit_combination)
app.command()(settings)
app.add_typer(golden, name="golden")


@app.command(name="version")
def show_version() -> None:
    """Print the version."""
    out.print(version("foremost"))
