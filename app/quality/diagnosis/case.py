"""A diagnosis in progress: the search, the expected passage, and trials of other settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.domain import Hit
from app.core.settings import Settings, variable_names
from app.present.candidate_table import what_became
from app.quality.diagnosis.judge import furthest, leg_limit
from app.quality.diagnosis.trial import Search, Trials
from app.quality.diagnosis.verdict import Remedy, Value
from app.quality.expected.expectation import Expectation
from app.quality.expected.located import Located

MAX_PASSAGES = 50  # that the settings allow
TRIES = 6  # searches for the value of a setting with which the passage gets through


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """Everything that a verdict and its remedies are made from."""

    search: Search
    expectation: Expectation
    located: Located
    trials: Trials

    def after(self, changes: Mapping[str, Value]) -> tuple[Search, Hit | None]:
        """The search with changed settings, and the expected candidate that came furthest in it."""
        search = self.trials.again(self.search, changes)
        return search, furthest(search, self.expectation, self.located)

    def fused_rank(self, changes: Mapping[str, Value]) -> int | None:
        """The expected passage's rank after the first stage with changed settings; None when it is no candidate."""
        ids = {chunk.id for _, chunk in self.located.whole}
        ranks = [hit.fused_rank for hit in self.trials.candidates(self.search, changes) if hit.chunk_id in ids]
        return min(ranks, default=None)


def changed(case: Case, text: str, changes: Mapping[str, Value], *, try_it: bool = True) -> Remedy:
    """A change of settings as a remedy, with the result of a search with it."""
    names = variable_names()
    settings = {names[name]: str(value) for name, value in changes.items()}
    if not try_it:
        return Remedy(text=text, settings=settings)
    search, hit = case.after(changes)
    helps = hit is not None and hit.passage_number is not None
    return Remedy(text=text, settings=settings, tried=_result(hit, search), helps=helps)


def if_it_helps(case: Case, text: str, changes: Mapping[str, Value]) -> list[Remedy]:
    """The remedy alone, or nothing when the passage does not reach the prompt with it."""
    remedy = changed(case, text, changes)
    return [remedy] if remedy.helps else []


def _result(hit: Hit | None, search: Search) -> str:
    if hit is None:
        return "tried: it is still not among the candidates"
    became = what_became(hit, answered=False)
    return f"tried: fused {hit.fused_rank} of {len(search.context.hits)}, final {hit.final_rank}, {became}"


def for_idle_leg(
    case: Case, vector_rank: int | None, text_rank: int | None, *, only_if_it_helps: bool = False
) -> list[Remedy]:
    """The default weight for a leg of weight 0 that has the passage among its candidates."""
    remedies: list[Remedy] = []
    for leg, rank in (("vector", vector_rank), ("text", text_rank)):
        name = f"{leg}_weight"
        if case.search.number(name) != 0 or rank is None or rank > leg_limit(case.search):
            continue
        changes: dict[str, Value] = {name: Settings.model_fields[name].default}
        text = f"The {leg} leg ranks it {rank:,}, but its weight is 0: restore the weight."
        if only_if_it_helps:
            remedies += if_it_helps(case, text, changes)
        else:
            remedies.append(changed(case, text, changes))
    return remedies
