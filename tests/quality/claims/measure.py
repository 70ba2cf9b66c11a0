"""Judges the claims by the citation check, as sentences that the model cited."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from app.cite.cite import SupportScorer, cite
from tests.support.builders import make_passage

_FOLDER = Path(__file__).parent
RIGHT = "right"
DEVELOPMENT, HELD_OUT, FRESH = "development", "held_out", "fresh"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """(judged wrongly, claims) by kind and by language."""

    by_kind: dict[str, tuple[int, int]]
    by_language: dict[str, tuple[int, int]]
    errors: tuple[str, ...]

    @property
    def claims(self) -> int:
        """Number of claims."""
        return sum(count for _, count in self.by_kind.values())

    @property
    def right_doubted(self) -> float:
        """Share of the right claims that the check doubts."""
        wrong, count = self.by_kind[RIGHT]
        return wrong / count

    @property
    def wrong_confirmed(self) -> float:
        """Share of the wrong claims that the check confirms."""
        kinds = [figures for kind, figures in self.by_kind.items() if kind != RIGHT]
        return sum(wrong for wrong, _ in kinds) / sum(count for _, count in kinds)


def measured(support: SupportScorer, half: str = DEVELOPMENT) -> Figures:
    """The figures of one half: the check was built with DEVELOPMENT, HELD_OUT was written without reading its code,
    FRESH before a later change of it, and its failures are not read.
    """
    wrong: Counter[tuple[str, str]] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    errors: list[str] = []
    for line in (_FOLDER / f"{half}.jsonl").read_text("utf-8").splitlines():
        group = json.loads(line)
        for kind, claims in group["claims"].items():
            for claim in claims:
                doubt = _doubt(claim, group["text"], group["heading"], support)
                counts[kind, group["lang"]] += 1
                if bool(doubt) == (kind == RIGHT):
                    wrong[kind, group["lang"]] += 1
                    errors.append(f"{group['lang']} {kind}: {claim} {doubt}")
    return Figures(by_kind=_by(0, wrong, counts), by_language=_by(1, wrong, counts), errors=tuple(errors))


def _doubt(claim: str, text: str, heading: str, support: SupportScorer) -> str:
    passage = make_passage(1, text, heading=heading)
    stop = claim[-1] if claim[-1] in ".。" else ""
    marked = f"{claim.removesuffix(stop)} [1]{stop}"
    result = cite(marked, [passage], question="", support=support, floor=0.55)
    return "; ".join(sentence.doubt for sentence in result.sentences if sentence.doubt)


def _by(part: int, wrong: Counter[tuple[str, str]], counts: Counter[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    result: dict[str, tuple[int, int]] = {}
    for key, count in counts.items():
        before = result.get(key[part], (0, 0))
        result[key[part]] = (before[0] + wrong[key], before[1] + count)
    return result
