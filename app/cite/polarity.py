"""Whether a clause affirms or denies, by the words for it in the languages that are searched most."""

import re
from collections.abc import Callable

# Words and phrases after which a clause says the opposite. Verbs of ending and forbidding count as well: "was lifted"
# denies what "applies" affirms.
_SPACED = (
    # English
    r"not|n['’]t|cannot|never|no|none|nobody|nothing|neither|nor|without|no longer|lacks?|lacking|absent|free of|"
    r"forbidden|prohibit(?:s|ed|ion)?|bann?ed|ban|bars?|barred|disallow(?:s|ed)?|denie[ds]|denied|refus(?:e|es|ed|al)|reject(?:s|ed)?|"
    r"lifted|abolished|cancell?ed|revoked|repealed|withdrawn|suspended|discontinued|expired|ceased?|fail(?:s|ed)? to|"
    r"exclud(?:e|es|ed|ing)|exempt(?:ed)?|unavailable|impossible|invalid|void|closed|unable|ineligible|unsupported|"
    r"unnecessary|unlimited|optional|except|hardly|rarely|"
    # German
    r"nicht|kein(?:e|en|em|er|es)?|nie|niemals|niemand|nichts|weder|ohne|nirgends|verboten|untersagt|unzulässig|"
    r"aufgehoben|abgeschafft|widerrufen|gestrichen|ausgesetzt|eingestellt|abgelehnt|verweigert|ausgeschlossen|entfällt|entfallen|"
    r"ungültig|unmöglich|geschlossen|befreit|außer|"
    # French
    r"ne|n['’]\w+|pas|jamais|aucune?|sans|ni|plus de|personne|interdite?s?|interdit|défendue?s?|supprimée?s?|levée?s?|"
    r"annulée?s?|abrogée?s?|refusée?s?|exclue?s?|impossible|fermée?s?|suspendue?s?|invalide|sauf|"
    # Spanish
    r"nunca|jamás|ningún|ninguna?|nadie|nada|tampoco|sin|prohibid[oa]s?|prohíbe[n]?|anulad[oa]s?|derogad[oa]s?|suprimid[oa]s?|"
    r"suspendid[oa]s?|cancelad[oa]s?|rechazad[oa]s?|excluid[oa]s?|levantad[oa]s?|imposible|cerrad[oa]s?|inválid[oa]s?|excepto|"
    # Italian, Portuguese, Dutch
    r"non|mai|nessun[oa]?|senza|vietat[oi]|não|nunca|sem|proibid[oa]s?|niet|geen|nooit|zonder|verboden"
)
_WORDS = re.compile(rf"(?<!\w)(?:{_SPACED})(?!\w)|n['’]t\b", re.IGNORECASE)
_IN_RUNS = re.compile(  # Chinese, Japanese, Korean, Arabic, Hindi, Russian
    r"不|没|沒|無|无|未|非|禁止|取消|废除|廃止|拒绝|停止|解除|撤销|"
    r"ない|ません|なく|なかった|ず(?:に|、|。)|禁|中止|できな|不可|않|없|못|아니|금지|"
    r"(?<![\u0621-\u064a])(?:لا|لم|لن|ليس|ليست|غير|بدون|دون|ما\sعاد|يمنع|تمنع|ممنوع|ممنوعة|يحظر|محظور|محظورة|ألغي|ألغيت|إلغاء|رفع|رُفع)(?![\u0621-\u064a])|"
    r"नहीं|मत|बिना|निषिद्ध|(?<!\w)(?:не|нет|ни|без|никогда|нельзя|запрещ\w+|отмен\w+)(?!\w)",
    re.IGNORECASE,
)
_NOT_DENIALS = re.compile(  # phrases with such a word that deny nothing
    r"not only|no later than|no more than|no less than|not later than|not more than|not less than|"
    r"nicht nur|nicht später als|nicht mehr als|spätestens|no\.\s?\d|nº|no sólo|no solo|non seulement|au plus tard|"
    r"pas seulement|plus tard|not until|nothing but|without exception|ohne ausnahme|sans exception|sin excepción|"
    r"不仅|不但|不过|不同|非常|不断|未来|無料|無償|无论|不管|だけでなく|かもしれない|なければならない|なければなりません|"
    r"しなければ|ねばならない|必ず|まず|ฺ",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:—–]|,\s|[，、；。؛،]\s*|\s(?:but|however|while|whereas|although|though|aber|sondern|während|jedoch|obwohl|"
    r"mais|tandis que|cependant|pero|sino|mientras|aunque|ma|mas|maar|но|لكن|ولكن)\s|"
    r"但是?|而是|然而|しかし|(?<=[すたい])が、",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether the text has a word of negation, of ending or of forbidding."""
    plain = _NOT_DENIALS.sub(" ", text)
    return bool(_WORDS.search(plain) or _IN_RUNS.search(plain))


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence, and the whole sentence last."""
    parts = [part.strip() for part in _CLAUSE.split(sentence) if part and part.strip()]
    return [*parts, sentence] if len(parts) > 1 else [sentence]


def best_clause(claim: str, sentence: str, overlap: Callable[[str, str], float]) -> str:
    """The clause that shares most with the claim; the whole sentence when no clause alone has as much.

    overlap(claim, text): share of the claim's content words in the text.
    """
    candidates = clauses(sentence)
    return max(candidates, key=lambda clause: (round(overlap(claim, clause), 2), -len(clause)))
