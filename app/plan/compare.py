"""Which things a question compares, in English, German, French and Spanish."""

import re

from app.plan.words import content, trimmed

_LONGEST = 200  # characters of one thing
# After the things: what they are compared by.
_BY = (
    r"(?:\s*,?\s+(?:in terms of|with (?:regard|respect) to|regarding|concerning|when it comes to|as to|on the basis of"
    r"|by"
    r"|hinsichtlich|bezüglich|in bezug auf|im hinblick auf|was .{3,40} (?:betrifft|angeht)"
    r"|en termes de|concernant|quant à|en ce qui concerne|en cuanto a|respecto a|en términos de)\s+(?P<by>.+))?"
)
_ENDS = _BY + r"\W*$"
_OPEN = r"^\W*(?:please |bitte |(?:can|could) you (?:please )?|kannst du |peux-tu |puedes )?"
_RULES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # compare A and B
        rf"{_OPEN}(?:compare|contrast)\s+(?P<a>.+?)\s+(?:and|with|to|against|versus|vs\.?)\s+(?P<b>.+?){_ENDS}",
        rf"{_OPEN}vergleiche?(?:n sie)?\s+(?P<a>.+?)\s+(?:und|mit)\s+(?P<b>.+?){_ENDS}",
        rf"{_OPEN}compare[rz]?\s+(?P<a>.+?)\s+(?:et|avec|à|aux?)\s+(?P<b>.+?){_ENDS}",
        rf"{_OPEN}(?:compara|compare|comparar)\s+(?P<a>.+?)\s+(?:y|con)\s+(?P<b>.+?){_ENDS}",
        # the difference between A and B
        rf"(?P<about>.*?)\b(?:difference|differences|similarit(?:y|ies)|distinction|comparison)\s+"
        rf"(?:in (?P<what>.+?) )?"
        rf"between\s+(?P<a>.+?)\s+and\s+(?P<b>.+?){_ENDS}",
        rf"(?P<about>.*?)\b(?:unterschiede?|gemeinsamkeiten|vergleich)\s+"
        rf"(?:bei[mn]? (?P<what>.+?) )?zwischen\s+(?:de[mnr] )?"
        rf"(?P<a>.+?)\s+und\s+(?P<b>.+?){_ENDS}",
        rf"(?P<about>.*?)\b(?:différences?|points communs|comparaison)\s+"
        rf"(?:de (?P<what>.+?) )?entre\s+(?P<a>.+?)\s+et\s+"
        rf"(?P<b>.+?){_ENDS}",
        rf"(?P<about>.*?)\b(?:diferencias?|similitudes|comparación)\s+"
        rf"(?:de (?P<what>.+?) )?entre\s+(?P<a>.+?)\s+[ye]\s+"
        rf"(?P<b>.+?){_ENDS}",
        # how do A and B differ, how does A differ from B
        rf"^\W*(?:how|in what way|in which ways?|where|why)\s+(?:do|did|does|is|are|was|were)\s+(?P<a>.+?)\s+"
        rf"(?:and\s+(?P<b>.+?)\s+(?:differ|compare|different|alike|similar)(?: in (?P<what>.+?))?"
        rf"|(?:differ(?:ent)?\s+from|compare(?:d)?\s+(?:to|with)|similar to)\s+(?P<b2>.+?)){_ENDS}",
        rf"^\W*(?:wie|worin|wodurch|inwiefern)\s+unterscheide[nt]\s+sich\s+"
        rf"(?P<a>.+?)\s+(?:und|von|vom)\s+(?P<b>.+?){_ENDS}",
        rf"^\W*(?:en quoi|comment)\s+(?P<a>.+?)\s+(?:diffère(?:-t-(?:il|elle))?\s+(?:de|du|des)|et)\s+(?P<b>.+?)"
        rf"(?:\s+(?:diffèrent|se distinguent)(?:-(?:ils|elles))?)?{_ENDS}",
        rf"^\W*(?:en qué|cómo)\s+se\s+(?:diferencian?|distinguen?)\s+(?P<a>.+?)\s+(?:y|de|del)\s+(?P<b>.+?){_ENDS}",
        # A versus B
        r"^(?P<a>.+?)\s+(?:versus|vs\.?)\s+(?P<b>.+?)\W*$",
        # Which is older, A or B?
        r"^\W*(?P<what>(?:which|what|who|whose|where|welche[rsnm]?|was|wer|wo|lequel|laquelle|quel(?:le)?s?|qui"
        r"|cuál(?:es)?|quién(?:es)?|qué)\b.+?)\s*[,:;–—]\s*(?P<a>.+?)\s*,?\s+(?:or|oder|ou|o|u)\s+(?P<b>.+?)\W*$",
        # Is A older than B?
        r"^\W*(?:is|are|was|were|does|do|did|has|have)\s+(?P<a>(?:the |an? )?(?:\S+ ){0,3}?\S+)\s+"
        r"(?P<what>(?:\w+er|more|less|fewer|better|worse"
        r"|earlier|later)\b(?: \w+){0,3})\s+than\s+(?P<b>.+?)\W*$",
    )
)
_INSIDE = re.compile(r"[?!:] +\S|[^\W\d]{3}\. +\S")  # more than one sentence, or a title with a subtitle
# "other schools", "than 7 cm": no thing that can be searched for
_OTHERS = re.compile(
    r"^(?:all )?(?:the )?others?\b|^(?:ander|autres?|otr)|^\d+[.,]?\d*\s*(?:[a-zµ°%]{1,3}|percent|prozent)(?:\s|$)",
    re.IGNORECASE,
)
_BOTH = re.compile(r"^(?:both|either|beide|à la fois|tanto)\s+", re.IGNORECASE)
_AMONG = re.compile(r"\s*,\s+(?!which|who|where|die|der|das|que|qui)", re.IGNORECASE)
_PREPOSITION = r"(?:of|in|for|from|at|on|under|von|vom|der|des|im|für|de|du|del|en)"
# What two things share stands before the first of them alone: "the notice periods of the lease and the contract".
_SHARED = re.compile(rf"^(?P<shared>.+?\s{_PREPOSITION})\s+\S")
# "that of the contract"
_SAME = re.compile(rf"^(?:that|those|the ones?|d(?:er|ie|as)|celle|celui|ceux|la|el|los|las)\s+{_PREPOSITION}\s+")
_ONE = re.compile(r"\bones?$")  # "the Hamburg one"
_FRAME = frozenset("main key important biggest major exact there explain describe tell".split())


