"""Whether a clause affirms or denies, by the words for it in the languages that are searched most."""

import re
from collections.abc import Callable

# Words of negation. Several of them in one clause deny once, as in Spanish "no … nunca" and French "ne … pas".
_NEGATION = re.compile(
    r"(?<!\w)(?:not|cannot|never|no|none|nobody|nothing|neither|nor|no longer|hardly|rarely|unable|unavailable|"
    r"nicht|kein(?:e|en|em|er|es)?|nie|niemals|niemand|nichts|weder|nirgends|"
    r"pas|jamais|aucune?|ni|plus de|ne (?:\w+ ){1,3}plus|n['’]\w+ (?:\w+ )?plus|personne ne|"
    r"nunca|jamás|ningún|ninguna?|nadie|tampoco|ya no|non|nessun[oa]?|não|niet|geen|nooit|"
    r"не|нет|ни|никогда|нельзя|नहीं|मत)(?!\w)|n['’]t\b|"
    r"不|没|沒|(?<!有)无(?!论)|未|ない|ません|なく|なかった|ず(?:に|、|。)|ぬ。|않|없|못하|아니|"
    r"(?<![\u0621-\u064a])و?(?:لا|لم|لن|ليس|ليست|غير|ما\sعاد|لم\sيعد)(?![\u0621-\u064a])",
    re.IGNORECASE,
)
# Words that deny by their meaning: of forbidding, ending, refusing and lacking. Each of them turns the clause round, so
# that "the ban was lifted" affirms.
_DENIAL = re.compile(
    r"(?<!\w)(?:without|lacks?|lacking|absent|free of|fails? to|failed to|except|"
    r"forbidden|prohibit(?:s|ed|ion)?|bann?ed|ban|bars|barred|disallow(?:s|ed)?|den(?:y|ies|ied)|refus(?:e|es|ed|al)|"
    r"reject(?:s|ed)?|lifted|abolished|cancell?ed|revoked|repealed|withdrawn|suspended|discontinued|expired|"
    r"exclud(?:e|es|ed|ing)|exempt(?:ed)?|impossible|invalid|ineligible|optional|"
    r"ohne|außer|verboten|untersagt|unzulässig|verbietet|aufgehoben|abgeschafft|widerrufen|gestrichen|ausgesetzt|"
    r"eingestellt|abgelehnt|verweigert|ausgeschlossen|entfällt|entfallen|ungültig|unmöglich|befreit|"
    r"sans|sauf|interdite?s?|interdit|défendue?s?|supprimée?s?|levée?s?|annulée?s?|abrogée?s?|refusée?s?|exclue?s?|"
    r"impossibles?|suspendue?s?|"
    r"sin|excepto|prohibid[oa]s?|prohíben?|anulad[oa]s?|derogad[oa]s?|suprimid[oa]s?|suspendid[oa]s?|cancelad[oa]s?|"
    r"rechazad[oa]s?|excluid[oa]s?|levantad[oa]s?|imposible|"
    r"senza|vietat[oi]|sem|proibid[oa]s?|zonder|verboden|без|запрещ\w+|отмен\w+|बिना|निषिद्ध)(?!\w)|"
    r"禁止|禁じ|取消|废除|廃止|拒绝|拒否|停止|中止|解除|撤销|없이|금지|"
    r"(?<![\u0621-\u064a])و?(?:بدون|دون|يمنع|تمنع|ممنوع|ممنوعة|يحظر|محظور|محظورة|ألغي|ألغيت|تم\sإلغاء|رُفع)(?![\u0621-\u064a])",
    re.IGNORECASE,
)
_NEITHER = re.compile(  # phrases with such a word that deny nothing
    r"free of (?:charge|cost)|"
    r"not only|no later than|no more than|no less than|not later than|not more than|not less than|not until|"
    r"nicht nur|nicht später als|nicht mehr als|no\.\s?\d|nº|no sólo|no solo|non seulement|pas seulement|"
    r"without exception|ohne ausnahme|sans exception|sin excepción|"
    r"(?:nobody|no one|not|never|niemand|nicht|nie|nunca|nadie|ne \w+ pas)[^.;,]{0,40}?"
    r" (?:more|less|later|longer|fewer|mehr|weniger|länger|später|plus|moins|más|menos) (?:than|als|que|de)|"
    r"不仅|不但|不过|不同|非常|不断|未来|不管|不得不|だけでなく|かもしれない|なければならない|なければなりません|なければいけ|"
    r"しなければ|少なく|なくては",
    re.IGNORECASE,
)
_MOST_OF_IT = 0.6  # share of the sentence's overlap that a clause alone needs
_CLAUSE = re.compile(
    r"[;:—–]|,\s|[，、；。！؛،]\s*|\s(?:but|however|while|whereas|although|though|aber|sondern|während|jedoch|obwohl|"
    r"mais|tandis que|cependant|pero|sino|mientras|aunque|ma|mas|maar|но|لكن|ولكن)\s|"
    r"但是?|而是|然而|しかし|(?<=[すたい])が、",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether the text denies: it has a word of negation or of denial, or three, but not both of them."""
    plain = _NEITHER.sub(" ", text)
    negated = bool(_NEGATION.search(_DENIAL.sub(" ", plain)))
    return (negated + sum(1 for _ in _DENIAL.finditer(plain))) % 2 == 1


def best_clause(claim: str, sentence: str, overlap: Callable[[str, str], float]) -> str:
    """The clause that shares most with the claim; the whole sentence when every clause has much less than it.

    overlap(claim, text): share of the claim's content words in the text.
    """
    parts = [part.strip() for part in _CLAUSE.split(sentence) if part and part.strip()]
    if len(parts) < 2:
        return sentence
    best = max(parts, key=lambda clause: (round(overlap(claim, clause), 2), -len(clause)))
    return best if overlap(claim, best) >= _MOST_OF_IT * overlap(claim, sentence) else sentence
