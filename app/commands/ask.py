"""`ask`: one question answered in the terminal, with its sources, or as JSON."""

import json
import sys
from collections.abc import Mapping
from contextlib import closing

from rich.markup import escape

from app.bootstrap import Services, open_services
from app.commands.console import JsonOption, filtered, out, report
from app.core.domain import Answer, Finished, Notice, Outcome, Passage, Question, Rewritten, Sentence, Support, Token
from app.core.errors import ModelError
from app.core.settings import load_settings
from app.present.answer_verdict import State, verdict_of_answer
from app.present.as_json import answer_view
from app.present.candidate_table import where
from app.present.filters import FilterOptions
from app.present.sources import file_date, file_names

_NEAREST = 3  # candidates named when nothing was close enough to answer from


@filtered
def ask(question: str, filters: FilterOptions, as_json: JsonOption = False) -> None:
    """Answer one question, with its sources."""
    parsed = Question(text=question, collection=filters.only_collection, filters=filters.parse())
    with closing(open_services(load_settings(), report=report)) as services:
        answer = finished_answer(services, parsed, quiet=as_json)
        if as_json:
            out.print_json(json.dumps(answer_view(answer)))
        else:
            _print_sources(answer)
        if answer.error:
            raise ModelError(answer.error)


def finished_answer(services: Services, question: Question, *, quiet: bool) -> Answer:
    """The finished answer; its text and notices are printed as they arrive unless quiet."""
    if not quiet:
        for notice in services.answerer.notices:
            report(notice)
    for event in services.answerer.answer(question):
        if isinstance(event, Finished):
            return event.answer
        if not quiet:
            _print_event(event)
    raise ModelError("The answer ended before it was finished.", fix="Ask again.")


def _print_event(event: object) -> None:
    if isinstance(event, Token):
        sys.stdout.write(event.text)
        sys.stdout.flush()
    elif isinstance(event, Notice):
        report(event.text)
    elif isinstance(event, Rewritten) and event.query.changed:
        report(f"searched for: {event.query.text}")


def _print_sources(answer: Answer) -> None:
    """The verdict, doubtful sentences, the passages, then the proof that the model read the whole prompt."""
    verdict = verdict_of_answer(answer)
    style = "green" if verdict.state is State.CONFIRMED else "bold yellow"
    out.print(f"\n\n[{style}]{escape(verdict.line)}[/]\n")
    if answer.text and answer.removed_markers:
        out.print(f"[dim]{answer.removed_markers} marker(s) pointed to no passage and were removed.[/]")
    for sentence in answer.sentences:
        _print_doubt(sentence)
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
