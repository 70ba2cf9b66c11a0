"""Calendars (.ics) and address cards (.vcf) as lines of "name: value"."""

import quopri
import re

_FOLDED = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"^(?:[\w-]+\.)?([A-Za-z][\w-]*)((?:;[^:;\n\"]*(?:\"[^\"\n]*\"[^:;\n\"]*)*)*):(.*)$")
_ESCAPE = re.compile(r"\\([\\;,nN])")
_DATE = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2}))?(Z?))?$")
_ZONE = re.compile(r";TZID=\"?([^;:\"]+)", re.IGNORECASE)
_PARAMETER = re.compile(r";(?:CN|TYPE)=\"?([^;:\"]+)", re.IGNORECASE)
_NAMES = {
    "summary": "Summary", "dtstart": "Start", "dtend": "End", "due": "Due", "location": "Location",
    "description": "Description", "organizer": "Organizer", "attendee": "Attendee", "rrule": "Repeats",
    "status": "Status", "categories": "Categories", "comment": "Comment", "url": "Address on the web", "fn": "Name",
    "org": "Organisation", "title": "Title", "role": "Role", "email": "Mail", "tel": "Telephone", "adr": "Address",
    "note": "Note", "bday": "Birthday", "nickname": "Nickname", "duration": "Duration", "contact": "Contact",
    "resources": "Resources", "exdate": "Except on", "completed": "Completed", "priority": "Priority",
}  # fmt: skip
_GROUPS = frozenset(("VEVENT", "VTODO", "VJOURNAL", "VCARD"))  # what a blank line stands before
_SKIPPED_GROUPS = frozenset(("VTIMEZONE", "VALARM"))


def cards_text(text: str) -> str:
    """The entries of calendars and cards, a blank line between them; properties for programs are left out."""
    lines: list[str] = []
    skipped: list[str] = []
    for line in _unfolded(text):
        match = _LINE.match(line)
        if match is None:
            continue
        name, params, value = match.group(1).lower(), match.group(2), match.group(3).strip()
        if name == "begin" and value.upper() in _SKIPPED_GROUPS:
            skipped.append(value.upper())
        elif name == "end" and skipped and value.upper() == skipped[-1]:
            skipped.pop()
        elif skipped:
            continue
        elif name == "begin" and value.upper() in _GROUPS and lines:
            lines.append("")
        elif name in _NAMES and value:
            lines.append(f"{_NAMES[name]}: {_value(name, params, value)}")
    return "\n".join(lines)


def _unfolded(text: str) -> list[str]:
    """The lines, long ones joined; those of quoted-printable values end in "=" instead."""
    lines: list[str] = []
    for line in _FOLDED.sub("", text).splitlines():
        if lines and lines[-1].endswith("=") and "QUOTED-PRINTABLE" in lines[-1].upper():
            lines[-1] = lines[-1][:-1] + line
        else:
            lines.append(line)
    return lines


def _value(name: str, params: str, value: str) -> str:
    if "QUOTED-PRINTABLE" in params.upper():
        value = quopri.decodestring(value.encode("latin-1", "replace")).decode("utf-8", "replace")
    if date := _DATE.match(value):
        return _date(date, params)
    if name in ("adr", "org"):
        value = ", ".join(filter(None, (piece.strip() for piece in re.split(r"(?<!\\);", value))))
    if name in ("organizer", "attendee"):
        person = _PARAMETER.search(params)
        address = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
        return f"{person.group(1)} <{address}>" if person else address
    kind = _PARAMETER.search(params) if name in ("tel", "email", "adr") else None
    text = _ESCAPE.sub(lambda found: "\n" if found.group(1) in "nN" else found.group(1), value)
    return f"{text} ({kind.group(1).lower()})" if kind else text


def _date(date: re.Match[str], params: str) -> str:
    year, month, day, hour, minute, _, utc = date.groups()
    zone = _ZONE.search(params)
    time = f" {hour}:{minute}" if hour else ""
    where = " UTC" if utc else f" ({zone.group(1)})" if zone and hour else ""
    return f"{year}-{month}-{day}{time}{where}"
