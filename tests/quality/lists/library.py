"""A made library: incident reports, invoices, contracts, minutes, letters, recipes and notes in four languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.core.domain import Source
from tests.support.cases import made_source


@dataclass(frozen=True, kw_only=True)
class Item:
    """A document with what is known of it."""

    path: str
    text: str
    kind: str
    day: date
    about: str = ""  # subject, in English
    names: str = ""  # people and products that only it and its equals mention
    language: str = "en"
    tags: tuple[str, ...] = ()
    modified: date | None = None  # of the file; None: it was copied today

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def source(self) -> Source:
        moment = (
            datetime(self.modified.year, self.modified.month, self.modified.day, 12, tzinfo=UTC)
            if self.modified
            else None
        )
        return made_source(self.path, self.text, modified_at=moment)


SUBJECTS = {
    "fire": "A fire broke out in the {place}. Flames damaged a shelf before it was put out.",
    "flood": "Water entered the {place} through a broken pipe; the flood reached ten centimetres.",
    "theft": "A bicycle was stolen from the {place}. The theft was reported to the police.",
    "injury": "A visitor slipped in the {place} and had an injury at the wrist.",
}
PLACES = ("kitchen", "workshop", "archive", "garage", "lobby")
PEOPLE = ("Amara Delcourt", "Jonas Wetterby", "Milan Horvat")
GOODS = ("printer paper", "copper wire", "window glass", "garden hoses")
PARTNERS = ("Brightwater Ltd", "Norden Reinigung", "Castell Works")
DISHES = ("lentil soup", "apple cake", "mushroom risotto", "tomato salad", "lentil curry")


def library() -> tuple[Item, ...]:
    """All documents, always the same."""
    return (*_incidents(), *_invoices(), *_contracts(), *_minutes(), *_letters(), *_recipes(), *_notes())


def _incidents() -> Iterator[Item]:
    first = date(2023, 1, 9)
    for number in range(36):
        day = first + timedelta(days=20 * number)
        subject = list(SUBJECTS)[number * 7 % 4]
        person = PEOPLE[number % 3]
        body = SUBJECTS[subject].format(place=PLACES[number % 5])
        yield Item(
            path=f"/files/incidents/incident-{day}.md",
            text=f"# Incident {number + 1}\n\n{body}\n\nReported by {person}.\n",
            kind="incident",
            day=day,
            about=subject,
            names=person,
        )


def _invoices() -> Iterator[Item]:
    for number in range(18):
        day = date(2025, 1 + number % 9, 3 + number)
        goods = GOODS[number % 4]
        discount = "\n\nA discount of 5 percent is granted." if number % 3 == 0 else ""
        yield Item(
            path=f"/files/invoices/invoice-{1040 + number}.txt",
            text=f"Invoice {1040 + number}\n\nDate: {day:%d %B %Y}\n\nGoods: {goods}.{discount}\n",
            kind="invoice",
            day=day,
            about=goods,
            names="discount" if discount else "",
        )


def _contracts() -> Iterator[Item]:
    for number in range(9):
        day = date(2019 + number % 5, 6, 1)
        about = ("cleaning", "lease", "insurance")[number % 3]
        partner = PARTNERS[number * 2 % 3]
        yield Item(
            path=f"/files/contracts/contract-{about}-{number}.md",
            text=f"---\ntags: [legal]\n---\n\n# Contract {number}\n\nThis deal on {about} is made with {partner}.\n",
            kind="contract",
            day=day,
            about=about,
            names=partner,
            tags=("legal",),
            modified=day,
        )


def _minutes() -> Iterator[Item]:
    for number in range(10):
        day = date(2024, 1 + number, 15)
        about = ("Brandschutz", "Haushalt")[number % 2]
        yield Item(
            path=f"/files/protokolle/Protokoll {day:%Y-%m}.md",
            text=(
                f"# Protokoll der Sitzung\n\nDie Versammlung hat über den {about} beraten und die Vorlage "
                "des Vorstands angenommen. Die nächste Sitzung findet im folgenden Monat statt, "
                "wenn genug Mitglieder kommen können.\n"
            ),
            kind="Protokoll",
            day=day,
            about=about,
            language="de",
        )


def _letters() -> Iterator[Item]:
    for number in range(6):
        day = date(2022, 2 * number + 1, 10)
        about = ("chauffage", "jardin")[number % 2]
        yield Item(
            path=f"/files/lettres/lettre-{day}.txt",
            text=(
                f"Madame, Monsieur, nous vous écrivons au sujet du {about} de la maison. Les travaux commenceront "
                "dès que le devis sera accepté par le propriétaire. Veuillez agréer nos salutations distinguées.\n"
            ),
            kind="lettre",
            day=day,
            about=about,
            language="fr",
        )
    for number in range(5):
        day = date(2023, 3 + number, 20)
        about = ("piscina", "ascensor")[number % 2]
        yield Item(
            path=f"/files/informes/informe-{day}.txt",
            text=(
                f"El informe describe el estado del edificio y de la {about} después de la revisión. Los técnicos "
                "no han encontrado problemas graves y recomiendan otra visita dentro de un año.\n"
            ),
            kind="informe",
            day=day,
            about=about,
            language="es",
        )


def _recipes() -> Iterator[Item]:
    for dish in DISHES:
        yield Item(
            path=f"/files/recipes/{dish.replace(' ', '_')}.html",
            text=f"<html><body><h1>{dish.title()}</h1><p>This recipe for {dish} serves four people.</p></body></html>",
            kind="recipe",
            day=date(2021, 4, 2),
            about=dish,
            modified=date(2021, 4, 2),
        )


def _notes() -> Iterator[Item]:
    for number, (name, text, tags) in enumerate(
        (
            ("spiders", "A spider has eight legs. Most spiders spin webs of silk.", ("biology",)),
            ("bees", "Bees live in colonies and make honey. A bee has six legs.", ("biology",)),
            (
                "blaze",
                "The blaze at the harbour was seen from afar; everything burned down to the ground.",
                ("history",),
            ),
            ("countries", "The United Nations have 193 member countries.", ("history",)),
            ("leave", "Employees have 28 days of leave. In May the office is closed on two days.", ("staff",)),
            (
                "pumps",
                "The pump P-200 moves 40 litres a minute. Orion is the name of its control unit.",
                ("technology",),
            ),
        )
    ):
        yield Item(
            path=f"/files/notes/{name}.md",
            text=f"---\ntags: [{', '.join(tags)}]\n---\n\n{text}\n",
            kind="note",
            day=date(2020, 1 + number, 5),
            about=name,
            tags=tags,
            modified=date(2020, 1 + number, 5),
        )
