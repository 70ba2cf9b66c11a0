"""Loader of delimited files: csv, tsv and the like."""

import csv
import io
import re
from collections.abc import Iterator

from ingest.load import kinds
from ingest.load.extracted import Builder, Extracted, unmarked
from ingest.load.tables import table_text

_DELIMITERS = ",;\t|"
_SAMPLE = 20_000  # characters in which the delimiter is detected
_SAMPLE_LINES = 50
_LARGEST_FIELD = 1_000_000  # characters
_STATED = re.compile(r"\A\ufeff?\"?sep=([^\w\s\"]|\t)\"?[ \t]*(?:\r\n?|\n)", re.IGNORECASE)  # a hint of Excel's
_DECIMAL_COMMA = re.compile(r"\d,\d")


def load_csv(text: str, warnings: tuple[str, ...]) -> Extracted:
    """A delimited file as one line for each row, with the column names; its delimiter is detected."""
    csv.field_size_limit(_LARGEST_FIELD)
    text = text.replace("\x00", "")
    stated = _STATED.match(text)
    body = text[stated.end() :] if stated else text
    delimiter = stated.group(1) if stated else delimiter_of(body[:_SAMPLE])
    try:
        rendered = table_text(csv.reader(_lines(body), delimiter=delimiter), named=True)
    except csv.Error as error:
        rendered = unmarked(text)
        warnings = (*warnings, f"It is not a well-formed table ({error}); it was read as plain text.")
    builder = Builder()
    builder.add(rendered)
    return Extracted(text=builder.text(), media_type=kinds.CSV, tables=tuple(builder.tables), warnings=warnings)


def _lines(text: str) -> Iterator[str]:
    """The lines, which end at line ends alone: a cell may hold other breaks."""
    return iter(io.StringIO(text, newline=""))


def delimiter_of(sample: str) -> str:
    """The delimiter that splits the sample's lines most evenly into the most columns; a comma when none does."""
    lines = sample.splitlines()
    whole = lines[:-1] or lines  # the sample may end within a line
    filled = [line for line in whole if line.strip()][:_SAMPLE_LINES]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in csv.reader(filled, delimiter=delimiter)]
        if not widths or max(widths) == 1:
            continue
        common = max(set(widths), key=widths.count)
        score = widths.count(common) / len(widths) * min(common, 10)
        if delimiter == "," and _decimal_commas(filled):
            score = 0.5
        if common > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _decimal_commas(lines: list[str]) -> bool:
    """Whether nearly all commas stand within numbers, in lines that another delimiter divides."""
    sample = "\n".join(lines)
    commas, decimal = sample.count(","), len(_DECIMAL_COMMA.findall(sample))
    divided = max(sum(delimiter in line for line in lines) for delimiter in ";\t|")
    return decimal >= 0.8 * commas and divided >= 0.8 * len(lines)
