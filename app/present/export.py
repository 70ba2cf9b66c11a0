"""A chat goes in, a Markdown file comes out: every answer with its verdict, its sources and the words they quote."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.core.domain import Answer, Passage
from app.present.answer_verdict import verdict_of_answer
from app.present.sources import file_date, file_names

_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_LONGEST_NAME = 80


def file_name(title: str) -> str:
    """Name of the file for a chat's title, usable on every system."""
    name = " ".join(_NOT_IN_A_NAME.sub(" ", title).split())[:_LONGEST_NAME].strip(" .")
    return f"{name or 'chat'}.md"


def as_markdown(title: str, answers: Sequence[Answer]) -> str:
    """The whole chat, oldest answer first."""
    parts = [f"# {' '.join(title.split()) or 'Chat'}"]
    parts.extend(_exchange(answer) for answer in answers)
    return "\n\n".join(parts) + "\n"


def _exchange(answer: Answer) -> str:
    verdict = verdict_of_answer(answer)
    parts = [
        f"## {' '.join(answer.question.split())}",
        f"*{_moment(answer.created_at)}{_version(answer)}*" if answer.created_at else "",
        f"**{verdict.line}**",
        answer.text or answer.error,
        _sources(answer),
    ]
    return "\n\n".join(part for part in parts if part)


def _sources(answer: Answer) -> str:
    if not answer.context.passages:
        return ""
    names = file_names(answer.context.hits)
    return "### Sources\n\n" + "\n\n".join(_source(passage, names) for passage in answer.context.passages)


def _source(passage: Passage, names: Mapping[int, str]) -> str:
    """One line that names the passage, then its words as a quotation."""
    hit = passage.hits[0] if passage.hits else None
    name = names[hit.document_id] if hit else ""
    about = (passage.title, name, passage.heading, passage.location, file_date(hit) if hit else "")
    line = " · ".join(dict.fromkeys(part for part in about if part))
    quoted = "\n".join(f"> {text}".rstrip() for text in passage.text.splitlines())
    return f"[{passage.number}] {line}\n\n{quoted}"


def _version(answer: Answer) -> str:
    """Which version this is; the others are not exported."""
    count = len(answer.versions)
    return f", version {answer.version} of {count}" if count > 1 else ""


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
