"""The words by which a question asks for a date or a version, in English, German, French and Spanish; one list each.

Written as regular expressions over the question in small letters. `CURRENT` and `EARLIER` hold words with other uses
("electric current", "how old is"): they only choose among versions of one document.
"""

import re

_DE = r"(?:e|er|es|en|em)"  # endings of a German adjective

NEWEST = (
    r"latest|newest|most recent(?:ly)?|most current|up[- ]to[- ]date"
    rf"|neu[e]?st{_DE}|aktuellst{_DE}|jüngst{_DE}"
    r"|(?:la |le |les )?plus récente?s?|dernière version|plus actuel(?:le)?s?"
    r"|más recientes?|última versión|más nuev[oa]s?|más actual(?:es)?"
)
OLDEST = (
    r"oldest|earliest|original version|first (?:version|edition)"
    rf"|ältest{_DE}|ursprünglich{_DE}|erste (?:fassung|version|ausgabe)"
    r"|plus anciene?n?e?s?|première version|version d['’]origine"
    r"|más antigu[oa]s?|primera versión"
)
# What a version is a version of, after a word that has other uses.
_VERSION = (
    r"(?:version|edition|revision|issue|draft|release|policy|rules?|contract|agreement|plan|price|fee|rate|one)s?"
)
CURRENT = (
    r"currently|(?:now |still )?in force|recent"
    r"|(?:the|our|your|their|its|this|a) current(?! (?:flow|draw|rating|limit|strength|source|sensor|loop|transformer"
    r"|density|consumption|measure|through|in|of|at|is|was|from|and|or|that)\b)(?= [^\W\d_])"
    rf"|(?:last|new|present|valid) {_VERSION}"
    rf"|aktuell{_DE}?|derzeit(?:ig{_DE})?|geltend{_DE}|gültig{_DE}|heutig{_DE}|neu{_DE} (?:fassung|version|ausgabe)"
    r"|letzte[rn]? (?:fassung|version|ausgabe)"
    r"|actuel(?:le)?s?|actuellement|en vigueur|nouvelle version|dernière édition"
    r"|actual(?:es)?|actualmente|vigentes?|nueva versión|última edición"
)
EARLIER = (
    r"(?:the|an|our|your|their|its) old(?:er)?(?= [^\W\d_])(?! (?:age|town|people|person|man|men|woman|women)\b)"
    rf"|(?:older|earlier|prior) {_VERSION}|previous(?:ly)?|former(?:ly)?|superseded|outdated"
    rf"|alt{_DE} (?:fassung|version|ausgabe|vertrag|ordnung|richtlinie|preis|regel|satzung)\w*|älter{_DE}|früher{_DE}"
    rf"|vorherig{_DE}|vorig{_DE}|bisherig{_DE}|ehemalig{_DE}|überholt{_DE}"
    r"|ancien(?:ne)?s?|précédente?s?|antérieure?s?|vieille version"
    r"|antigu[oa]s?|anterior(?:es)?|previ[oa]s?|vieja versión"
)


def compiled(words: str) -> re.Pattern[str]:
    """The expression, for whole words."""
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])")
