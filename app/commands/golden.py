"""`golden`: the questions with known passages that quality is measured by."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import open_chat_model, open_database, open_searcher
from app.commands.console import CollectionOption, JsonOption, out, report
from app.core.errors import QuestionError
from app.core.settings import load_settings
from app.quality.evaluation.questions import of_folder
from app.quality.expected.drafting import BIAS, DraftedQuestion, Drafter
from app.quality.expected.expectation import FORMS, shortened
from app.quality.expected.feedback import golden_passage
from app.quality.expected.golden import Expected, Golden, GoldenQuestion
from app.quality.expected.lines import as_row, read_lines, write_lines
from app.quality.expected.locate import Locator, absence_of
from app.stages import build_retriever

golden = typer.Typer(help="Golden questions: what quality is measured by.", no_args_is_help=True, rich_markup_mode=None)
Numbers = Annotated[list[int], typer.Argument(help="Numbers as `golden list` shows them.", show_default=False)]


@golden.command(name="list")
def list_questions(
    drafts: Annotated[bool, typer.Option("--drafts", help="Only drafts.")] = False, as_json: JsonOption = False
) -> None:
    """The questions, the origin of each, and whether its passages are in the database."""
    with _opened() as (store, locator):
        questions = store.questions(status="draft" if drafts else None)
        if as_json:
            out.print_json(json.dumps([as_row(question) for question in questions]))
            return
        for question in questions:
            state = " · draft" if question.status == "draft" else ""
            out.print(f"[bold]{question.id:>5}[/] {escape(question.question)} [dim]({question.source}{state})[/]")
            out.print(f"      [dim]{escape(_expectations(question, locator))}[/]")
    counts = Counter(question.source for question in questions)
    origins = ", ".join(f"{count} {source}" for source, count in counts.most_common()) or "none"
    waiting = sum(question.status == "draft" for question in questions)
    report(f"{len(questions)} questions ({origins}), {waiting} of them drafts, which count once they are accepted")


@golden.command()
def add(
    question: str,
    expect: Annotated[list[str] | None, typer.Option(help=f"{FORMS}; may be given several times.")] = None,
    unanswerable: Annotated[bool, typer.Option("--unanswerable", help="The documents hold no answer.")] = False,
    collection: CollectionOption = None,
) -> None:
    """Add one question."""
    if bool(expect) == unanswerable:
        raise QuestionError(
            "The question needs either passages or --unanswerable.",
            fix='Give --expect DOCUMENT, --expect "words of the passage", or --unanswerable.',
        )
    with _opened() as (store, locator):
        passages = [golden_passage(text, locator, collection=collection) for text in expect or ()]
        for passage in passages:
            if problem := absence_of(passage, locator.locate(passage, collection=collection)):
                report(f"Note: {problem}; the question is kept all the same.")
        number = store.add(question, passages, answerable=not unanswerable, source="typed", collection=collection)
    out.print(f"Golden question {number}.")


@golden.command(name="import")
def import_questions(
    path: Annotated[Path, typer.Argument(help="JSON lines, or a folder in BEIR's layout.", show_default=False)],
    collection: CollectionOption = None,
) -> None:
    """Add the questions of a file.

    A line: {"question": "…", "expected": [{"document": "manual.pdf", "part": 3, "quote": "…"}], "answerable": true}.
    An expected passage may also be a string, read like --expect of `golden add`. "query" or "text" stand for
    "question", "positive" for "expected". A folder gives its queries.jsonl with its qrels; its documents must have
    been ingested under the names of its corpus (python -m ingest beir FOLDER).
    """
    with _opened() as (store, locator):
        before = len(store.questions())
        if path.is_dir():
            for item in of_folder(path).questions:
                store.add(item.text, item.expected, answerable=item.answerable, source="file", collection=collection)
        else:
            _import_lines(path, store, locator, collection)
        after = len(store.questions())
    out.print(f"{after - before} new questions, {after} in all.")


def _import_lines(path: Path, store: Golden, locator: Locator, collection: str | None) -> None:
    """Add the questions of a file of JSON lines: all of them, or none when a line is wrong."""

    def read_passage(text: str, of_line: str | None) -> Expected:
        return golden_passage(text, locator, collection=of_line or collection)

    for line in list(read_lines(path, read_passage)):
        store.add(
            line.question,
            line.expected,
            answerable=line.answerable,
            source=line.source,
            status=line.status,
            collection=line.collection or collection,
            note=line.note,
        )


@golden.command()
def export(
    path: Annotated[Path, typer.Argument(help="File to write; - prints.", show_default=False)],
) -> None:
    """Write all questions as JSON lines that `golden import` reads back unchanged."""
    with _opened() as (store, _):
        questions = store.questions()
    if str(path) == "-":
        typer.echo(write_lines(questions), nl=False)
        return
    path.write_text(write_lines(questions), "utf-8")
    report(f"{len(questions)} questions are in {path}")


@golden.command()
def draft(
    count: Annotated[int, typer.Option(min=1, help="How many passages to ask about.")] = 20,
    collection: CollectionOption = None,
    seed: Annotated[int, typer.Option(help="Another seed draws other passages.")] = 0,
) -> None:
    """Let the chat model draft questions from passages of the corpus; they count once accepted."""
    settings = load_settings()
    with closing(open_searcher(settings, report=report)) as parts:
        model, _ = open_chat_model(settings, report=report)
        retriever = build_retriever(parts.engine, parts.embedder, parts.settings)
        with closing(model):
            drafter = Drafter(parts.engine, Golden(parts.engine), model, retriever)
            kept, refused = _print_drafts(drafter.draft(count, collection=collection, seed=seed))
    report(f"{kept} drafts, {refused} passages gave none. {BIAS}")


@golden.command()
def accept(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers of drafts.", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every draft.")] = False,
) -> None:
    """Accept drafts into the set."""
    if bool(numbers) == everything:
        raise QuestionError("No drafts are named.", fix="Give the numbers of drafts, or --all.")
    with _opened() as (store, _):
        if everything:
            out.print(f"{store.accept_drafts()} drafts accepted.")
        else:
            store.accept(numbers or [])
            out.print("Accepted.")


@golden.command()
def remove(numbers: Numbers) -> None:
    """Delete questions."""
    with _opened() as (store, _):
        store.remove(numbers)
    out.print("Removed.")


@contextmanager
def _opened() -> Iterator[tuple[Golden, Locator]]:
    with open_database(load_settings(), report=report) as engine:
        yield Golden(engine), Locator(engine)


def _expectations(question: GoldenQuestion, locator: Locator) -> str:
    """The expected passages of a question in one line, and why any of them is not in the database."""
    if not question.answerable:
        return "unanswerable"
    if not question.expected:
        return "no passage is known: it counts for refusals only"
    lines = []
    for expected in question.expected:
        name = expected.source_uri.rsplit("/", 1)[-1]
        part = f"part {expected.part}" if expected.part else ""
        document = " ".join(piece for piece in (name, part) if piece)
        line = ": ".join(piece for piece in (document, shortened(expected.quote, 60)) if piece)
        problem = absence_of(expected, locator.locate(expected, collection=question.collection))
        lines.append(f"{line} (missing: {problem})" if problem else line)
    return "; ".join(lines)


def _print_drafts(drafts: Iterable[DraftedQuestion]) -> tuple[int, int]:
    """Print each draft as it comes; returns how many were kept and how many passages gave none."""
    kept = refused = 0
    for item in drafts:
        if item.refused:
            refused += 1
            text = item.question[:100] or "(nothing)"
            out.print(f"[dim]–  {escape(text)} ({item.refused}; {escape(item.title)})[/]")
            continue
        kept += 1
        rank = f"first-stage rank {item.fused_rank}" if item.fused_rank else "[yellow]not found by the first stage[/]"
        words = f"{item.shared_words:.0%} of its words are its passage's"
        out.print(f"+  {escape(item.question)} [dim]({escape(item.title)}; {rank}; {words})[/]")
    return kept, refused
