"""`why`: which stage lost a passage that should have been found."""

import json
import re
from contextlib import closing
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import SearchServices, build_diagnosis, open_searcher, open_services
from app.commands.ask import finished_answer
from app.commands.console import JsonOption, filtered, out, report
from app.core.domain import Answer, Question
from app.core.settings import Settings, load_settings
from app.ledger import Ledger
from app.present.filters import FilterOptions
from app.quality.diagnosis import Standing, Verdict, verdict_view
from app.quality.expected.expectation import FORMS
from app.quality.expected.golden import Golden
from app.quality.expected.loss import Loss, Side

_ANSWER_ID = re.compile(r"last|[0-9a-f]{6,}(-[0-9a-f]*)*", re.IGNORECASE)


@filtered
def why(
    subject: Annotated[
        str,
        typer.Argument(metavar="ANSWER|QUESTION", help='Id of an answer (or its beginning, or "last"), or a question.'),
    ],
    expect: Annotated[str, typer.Option(help=f"The passage that should have been found: {FORMS}.")],
    filters: FilterOptions,
    apply_to_golden: Annotated[
        bool, typer.Option("--apply-to-golden", help="Keep the question with this passage in the golden set.")
    ] = False,
    model: Annotated[
        bool, typer.Option(help="Call the model when the passage of a new question is in the prompt.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Name the stage that lost a passage: ingestion, a leg, fusion, reranking, packing or the model."""
    settings, collection, narrowed = load_settings(), filters.only_collection, filters.parse()
    with closing(open_searcher(settings, report=report)) as services:
        diagnosis = build_diagnosis(services)
        answer = _past(services, subject)
        if answer is not None:
            verdict = diagnosis.of_answer(answer, expect)
        else:
            verdict = diagnosis.of_question(subject, expect, collection=collection, filters=narrowed)
            if verdict.loss is Loss.IN_PROMPT and model:
                question = Question(text=subject, collection=collection, filters=narrowed)
                answer = _answered(settings, question)
                verdict = diagnosis.of_answer(answer, expect)
        kept = None
        if apply_to_golden:
            words = answer.query.text if answer else subject
            scope = answer.collection if answer else collection
            passage = diagnosis.golden_passage(expect, answer, collection=scope)
            kept = Golden(services.engine).add(words, [passage], source="why", collection=scope)
    if as_json:
        out.print_json(json.dumps(verdict_view(verdict) | {"golden_question": kept}))
        return
    _print(verdict)
    if kept is not None:
        out.print(f"[dim]kept as golden question {kept}[/]")


def _past(services: SearchServices, subject: str) -> Answer | None:
    """The answer of that id, None for a question."""
    if not _ANSWER_ID.fullmatch(subject.strip()):
        return None
    ledger = Ledger(services.engine)
    return ledger.load(ledger.find(subject))


def _answered(settings: Settings, question: Question) -> Answer:
    """Answer the question with the model; the answer is stored in the ledger."""
    report("The passage is in the prompt: the model is called to see whether it uses it")
    with closing(open_services(settings, report=report)) as services:
        return finished_answer(services, question, show=lambda _: None)


_COLOURS = {Side.NOTHING: "green", Side.MODEL: "yellow"}


def _print(verdict: Verdict) -> None:
    colour = _COLOURS.get(verdict.loss.side, "red")
    out.print(f"[bold {colour}]{escape(verdict.loss.text)}[/]  [dim]({escape(verdict.loss.side.value)})[/]")
    out.print(escape(verdict.summary))
    for line in verdict.evidence:
        out.print(f"  · {escape(line)}")
    if verdict.passage is not None:
        out.print("\n[bold]expected[/]")
        _print_standing(verdict.passage)
    if verdict.winners and verdict.loss.side is not Side.NOTHING:
        out.print("[bold]in the prompt[/]")
        for winner in verdict.winners:
            _print_standing(winner)
    if verdict.remedies:
        out.print("\n[bold]what would help[/]")
    for number, remedy in enumerate(verdict.remedies, 1):
        out.print(f"{number}. {escape(remedy.text)}")
        if remedy.settings:
            out.print("   " + escape(" ".join(f"{name}={value}" for name, value in remedy.settings.items())))
        if remedy.tried:
            out.print(f"   [dim]{escape(remedy.tried)}[/]")
    for note in verdict.notes:
        out.print(f"[yellow]note:[/] {escape(note)}")
    if verdict.answer_id:
        out.print(f"[dim]answer {verdict.answer_id}[/]")


def _print_standing(standing: Standing) -> None:
    place = f" ({standing.place})" if standing.place else ""
    out.print(f"  {escape(standing.name)}{escape(place)} [dim]passage {standing.chunk_id}[/]")
    ranks = {
        "vector": standing.vector_rank,
        "text": standing.text_rank,
        "fused": standing.fused_rank,
        "final": standing.final_rank,
    }
    line = " · ".join(f"{name} {'–' if rank is None else rank}" for name, rank in ranks.items())
    if standing.logit is not None:
        line += f" · logit {standing.logit:.2f} · score {standing.combined_score or 0:.2f}"
    if standing.exact:
        line += " (exact, over everything searched)"
    out.print(f"  [dim]{line} · {escape(standing.became)}[/]")
