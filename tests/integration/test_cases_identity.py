"""Cases of identity: names, titles, dates and languages of documents, and follow-ups; with the real models."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.core.domain import Answer, Fate, Finished, Outcome, Question, Retrieved, Source, Turn
from app.core.models.embedding import Embedder
from app.core.settings import load_settings
from app.fit import Prompts
from app.ledger import Ledger
from app.listing import Listing
from app.pipeline import Answerer
from app.present.as_json import answer_view, search_view
from app.present.sources import file_names
from app.prompts import NOT_FOUND, conversation
from app.rerank import EnglishOnly, Reranker, build_reranker
from app.rewrite.rewriter import Rewriter
from app.search import Searcher
from app.stages import build_retriever
from ingest.load import load
from tests.support import made_files as made
from tests.support.builders import fixed_boundary
from tests.support.cases import case_document, case_sources, ingest_case, ingest_sources, made_source
from tests.support.fakes import ScriptedModel, word_support
from tests.support.generators import returned

RERANKERS = ("none", "auto", "late-interaction")
Search = Callable[[str], Retrieved]
Files = dict[str, str]  # path -> Markdown


@pytest.fixture(scope="session")
def rerankers(embedder: Embedder, data_dir: Path) -> dict[str, Reranker]:
    return {name: build_reranker(name, embedder, data_dir, budget_ms=0) for name in RERANKERS}


@pytest.fixture(params=RERANKERS)
def searcher(
    request: pytest.FixtureRequest, database: Engine, embedder: Embedder, rerankers: dict[str, Reranker]
) -> Searcher:
    """The whole search as configured, with each reranker."""
    return Searcher(retriever=build_retriever(database, embedder, load_settings()), reranker=rerankers[request.param])


@pytest.fixture
def search(searcher: Searcher) -> Search:
    return searcher.search


def first(search: Search, question: str) -> str:
    """Name of the file whose passage comes first."""
    return search(question).context.hits[0].name


def store(database: Engine, embedder: Embedder, files: Files) -> None:
    ingest_sources(database, embedder, [made_source(path, text) for path, text in files.items()])


def answered(database: Engine, searcher: Searcher, question: str, *, says: str = NOT_FOUND) -> Answer:
    """The answer of a model that always says the same, as the ledger gives it back."""
    model, ledger = ScriptedModel(lambda _prompt: [says]), Ledger(database)
    answerer = Answerer(
        rewriter=Rewriter(model),
        searcher=searcher,
        model=model,
        support=word_support,
        ledger=ledger,
        listing=Listing(database),
        prompts=Prompts(answer=partial(conversation, "answer"), boundary=fixed_boundary, not_found=NOT_FOUND),
        passages=5,
        passages_tokens=900,
        answer_tokens=300,
        relevance_floor=0.0,
        support_floor=0.55,
        settings={},
    )
    events = list(answerer.answer(Question(text=question)))
    last = events[-1]
    assert isinstance(last, Finished)
    loaded = ledger.load(last.answer.id)
    assert loaded.context == last.answer.context
    return loaded


# ------------------------------------------------------------------------------------------------------ 12: names


@pytest.mark.parametrize("person", ["Amara Delcourt", "Jonas Wetterby", "Milan Horvat", "Sofia Reinholt"])
def test_case_12_the_note_named_after_a_person_comes_first(
    database: Engine, embedder: Embedder, search: Search, person: str
) -> None:
    ingest_case(database, embedder, "12")
    assert first(search, f"What is the phone number of {person}?") == f"{person}.md"
    assert first(search, f"When does {person.split()[1]} like to be called?") == f"{person}.md"


PEOPLE = {"AmaraDelcourt": 248, "jonas_wetterby": 117, "Horvat-Milan": 761, "Reinholt.Sofia": 533}


def _contacts(kind: str) -> list[Source]:
    """A note for each person that never says the name, in a format, an archive or an upload."""
    lines = {name: (f"Phone: +44 1632 960 {number}", "Prefers calls.") for name, number in PEOPLE.items()}
    texts = {name: "\n\n".join(("Contact", *body)) for name, body in lines.items()}
    if kind == "docx":
        files = {name: made.docx(("Heading1", "Contact"), *(("", line) for line in lines[name])) for name in lines}
        return [made_source(f"/x/{name}.docx", content) for name, content in files.items()]
    if kind == "html":
        pages = {name: "".join(f"<p>{line}</p>" for line in body) for name, body in lines.items()}
        return [made_source(f"/x/{name}.html", f"<h1>Contact</h1>{page}") for name, page in pages.items()]
    if kind == "pdf":
        return [made_source(f"/x/{name}.pdf", made.pdf([["Contact", *body]])) for name, body in lines.items()]
    if kind == "zip":
        members: dict[str, bytes | str] = {f"{name}/contact.txt": text for name, text in texts.items()}
        return [made_source("/x/people.zip", made.zipped(members))]
    before = "upload:" if kind == "upload" else "/x/"
    return [made_source(f"{before}{name}.txt", text) for name, text in texts.items()]


@pytest.mark.parametrize("kind", ["docx", "html", "pdf", "txt", "zip", "upload"])
def test_case_12_in_other_formats_and_places(database: Engine, embedder: Embedder, search: Search, kind: str) -> None:
    ingest_sources(database, embedder, _contacts(kind))
    for question, number in (("Phone of Amara Delcourt?", 248), ("Jonas Wetterby", 117), ("call Sofia Reinholt", 533)):
        notes = [hit for hit in search(question).context.hits if "holds 4 files" not in hit.text]  # the list of the zip
        assert f"960 {number}" in notes[0].text, question


def test_case_12_the_last_folder_tells_equal_files_apart(database: Engine, embedder: Embedder, search: Search) -> None:
    note = "# Minutes\n\nThe fee rises to {} pounds.\n"
    store(database, embedder, {f"/x/{club}/minutes.md": note.format(fee) for club, fee in CLUBS.items()})
    for club, fee in CLUBS.items():
        hits = search(f"What fee did the {club.lower()} club decide?").context.hits
        assert f"to {fee} pounds" in hits[0].text
        assert file_names(hits)[hits[0].document_id] == f"{club}/minutes.md"


CLUBS = {"Rowing": 40, "Chess": 25, "Archery": 60}


# --------------------------------------------------------------------------------------------------- 13: versions


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is the daily allowance in 2026?", "2026"),
        ("What is the latest daily allowance?", "2026 2024 2023"),
        ("daily allowance 2023", "2023"),
        ("What was the daily allowance in 2024?", "2024"),
        ("What was the previous daily allowance?", "2024 2023 2026"),
        ("What did the old travel policy pay as daily allowance?", "2024 2023 2026"),
        ("What was the oldest daily allowance?", "2023 2024 2026"),
        ("Which daily allowance is currently paid?", "2026"),
        ("Was ist die neueste daily allowance?", "2026 2024 2023"),
        ("aktuelle travel policy, daily allowance", "2026"),
        ("Quelle est la daily allowance la plus récente ?", "2026 2024 2023"),
        ("¿Cuál es la daily allowance vigente?", "2026"),
    ],
)
def test_case_13_the_version_meant_comes_first(
    database: Engine, embedder: Embedder, search: Search, question: str, names: str
) -> None:
    ingest_case(database, embedder, "13")
    retrieved = search(question)
    wanted = [f"travel-policy-{year}.md" for year in names.split()]
    assert [hit.name for hit in retrieved.context.hits][: len(wanted)] == wanted
    assert retrieved.context.hits[0].reason
    assert [hit.final_rank for hit in retrieved.context.hits] == [1, 2, 3]


RULE = "# House rules\n\nQuiet hours begin at {} in the evening. Bicycles stay in the cellar.\n"


@pytest.mark.parametrize(
    ("names", "question", "wanted"),
    [
        (("rules_v1.md", "rules_v2.md", "rules_v10.md"), "When do quiet hours begin in version 2?", "rules_v2.md"),
        (("rules_v1.md", "rules_v2.md", "rules_v10.md"), "latest quiet hours", "rules_v10.md"),
        (("Hausordnung Fassung 1.md", "Hausordnung Fassung 2.md"), "neueste quiet hours", "Hausordnung Fassung 2.md"),
        (("rules draft.md", "rules final.md"), "Quiet hours in the draft rules?", "rules draft.md"),
        (("rules draft.md", "rules final.md"), "What are the current quiet hours?", "rules final.md"),
        (("2024-11 rules.md", "2025-02 rules.md", "2025-01 rules.md"), "newest quiet hours", "2025-02 rules.md"),
        (("2024-11 rules.md", "2025-02 rules.md", "2025-01 rules.md"), "quiet hours January 2025", "2025-01 rules.md"),
        (("rules 03.02.2025.md", "rules 28.01.2025.md"), "newest quiet hours", "rules 03.02.2025.md"),
        (("rules-north.md", "rules-south.md"), "When do quiet hours begin in the south?", "rules-south.md"),
    ],
)
def test_case_13_other_kinds_of_versions(
    database: Engine, embedder: Embedder, search: Search, names: tuple[str, ...], question: str, wanted: str
) -> None:
    store(database, embedder, {f"/x/{name}": RULE.format(8 + at) for at, name in enumerate(names)})
    assert first(search, question) == wanted


def test_case_13_files_without_a_date_in_the_name_are_told_apart_by_their_own_date(
    database: Engine, embedder: Embedder, search: Search
) -> None:
    dates = {"house": datetime(2024, 5, 1, tzinfo=UTC), "flat": datetime(2025, 9, 1, tzinfo=UTC)}
    ingest_sources(
        database,
        embedder,
        [made_source(f"/x/{name}.md", RULE.format(8), modified_at=moment) for name, moment in dates.items()],
    )
    assert first(search, "What are the latest quiet hours?") == "flat.md"
    assert first(search, "What were the oldest quiet hours?") == "house.md"
    assert first(search, "quiet hours in 2024") == "house.md"


def test_case_13_a_year_in_the_text_counts_and_an_ordinary_question_keeps_its_order(
    database: Engine, embedder: Embedder, search: Search
) -> None:
    files = {
        "/x/pier.md": "# The pier\n\nIn 1998 a storm took the old pier. The new pier was opened in 2001.\n",
        "/x/report-1998.md": "# Report of the garden club\n\nWe planted forty roses and painted the fence.\n",
        "/x/storms.md": "# Storms\n\nThe worst storm of the century came in 1976 and took the harbour wall.\n",
    }
    store(database, embedder, files)
    assert first(search, "What happened to the pier in 1998?") == "pier.md"
    assert first(search, "When did the storm take the old pier?") == "pier.md"
    assert first(search, "What is the maximum electric current of the pier's lamps?") == "pier.md"


def test_case_13_the_prompt_names_the_file_of_each_version(
    database: Engine, embedder: Embedder, searcher: Searcher
) -> None:
    ingest_case(database, embedder, "13")
    answer = answered(database, searcher, "What is the daily allowance?", says="It depends on the year.")
    prompt = answer.prompt[-1].content
    for year in (2023, 2024, 2026):  # three amounts, none of which is lost silently
        assert f"Travel policy — file travel-policy-{year}.md" in prompt
    assert "file travel-policy-2023.md\n" in prompt  # the file was copied in another year than its name says: no date
    assert {hit.reason for hit in answer.context.hits} == {""}


def test_case_13_other_versions_than_the_one_meant_do_not_reach_the_model(
    database: Engine, embedder: Embedder, searcher: Searcher
) -> None:
    ingest_case(database, embedder, "13")
    answer = answered(database, searcher, "What was the daily allowance in 2023?", says="38 pounds [1].")
    assert [passage.hits[0].name for passage in answer.context.passages] == ["travel-policy-2023.md"]
    meant, *others = answer.context.hits
    assert (meant.name, meant.reason) == ("travel-policy-2023.md", "dated 2023")
    assert {hit.fate for hit in others} == {Fate.DUPLICATE}
    assert {hit.fate_detail for hit in others} == {"is another version of passage 1"}
    assert {hit.reason for hit in others} == {"behind travel-policy-2023.md, which the question means"}


# --------------------------------------------------------------------------------------------------- 23: language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("¿Cuánto tiempo puedo llevar libros a casa?", "Spanish"),
        ("Combien coûte une parcelle par an ?", "French"),
        ("Wie lange darf man Bücher behalten?", "German"),
        ("Сколько стоит участок в год?", "Russian"),
        ("一年的费用是多少", "Chinese"),
    ],
)
def test_case_23_a_question_the_model_cannot_read_is_never_a_bare_not_found(
    database: Engine, embedder: Embedder, searcher: Searcher, question: str, language: str
) -> None:
    ingest_case(database, embedder, "23")
    answer = answered(database, searcher, question)
    assert answer.outcome is Outcome.NOT_FOUND
    (notice,) = [notice for notice in answer.notices if "reads English only" in notice]
    assert language in notice
    assert "FOREMOST_EMBEDDING_MODEL" in notice
    assert notice in search_view(question, searcher.search(question))["notices"]


@pytest.mark.parametrize("question", ["When is the sauna closed?", "sauna", "Who was Le Corbusier?", "Bücher"])
def test_case_23_no_notice_without_a_certain_language(
    database: Engine, embedder: Embedder, searcher: Searcher, question: str
) -> None:
    ingest_case(database, embedder, "23")
    assert searcher.search(question).notices == ()


def test_case_23_where_the_passages_are_in_the_language_of_the_question_only_an_english_reranker_is_named(
    database: Engine, embedder: Embedder, searcher: Searcher
) -> None:
    note = "# Schwimmbad\n\nDie Sauna ist freitags geschlossen. Kinder unter acht schwimmen mit Erwachsenen.\n"
    store(database, embedder, {"/x/bad.md": note})
    notices = searcher.search("Wann ist die Sauna geschlossen?").notices
    assert len(notices) == isinstance(searcher.reranker, EnglishOnly)
    assert all(f"the reranker {searcher.reranker.name} reads English only" in notice for notice in notices)


# -------------------------------------------------------------------------------------------------- 37: follow-ups


FERRY = Turn(
    question="Which refund is due when the ferry to Larkhill is late?",
    answer="When a sailing arrives more than 60 minutes late, half of the fare is paid back [1].",
)


@pytest.mark.parametrize(
    "question",
    [
        "How do employees claim their expenses?",
        "When does the company close its books?",
        "Who wrote the novel It?",
        "Parental leave policy?",
        "Opening hours library",
        "Was kostet ein Hund?",
        "Wie reichen Mitarbeiter ihre Reisekosten ein?",
        "Öffnungszeiten der Bibliothek",
        "Comment les salariés déclarent-ils leurs frais ?",
    ],
)
def test_case_37_a_new_topic_is_searched_as_it_stands(question: str) -> None:
    def never(_prompt: str) -> list[str]:
        raise AssertionError("The model was called.")

    query = returned(Rewriter(ScriptedModel(never)).rewrite(Question(text=question, history=(FERRY,))))
    assert (query.text, query.changed) == (question, False)


@pytest.mark.parametrize("question", ["And on Sundays?", "Does it also apply to children?", "Gilt das auch sonntags?"])
def test_case_37_a_follow_up_is_still_rewritten(question: str) -> None:
    query = returned(Rewriter(ScriptedModel(lambda _: [""])).rewrite(Question(text=question, history=(FERRY,))))
    assert "ferry" in query.also


# ------------------------------------------------------------------------------- 40: about the documents themselves


@pytest.mark.parametrize("name", ["Orion", "Vega"])
def test_case_40_the_named_file_comes_first(database: Engine, embedder: Embedder, search: Search, name: str) -> None:
    ingest_case(database, embedder, "40")
    wanted = f"{name}_Supplier_Contract.md"
    for question in (
        f"What is the price per pallet in {wanted}?",
        f"price per pallet, {wanted.lower().removesuffix('.md')}",
        f"notice of the {name} supplier contract",
        f"Welcher Preis pro pallet steht in {wanted}?",
    ):
        assert first(search, question) == wanted, question
    hit = search(f"What is the price per pallet in {wanted}?").context.hits[0]
    assert hit.reason == "its file is named in the question"


def test_case_40_sources_of_documents_with_one_title_name_their_files(
    database: Engine, embedder: Embedder, searcher: Searcher
) -> None:
    ingest_case(database, embedder, "40")
    answer = answered(database, searcher, "What is the price per pallet?", says="310 pounds [1].")
    named = {source["name"] for source in answer_view(answer)["sources"]}
    assert {"Orion_Supplier_Contract.md", "Vega_Supplier_Contract.md"} <= named
    assert {passage.title for passage in answer.context.passages[:2]} == {"Agreement"}
    assert "— file Orion_Supplier_Contract.md" in answer.prompt[-1].content
    assert "— file Vega_Supplier_Contract.md" in answer.prompt[-1].content


@pytest.mark.parametrize(
    "question",
    ["Which documents are there?", "Welche Dokumente gibt es?", "Liste des documents", "¿Qué documentos hay?"],
)
def test_case_40_the_documents_are_listed(
    database: Engine, embedder: Embedder, searcher: Searcher, question: str
) -> None:
    ingest_case(database, embedder, "40")
    answer = answered(database, searcher, question)
    assert answer.outcome is Outcome.ANSWERED
    assert [source.name for source in case_sources("40") if source.name not in answer.text] == []
    assert answer.text.startswith("There are 3 documents:")
    assert "Documents tab" in answer.text


def test_case_40_a_question_about_what_documents_say_is_searched(
    database: Engine, embedder: Embedder, searcher: Searcher
) -> None:
    ingest_case(database, embedder, "40")
    assert answered(database, searcher, "Which documents name a price per pallet?").context.hits


# ------------------------------------------------------------------------------------------------------ 44: titles


def test_case_44_several_outermost_headings_are_no_title(database: Engine, embedder: Embedder, search: Search) -> None:
    document = case_document("44")
    assert document.title == "station-manual.md"
    ingest_case(database, embedder, "44")
    hit = search("When is the clock wound?").context.hits[0]
    assert "Boiler" not in hit.title
    assert not hit.heading.startswith("Boiler")


SECTIONS = ("Boiler", "Turnstile", "Clock")


@pytest.mark.parametrize("kind", ["html", "docx", "odt", "pptx", "epub", "txt.md"])
def test_case_44_in_every_format(kind: str) -> None:
    body = "It is looked after by trained staff only."
    name = f"station.{kind}"
    content: bytes | str
    if kind == "html":
        content = "<html>" + "".join(f"<h1>{section}</h1><p>{body}</p>" for section in SECTIONS) + "</html>"
    elif kind == "docx":
        content = made.docx(*(item for section in SECTIONS for item in (("Heading1", section), ("", body))))
    elif kind == "odt":
        content = made.odt(content="".join(f"<text:h>{s}</text:h><text:p>{body}</text:p>" for s in SECTIONS), footer="")
    elif kind == "pptx":
        content = made.pptx_with([(section, body, "") for section in SECTIONS])
    elif kind == "epub":
        content = made.epub([f"<h1>{section}</h1><p>{body}</p>" for section in SECTIONS], title="")
    else:
        content = "\n\n".join(f"# {section}\n\n{body}" for section in SECTIONS)
    assert load(made_source(f"/x/{name}", content)).title == name
