"""Questions with the documents that answer them; an empty answer means: this asks for no list, search for it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.quality.lists.library import Item

Chosen = Callable[[Item], bool]


@dataclass(frozen=True)
class Asked:
    """A question, and which documents it means; None: none, it is no question about documents."""

    text: str
    means: Chosen | None


def _month(kind: str, year: int, month: int) -> Chosen:
    return lambda one: one.kind == kind and (one.day.year, one.day.month) == (year, month)


def _of(kind: str, **wanted: object) -> Chosen:
    return lambda one: one.kind == kind and all(getattr(one, name) == value for name, value in wanted.items())


def _between(kind: str, first: str, last: str) -> Chosen:
    return lambda one: one.kind == kind and first <= str(one.day) < last


def _says(word: str) -> Chosen:
    return lambda one: word.casefold() in one.text.casefold() or word.casefold() in one.path.casefold()


DEVELOPMENT = (
    Asked("How many incidents in May?", _month("incident", 2024, 5)),
    Asked("How many incidents were there in March 2023?", _month("incident", 2023, 3)),
    Asked("How many incidents happened in 2024?", lambda one: one.kind == "incident" and one.day.year == 2024),
    Asked("Which incidents mention Amara Delcourt?", _of("incident", names="Amara Delcourt")),
    Asked("List the documents about fire", lambda one: one.about in ("fire", "blaze")),
    Asked("Which documents mention copper wire?", _of("invoice", about="copper wire")),
    Asked("How many invoices mention a discount?", _of("invoice", names="discount")),
    Asked("How many invoices from March 2025?", _month("invoice", 2025, 3)),
    Asked("Which contracts are about cleaning?", _of("contract", about="cleaning")),
    Asked("List all documents tagged legal", lambda one: "legal" in one.tags),
    Asked("How many documents are in German?", lambda one: one.language == "de"),
    Asked("How many HTML files are there?", lambda one: one.path.endswith(".html")),
    Asked("List all contracts since 2021", lambda one: one.kind == "contract" and one.day.year >= 2021),
    Asked("Which documents mention Brightwater?", _says("Brightwater")),
    Asked("In which documents is Orion mentioned?", _says("Orion")),
    Asked("How many recipes are there?", _of("recipe")),
    Asked("Wie viele Protokolle gibt es?", _of("Protokoll")),
    Asked("Welche Protokolle erwähnen Brandschutz?", _of("Protokoll", about="Brandschutz")),
    Asked("In welchen Dokumenten kommt der Haushalt vor?", _of("Protokoll", about="Haushalt")),
    Asked("Wie viele Protokolle gab es im Mai 2024?", _month("Protokoll", 2024, 5)),
    Asked("Combien de lettres mentionnent le chauffage ?", _of("lettre", about="chauffage")),
    Asked("Quelles lettres parlent du jardin ?", _of("lettre", about="jardin")),
    Asked("¿Cuántos informes hay?", _of("informe")),
    Asked("¿Qué documentos mencionan la piscina?", _of("informe", about="piscina")),
    Asked("How many incidents before June 2023?", lambda one: one.kind == "incident" and str(one.day) < "2023-06"),
    Asked("How many legs has a spider?", None),
    Asked("How many countries are there in the United Nations?", None),
    Asked("How many days of leave are there?", None),
    Asked("Which files does the installer write?", None),
    Asked("What is the invoice about?", None),
)
HELD_OUT = (
    Asked("Count the incidents in July 2023", _month("incident", 2023, 7)),
    Asked("How many incidents occurred between March 2023 and May 2023?", _between("incident", "2023-03", "2023-06")),
    Asked("How many incident reports did we get in 2023?", None),
    Asked("Show me all incidents that mention Milan Horvat", _of("incident", names="Milan Horvat")),
    Asked("Which documents are about theft?", _of("incident", about="theft")),
    Asked("Find all files containing window glass", _of("invoice", about="window glass")),
    Asked(
        "Which incidents from 2024 are about a flood?",
        lambda one: (one.kind, one.about, one.day.year) == ("incident", "flood", 2024),
    ),
    Asked("What invoices were issued in June 2025?", _month("invoice", 2025, 6)),
    Asked("List invoices after July 2025", lambda one: one.kind == "invoice" and str(one.day) > "2025-08"),
    Asked("Give me a list of the contracts with Castell Works", None),
    Asked("Which contracts mention Castell Works?", _of("contract", names="Castell Works")),
    Asked("How many documents have the tag biology?", lambda one: "biology" in one.tags),
    Asked("How many documents are tagged history?", lambda one: "history" in one.tags),
    Asked("Which documents are written in French?", lambda one: one.language == "fr"),
    Asked("How many Spanish documents do we have?", lambda one: one.language == "es"),
    Asked("List the recipes that mention lentil", lambda one: one.kind == "recipe" and "lentil" in one.about),
    Asked("How many documents mention either insurance or lease?", lambda one: one.about in ("insurance", "lease")),
    Asked("How many contracts are from 2020?", lambda one: one.kind == "contract" and one.day.year == 2020),
    Asked("Welche Protokolle vom Juni 2024 gibt es?", _month("Protokoll", 2024, 6)),
    Asked("Liste alle Dokumente über den Brandschutz auf", _of("Protokoll", about="Brandschutz")),
    Asked("Wie viele Dokumente enthalten das Wort Haushalt?", _of("Protokoll", about="Haushalt")),
    Asked("Combien de lettres y a-t-il eu en mai 2022 ?", _month("lettre", 2022, 5)),
    Asked("Quels documents contiennent le mot chauffage ?", _of("lettre", about="chauffage")),
    Asked("¿Cuántos informes se escribieron en abril de 2023?", _month("informe", 2023, 4)),
    Asked("Lista los documentos que mencionan el ascensor", _of("informe", about="ascensor")),
    Asked("Do we have any documents about bees?", _of("note", about="bees")),
    Asked("How many legs does a bee have?", None),
    Asked("How many litres does the pump move?", None),
    Asked("Which employees have leave in May?", None),
    Asked("What documents do I need for the lease?", None),
)

FRESH = (
    Asked("How many incidents did we have in August 2023?", _month("incident", 2023, 8)),
    Asked("Please list every incident from April 2024", _month("incident", 2024, 4)),
    Asked("How many incidents were recorded since January 2024?", _between("incident", "2024-01", "2030")),
    Asked("Which incidents were reported in October 2023?", _month("incident", 2023, 10)),
    Asked("How many incidents are about an injury?", _of("incident", about="injury")),
    Asked("Which files mention Jonas Wetterby?", _of("incident", names="Jonas Wetterby")),
    Asked("In how many documents is Amara Delcourt mentioned?", _of("incident", names="Amara Delcourt")),
    Asked("Show me the documents that contain garden hoses", _of("invoice", about="garden hoses")),
    Asked("How many invoices were sent before March 2025?", _between("invoice", "2000", "2025-03")),
    Asked("List the invoices from May to June 2025", _between("invoice", "2025-05", "2025-07")),
    Asked("Are there any contracts about insurance?", _of("contract", about="insurance")),
    Asked("How many contracts mention Norden Reinigung?", _of("contract", names="Norden Reinigung")),
    Asked("Which documents carry the tag technology?", _of("note", about="pumps")),
    Asked("Which documents from 2019 are tagged legal?", lambda one: "legal" in one.tags and one.day.year == 2019),
    Asked("List all German documents about Haushalt", _of("Protokoll", about="Haushalt")),
    Asked("How many web pages are there?", lambda one: one.path.endswith(".html")),
    Asked("Which documents mention the word risotto?", _of("recipe", about="mushroom risotto")),
    Asked("Name all documents about flood or theft", lambda one: one.about in ("flood", "theft")),
    Asked("Zeige mir alle Protokolle aus dem Jahr 2024", _of("Protokoll")),
    Asked("Welche Dokumente handeln vom Brandschutz?", _of("Protokoll", about="Brandschutz")),
    Asked("Wie viele Dokumente sind auf Deutsch?", lambda one: one.language == "de"),
    Asked("Liste des lettres de mars 2022", _month("lettre", 2022, 3)),
    Asked("Dans quels documents parle-t-on du jardin ?", _of("lettre", about="jardin")),
    Asked("¿En qué documentos se menciona el ascensor?", _of("informe", about="ascensor")),
    Asked("¿Cuántos documentos hay en español?", lambda one: one.language == "es"),
    Asked("How many people live in the house?", None),
    Asked("How many minutes may a member speak?", None),
    Asked("Which documents must I sign?", None),
    Asked("What reports did the inspector write?", None),
    Asked("How many pumps are there in the hall?", None),
)
