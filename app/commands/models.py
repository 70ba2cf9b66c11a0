"""`models`: what is in use, what is known to be good, fetching a model, and using one if it is better here."""

import json
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import SearchServices, open_database, open_searcher
from app.commands.console import JsonOption, out, report
from app.commands.evaluate import print_comparison
from app.commands.progress import progress_bar
from app.commands.settings import apply_settings
from app.commands.tables import make_table, print_table
from app.core.applied_settings import overridden
from app.core.errors import ModelError, SettingsError
from app.core.models.hub import local_folder, offered
from app.core.models.hub import pull as pull_model
from app.core.models.known import KnownModel, known_models, role_of
from app.core.models.packed_e5 import NAME as MULTILINGUAL
from app.core.models.packed_e5 import package_folder
from app.core.settings import Settings, load_settings
from app.quality.evaluation.compare import Comparison, compare
from app.quality.evaluation.session import bench, evaluate, question_set

models = typer.Typer(help="Models: in use, known to be good, present.", invoke_without_command=True)
_NOTE = (
    "Figures are as published, not measured here. The built-in reranker `auto` is late interaction: question and "
    "passage are read apart. A full cross-encoder that is larger: python -m app models pull "
    "cross-encoder/ms-marco-MiniLM-L6-v2, then: python -m app models use … --if-better"
)

_INSTALL = "pip install 'foremost[multilingual]'"


@models.callback()
def list_models(
    context: typer.Context,
    hub: Annotated[bool, typer.Option("--hub", help="Ask the hub for the models that are not present.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Models in use and known to be good; `pull NAME` fetches one, `use NAME --if-better` compares and switches."""
    if context.invoked_subcommand is not None:
        return
    settings = _in_effect(load_settings())
    used = {settings.embedding_model, settings.reranker}
    rows = [(model, _state(model, used, settings, hub=hub)) for model in known_models()]
    if as_json:
        out.print_json(json.dumps([asdict(model) | {"state": state} for model, state in rows]))
        return
    out.print(f"In use: {escape(settings.embedding_model)} (embedding), {escape(settings.reranker)} (reranker)\n")
    names = ("model", "for", "MB", "languages", "licence", "state", "published")
    table = make_table(names, left=[name for name in names if name != "MB"])
    for model, state in rows:
        values = (model.name, model.kind, str(model.mb), model.languages, model.licence, state, model.figures)
        table.add_row(*(escape(value) for value in values))
    print_table(table)
    for source in dict.fromkeys(model.source for model, _ in rows if model.figures):
        out.print(f"[dim]source: {escape(source)}[/]")
    report(_NOTE)


@models.command()
def pull(name: str) -> None:
    """Fetch a model from the hub (HF_ENDPOINT) into its local cache; nothing else is fetched, then or later."""
    report(f"Fetching {name} …")
    folder = pull_model(name)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    out.print(f"{escape(name)} is present: {size / 1e6:,.1f} MB in {escape(str(folder))}")
    report(_next(name, role_of(name, folder)))


@models.command()
def use(
    name: str,
    if_better: Annotated[
        bool, typer.Option("--if-better", help="Compare on the golden questions first; exit code 1 when not better.")
    ] = False,
    drafts: Annotated[bool, typer.Option("--drafts", help="Golden drafts too.")] = False,
) -> None:
    """Use another reranker from the next start on, for everyone on this database."""
    given = load_settings().model_copy(update={"rerank_budget_ms": 0})
    folder = local_folder(name, given.data_dir)
    built_in = name in ("none", "late-interaction") or any(one.name == name and one.built_in for one in known_models())
    if not built_in and folder is None:
        raise ModelError(f"{name} is not on this machine.", fix=f"Run: python -m app models pull {name}")
    if name not in ("none", "late-interaction") and role_of(name, folder) == "embedding":
        raise SettingsError(f"{name} is an embedding model.", fix=f"Run: python -m ingest reembed --model {name}")
    with closing(open_searcher(given, report=report)) as parts:
        compared = _compared(parts, name, drafts=drafts) if if_better else None
        if compared is not None:
            print_comparison(compared)
            if not better(compared):
                out.print(f"{escape(parts.settings.reranker)} stays: {escape(name)} is not better on these questions.")
                raise typer.Exit(1)
        parts.stages.reranker(parts.settings.model_copy(update={"reranker": name}))  # that it loads at all
        reason = f"models use, compared on {compared.shared} questions" if compared else "models use"
        apply_settings(parts, {"reranker": name}, reason=reason)
    out.print(f"Applied: FOREMOST_RERANKER={escape(name)}; page and workers use it when they start again.")


def _compared(parts: SearchServices, name: str, *, drafts: bool) -> Comparison:
    questions = question_set("golden", parts.engine, drafts=drafts)
    other = parts.settings.model_copy(update={"reranker": name})
    runs = []
    with (
        bench(questions, parts.engine, parts.embedder, parts.settings, keep=False, report=report) as corpus,
        progress_bar("comparing") as progress,
    ):
        for label, settings in (("now", parts.settings), (name, other)):
            reranker = parts.stages.reranker(settings)
            runs.append(evaluate(corpus, reranker, settings, name=label, progress=progress))
    return compare(*runs)


def better(compared: Comparison) -> bool:
    """Whether the gate's measure rose."""
    gate = next(one for one in compared.differences if one.measure == compared.gate)
    return gate.after > gate.before


def _in_effect(settings: Settings) -> Settings:
    """With the applied settings; an embedded server that does not exist yet is not created for that."""
    if settings.database_url is None and not (settings.data_dir / "postgres").is_dir():
        return settings
    with open_database(settings, report=lambda _line: None) as engine:
        return overridden(settings, engine)


def _state(model: KnownModel, used: set[str], settings: Settings, *, hub: bool) -> str:
    if model.name in used:
        return "in use"
    if model.built_in:
        return _INSTALL if model.name == MULTILINGUAL and not _is_installed() else "built in"
    if local_folder(model.name, settings.data_dir) is not None:
        return "present"
    if not hub:
        return ""
    size = offered(model.name)
    return "not on this hub" if size is None else f"on the hub, {size / 1e6:,.0f} MB"


def _is_installed() -> bool:
    """Whether the weights of the multilingual model are on this machine."""
    try:
        package_folder()
    except ModelError:
        return False
    return True


def _next(name: str, kind: str) -> str:
    if kind == "reranker":
        return f"Use it: python -m app models use {name} --if-better"
    return f"Use it: python -m ingest reembed --model {name}, which needs time for every passage"
