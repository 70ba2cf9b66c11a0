"""`ask`: a question answered in the terminal, alone or in a chat, with its sources, or as lines of JSON."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import Services, open_services
from app.chats import NEW_CHAT, chat_title, turns
from app.commands.chats import OwnerOption
from app.commands.console import filtered, out, report
from app.core.domain import (
    Answer,
    Event,
    Finished,
    Notice,
    Outcome,
    Passage,
    Question,
    Rewritten,
    Sentence,
    Started,
    Support,
    Token,
)
from app.core.errors import ModelError, NotFoundError
from app.core.settings import load_settings
from app.present.answer_verdict import State, verdict_of_answer
from app.present.as_csv import as_csv
from app.present.as_json import event_view
from app.present.candidate_table import where
from app.present.filters import FilterOptions
from app.present.plan_lines import plan_lines, step_line
from app.present.sources import added_line, file_date, file_names
from app.present.stage_words import STAGES
from app.search import checked

_LAST_CHAT = "last"
_NEAREST = 3  # candidates named when nothing was close enough to answer from


@filtered
def ask(
    question: str,
    filters: FilterOptions,
    chat: Annotated[
        str, typer.Option(help='Continue a chat: its id, or "last"; "new" begins one. `chats list` lists them.')
    ] = "",
    owner: OwnerOption = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON for each step, the answer last.")
    ] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print all rows of an answer that is a list or a table, as CSV.")
    ] = False,
) -> None:
    """Answer one question, with its sources."""
    parsed = Question(text=question, collection=filters.only_collection, filters=filters.parse())
    with closing(open_services(load_settings(), report=report)) as services:
        asked = _in_chat(services, parsed, chat, owner) if chat else parsed
        if csv:
            typer.echo(as_csv(_rows(services, asked)), nl=False)
            return
        if as_json:
            answer = finished_answer(services, asked, show=_print_line)
        else:
            for notice in services.answerer.notices:
                report(notice)
            answer = finished_answer(services, asked, show=_print_event)
            _print_sources(answer)
        if answer.error:
            raise ModelError(answer.error)


def finished_answer(services: Services, question: Question, *, show: Callable[[Event], None]) -> Answer:
    """The finished answer; each of its events is shown as it arrives."""
    for event in services.answerer.answer(question):
        show(event)
        if isinstance(event, Finished):
            return event.answer
    raise ModelError("The answer ended before it was finished.", fix="Ask again.")


def _rows(services: Services, question: Question) -> Sequence[Sequence[str]]:
    """The rows of the answer. Raises NotFoundError when it is no table."""
    rows = services.answerer.rows(checked(question))
    if not rows:
        raise NotFoundError("No list or table answers this question.", fix="Leave out --csv.")
    return rows


def _in_chat(services: Services, question: Question, chat: str, owner: str) -> Question:
    """The question as the next of its chat. Raises NotFoundError for an unknown one."""
    if chat == NEW_CHAT:
        return replace(question, chat_id=services.ledger.start_chat(chat_title(checked(question).text), owner))
    if chat == _LAST_CHAT:
        newest = services.chats.page(owner=owner, limit=1)
        if not newest:
            raise NotFoundError("There is no chat yet.", fix="`--chat new` begins one.")
        chat = newest[0].id
    row, answers = services.chats.load(chat, owner=owner)
    return replace(question, chat_id=row.id, history=turns(answers))


def _print_line(event: Event) -> None:
    """The event as a line of JSON, at once."""
    if view := event_view(event):
        if isinstance(event, Finished):
            view["chat"] = event.answer.chat_id
        typer.echo(json.dumps(view, ensure_ascii=False))


def _print_event(event: Event) -> None:
    """The event for people: the text on standard output, all else as a line of progress."""
    match event:
        case Token(text=text):
            sys.stdout.write(text)
            sys.stdout.flush()
        case Started(stage=stage, detail=detail):
            if stage == "cite":  # after the text
                typer.echo()
            report(step_line(STAGES[stage], detail))
        case Notice(text=text):
            report(text)
        case Rewritten(query=query) if query.changed:
            report(f"searched for: {query.text}")
        case Rewritten(query=query) if query.also:
            report(f"searched for it as it stands, and for: {query.also}")


def _print_sources(answer: Answer) -> None:
    """The verdict, doubtful sentences, the passages, then the proof that the model read the whole prompt."""
    verdict = verdict_of_answer(answer)
    style = "green" if verdict.state is State.CONFIRMED else "bold yellow"
    out.print(f"\n[{style}]{escape(verdict.line)}[/]\n")
    if answer.text and answer.removed_markers:
        out.print(f"[dim]{answer.removed_markers} marker(s) pointed to no passage and were removed.[/]")
    for sentence in answer.sentences:
        _print_doubt(sentence)
    for line in plan_lines(answer.plan):
        out.print(f"[dim]{escape(line)}[/]")
    names = file_names(answer.context.hits)
    for passage in answer.context.passages:
        _print_passage(passage, names)
    if answer.outcome is Outcome.NOT_FOUND and answer.context.hits:
        out.print("Nearest, not used:")
        for hit in answer.context.hits[:_NEAREST]:
            place = where(hit, names[hit.document_id])
            out.print(f"    {escape(place)} [dim]({escape(hit.fate_detail)})[/]")
    if answer.usage is not None:
        usage = answer.usage
        used = usage.prompt_tokens or usage.sent_tokens
        out.print(f"[dim]prompt {used} of {usage.context_tokens} tokens, read whole: {usage.uncut} ({usage.proof})[/]")
    out.print(f"[dim]answer {answer.id}[/]")
    if answer.chat_id:
        out.print(f"[dim]chat {answer.chat_id}[/]")


def _print_doubt(sentence: Sentence) -> None:
    if sentence.support is Support.UNSUPPORTED:
        out.print(f"[yellow]unsupported:[/] {escape(sentence.text)}")
    elif sentence.support is Support.ATTRIBUTED:
        out.print(f"[dim]closest passage [{sentence.passages[0]}]:[/] {escape(sentence.text)}")
    elif sentence.doubt:
        out.print(f"[yellow]doubtful:[/] {escape(sentence.text)} ({escape(sentence.doubt)})")


def _print_passage(passage: Passage, names: Mapping[int, str]) -> None:
    first = passage.hits[0]
    cited = "cited" if first.cited else "not cited"
    parts = [passage.heading or passage.title, passage.location, names[first.document_id], file_date(first), cited]
    out.print(f"[bold]\\[{passage.number}][/] {escape(' · '.join(filter(None, parts)))}")
    out.print(f"    [dim]{escape(first.source_uri)}[/]")
    if passage.added:
        out.print(f"    [dim]{added_line(passage)}[/]")