def compared(question: str) -> tuple[str, ...]:
    """What is compared, each with what it is compared by, as texts to search for; empty for any other question."""
    text = " ".join(question.split())
    if _INSIDE.search(text):
        return ()
    for rule in _RULES:
        if match := rule.search(text):
            found = _things(match.groupdict())
            if found:
                return found
    return ()


def _things(groups: dict[str, str | None]) -> tuple[str, ...]:
    first, last = trimmed(groups["a"] or ""), trimmed(groups.get("b") or groups.get("b2") or "")
    first = _BOTH.sub("", first)
    things = [*_AMONG.split(first), last]
    if any(not content(thing) or len(thing) > _LONGEST or _OTHERS.match(thing) for thing in things):
        return ()
    by = " ".join(
        trimmed(text)
        for text in (groups.get("what"), " ".join(_telling(groups.get("about") or "")), groups.get("by"))
        if text and _telling(text)
    )
    shared = _SHARED.match(things[0])
    head = shared["shared"] if shared and shared["shared"].islower() else ""  # a capital begins a name
    texts = (things[0], *(_whole(thing, head, things[0].split()[-1]) for thing in things[1:]))
    return tuple(f"{by} {text}".strip() for text in texts)


def _telling(text: str) -> list[str]:
    return [word for word in content(text) if word not in _FRAME]


def _whole(thing: str, head: str, noun: str) -> str:
    """The thing with what it shares with the first one."""
    if head and (same := _SAME.match(thing)):
        return f"{head} {thing[same.end() :]}"
    if _ONE.search(thing):
        return _ONE.sub(noun, thing)
    return f"{head} {thing}" if head and not _SHARED.match(thing) else thing
