"""The words by which a question is known to have parts, by language."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Regular expressions of one language, for text in lower case."""

    asks: str  # a question word
    begins: str  # a verb that begins a question without one
    joins: str  # "and"
    either: str  # "or"
    before: str  # a preposition
    points_back: str  # a pronoun, which may mean something named earlier
    compare: str  # "compare", before the things that are compared
    difference: str  # "difference between", before the things
    differs: str  # a whole question with groups `things`, or `one` and `other`: how they differ
    more: str  # a whole question with groups `one`, `quality` and `other`: whether one is more than the other
    against: str  # between two things that are compared: "with"
    aspect: str  # before what they are compared by


LANGUAGES: Mapping[str, Words] = {
    "en": Words(
        asks=r"what|which|who|whom|whose|when|where|why|how",
        begins=r"is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must",
        joins=r"and",
        either=r"or",
        before=r"of|for|in|at|by|from|on|to|with|under|during|since",
        points_back=r"it|its|he|him|his|she|her|they|them|their|these|those",
        compare=r"compare",
        difference=r"differences?(?: \w+){0,2} between",
        differs=r"how (?:do|does|did) (?:(?P<one>.+?) (?:differ from|compare (?:with|to|against)) (?P<other>.+)"
        r"|(?P<things>.+? and .+?) (?:differ|compare)(?: (?P<aspect>.+))?)",
        more=r"(?:is|are|was|were|does|do|did|has|have) (?P<one>.+?) (?P<quality>(?:more|less|fewer)(?: .+?)?|\w+er"
        r"|worse) than (?P<other>.+)",
        against=r"with|to|against|versus|vs\.?",
        aspect=r"in terms of|with respect to|with regard to|regarding|when it comes to",
    ),
    "de": Words(
        asks=r"was|welche[rsnm]?|wer|wen|wem|wessen|wann|wo|woher|wohin|warum|weshalb|wieso|wie|wie ?viele?|womit"
        r"|wodurch|wofür|worin|woran|worauf|wovon|worüber|wozu",
        begins=r"ist|sind|war|waren|hat|haben|hatte|kann|können|darf|muss|müssen|wird|werden|gibt",
        joins=r"und",
        either=r"oder",
        before=r"von|vom|für|in|im|bei|beim|aus|mit|zu|zum|zur|an|am|auf|nach|seit|unter|über|durch",
        points_back=r"er|es|ihn|ihm|ihr|ihre[rsmn]?|sein|seine[rsmn]?|sie|diese[rsmn]?|dort",
        compare=r"vergleiche?(?:n sie)?",
        difference=r"unterschiede?(?: \w+){0,2} zwischen",
        differs=r"(?:wie|worin|wodurch) unterscheide[tn] sich (?P<one>.+?) (?:von|vom|und) (?P<other>.+)",
        more=r"(?:ist|sind|war|waren|hat|haben) (?P<one>.+?) (?P<quality>(?:mehr|weniger)(?: .+?)?"
        r"|\w+er) als (?P<other>.+)",
        against=r"mit|gegenüber|gegen|vs\.?",
        aspect=r"hinsichtlich|bezüglich|in bezug auf|was .+? angeht",
    ),
    "fr": Words(
        asks=r"quoi|quelle?s?|lesquels|lesquelles|lequel|laquelle|qui|quand|où|pourquoi|comment|combien"
        r"|qu['’]est[- ]ce",
        begins=r"est[- ]ce|est|sont|était|peut[- ]on|faut[- ]il|y a[- ]t[- ]il",
        joins=r"et",
        either=r"ou",
        before=r"de|du|des|pour|dans|à|au|aux|en|par|sur|sous|avec|chez|depuis",
        points_back=r"(?<!y a-t-)il|elle|ils|elles|lui|leurs?|son|sa|ses|cela|ça",
        compare=r"compare[rz]?",
        difference=r"différences?(?: [\w-]+){0,3} entre",
        differs=r"(?:en quoi|comment) (?P<one>.+?) (?:diffère(?:nt)?|se distingue(?:nt)?) (?:de|du|des) (?P<other>.+)",
        more=r"(?P<one>.+?) (?:est|sont|était|étaient)(?:-\w+)? (?P<quality>(?:plus|moins) \w+) que (?P<other>.+)",
        against=r"avec|à|au|aux|contre|vs\.?",
        aspect=r"en termes de|du point de vue de|quant à|concernant",
    ),
    "es": Words(
        asks=r"qué|cuál|cuáles|quién|quiénes|cuándo|dónde|por qué|cómo|cuánto|cuánta|cuántos|cuántas",
        begins=r"es|son|era|eran|fue|hay|puede|pueden|tiene|tienen",
        joins=r"y|e",
        either=r"o|u",
        before=r"de|del|para|en|a|al|por|con|sobre|desde|bajo",
        points_back=r"él|ella|ellos|ellas|su|sus|eso|esto",
        compare=r"compar(?:a|ar|e|en|emos)",
        difference=r"diferencias?(?: \w+){0,3} entre",
        differs=r"(?:en qué|cómo) se diferencian? (?P<one>.+?) (?:y|e|de|del) (?P<other>.+)",
        more=r"(?:es|son|era|eran|fue|tiene|tienen) (?P<one>.+?) (?P<quality>(?:más|menos) \w+) que (?P<other>.+)",
        against=r"con|frente a|contra|vs\.?",
        aspect=r"en cuanto a|en términos de|respecto a|con respecto a",
    ),
}
