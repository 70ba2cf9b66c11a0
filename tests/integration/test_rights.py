"""PostgreSQL keeps the rights: a transaction that acts for a user sees and changes what the user may."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.chats import Chats
from app.composer import Composer
from app.core.acting import NOBODY, Actor, acting_as, acting_as_owner
from app.core.document_tags import DocumentTags
from app.core.domain import Question
from app.core.errors import AppError, DatabaseError, NotFoundError, RightsError
from app.core.models.embedding import Embedder
from app.direct.lists import Lists
from app.direct.whole import Summaries
from app.ledger import Ledger
from app.library import Library
from app.quality.expected.golden import Expected, Golden
from app.retrieve import HybridRetriever
from app.unanswered import Asked, Unanswered
from app.users import Administration, Audit, Gate, Groups, Keys, Level, Rights, Role, Users, require_bound
from tests.support.builders import fixed_boundary, make_answer
from tests.support.fakes import NothingNear, ScriptedModel, word_support
from tests.support.generators import returned
from tests.support.people import SECRET, People, fill, opened

QUESTION = "When does the boathouse open?"


@pytest.fixture(scope="module")
def filled(server: Engine, embedder: Embedder) -> Iterator[Engine]:
    """One filled database for the tests that only read, as a template for the others."""
    from tests.conftest import TEMPLATE

    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE rights_filled TEMPLATE "{TEMPLATE}"'))
    from sqlalchemy import create_engine

    engine = create_engine(server.url.set(database="rights_filled"))
    fill(engine, embedder)
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE rights_filled WITH (FORCE)"))


@pytest.fixture
def people(filled: Engine) -> Iterator[People]:
    made = opened(filled)
    yield made
    made.page.dispose()


def retriever(engine: Engine, embedder: Embedder, **changes: object) -> HybridRetriever:
    values = {"candidates": 50, "leg_candidates": 100, "vector_weight": 1.0, "text_weight": 1.0, "ef_search": 200}
    return HybridRetriever(engine, embedder, **(values | changes))  # type: ignore[arg-type]


def names_of(engine: Engine, embedder: Embedder, question: str = QUESTION, **changes: object) -> set[str]:
    found = retriever(engine, embedder, **changes).retrieve(question)
    described = retriever(engine, embedder, **changes).describe(found.left_out)
    return {hit.name for hit in (*found.hits, *described)}


@pytest.mark.parametrize("exact_below", [5000, 0])
def test_the_hybrid_statement_finds_what_the_user_may_read(
    people: People, embedder: Embedder, exact_below: int
) -> None:
    found: dict[str, set[str]] = {}
    for name in ("ada", "ben", "cora", "dan", "nobody", ""):
        with acting_as(Actor(name)):
            found[name] = names_of(people.page, embedder, exact_below=exact_below)

    everything = {"boats.txt", f"{SECRET}-minutes.txt", f"{SECRET}-plan.txt", "shared.txt"}
    assert found == {
        "ada": everything, "ben": {"boats.txt"}, "cora": {"boats.txt"}, "dan": {"shared.txt"},
        "nobody": set(), "": set(),
    }  # fmt: skip
    assert names_of(people.owner, embedder, exact_below=exact_below) == everything


def test_lists_and_counts_hold_what_the_user_may_read(people: People) -> None:
    found: dict[str, list[str]] = {}
    for name in ("ada", "cora", "nobody"):
        with acting_as(Actor(name)):
            rows = Lists(people.page, NothingNear()).rows(Question(text="How many text files are there?"))
            found[name] = sorted(row[0] for row in rows[1:])

    assert found == {
        "ada": sorted(("boats.txt", f"{SECRET}-minutes.txt", f"{SECRET}-plan.txt", "shared.txt")),
        "cora": ["boats.txt"],
        "nobody": [],
    }


def test_a_kept_summary_is_read_by_those_who_may_read_its_document(people: People) -> None:
    said = ["The secret plan [1]."]
    summaries = Summaries(
        people.page,
        model=ScriptedModel(lambda _prompt: said),
        support=word_support,
        support_floor=0.5,
        seconds=60,
        answer_tokens=50,
        boundary=fixed_boundary,
    )
    question = Question(text=f"Summarise {SECRET}-plan.txt")
    with acting_as(Actor("ada")):
        made = returned(summaries.answer(question))
        said[:] = ["Another text [1]."]
        again = returned(summaries.answer(question))
    with acting_as(Actor("cora")):
        hidden = returned(summaries.answer(question))
        with people.page.connect() as connection:
            seen = connection.execute(text("SELECT count(*) FROM document_summaries")).scalar_one()

    assert made is not None
    assert again is not None
    assert (again.text, hidden, seen) == (made.text, None, 0)


def test_typing_errors_are_not_corrected_to_words_of_hidden_documents(people: People, embedder: Embedder) -> None:
    mistyped = f"What about {SECRET[:-1]}m?"
    with acting_as(Actor("cora")):
        notes = retriever(people.page, embedder).retrieve(mistyped).notes
    with acting_as(Actor("ada")):
        known = retriever(people.page, embedder).retrieve(mistyped).notes

    assert SECRET not in str(notes)
    assert f"“{SECRET}”" in str(known)


def test_quoted_words_and_filters_find_nothing_hidden(people: People, embedder: Embedder) -> None:
    with acting_as(Actor("cora")):
        quoted = retriever(people.page, embedder).retrieve(f'"{SECRET} oars"')
        with pytest.raises(NotFoundError) as caught:
            retriever(people.page, embedder).retrieve(QUESTION, collection=f"{SECRET}-board")
    assert {hit.name for hit in quoted.hits} == {"boats.txt"}
    assert str(caught.value).count(SECRET) == 1  # as it was typed; the list of known ones has club only


def test_lists_and_counts_hold_nothing_hidden(people: People) -> None:
    library, composer = Library(people.page), Composer(people.page)
    with acting_as(Actor("cora")):
        assert dict(library.counts()) == {"club": 1}
        assert [row.name for row in library.documents()] == ["boats.txt"]
        assert library.collections() == ("club",)
        assert dict(composer.offered().collections) == {"club": 1}
        assert composer.documents_named(SECRET) == ()
        assert DocumentTags(people.page).named(SECRET) == ()
        assert library.progress().documents == 1
    with acting_as(Actor("dan")):
        assert dict(library.counts()) == {f"{SECRET}-board": 1}


def test_a_hidden_document_is_as_unknown_as_none(people: People) -> None:
    hidden = {row.name: row.id for row in Library(people.owner).documents()}[f"{SECRET}-minutes.txt"]
    for number in (hidden, 10**9):
        with acting_as(Actor("ben")):
            for read in (Library(people.page).text, Library(people.page).original, Library(people.page).document):
                with pytest.raises(NotFoundError) as caught:
                    read(number)
                assert SECRET not in str(caught.value)
            with pytest.raises(NotFoundError):
                Library(people.page).delete(number)


def test_a_reader_changes_nothing(people: People) -> None:
    library = Library(people.page)
    number = {row.name: row.id for row in Library(people.owner).documents()}["boats.txt"]
    with acting_as(Actor("cora")):
        for change in (
            lambda: library.delete(number),
            lambda: library.upload("notes.txt", b"x", collection="club"),
            lambda: library.upload("notes.txt", b"x", collection="new"),
            lambda: library.upload("notes.txt", b"x", collection=f"{SECRET}-board"),
        ):
            with pytest.raises(RightsError):
                change()
        assert library.move([number], "club") == ()
    assert number in {row.id for row in Library(people.owner).documents()}


def test_an_editor_uploads_where_he_may_and_a_key_reaches_its_scope(people: People) -> None:
    library = Library(people.page)
    with acting_as(Actor("ben")):
        number = library.upload("plan.txt", b"x", collection="club")
        assert library.upload_row(number).pending
        assert library.progress().queued == 1
        with pytest.raises(RightsError):
            library.upload("plan.txt", b"x", collection=f"{SECRET}-board")
    with acting_as(Actor("ben", "read")), pytest.raises(RightsError):
        library.upload("plan.txt", b"x", collection="club")
    with acting_as(Actor("dan")), pytest.raises(NotFoundError):
        library.upload_row(number)
    with acting_as(Actor("ben")):
        library.delete_upload(number)
    jobs = "DELETE FROM procrastinate_jobs"
    with people.owner.begin() as connection:
        connection.execute(text(jobs))


def test_only_who_may_change_a_document_has_its_file_read_again(people: People) -> None:
    library = Library(people.page)
    number = {row.name: row.id for row in Library(people.owner).documents()}["boats.txt"]
    with people.owner.begin() as connection:
        connection.execute(text("UPDATE documents SET error = 'broken' WHERE id = :id"), {"id": number})
    with acting_as(Actor("cora")), pytest.raises(NotFoundError):
        library.retry_file(number)
    with acting_as(Actor("ben")):
        library.retry_file(number)
    with people.owner.begin() as connection:
        queued = connection.execute(text("DELETE FROM procrastinate_jobs RETURNING task_name")).scalars().all()
        connection.execute(text("UPDATE documents SET error = '' WHERE id = :id"), {"id": number})
    assert queued == ["ingest.file"]


def test_chats_and_answers_are_their_owners_alone(people: People) -> None:
    ledger, chats = Ledger(people.page), Chats(people.page)
    with acting_as(Actor("ben")):
        chat = ledger.start_chat("Red oars", "ben")
        kept = make_answer(chat_id=chat)
        ledger.store(kept)
        assert len(ledger.load(kept.id).context.hits) == len(kept.context.hits)
        with pytest.raises(RightsError):
            ledger.start_chat("Another's", "cora")
    for name in ("cora", "ada", ""):
        with acting_as(Actor(name)):
            assert chats.page(owner="ben") == ()
            for read in (lambda: ledger.load(kept.id), lambda: ledger.find(kept.id[:6]), lambda: ledger.find("last")):
                with pytest.raises(NotFoundError):
                    read()
            assert ledger.chat_answers(chat) == ()
            assert chats.delete(owner="ben").answers == 0
            with people.page.connect() as connection:
                for view in ("ledger_answers", "ledger_candidates", "ledger_losses"):
                    assert connection.execute(text(f"SELECT count(*) FROM {view}")).scalar_one() == 0  # noqa: S608
    with acting_as(Actor("ben")):
        assert ledger.history(owner="ben")[0].id == kept.id
        assert chats.delete(chat, owner="ben").answers == 1


def test_golden_questions_are_their_owners_and_the_administrators(people: People) -> None:
    golden = Golden(people.page)
    for name in ("ben", "cora"):
        with acting_as(Actor(name)):
            golden.add(QUESTION, [Expected(source_uri="/club/boats.txt", quote="six in the morning")], source="typed")
            assert len(golden.questions()) == 1
    with acting_as(Actor("ada")):
        every = golden.questions()
        assert len(every) == 2
        golden.remove([question.id for question in every])


@pytest.mark.parametrize(
    "table", ["users", "groups", "memberships", "rights", "api_keys", "audit", "evaluations", "sweeps", "pair_scores"]
)
def test_tables_of_the_administration_are_empty_for_others(people: People, table: str) -> None:
    with acting_as(Actor("ben")), people.page.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0  # noqa: S608
        with pytest.raises((RightsError, DBAPIError)):
            connection.execute(text("UPDATE audit SET actor = ''"))
    with acting_as(Actor("ben")), people.page.connect() as connection, pytest.raises(RightsError):
        connection.execute(text("INSERT INTO setting_overrides VALUES ('candidates', '1', '')"))


@pytest.mark.parametrize("table", ["remote_items", "calibrations"])
def test_a_closed_table_says_so(people: People, table: str) -> None:
    with acting_as(Actor("ada")), people.page.connect() as connection, pytest.raises(RightsError):
        connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608


def test_waiting_questions_and_versions_are_their_owners_alone(people: People) -> None:
    ledger, unanswered = Ledger(people.page), Unanswered(people.page)
    with acting_as(Actor("ben")):
        chat = ledger.start_chat("Oars", "ben")
        first = make_answer(chat_id=chat)
        ledger.store(first)
        second = make_answer(chat_id=chat, replaces=first.id)
        ledger.store(second)
        asked = Asked(text="And the boats?", owner="ben")
        unanswered.keep(chat, asked)
    for name in ("cora", "ada", ""):
        with acting_as(Actor(name)):
            for owner in ("ben", name):
                assert unanswered.of(chat, owner=owner) == ()
            assert not unanswered.drop(asked.id)
            unanswered.keep(chat, Asked(text="Slipped in", owner="ben"))
            with pytest.raises(NotFoundError):
                ledger.show_version(first.id)
    with acting_as(Actor("ben")):
        assert unanswered.of(chat, owner="ben") == (asked,)
        assert [answer.id for answer in ledger.chat_answers(chat)] == [second.id]
        assert Chats(people.page).delete(chat, owner="ben").answers == 2
        assert unanswered.of(chat, owner="ben") == ()


def test_rights_of_ones_own_count_before_those_of_groups(filled: Engine, people: People) -> None:
    rights, library = Rights(filled), Library(people.page)
    rights.set("club", Level.NONE, user="cora")
    with acting_as(Actor("cora")):
        assert library.documents() == ()
    rights.unset("club", user="cora")
    rights.set(f"{SECRET}-board", Level.READ, group="everyone")
    with acting_as(Actor("dan")):
        assert len(library.documents()) == 2
    rights.unset(f"{SECRET}-board", group="everyone")
    with acting_as(Actor("dan")):
        assert len(library.documents()) == 1


def test_the_page_serves_only_while_policies_bind(filled: Engine, people: People) -> None:
    require_bound(people.page)
    with pytest.raises(DatabaseError, match=r"the role is .* and not foremost_page"):
        require_bound(filled)  # an engine that acts for nobody
    with filled.begin() as connection:
        connection.execute(text("ALTER TABLE chunks DISABLE ROW LEVEL SECURITY"))
    try:
        with pytest.raises(DatabaseError, match="row-level security is off for chunks"):
            require_bound(people.page)
    finally:
        with filled.begin() as connection:
            connection.execute(text("ALTER TABLE chunks ENABLE ROW LEVEL SECURITY"))


def test_a_connection_without_transactions_acts_for_nobody(people: People) -> None:
    with acting_as(Actor("ada")), pytest.raises(RuntimeError, match="needs transactions"):
        people.page.connect().execution_options(isolation_level="AUTOCOMMIT").execute(text("SELECT 1"))


def test_the_servers_own_work_and_nobody(people: People) -> None:
    with acting_as_owner():
        assert len(Library(people.page).documents()) == 4
        with acting_as(NOBODY):
            assert Library(people.page).documents() == ()


def test_exceptions_outlive_a_new_ingest_and_follow_a_move(people: People, filled: Engine, embedder: Embedder) -> None:
    from tests.support.ingested import ingest_text

    uri = f"/club/{SECRET}-minutes.txt"
    number = next(row.id for row in Library(filled).documents() if row.uri == uri)
    Library(filled).delete(number)
    ingest_text(filled, embedder, uri, "Minutes.", collection="club")
    with acting_as(Actor("ben")):
        assert [row.name for row in Library(people.page).documents()] == ["boats.txt"]
    number = next(row.id for row in Library(filled).documents() if row.uri == uri)
    Rights(filled).set(f"{SECRET}-board", Level.READ, group="crew")
    Library(filled).move([number], f"{SECRET}-board")
    with acting_as(Actor("ben")):
        assert uri not in {row.uri for row in Library(people.page).documents()}
    Library(filled).move([number], "club")
    Rights(filled).unset(f"{SECRET}-board", group="crew")


def test_the_audit_tells_who_did_what_and_only_grows(people: People, filled: Engine) -> None:
    number = next(row.id for row in Library(filled).documents() if row.name == "boats.txt")
    with acting_as(Actor("ben")):
        Library(people.page).text(number)
        Ledger(people.page).store(make_answer())
        upload = Library(people.page).upload("more.txt", b"x", collection="club")
        Library(people.page).delete_upload(upload)
    audit = Audit(filled)
    told = [(row.actor, row.action, row.subject.split(":")[0]) for row in audit.rows(actor="ben", limit=3)]
    assert told == [("ben", "uploaded", "upload"), ("ben", "asked", "answer"), ("ben", "opened", "document")]
    assert any(row.action == "changed rights" for row in audit.rows(actor="command line"))
    for change in ("UPDATE audit SET actor = ''", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(DBAPIError, match="append-only"), filled.begin() as connection:
            connection.execute(text(change))
    assert audit.prune(days=1) == 0
    with filled.begin() as connection:
        connection.execute(text("INSERT INTO audit (at, actor, action) VALUES (now() - interval '9 days', 'x', 'y')"))
    assert audit.prune(days=8) == 1


def test_a_reader_whom_a_provider_vouches_for_has_no_password(database: Engine) -> None:
    users, gate = Users(database), Gate(database)
    users.add("eve", "long enough", role=Role.ADMIN)
    gate.add_reader("fay@example.org")
    assert gate.known("fay@example.org")
    assert [(user.name, user.role) for user in users.list()][1] == ("fay@example.org", Role.READER)
    assert not gate.password_fits("fay@example.org", "")
    assert ("fay@example.org", "added by signing in") in [(row.actor, row.action) for row in Audit(database).rows()]
    with pytest.raises(AppError, match="cannot be the name"):
        gate.add_reader("a\nb")


def test_users_have_passwords_roles_and_keys(database: Engine) -> None:
    users, keys = Users(database), Keys(database)
    Ledger(database).start_chat("From before")
    with pytest.raises(AppError, match="must be an administrator"):
        users.add("eve", "long enough", role=Role.READER)
    with pytest.raises(AppError, match="fewer than 8"):
        users.add("eve", "short", role=Role.ADMIN)
    assert users.add("eve", "long enough", role=Role.ADMIN) == 1
    assert users.add("fay", "long enough", role=Role.READER) == 0
    with pytest.raises(AppError, match="already"):
        users.add("fay", "long enough", role=Role.READER)

    assert (users.check("eve", "long enough"), users.check("eve", "wrong"), users.check("gil", "x")) == (
        True, False, False,
    )  # fmt: skip
    before = users.changed_at("fay")
    users.reset("fay", password="something else")
    assert users.changed_at("fay") > before
    assert (users.check("fay", "long enough"), users.check("fay", "something else")) == (False, True)
    with pytest.raises(AppError, match="last administrator"):
        users.remove("eve")
    with pytest.raises(NotFoundError):
        users.reset("gil", role=Role.READER)

    key = keys.add("fay", scope="write", days=1)
    assert keys.actor(key) == Actor("fay", "write")
    assert (keys.actor(key + "x"), keys.actor("")) == (None, None)
    with database.begin() as connection:
        assert key not in str(connection.execute(text("SELECT * FROM api_keys")).all())
        connection.execute(text("UPDATE api_keys SET expires_at = now() - interval '1 second'"))
    assert keys.actor(key) is None
    groups = Groups(database)
    groups.add("crew")
    groups.join("crew", "fay")
    assert [(user.name, user.groups, user.chats) for user in users.list()] == [("eve", (), 1), ("fay", ("crew",), 0)]
    users.remove("fay")
    assert keys.list() == ()
    assert groups.list()[0].members == ()


def test_only_an_administrator_manages_people_and_sees_how_many_chats_each_has(people: People) -> None:
    Ledger(people.owner).start_chat("His own", "ben")
    desk = Administration(people.page)
    with acting_as(Actor("ada")):
        assert {user.name: user.chats for user in desk.users()}["ben"] == 1
        given = desk.add("eve", role=Role.READER)
        desk.set_role("eve", Role.EDITOR)
        drawn = desk.reset_password("eve")
        assert {group.name for group in desk.groups()} >= {"crew", "board"}
        assert desk.audit("ada")[0].action.startswith("changed users")
        with pytest.raises(AppError, match="last administrator"):
            desk.set_role("ada", Role.READER)
    before = Users(people.owner).list()
    assert not Users(people.owner).check("eve", given)
    assert Users(people.owner).check("eve", drawn)
    for actor in (Actor("ben"), Actor("ada", "write"), NOBODY):
        with acting_as(actor):
            for refused in (
                desk.users,
                desk.groups,
                desk.audit,
                lambda: desk.add("mallory", role=Role.ADMIN),
                lambda: desk.set_role("ben", Role.ADMIN),
                lambda: desk.reset_password("ada"),
            ):
                with pytest.raises(RightsError):
                    refused()
    assert Users(people.owner).list() == before
