"""A candidate that did not reach the model goes in, the remedies that fit its loss come out, tried beforehand."""

import math

from app.core.domain import Fate, Hit
from app.core.settings import variable_names
from app.quality.diagnosis.case import Case, changed
from app.quality.diagnosis.judge import places_needed
from app.quality.diagnosis.verdict import Remedy, Value
from app.rerank.base import GROUP

_MOST_PASSAGES = 50
_TRIES = 6
_RERANKERS = ("none", "auto", "late-interaction")


def for_not_scored(case: Case, hit: Hit) -> list[Remedy]:
    """Time for as many candidates as stand before it."""
    spent = case.run.answer.timings.get("rerank", 0.0) if case.run.answer else 0.0
    groups = math.ceil(hit.fused_rank / GROUP) * GROUP
    limit = int(case.run.number("rerank_budget_ms"))
    each = spent / case.run.scored if spent and case.run.scored else limit / 1000 / max(case.run.scored, 1)
    enough = max(math.ceil(each * groups * 15) * 100, 2 * limit)  # half as much again, in tenths of a second
    for _ in range(_TRIES):
        found = case.after({"rerank_budget_ms": enough})[1]
        if found is None or found.logit is not None:
            break
        enough *= 2
    text = f"It is candidate {hit.fused_rank}, and time was up after {case.run.scored}: give reranking more time."
    return changed(case, text, {"rerank_budget_ms": enough})


def for_ranked_too_low(case: Case, hit: Hit) -> list[Remedy]:
    """Another reranker, where that helps, and as many passages as its rank needs."""
    remedies: list[Remedy] = []
    for name in _RERANKERS:
        if name != case.run.settings["reranker"]:
            text = f"With FOREMOST_RERANKER={name} it would have come into the prompt; evaluate before you change it."
            remedies += changed(case, text, {"reranker": name}, only_when_it_helps=True)
    remedies += _more_passages(case, hit)
    remedies.append(
        Remedy(text="A reranker trained on pairs like this one ranks it better: `python -m app train-reranker`")
    )
    return remedies


def _more_passages(case: Case, hit: Hit) -> list[Remedy]:
    places = places_needed(hit, case.run)
    if places is None or places > _MOST_PASSAGES:
        return []
    wanted: dict[str, Value] = {"passages": places, "passages_tokens": _tokens_for(case, places)}
    if hit.fate is Fate.BELOW_FLOOR:
        wanted["relevance_floor"] = _floor_for(case, hit)
    changes = {name: value for name, value in wanted.items() if value != case.run.settings[name]}
    lower = f", and lower the relevance floor to {wanted['relevance_floor']}" if "relevance_floor" in changes else ""
    text = f"Give the model {places} passages{lower}: that many rank as well as this one."
    return changed(case, text, changes, only_when_it_helps=True)


def _tokens_for(case: Case, places: int) -> int:
    """Room for that many passages of the size that they have here, at least what there was."""
    sizes = [passage.tokens for passage in case.run.context.passages]
    each = sum(sizes) / len(sizes) if sizes else 220.0
    now = int(case.run.number("passages_tokens"))
    return max(now, math.ceil(each * places * 1.2 / 100) * 100)


def for_budget(case: Case, hit: Hit) -> list[Remedy]:
    """Tokens for everything up to this passage."""
    size = case.trials.tokens(f"{hit.heading}\n{hit.text}")
    budget, now = case.run.context.token_budget, int(case.run.number("passages_tokens"))
    need = math.ceil((case.run.context.tokens + size) * 1.1 / 10) * 10
    need = max(need, budget + 10)
    changes: dict[str, Value] = {"passages_tokens": max(need, now)}
    if budget < now:  # the context is what limits it
        changes = {"context_tokens": int(case.run.number("context_tokens")) + need - budget}
        if need > now:
            changes["passages_tokens"] = need
    for _ in range(_TRIES):
        found = case.after(changes)[1]
        if found is not None and found.passage_number is not None:
            break
        changes = {name: math.ceil(float(value or 0) * 1.25 / 10) * 10 for name, value in changes.items()}
    named = " and ".join(f"{variable_names()[name]} to at least {value}" for name, value in changes.items())
    return changed(case, f"It takes about {size} tokens: raise {named}.", changes)


def for_below_floor(case: Case, hit: Hit) -> list[Remedy]:
    """A floor that lets it in."""
    floor = _floor_for(case, hit)
    text = f"Lower the floor to {floor}; `python -m app evaluate` says what that lets in besides."
    return changed(case, text, {"relevance_floor": floor})


def _floor_for(case: Case, hit: Hit) -> float:
    return math.floor(case.trials.relevance(case.run, hit) * 100) / 100
