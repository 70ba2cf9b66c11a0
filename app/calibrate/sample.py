"""Draws questions from a corpus: headings and sentences, each with its own passage and with unrelated ones."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine

from app.cite.sentences import sentence_spans
from app.core.database import transaction
from app.core.domain import HEADING_SEPARATOR, Hit
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
QUESTIONS = 200
FEWEST = 20  # passages and questions; with fewer the means are guesses
OTHERS = 4  # unrelated passages for each question
_SEED = 19
_SENTENCE = (30, 300)  # characters of a sentence that can stand as a question
_HEADING_WORDS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampled:
    """A passage with its vector, as it is stored."""

    hit: Hit
    vector: npt.NDArray[np.float32]  # [dimension]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A question with the passage it was drawn from and with passages that have nothing to do with it."""

    text: str
    own: Sampled
    others: tuple[Sampled, ...]  # at least one


def passages_up_to(engine: Engine, limit: int) -> int:
    """Number of passages, or limit when there are more. Raises DatabaseError."""
    with transaction(engine) as connection:
        return int(connection.execute(_QUERIES["enough"], {"limit": limit}).scalar_one())


def draw(engine: Engine, *, questions: int = QUESTIONS) -> tuple[Drawn, ...]:
    """Up to so many questions, the same for the same rows; none from a corpus that is too small or all of one kind.

    Headings and sentences take turns. Raises DatabaseError.
    """
    rng = random.Random(_SEED)  # noqa: S311  # a reproducible draw, nothing secret
    with transaction(engine) as connection:
        rows = connection.execute(_QUERIES["draw"], {"points": [rng.random() for _ in range(questions)]}).mappings()
        sampled = [
            Sampled(
                hit=Hit(
                    **{name: value for name, value in row.items() if name != "vector"}, fused_rank=1, fused_score=0.0
                ),
                vector=np.asarray(row["vector"], np.float32),
            )
            for row in rows
        ]
    if len(sampled) < FEWEST:
        return ()
    drawn = (_drawn(one, sampled, number, rng) for number, one in enumerate(rng.sample(sampled, len(sampled))))
    return tuple(one for one in drawn if one is not None)


def _drawn(own: Sampled, sampled: Sequence[Sampled], number: int, rng: random.Random) -> Drawn | None:
    text = _question(own.hit, rng, heading_first=number % 2 == 0)
    strangers = [one for one in sampled if _unrelated(one.hit, own.hit)]
    if not text or not strangers:
        return None
    return Drawn(text=text, own=own, others=tuple(rng.sample(strangers, min(OTHERS, len(strangers)))))


def _question(hit: Hit, rng: random.Random, *, heading_first: bool) -> str:
    heading = hit.heading.split(HEADING_SEPARATOR)[-1].strip()
    headings = [heading] if len(heading.split()) >= _HEADING_WORDS else []
    spans = [hit.text[start:end].strip() for start, end in sentence_spans(hit.text)]
    sentences = [text for text in spans if _SENTENCE[0] <= len(text) <= _SENTENCE[1]]
    sentence = rng.choice(sentences) if sentences else hit.text.strip()[: _SENTENCE[1]]
    if len(sentence) > len(hit.text) / 2:  # as good as the passage itself, which no question is
        words = sentence.split()
        sentence = " ".join(words[: len(words) // 2] if rng.random() < 0.5 else words[len(words) // 2 :])
    return headings[0] if headings and (heading_first or not sentence) else sentence


def _unrelated(one: Hit, other: Hit) -> bool:
    """Of another document, or of another section of the same one when it is not the next passage."""
    if one.document_id != other.document_id:
        return True
    return one.heading != other.heading and abs(one.ordinal - other.ordinal) > 1
