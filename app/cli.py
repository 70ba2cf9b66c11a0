"""The command line of the answering road: registers every command, turns an AppError into its exit code."""

import signal
import sys

import typer

from app.commands.ask import ask
from app.commands.backup import backup, restore
from app.commands.calibrate import calibrate
from app.commands.chats import chats
from app.commands.console import print_problem, quiet_libraries
from app.commands.dial import dial
from app.commands.doctor import doctor
from app.commands.evaluate import evaluate
from app.commands.fit_combination import fit_combination
from app.commands.forget import forget
from app.commands.golden import golden
from app.commands.key import key
from app.commands.migrate import migrate
from app.commands.models import models
from app.commands.replay import replay
from app.commands.rights import audit, keys, rights
from app.commands.search import search
from app.commands.serve import serve
from app.commands.settings import settings
from app.commands.show import show
from app.commands.train_reranker import train_reranker
from app.commands.users import groups, users
from app.commands.version import version
from app.commands.why import why
from app.core.errors import AppError

app = typer.Typer(
    help="Ask your own documents, and see why the answer can be trusted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (
    serve,
    ask,
    migrate,
    doctor,
    search,
    show,
    why,
    replay,
    evaluate,
    dial,
    calibrate,
    train_reranker,
    fit_combination,
    settings,
    key,
    backup,
    restore,
    forget,
    audit,
    version,
):
    app.command()(command)
app.add_typer(golden, name="golden")
app.add_typer(chats, name="chats")
for name, commands in (("users", users), ("groups", groups), ("rights", rights), ("keys", keys)):
    app.add_typer(commands, name=name)
app.add_typer(models, name="models")


def main() -> None:
    """Run the command line."""
    quiet_libraries()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers we started are stopped
    try:
        app(prog_name="python -m app")
    except AppError as error:
        print_problem(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
