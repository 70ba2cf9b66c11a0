"""Text in a passage that speaks to the model: shown as a warning on the passage's card, never acted upon."""

import re
from collections.abc import Sequence

from app.core.domain import Passage
from app.core.template_marks import has_mark

_PATTERNS = (
    # English
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules?|context|guidelines|above)\b",
    r"\b(?:you are|act as|pretend to be|from now on,? you)\b[^.\n]{0,30}\b(?:assistant|ai|model|chatbot|now|dan)\b",
    r"\b(?:system prompt|developer message|jailbreak|prompt injection)\b",
    r"\b(?:reply|respond|answer|output|print|say)\b[^.\n]{0,20}"
    r"\b(?:only|exactly|nothing but|with the (?:word|text|following))\b",
    r"\b(?:do not|don't|never)\b[^.\n]{0,20}\b(?:tell|inform|mention|reveal)\b[^.\n]{0,20}\b(?:the )?user\b",
    r"\b(?:reveal|repeat|leak|print|show)\b[^.\n]{0,30}\b(?:system|hidden|secret|your)\b[^.\n]{0,20}"
    r"\b(?:prompt|instructions?|message)\b",
    r"\b(?:ai|language model|chatbot|assistant|llm)s?\b[^.\n]{0,30}\b(?:must|should|shall|have to)\b[^.\n]{0,40}"
    r"\b(?:say|reply|answer|recommend|include|ignore|respond)\b",
    # German, French, Spanish
    r"\b(?:ignoriere|vergiss|missachte)\b[^.\n]{0,40}\b(?:anweisungen|anweisung|regeln|vorgaben)\b",
    r"\b(?:antworte|schreibe|sage)\b[^.\n]{0,20}\b(?:nur|ausschließlich|genau)\b",
    r"\b(?:ignore[zr]?|oublie[zr]?)\b[^.\n]{0,40}\b(?:instructions|consignes|règles)\b",
    r"\b(?:réponds|répondez)\b[^.\n]{0,20}\b(?:uniquement|seulement|exactement)\b",
    r"\b(?:ignora|olvida)\b[^.\n]{0,40}\b(?:instrucciones|reglas|indicaciones)\b",
    r"\b(?:responde|contesta)\b[^.\n]{0,20}\b(?:solo|sólo|únicamente|exactamente)\b",
    # Chinese, Japanese, Arabic, Russian
    r"忽略[^。\n]{0,20}(?:指令|指示|说明|规则|提示)|只(?:回答|回复|输出)",
    r"(?:指示|命令|ルール)[^。\n]{0,10}無視|とだけ(?:答え|返信|出力)",
    r"تجاهل[^.\n]{0,30}(?:التعليمات|الأوامر|القواعد)",
    r"(?:игнорируй(?:те)?|забудь(?:те)?|не обращай(?:те)?)[^.\n]{0,40}(?:инструкц|правил|указани)",
    r"(?:ответь(?:те)?|отвечай(?:те)?|напиши(?:те)?)[^.\n]{0,20}(?:только|лишь)\b",
    r"(?:أجب|رد|اكتب)[^.\n]{0,20}(?:فقط|بكلمة)",
    # Italian, Portuguese, Dutch, Polish, Swedish, Turkish
    r"\b(?:ignora|ignorate|dimentica)\b[^.\n]{0,40}\b(?:istruzioni|regole|indicazioni)\b",
    r"\b(?:rispondi|rispondete)\b[^.\n]{0,20}\b(?:solo|soltanto|esattamente)\b",
    r"\b(?:ignore|ignora|esqueça|desconsidere)\b[^.\n]{0,40}\b(?:instruções|regras|orientações)\b",
    r"\b(?:responda|responde)\b[^.\n]{0,20}\b(?:apenas|somente|exatamente)\b",
    r"\b(?:negeer|vergeet)\b[^.\n]{0,40}\b(?:instructies|aanwijzingen|regels)\b",
    r"\b(?:zignoruj|ignoruj|zapomnij)\b[^.\n]{0,40}\b(?:instrukcj\w+|polecen\w+|zasad\w*)",
    r"\b(?:ignorera|glöm)\b[^.\n]{0,40}\b(?:instruktioner|anvisningar|regler)\w*",
    r"\b(?:talimat|kural)\w*[^.\n]{0,20}\b(?:yok say|görmezden gel|unut)\w*",
    # Korean, Hindi
    r"(?:지시|명령|규칙|프롬프트)[^.\n]{0,15}무시|(?:라고|만)\s?(?:대답|답변|출력)(?:해|하)",
    r"(?:निर्देश|नियम|आदेश)[^।\n]{0,25}(?:अनदेखा|भूल|नज़रअंदाज़)",
    # a passage that imitates a conversation
    r"^\s*(?:system|assistant)\s*:\s*\S",
)
_INSTRUCTION = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE | re.MULTILINE)


def speaks_to_the_model(text: str) -> bool:
    """Whether a passage has an instruction to a language model, a mark of a chat template, or imitates a prompt."""
    return has_mark(text) or _INSTRUCTION.search(text) is not None


def instruction_notice(passages: Sequence[Passage]) -> str:
    """The notice for the passages that speak to the model; empty when none does."""
    numbers = [str(passage.number) for passage in passages if speaks_to_the_model(passage.text)]
    if not numbers:
        return ""
    which = f"Passage {numbers[0]} has" if len(numbers) == 1 else f"Passages {', '.join(numbers)} have"
    return f"{which} text that speaks to a language model. Read the answer with care."
