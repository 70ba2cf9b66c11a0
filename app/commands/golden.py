"""`golden`: the questions with known passages that quality is measured by."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
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
from app.quality.evaluation.resolve import Resolved, resolve
from app.quality.expected.drafting import BIAS, Draft, Drafter
from app.quality.expected.golden import Expected, Golden, GoldenQuestion
from app.quality.expected.lines import expected_from, read_lines, write_lines
from app.stages import build_retriever

Resolver = Callable[[Expected, str | None], Resolved]

golden = typer.Typer(help="Golden questions: what quality is measured by.", no_args_is_help=True, rich_markup_mode=None)
Numbers = Annotated[list[int], typer.Argument(help="Numbers as `golden list` shows them.", show_default=False)]


@golden.command(name="list")
def list_questions(
    drafts: Annotated[bool, typer.Option("--drafts", help="Only drafts.")] = False, as_json: JsonOption = False
) -> None:
    """The questions, how each was found, and whether its passages are in the database."""
    with _opened() as (store, resolved):
        questions = store.questions(status="draft" if drafts else None)
        if as_json:
            out.print_json(json.dumps([json.loads(line) for line in write_lines(questions).split("\n")[:-1]]))
            return
        for question in questions:
            state = " · draft" if question.status == "draft" else ""
            out.print(f"[bold]{question.id:>5}[/] {escape(question.question)} [dim]({question.source}{state})[/]")
            out.print(f"      [dim]{escape(_expects(question, resolved))}[/]")
    counts = Counter(question.source for question in questions)
    said = ", ".join(f"{count} {source}" for source, count in counts.most_common()) or "none"
    waiting = sum(question.status == "draft" for question in questions)
    report(f"{len(questions)} questions ({said}), {waiting} of them drafts, which count once they are accepted")


@golden.command()
def add(
    question: str,
    expect: Annotated[
        list[str] | None,
        typer.Option(help='DOCUMENT, DOCUMENT:PAGE or "quoted words"; may be given several times.'),
    ] = None,
    unanswerable: Annotated[bool, typer.Option("--unanswerable", help="The documents hold no answer.")] = False,
    collection: CollectionOption = None,
) -> None:
    """Add one question."""
    if bool(expect) == unanswerable:
        raise QuestionError('Give --expect DOCUMENT, --expect "words of the passage", or --unanswerable.')
    passages = [expected_from(text) for text in expect or ()]
    with _opened() as (store, resolved):
        for passage in passages:
            if problem := resolved(passage, collection).problem:
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
    An expected passage may also be a string: the words of the passage, or a document's name. "query" or "text" stand
    for "question", "positive" for "expected". A folder gives its queries.jsonl with its qrels; its documents must have
    been ingested under the names of its corpus (python -m ingest beir FOLDER).
    """
    with _opened() as (store, _):
        before = len(store.questions())
        if path.is_dir():
            for asked in of_folder(path).questions:
                store.add(asked.text, asked.expected, answerable=asked.answerable, source="file", collection=collection)
        else:
            for line in list(read_lines(path)):
                store.add(
                    line.question,
                    line.expected,
                    answerable=line.answerable,
                    source=line.source,
                    status=line.status,
                    collection=line.collection or collection,
                    note=line.note,
                )
        after = len(store.questions())
    out.print(f"{after - before} new questions, {after} in all.")


@golden.command()
def export(
    path: Annotated[Path, typer.Argument(help="File to write; - prints.", show_default=False)],
) -> None:
    """Write all questions as JSON lines that `golden import` takes back unchanged."""
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
        retriever = build_retriever(parts.engine, parts.embedder, settings)
        with closing(model):
            drafter = Drafter(parts.engine, Golden(parts.engine), model, retriever)
            drafted = list(_shown(drafter.draft(count, collection=collection, seed=seed)))
    report(f"{drafted.count(True)} drafts, {drafted.count(False)} passages gave none. {BIAS}")


@golden.command()
def accept(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers of drafts.", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every draft.")] = False,
) -> None:
    """Take drafts into the set."""
    if bool(numbers) == everything:
        raise QuestionError("Give the numbers of drafts, or --all.")
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
def _opened() -> Iterator[tuple[Golden, Resolver]]:
    engine = open_database(load_settings(), report=report)
    try:
        with engine.connect() as connection:
            yield Golden(engine), lambda expected, collection: resolve(connection, expected, collection=collection)
    finally:
        engine.dispose()


def _expects(question: GoldenQuestion, resolved: Resolver) -> str:
    """What a question expects, in one line, and what of it is not in the database."""
    if not question.answerable:
        return "unanswerable"
    if not question.expected:
        return "no passage is known: it counts for refusals only"
    said = []
    for expected in question.expected:
        name = expected.source_uri.rsplit("/", 1)[-1]
        words = " ".join(expected.quote.split())
        what = " ".join(part for part in (name, f"part {expected.part}" if expected.part else "") if part)
        problem = resolved(expected, question.collection).problem
        shown = ": ".join(part for part in (what, f"“{words[:60]}…”" if len(words) > 60 else words) if part)
        said.append(f"{shown} (missing: {problem})" if problem else shown)
    return "; ".join(said)


def _shown(drafts: Iterator[Draft]) -> Iterator[bool]:
    for one in drafts:
        if one.refused:
            out.print(f"[dim]–  {escape(one.question[:100] or '(nothing)')} ({one.refused}; {escape(one.title)})[/]")
        else:
            rank = f"first-stage rank {one.fused_rank}" if one.fused_rank else "[yellow]not found by the first stage[/]"
            words = f"{one.shared_words:.0%} of its words are its passage's"
            out.print(f"+  {escape(one.question)} [dim]({escape(one.title)}; {rank}; {words})[/]")
        yield not one.refused
