"""One diagnosis under way: the search, what was expected of it, and what other settings would have made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.domain import Hit
from app.core.settings import Settings, variable_names
from app.present.candidate_table import what_became
from app.quality.diagnosis.judge import furthest, leg_limit
from app.quality.diagnosis.trial import Run, Trials
from app.quality.diagnosis.verdict import Remedy, Value
from app.quality.expected.expectation import Expectation
from app.quality.expected.locate import Whereabouts


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What the remedies are about."""

    run: Run
    expectation: Expectation
    whereabouts: Whereabouts
    trials: Trials

    def after(self, changes: Mapping[str, Value]) -> tuple[Run, Hit | None]:
        """The search with changed settings, and the expected candidate that came furthest in it."""
        run = self.trials.again(self.run, changes)
        return run, furthest(run, self.expectation, self.whereabouts)

    def fused_rank(self, changes: Mapping[str, Value]) -> int | None:
        """The expected passage's rank after the first stage with changed settings; None when it is no candidate."""
        ids = {chunk.id for _, chunk in self.whereabouts.whole}
        ranks = [hit.fused_rank for hit in self.trials.candidates(self.run, changes) if hit.chunk_id in ids]
        return min(ranks, default=None)


def changed(
    case: Case, text: str, changes: Mapping[str, Value], *, try_it: bool = True, only_when_it_helps: bool = False
) -> list[Remedy]:
    """A change of settings as a remedy with what came of trying it."""
    names = variable_names()
    tried = ""
    if try_it:
        run, hit = case.after(changes)
        inside = hit is not None and hit.passage_number is not None
        if only_when_it_helps and not inside:
            return []
        tried = _outcome(hit, run)
    return [
        Remedy(
            text=text,
            settings={names[name]: str(value) for name, value in changes.items()},
            tried=tried,
        )
    ]


def _outcome(hit: Hit | None, run: Run) -> str:
    if hit is None:
        return "tried: it is still not among the candidates"
    became = what_became(hit, answered=False)
    return f"tried: fused {hit.fused_rank} of {len(run.context.hits)}, final {hit.final_rank}, {became}"


def for_idle_leg(
    case: Case, vector_rank: int | None, text_rank: int | None, *, only_when_it_helps: bool = False
) -> list[Remedy]:
    """Its weight back for a leg that has the passage among its candidates and counts for nothing."""
    remedies: list[Remedy] = []
    for leg, rank in (("vector", vector_rank), ("text", text_rank)):
        name = f"{leg}_weight"
        if case.run.number(name) == 0 and rank is not None and rank <= leg_limit(case.run):
            default = Settings.model_fields[name].default
            text = f"The {leg} leg, which ranks it {rank:,}, counts for nothing: give it its weight back."
            remedies += changed(case, text, {name: default}, only_when_it_helps=only_when_it_helps)
    return remedies
