"""Remedies for a candidate that did not reach the model, tried beforehand."""

import math

from app.core.domain import Fate, Hit
from app.core.settings import variable_names
from app.quality.diagnosis.case import MAX_PASSAGES, TRIES, Case, changed, if_it_helps
from app.quality.diagnosis.judge import passages_needed
from app.quality.diagnosis.verdict import Remedy, Value
from app.rerank.base import GROUP

_RERANKERS = ("none", "auto", "late-interaction", "cross-encoder")
_TOKENS_OF_PASSAGE = 220.0  # where no passage is in the prompt to measure


def for_not_scored(case: Case, hit: Hit) -> list[Remedy]:
    """A time limit for reranking with which as many candidates are scored as rank before this one."""
    spent = case.search.answer.timings.get("rerank", 0.0) if case.search.answer else 0.0  # seconds
    candidates = math.ceil(hit.fused_rank / GROUP) * GROUP
    limit = int(case.search.number("rerank_budget_ms"))
    scored = case.search.scored
    seconds_each = spent / scored if spent and scored else limit / 1000 / max(scored, 1)
    budget_ms = math.ceil(seconds_each * candidates * 15) * 100  # half as much again, in tenths of a second
    budget_ms = max(budget_ms, 2 * limit)
    for _ in range(TRIES):
        _, retried = case.after({"rerank_budget_ms": budget_ms})
        if retried is None or retried.logit is not None:
            break
        budget_ms *= 2
    text = f"It is candidate {hit.fused_rank}, and time was up after {scored}: give reranking more time."
    return [changed(case, text, {"rerank_budget_ms": budget_ms})]


def for_ranked_too_low(case: Case, hit: Hit) -> list[Remedy]:
    """Another reranker, where that helps, and as many passages as its rank needs."""
    remedies: list[Remedy] = []
    for name in _RERANKERS:
        if name != case.search.settings["reranker"]:
            text = f"With FOREMOST_RERANKER={name} it would have been in the prompt; evaluate before you change it."
            remedies += if_it_helps(case, text, {"reranker": name})
    remedies += _more_passages(case, hit)
    remedies.append(
        Remedy(text="A reranker trained on pairs like this one ranks it better: `python -m app train-reranker`")
    )
    return remedies


def _more_passages(case: Case, hit: Hit) -> list[Remedy]:
    passages = passages_needed(hit, case.search)
    if passages is None or passages > MAX_PASSAGES:
        return []
    values: dict[str, Value] = {"passages": passages, "passages_tokens": _tokens_for(case, passages)}
    if hit.fate is Fate.BELOW_FLOOR:
        values["relevance_floor"] = _floor_for(case, hit)
    changes = {name: value for name, value in values.items() if value != case.search.settings[name]}
    lower = f", and lower the relevance floor to {values['relevance_floor']}" if "relevance_floor" in changes else ""
    return if_it_helps(case, f"Give the model {passages} passages{lower}: that many rank as well as this one.", changes)


def _tokens_for(case: Case, passages: int) -> int:
    """Tokens for that many passages of their average size in this search, at least the present budget."""
    sizes = [passage.tokens for passage in case.search.context.passages]
    tokens_each = sum(sizes) / len(sizes) if sizes else _TOKENS_OF_PASSAGE
    present = int(case.search.number("passages_tokens"))
    return max(present, math.ceil(tokens_each * passages * 1.2 / 100) * 100)


def for_budget(case: Case, hit: Hit) -> list[Remedy]:
    """Token limits with which everything up to this passage fits."""
    size = case.trials.tokens(f"{hit.heading}\n{hit.text}")
    budget, passages_tokens = case.search.context.token_budget, int(case.search.number("passages_tokens"))
    needed = math.ceil((case.search.context.tokens + size) * 1.1 / 10) * 10
    needed = max(needed, budget + 10)
    changes: dict[str, Value] = {"passages_tokens": max(needed, passages_tokens)}
    if budget < passages_tokens:  # the context is the limit
        changes = {"context_tokens": int(case.search.number("context_tokens")) + needed - budget}
        if needed > passages_tokens:
            changes["passages_tokens"] = needed
    for _ in range(TRIES):
        _, retried = case.after(changes)
        if retried is not None and retried.passage_number is not None:
            break
        changes = {name: math.ceil(float(value or 0) * 1.25 / 10) * 10 for name, value in changes.items()}
    limits = " and ".join(f"{variable_names()[name]} to at least {value}" for name, value in changes.items())
    return [changed(case, f"It takes about {size} tokens: raise {limits}.", changes)]


def for_below_floor(case: Case, hit: Hit) -> list[Remedy]:
    """A floor that the passage reaches."""
    floor = _floor_for(case, hit)
    text = f"Lower the floor to {floor}; `python -m app evaluate` shows what else a lower floor lets in."
    return [changed(case, text, {"relevance_floor": floor})]


def _floor_for(case: Case, hit: Hit) -> float:
    return math.floor(case.trials.relevance(case.search, hit) * 100) / 100
