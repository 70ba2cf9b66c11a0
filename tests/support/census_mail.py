"""The mail and the Outlook message of the census."""

import email.message
import struct

from tests.support import made_files as made
from tests.support.census_marks import CensusFile, Marks
from tests.support.outlook_file import Attached, outlook_message

_CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260304T090000Z\r\n"
    "SUMMARY:{}\r\nLOCATION:{}\r\nDESCRIPTION:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
_CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\nNOTE:{}\r\nEND:VCARD\r\n"
_RTF = r"{{\rtf1\ansi\deff0{{\fonttbl{{\f0 Arial;}}}}{}\par}}"


def mail_file() -> CensusFile:
    """A mail with text in every kind of part."""
    mark = Marks()
    message = email.message.EmailMessage()
    message["From"] = f"{mark('sender')} <a@example.org>"
    message["To"] = f"{mark('recipient')} <b@example.org>"
    message["Cc"] = f"{mark('copied')} <c@example.org>"
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0000"
    message["Subject"] = f"Plan {mark('subject')}"
    message.set_content("View this message in your browser.")
    html = (
        f"<h2>{mark('html heading')}</h2><p>{mark('html body')} and much more to say.</p><img src=x alt={mark('alt')}>"
    )
    message.add_alternative(f"<html><body>{html}</body></html>", subtype="html")
    calendar = _CALENDAR.format(mark("event"), mark("event place"), mark("event description"))
    message.add_alternative(calendar, subtype="calendar")
    message.make_mixed()
    message.attach(_part(f"{mark('second text')}\n", "plain"))
    message.attach(_part(f"<p>{mark('second html')}</p>", "html"))
    message.attach(_part(_RTF.format(mark("rich part")), "rtf"))
    message.add_attachment(_CARD.format(mark("card name"), mark("card note")), subtype="vcard", filename="ann.vcf")
    message.add_attachment(f"{mark('attached text')}\n", subtype="plain", filename="notes.txt")
    message.add_attachment(f"{mark('inline text')}\n", subtype="plain", filename="inline.txt", disposition="inline")
    word = made.docx(("", mark("attached document")))
    message.add_attachment(word, maintype="application", subtype="octet-stream", filename="a.docx")
    inner = email.message.EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "d@example.org", "e@example.org", mark("inner subject")
    inner.set_content(mark("inner text"))
    inner.add_attachment(f"{mark('inner attachment')}\n", subtype="plain", filename="deep.txt")
    message.add_attachment(inner)
    packed = tnef(mark("packed subject"), mark("packed text"), "plan.txt", mark("packed attachment").encode())
    message.add_attachment(packed, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return CensusFile(name="census.eml", content=message.as_bytes(), containers=mark.containers)


def _part(text: str, subtype: str) -> email.message.EmailMessage:
    part = email.message.EmailMessage()
    part.set_content(text, subtype=subtype)
    return part


def tnef(subject: str, text: str, name: str, attached: bytes) -> bytes:
    """A winmail.dat (TNEF) with a subject, a text and one file."""

    def attribute(level: int, identifier: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    body = attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    body += attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    body += attribute(1, 0x00018004, subject.encode("cp1252") + b"\x00")
    body += attribute(1, 0x0002800C, text.encode("cp1252") + b"\x00")
    body += attribute(2, 0x00069002, bytes(14))
    body += attribute(2, 0x00018010, name.encode("cp1252") + b"\x00")
    body += attribute(2, 0x0006800F, attached)
    return struct.pack("<IH", 0x223E9F78, 1) + body


def outlook_file() -> CensusFile:
    """An Outlook message with text in every property that people see."""
    mark = Marks()
    content = outlook_message(
        f"Plan {mark('subject')}",
        "View this message in your browser.",
        html=f"<html><body><h2>{mark('html heading')}</h2><p>{mark('html body')} and more to say.</p></body></html>",
        fields={
            0x0C1A: mark("sender"),
            0x0E04: mark("recipient"),
            0x0E03: mark("copied"),
        },
        attached={"notes.txt": mark("attached text").encode(), "a.docx": made.docx(("", mark("attached document")))},
        messages=[Attached(subject=mark("inner subject"), body=mark("inner text"))],
    )
    return CensusFile(name="census.msg", content=content, containers=mark.containers)


def rich_outlook_file() -> CensusFile:
    """An Outlook message whose whole text is compressed RTF."""
    mark = Marks()
    content = outlook_message("Plan", "", rich=_RTF.format(mark("rich body")))
    return CensusFile(name="rich.msg", content=content, containers=mark.containers)


def rich_html_outlook_file() -> CensusFile:
    """An Outlook message whose text is HTML wrapped in compressed RTF, as Exchange keeps it."""
    mark = Marks()
    rich = (
        r"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 "
        + mark("wrapped html")
        + r" 5 \'80{\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 bold{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0"
        + r"{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 }"
    )
    content = outlook_message("Plan", "", rich=rich)
    return CensusFile(name="wrapped.msg", content=content, containers=mark.containers)
