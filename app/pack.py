"""Ranked candidates go in; the numbered passages that fit the prompt and a fate for every candidate come out (pure)."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from app.core.dates import stamps
from app.core.domain import BEHIND, Context, Fate, Hit, Passage, SectionChunk, full_heading, location_of
from app.core.names import labels
from app.core.passage_frame import framed, one_line, unforged

_WORD = re.compile(r"\w+", re.UNICODE)
_NUMBER = re.compile(r"\d+")
_SHINGLE = 5  # Words. Long enough that two passages about the same subject share few shingles.
_DUPLICATE_SHARE = 0.8  # A passage is a duplicate when this share of the shorter one's shingles is in the longer one.


def pack(
    hits: Sequence[Hit],
    *,
    limit: int,
    token_budget: int,
    floor: float,
    relevance: Callable[[Hit], float],
    count_tokens: Callable[[str], int],
    scored: bool,
) -> Context:
    """Choose passages strongest first until limit passages or token_budget tokens are reached.

    hits: candidates in final order. relevance(hit): 0..1, compared with floor. count_tokens: tokens of a rendered
    passage. scored: True when a reranker gave logits, so that a hit without one was not scored in time.
    A chunk next to a chosen one in the same section is joined to it, and does not count towards the limit.
    """
    sources = _sources(hits)
    groups: list[list[Hit]] = []
    decided: list[Hit] = []
    for hit in hits:
        fate, detail, joins = _decide(hit, groups, limit=limit, floor=floor, relevance=relevance, scored=scored)
        if fate is Fate.IN_PROMPT:
            trial = _with(groups, hit, joins)
            if sum(count_tokens(_rendered(members, n, sources)) for n, members in enumerate(trial, 1)) > token_budget:
                fate, detail = Fate.BUDGET, f"the passages may take {token_budget} tokens"
            else:
                groups = trial
        decided.append(replace(hit, fate=fate, fate_detail=detail))
    passages = tuple(_passage(members, n, sources, count_tokens) for n, members in enumerate(groups, 1))
    number_of = {hit.chunk_id: passage.number for passage in passages for hit in passage.hits}
    return Context(
        passages=passages,
        hits=tuple(replace(hit, passage_number=number_of.get(hit.chunk_id)) for hit in decided),
        tokens=sum(passage.tokens for passage in passages),
        token_budget=token_budget,
    )


def render(passages: Sequence[Passage], boundary: str) -> str:
    """The text of all passages as the model reads it, strongest first, with the boundary line around each."""
    return framed((render_one(passage) for passage in passages), boundary)


def render_one(passage: Passage) -> str:
    """The text of a passage as the model reads it."""
    return _render(passage.number, passage.title, passage.heading, passage.location, passage.source, passage.text)


def _decide(
    hit: Hit,
    groups: Sequence[Sequence[Hit]],
    *,
    limit: int,
    floor: float,
    relevance: Callable[[Hit], float],
    scored: bool,
) -> tuple[Fate, str, list[int]]:
    """Fate of a hit before its size is checked, the reason, and the groups it joins (two when it is between them)."""
    if scored and hit.logit is None:
        return Fate.NOT_SCORED, "the reranker's time limit was reached first", []
    value = relevance(hit)
    if value < floor:
        return Fate.BELOW_FLOOR, f"relevance {value:.2f}, the floor is {floor:.2f}", []
    for number, members in enumerate(groups, 1):
        if any(_duplicate(hit, member) for member in members):
            same = "is another version of" if hit.reason.startswith(BEHIND) else "says the same as"
            return Fate.DUPLICATE, f"{same} passage {number}", []
    joins = [n for n, members in enumerate(groups) if any(_adjacent(hit, member) for member in members)]
    if not joins and len(groups) >= limit:
        return Fate.BEYOND_LIMIT, f"{limit} better passages fill the limit", []
    return Fate.IN_PROMPT, f"joined to passage {joins[0] + 1}" if joins else "", joins


def _with(groups: Sequence[Sequence[Hit]], hit: Hit, joins: Sequence[int]) -> list[list[Hit]]:
    """The groups with the hit added: to its neighbours' groups, which are merged, or as a new last group."""
    if not joins:
        return [*(list(members) for members in groups), [hit]]
    joined = sorted([hit, *(member for n in joins for member in groups[n])], key=lambda member: member.ordinal)
    return [joined if n == joins[0] else list(members) for n, members in enumerate(groups) if n not in joins[1:]]


