"""`replay`: a stored answer once more, and the first stage that came out differently."""

import json
from contextlib import closing

import typer
from rich.markup import escape

from app.bootstrap import open_database, open_services, replaying
from app.commands.console import JsonOption, out, report
from app.commands.show import AnswerArgument
from app.core.domain import Finished, Question
from app.core.errors import ModelError
from app.core.settings import load_settings
from app.ledger import Ledger
from app.replay import changed_documents, differences, stored_settings


def replay(answer: AnswerArgument = "last", as_json: JsonOption = False) -> None:
    """Ask a stored question again with its settings, seed and model; name the first stage that changed.

    Nothing is stored. Exit code 1: something changed.
    """
    settings = load_settings()
    with open_database(settings, report=report) as engine:
        ledger = Ledger(engine)
        past = ledger.load(ledger.find(answer))
        changed = changed_documents(engine, past.id)
    question = Question(text=past.question, collection=past.collection, filters=past.filters)
    with closing(open_services(load_settings(**stored_settings(past)), report=report)) as services:
        events = replaying(services, past).answer(question)
        again = next((event.answer for event in events if isinstance(event, Finished)), None)
    if again is None:
        raise ModelError("The answer ended before it was finished.", fix="Replay it again.")
    found = (*changed, *differences(past, again))
    if as_json:
        stages = [{"stage": one.stage, "detail": one.detail} for one in found]
        out.print_json(json.dumps({"answer": past.id, "same": not found, "changed": stages, "text": again.text}))
    elif not found:
        out.print(f"The same at every stage, and the same {len(past.text):,} characters: answer {past.id}")
    else:
        out.print(f"First changed: [bold]{found[0].stage}[/] ({escape(found[0].detail)})")
        for one in found[1:]:
            out.print(f"then {one.stage} ({escape(one.detail)})")
        out.print(f"\n{escape(again.text or again.error)}")
    if found:
        raise typer.Exit(1)
