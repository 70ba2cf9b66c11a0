"""Questions that ask for the list of documents, and those that ask what documents say."""

import pytest

from app.listing import asks_for_list


@pytest.mark.parametrize(
    "question",
    [
        "Which documents are there?",
        "what documents do you have",
        "Please list all documents.",
        "Can you list all my files?",
        "How many documents are there in total?",
        "Which documents are there in this collection?",
        "What files have I uploaded?",
        "What's in the library?",
        "Welche Dokumente gibt es?",
        "Wie viele Dateien sind vorhanden?",
        "Zeige mir alle Dokumente",
        "Liste die Dokumente auf",
        "Quels documents as-tu ?",
        "Quels sont les documents ?",
        "Liste des documents",
        "¿Qué documentos hay?",
        "¿Cuántos documentos tienes?",
        "Muéstrame los documentos",
    ],
)
def test_a_question_about_the_documents_themselves(question: str) -> None:
    assert asks_for_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which documents are needed for a visa?",
        "What documents do you have to bring?",
        "List the documents that a tenant must sign",
        "How many documents are there about pumps?",
        "Welche Dokumente brauche ich?",
        "Which files does the installer write?",
        "Show me the files in /etc",
        "Name the sources of the river",
        "Which papers are there on BM25?",
        "Quels documents faut-il apporter ?",
        "documents",
    ],
)
def test_a_question_about_what_documents_say(question: str) -> None:
    assert not asks_for_list(question)
