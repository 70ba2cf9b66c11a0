"""Calendars and address cards: one "name: value" a line, folded and quoted lines joined."""

from ingest.load import load
from tests.support import made_files as made

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\n"
    "DTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1@x\r\n"
    'DTSTART;TZID="Europe/Berlin":20260304T090000\r\nDTEND;VALUE=DATE:20260305\r\nSUMMARY:Dry dock\\, pier 4\r\n'
    "DESCRIPTION:Bring the plans\\nand the keys; it is a long\r\n  day.\r\n"
    'ORGANIZER;CN="Ann Rask":mailto:ann@example.org\r\nATTENDEE;ROLE=REQ-PARTICIPANT:MAILTO:ben@example.org\r\n'
    "BEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Sailing\r\n"
    "DTSTART:20260401T060000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Rask;Ann;;;\r\nFN:Ann Rask\r\nORG:Nordfjord;Crew\r\n"
    "item1.TEL;TYPE=CELL:+47 1\r\nADR;TYPE=WORK:;;Pier 4;Bergen;;5003;Norway\r\nPHOTO;ENCODING=b:AAAA\r\n"
    "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Spricht F=C3=A4hre und=\r\n=20mehr\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nFN:Ben\r\nEND:VCARD\r\n"
)


def test_a_calendar_is_read_as_its_events() -> None:
    document = load(made.source(CALENDAR, "dock.ics"))
    assert document.media_type == "text/calendar"
    assert document.text == (
        "Start: 2026-03-04 09:00 (Europe/Berlin)\nEnd: 2026-03-05\nSummary: Dry dock, pier 4\n"
        "Description: Bring the plans\nand the keys; it is a long day.\n"
        "Organizer: Ann Rask <ann@example.org>\nAttendee: ben@example.org\n\n"
        "Summary: Sailing\nStart: 2026-04-01 06:00 UTC"
    )


def test_address_cards_are_read_as_people() -> None:
    document = load(made.source(CARDS, "crew.vcf"))
    assert document.media_type == "text/vcard"
    assert document.text == (
        "Name: Ann Rask\nOrganisation: Nordfjord, Crew\nTelephone: +47 1 (cell)\n"
        "Address: Pier 4, Bergen, 5003, Norway (work)\nNote: Spricht Fähre und mehr\n\nName: Ben"
    )


def test_text_that_speaks_of_calendars_is_plain_text() -> None:
    text = "A file begins with BEGIN:VCALENDAR and ends with END:VCALENDAR."
    assert load(made.source(text, "a.txt")).text == text


def test_a_calendar_of_garbage_has_no_text() -> None:
    assert load(made.source("BEGIN:VCALENDAR\n" + ";" * 100_000 + "\nA;B=" + '"' * 1001 + ":x\n", "a.ics")).text == ""
