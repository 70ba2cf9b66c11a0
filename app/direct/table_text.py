"""A result goes in, the text of the answer comes out: a sentence with the value, then the rows as a Markdown table."""

from collections.abc import Mapping

from app.core.domain import Sentence, Support
from app.direct.choose import Chosen
from app.direct.compute import Computed
from app.direct.grid import Grid
from app.direct.list_text import cell

MOST_ROWS = 20
_WORDS = {
    "en": {
        "sum": "The sum of {name} is **{value}**", "average": "The average of {name} is **{value}**",
        "maximum": "The highest {name} is **{value}**", "minimum": "The lowest {name} is **{value}**",
        "count": "**{value}** rows", "filter": "{count} rows", "over": "over {count} rows", "in": "in {best}",
        "more": "The first {shown} of {count} rows.",
    },
    "de": {
        "sum": "Die Summe von {name} ist **{value}**", "average": "Der Durchschnitt von {name} ist **{value}**",
        "maximum": "Der höchste Wert von {name} ist **{value}**",
        "minimum": "Der niedrigste Wert von {name} ist **{value}**",
        "count": "**{value}** Zeilen", "filter": "{count} Zeilen", "over": "über {count} Zeilen", "in": "bei {best}",
        "more": "Die ersten {shown} von {count} Zeilen.",
    },
    "fr": {
        "sum": "La somme de {name} est **{value}**", "average": "La moyenne de {name} est **{value}**",
        "maximum": "La valeur la plus élevée de {name} est **{value}**",
        "minimum": "La valeur la plus basse de {name} est **{value}**",
        "count": "**{value}** lignes", "filter": "{count} lignes", "over": "sur {count} lignes", "in": "pour {best}",
        "more": "Les {shown} premières lignes sur {count}.",
    },
    "es": {
        "sum": "La suma de {name} es **{value}**", "average": "El promedio de {name} es **{value}**",
        "maximum": "El valor más alto de {name} es **{value}**",
        "minimum": "El valor más bajo de {name} es **{value}**",
        "count": "**{value}** filas", "filter": "{count} filas", "over": "en {count} filas", "in": "en {best}",
        "more": "Las primeras {shown} filas de {count}.",
    },
}  # fmt: skip


def table_answer(
    grid: Grid, chosen: Chosen, computed: Computed, passages: Mapping[int, int], *, language: str
) -> tuple[str, tuple[Sentence, ...]]:
    """The text and its sentences. passages: row -> number of the passage that holds it, for the rows that are shown."""
    words = _WORDS.get(language, _WORDS["en"])
    name = grid.names[chosen.column] if chosen.column is not None else ""
    count = f"{len(computed.rows):,}"
    parts = [words[chosen.operation].format(name=cell(name), value=cell(computed.value), count=count)]
    if computed.best:
        parts.append(words["in"].format(best=", ".join(dict.fromkeys(_label(grid, n, chosen) for n in computed.best))))
    elif chosen.column is not None:
        parts.append(words["over"].format(count=count))
    conditions = f" ({cell('; '.join(chosen.filters))})" if chosen.filters else ""
    rows = computed.rows[:MOST_ROWS]
    numbers = tuple(dict.fromkeys(passages[n] for n in rows if n in passages))
    marks = "".join(f" [{number}]" for number in numbers[:5])
    text = f"{' '.join(parts)}{conditions}{marks}."
    sentences = [_cited(text, 0, len(text), numbers[:5])]
    if rows:
        text += f"\n\n| {' | '.join(map(cell, grid.names))} | |\n|{'---|' * (len(grid.names) + 1)}\n"
    for n in rows:
        mark = f" [{passages[n]}]" if n in passages else ""
        line = f"| {' | '.join(map(cell, grid.rows[n].cells))} |{mark} |"
        sentences.append(_cited(line, len(text), len(text) + len(line), (passages[n],) if n in passages else ()))
        text += f"{line}\n"
    if len(rows) < len(computed.rows):
        text += "\n" + words["more"].format(shown=len(rows), count=count)
    return text.rstrip(), tuple(sentences)


def _cited(text: str, start: int, end: int, numbers: tuple[int, ...]) -> Sentence:
    support = Support.CITED if numbers else Support.NOT_A_CLAIM
    return Sentence(text=text, start=start, end=end, support=support, passages=numbers, score=1.0 if numbers else None)


def _label(grid: Grid, row: int, chosen: Chosen) -> str:
    """What a row is about: its first cell that is no number."""
    cells = grid.rows[row].cells
    texts = [value for number, value in enumerate(cells) if value and number not in chosen.columns]
    return cell((texts or list(filter(None, cells)))[0])
