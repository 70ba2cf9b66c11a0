"""`doctor`: the state of every part, each failing check with the command that fixes it."""

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import answer_prompt, open_chat_model, open_searcher
from app.commands.console import out, print_fix, report
from app.core.passage_frame import boundary, prompt_secret
from app.core.settings import Settings, load_settings
from app.doctor.health import Check, checks
from app.doctor.injection import injection_check, measure_injection
from app.doctor.scheduled_recall import last_check
from app.doctor.vector_recall import measured_recall, recall_check
from app.prompts import conversation


def doctor(
    recall: Annotated[
        bool, typer.Option("--recall", help="Compare the vector index with an exact search instead, on real questions.")
    ] = False,
    injection: Annotated[
        bool, typer.Option("--injection", help="Send 60 passages with instructions to the chat model instead.")
    ] = False,
    questions: Annotated[int, typer.Option(min=1, help="How many questions --recall samples.")] = 30,
) -> None:
    """Check every part; print what is wrong and the command that fixes it."""
    settings = load_settings()
    if injection:
        results: Sequence[Check] = (_injection(settings),)
    else:
        results = (_recall(settings, questions),) if recall else (*checks(settings), *last_check(settings.data_dir))
    for check in results:
        mark = "[green]ok[/]  " if check.ok else "[bold red]bad[/] "
        out.print(f"{mark} {escape(check.name)}: {escape(check.detail)}")
        if not check.ok:
            print_fix(out, check.fix)
        for note in check.notes:
            out.print(f"     [yellow]note:[/] {escape(note)}")
    if not all(check.ok for check in results):
        raise typer.Exit(1)


def _injection(settings: Settings) -> Check:
    model, _ = open_chat_model(settings, report=report)
    with closing(model):
        line = partial(boundary, secret=prompt_secret(settings.data_dir))
        obeyed = measure_injection(model, partial(conversation, answer_prompt(model)), line, report=report)
    return injection_check(model.info.name, obeyed)


def _recall(settings: Settings, questions: int) -> Check:
    with closing(open_searcher(settings, report=report)) as services:
        return recall_check(measured_recall(services, questions))
