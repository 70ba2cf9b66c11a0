"""The verdict and the sources of an answer as text below it, for programs that show the text and nothing else."""

from app.core.domain import Answer, full_heading
from app.present.answer_verdict import verdict_of
from app.present.sources import file_date, file_names

_RULE = "\n\n---\nChecked: "  # begins the footnotes; what follows it in an earlier answer is no part of its text


def footnotes(answer: Answer) -> str:
    """The verdict's line, then a line for each passage that a sentence refers to."""
    verdict = verdict_of(answer.outcome, answer.sentences, searched=len(answer.context.hits))
    used = {number for sentence in answer.sentences for number in sentence.passages}
    names = file_names(answer.context.hits)
    lines = []
    for passage in answer.context.passages:
        if passage.number in used and passage.hits:
            hit = passage.hits[0]
            place = full_heading(passage.title, passage.heading)
            about = (place, passage.location, names[hit.document_id], file_date(hit))
            lines.append(f"- [{passage.number}] {' · '.join(' '.join(part.split()) for part in about if part)}")
    sources = "\n\n" + "\n".join(lines) if lines else ""
    return f"{_RULE}{verdict.line}{sources}"


def without_footnotes(text: str) -> str:
    """The text of an answer that a client sends back as history."""
    return text.split(_RULE, 1)[0]
