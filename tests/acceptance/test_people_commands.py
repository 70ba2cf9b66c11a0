"""`users`, `groups`, `rights`, `keys` and `audit`, as one types them."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from app.cli import app
from app.core.acting import Actor
from app.ledger import Ledger
from app.users import Keys, Level, Rights, Users

PASSWORD = "correct horse"


@pytest.fixture
def run(database: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FOREMOST_DATA_DIR", str(data_dir))

    def typed(*words: str, given: str = "") -> Result:
        return CliRunner().invoke(app, list(words), input=given)

    return typed


def test_people_are_added_given_rights_and_removed(run: object, database: Engine) -> None:
    assert callable(run)
    Ledger(database).start_chat("From before")
    with database.begin() as connection:
        connection.execute(text("INSERT INTO collections (name) VALUES ('club')"))

    first = run("users", "add", "ben", "--password-stdin", given=f"{PASSWORD}\n")
    assert "must be an administrator" in str(first.exception)
    added = run("users", "add", "ada", "--role", "admin", "--password-stdin", given=f"{PASSWORD}\n").output
    assert "Added ada (admin)." in added
    assert "1 chats so far are now those of this user" in added
    assert "Restart the page" in added
    prompted = run("users", "add", "ben", "--role", "editor", given=f"{PASSWORD}\n{PASSWORD}\n").output
    assert "rights set COLLECTION read --user ben" in prompted
    assert PASSWORD not in prompted
    assert Users(database).check("ben", PASSWORD)

    for words in (("groups", "add", "crew"), ("groups", "join", "crew", "ben")):
        assert run(*words).exit_code == 0
    assert "crew: ben" in run("groups", "list").output
    assert "crew: write for club." in run("rights", "set", "club", "write", "--group", "crew").output
    assert Rights(database).list()[0].level is Level.WRITE
    assert "crew" in run("rights", "list").output
    assert "There is no level 'own'" in str(run("rights", "set", "club", "own", "--group", "crew").exception)
    assert "There is no collection 'x'" in str(run("rights", "set", "x", "read", "--user", "ben").exception)
    key = run("keys", "add", "ben", "--scope", "write", "--days", "9").output.strip()
    assert Keys(database).actor(key) == Actor("ben", "write")
    listed = run("keys", "list").output
    assert "write" in listed
    assert key not in listed

    assert "last administrator" in str(run("users", "remove", "ada", "--yes").exception)
    assert "Removed ben." in run("users", "remove", "ben", "--yes").output
    assert Keys(database).actor(key) is None
    audit = run("audit", "--action", "changed").output
    assert "changed rights" in audit
    assert "delete user:ben editor" in audit
    with database.connect() as connection:
        on = connection.scalar(text("SELECT relrowsecurity FROM pg_class WHERE oid = 'chunks'::regclass"))
    assert on