def _adjacent(first: Hit, second: Hit) -> bool:
    """Whether the hits are neighbours in the same section of a document."""
    same_section = first.document_id == second.document_id and first.heading == second.heading
    return same_section and abs(first.ordinal - second.ordinal) == 1


def _duplicate(first: Hit, second: Hit) -> bool:
    """Whether the words are the same, or most shingles of the shorter passage occur in the longer one.

    Two versions of a rule differ in an amount alone, so passages of two documents with other numbers are none. Where
    the question means one of the versions, the others only mislead the model: then numbers do not count.
    """
    first_words, second_words = _words(first.text), _words(second.text)
    if first_words == second_words:
        return True
    if first.document_id != second.document_id:
        if first.reason.startswith(BEHIND):
            first_words, second_words = _without_numbers(first_words), _without_numbers(second_words)
        elif _numbers(first) != _numbers(second):
            return False
    first_shingles, second_shingles = _shingles(first_words), _shingles(second_words)
    smaller = min(len(first_shingles), len(second_shingles))
    return smaller > _SHINGLE and len(first_shingles & second_shingles) >= _DUPLICATE_SHARE * smaller


def _without_numbers(words: Sequence[str]) -> list[str]:
    return [word for word in words if not any(map(str.isdigit, word))]


def _numbers(hit: Hit) -> set[str]:
    return set(_NUMBER.findall(hit.text))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Every run of _SHINGLE words."""
    return {tuple(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1)}


def joined_text(members: Sequence[Hit | SectionChunk]) -> str:
    """Neighbouring chunks as one text; where two of them overlap, the overlap appears once."""
    text = members[0].text
    for before, after in itertools.pairwise(members):
        overlap = before.end_char - after.start_char
        text += after.text[overlap:] if overlap > 0 else f"\n{after.text}"
    return text


def joined_location(members: Sequence[Hit | SectionChunk]) -> str:
    """Where neighbouring chunks stand in their document: "pages 3–4"."""
    first, last = members[0], members[-1]
    return location_of(first.part_kind, first.part_first, last.part_last or last.part_first, first.part_name)


def _sources(hits: Sequence[Hit]) -> Mapping[int, str]:
    """Document id -> its file's name and date for the model: "file travel-policy-2026.md, 2026-02-01"."""
    names = labels((hit.document_id, hit.source_uri, hit.name) for hit in hits)
    return {hit.document_id: _source(hit, names[hit.document_id]) for hit in hits}


def _source(hit: Hit, name: str) -> str:
    named = f"file {name}" if name and name != hit.title else ""
    return ", ".join(filter(None, (named, _date(hit))))


def _date(hit: Hit) -> str:
    """The file's date; empty where its name has an exact one, or another year: then the file was copied later."""
    written = stamps(hit.name) or stamps(hit.title)
    if hit.dated is None or any(stamp.day for stamp in written):
        return ""
    date = hit.dated.astimezone().date()
    return date.isoformat() if not written or any(stamp.year == date.year for stamp in written) else ""


def _rendered(members: Sequence[Hit], number: int, sources: Mapping[int, str]) -> str:
    first = members[0]
    source = sources[first.document_id]
    return _render(number, first.title, first.heading, joined_location(members), source, joined_text(members))


def _render(number: int, title: str, heading: str, location: str, source: str, text: str) -> str:
    head = full_heading(title, heading)
    if location:
        head += f" ({location})"
    if source:
        head += f" — {source}"
    return f"[{number}] {one_line(head)}\n{unforged(text)}"


def _passage(
    members: Sequence[Hit], number: int, sources: Mapping[int, str], count_tokens: Callable[[str], int]
) -> Passage:
    return Passage(
        number=number,
        hits=tuple(replace(hit, fate=Fate.IN_PROMPT, passage_number=number) for hit in members),
        text=joined_text(members),
        title=members[0].title,
        heading=members[0].heading,
        location=joined_location(members),
        tokens=count_tokens(_rendered(members, number, sources)),
        source=sources[members[0].document_id],
    )
