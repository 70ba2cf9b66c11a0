"""Reads training files into cleaned (query, passage) pairs by source."""

import gzip
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import AppError

SUFFIXES = (".jsonl", ".jsonl.gz")
MIN_PASSAGE_CHARS = 40
MAX_PASSAGE_CHARS = 1600  # more than the longest training sequence reads

_ENGLISH = frozenset("the of and to in is a for that this with you are be on as by or can it not if".split())
_SENTENCE_END = re.compile(r"(?<=[.!?]) +")
_EMPTY_HEADING = re.compile(r"^(example|examples|see also|syntax|description|returns?|further reading)\b", re.I)


class TrainingError(AppError):
    """Training cannot start or continue: the data, the base model or a checkpoint does not fit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A query and a passage, with a grade of how well the passage answers the query."""

    query: str  # empty: the passage is only a candidate for mined negatives
    passage: str  # empty: no passage answers the query
    grade: int  # 0: does not answer; 1 or more: answers, higher is better
    scope: str = ""  # for example a site: negatives come from the same scope only; empty: from the whole source


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How one source is used."""

    weight: float = 1.0  # how often each of its groups occurs in one pass over all the data
    ceiling: float = 0.95  # a mined negative may have at most this share of the positive's cosine to the query
    limit: int | None = None  # groups at most, drawn at random
    english_only: bool = False  # drop passages that are not plain English prose
    sentences: int = 0  # passages of which one sentence is also used as a query for the rest (claims, not questions)
    joins: str = ""  # another source, with which it is merged, so that its queries use that source's passages


DEFAULT_RECIPE = Recipe()

# Chosen by hand before the run that made the shipped model; the questions count for more than headings and titles.
RECIPES: Mapping[str, Recipe] = {
    "squad_dev_pairs": Recipe(weight=1.0, ceiling=1.2),  # one paragraph answers, so there are no false negatives
    "medquad": Recipe(weight=0.75),
    "clapnq_train_answers": Recipe(weight=2.0, ceiling=1.0),
    "covid_faqs": Recipe(ceiling=0.9),
    "docs_heading_section": Recipe(weight=0.6, limit=12_300, english_only=True),
    "papers_title_abstract": Recipe(weight=0.5, ceiling=0.98, limit=12_000, english_only=True, sentences=5_000),
    "debian_synopsis_description": Recipe(weight=0.5, limit=5_000, english_only=True),
    "policyqa": Recipe(weight=0.6, ceiling=0.97, limit=2_500),
    "trecqa_wang_train": Recipe(weight=0.6, limit=300),
    "squad_unanswerable": Recipe(joins="squad_dev_pairs"),
}

# Sources that are left out of a run over the whole folder, with the reason.
LEFT_OUT: Mapping[str, str] = {
    "subjqa": "templated questions",
    "mediqa19_alexa_graded": "kept as a graded development set",
}


def read_sources(data: Path) -> dict[str, list[Pair]]:
    """Pairs by source (the file's name) of a JSONL file or of every one in a folder, cleaned.

    A line is {"q" or "query", "p" or "passage", optional "label" or "grade", optional "site"}. Label 0 means that the
    passage does not answer; such lines help most for queries that no passage answers. Lines of a golden set that quote
    their passages are read too. Raises TrainingError.
    """
    files = [data] if data.is_file() else sorted(file for file in data.glob("*") if file.name.endswith(SUFFIXES))
    sources: dict[str, list[Pair]] = {}
    for file in files:
        name = file.name.split(".jsonl")[0]
        if name in LEFT_OUT and len(files) > 1:
            continue
        if pairs := _clean(list(_pairs(file)), RECIPES.get(name, DEFAULT_RECIPE)):
            sources[name] = pairs
    for name in list(sources):
        other = RECIPES.get(name, DEFAULT_RECIPE).joins
        if other in sources:
            sources[other] += sources.pop(name)
    if not any(pair.grade > 0 for pairs in sources.values() for pair in pairs):
        raise TrainingError(
            f"No (query, passage) pairs in {data}.", fix="Give a .jsonl or .jsonl.gz file, or a folder of them."
        )
    return sources


def _pairs(file: Path) -> Iterator[Pair]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield from _pairs_of(json.loads(line), f"{file}:{number}")
    except (OSError, ValueError) as error:
        raise TrainingError(f"{file} cannot be read as JSON lines ({error}).") from error


def _pairs_of(row: Any, position: str) -> Iterator[Pair]:
    if not isinstance(row, dict) or "question" not in row:
        yield _pair(row, position)
        return
    if row.get("answerable") is False:
        yield _pair({"query": row["question"], "passage": "", "label": 0}, position)
    for passage in row.get("expected") or ():
        if isinstance(passage, dict) and passage.get("quote"):
            yield _pair({"query": row["question"], "passage": passage["quote"]}, position)


def _pair(row: Any, position: str) -> Pair:
    try:
        query, passage = row.get("q", row.get("query")), row.get("p", row.get("passage"))
        grade = int(row.get("grade", row.get("label", 1)))
    except (AttributeError, TypeError, ValueError) as error:
        raise TrainingError(
            f"{position} is not a pair.", fix="It needs query, passage and optionally a whole-number label."
        ) from error
    if not isinstance(query, str) or not isinstance(passage, str):
        raise TrainingError(f"{position} is not a pair.", fix="It needs the texts query and passage.")
    return Pair(
        query=" ".join(query.split()),
        passage=passage.strip()[:MAX_PASSAGE_CHARS],
        grade=grade,
        scope=str(row.get("site", "")),
    )


def _clean(pairs: Sequence[Pair], recipe: Recipe) -> list[Pair]:
    kept: dict[tuple[str, str, str], Pair] = {}
    for pair in pairs:
        if pair.grade and (len(pair.query) < 3 or len(pair.passage) < MIN_PASSAGE_CHARS):
            continue
        if not pair.query and not pair.passage:
            continue
        if recipe.english_only and not (is_english(pair.passage) and is_telling(pair.query)):
            continue
        kept.setdefault((pair.scope, pair.query, pair.passage), pair)
    return list(kept.values())


def is_english(text: str) -> bool:
    """Whether a passage is English prose: almost all ASCII, with enough of the most common English words."""
    words = text.lower().split()[:120]
    ascii_share = sum(character.isascii() for character in text) / max(1, len(text))
    return len(words) >= 8 and ascii_share > 0.97 and sum(word in _ENGLISH for word in words) / len(words) > 0.12


def is_telling(heading: str) -> bool:
    """Whether a heading says what its section is about; "See also" and "Example" do not."""
    return 8 <= len(heading) <= 200 and heading.isascii() and not _EMPTY_HEADING.match(heading)


def sentence_pairs(pairs: Sequence[Pair], count: int, seed: int) -> list[Pair]:
    """Up to `count` pairs of one inner sentence and its passage without it, from passages of four or more sentences."""
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, nothing secret
    result = []
    for pair in rng.sample(list(pairs), min(count, len(pairs))):
        sentences = [sentence for sentence in _SENTENCE_END.split(pair.passage) if 40 < len(sentence) < 260]
        if len(sentences) >= 4:
            claim = rng.choice(sentences[1:])
            rest = " ".join(pair.passage.replace(claim, " ").split())
            result.append(Pair(query=claim.rstrip("."), passage=rest, grade=1, scope=pair.scope))
    return result
