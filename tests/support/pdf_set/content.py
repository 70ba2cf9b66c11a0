"""The documents of the made PDF set."""

import random
from typing import Any

from tests.support.pdf_set.model import (
    Beside,
    Block,
    Columns,
    Heading,
    Made,
    Origin,
    Span,
    Table,
    paragraph,
)

_NAMES = ("Larsen", "Ruud", "Iversen", "Moe", "Haugen", "Dahl", "Solberg", "Eide", "Strand", "Nygård", "Berg", "Lie")


def _money(value: float) -> str:
    return f"{value:,.2f}"


def _berths(count: int, seed: int = 1) -> list[list[str]]:
    rng = random.Random(seed)
    rows = [["Berth", "Length m", "Tenant", "Paid until"]]
    for number in range(1, count + 1):
        tenant = "" if rng.random() < 0.25 else rng.choice(_NAMES)
        until = f"{rng.randint(1, 28):02}.{rng.randint(1, 12):02}.2026" if tenant and rng.random() < 0.8 else ""
        rows.append([f"B{number:03}", str(rng.randint(5, 24)), tenant, until])
    return rows


REVENUE = (
    (Span("Region", rows=2), Span("2024", columns=2), Span("2025", columns=2)),
    ("Half 1", "Half 2", "Half 1", "Half 2"),
    ("North", "1,204", "1,310", "1,402", "1,377"),
    ("South", "890", "912", "875", "1,004"),
    ("West", "2,310", "2,298", "2,451", "2,602"),
    ("Islands", "77", "81", "", "95"),
)
STAFF = (
    ("Name", "Function", "Room", "Phone"),
    ("Aino Virtanen", "Harbour master", "2.14", "+358 40 555 1001"),
    ("Jonas Berg", "Deputy", "2.15", "+358 40 555 1002"),
    ("Mia Korhonen", "Accounts", "1.03", "+358 40 555 1011"),
    ("Petra Lindqvist", "Safety and environment", "1.07", "+358 40 555 1017"),
    ("Olli Salo", "Cranes", "Shed 4", "+358 40 555 1020"),
)
PRICES = (
    ("Group", "Service", "Unit", "Price €"),
    (Span("Water", rows=2), "Fresh water", "m³", "2.10"),
    ("Waste water", "m³", "3.45"),
    (Span("Energy", rows=3), "Shore power 16 A", "kWh", "0.38"),
    ("Shore power 63 A", "kWh", "0.34"),
    ("Connection", "once", "25.00"),
    (Span("Cranes", rows=2), "Crane up to 5 t", "hour", "120.00"),
    ("Crane up to 30 t", "hour", "310.00"),
)
LAB = (
    ("Parameter", "Unit", "Result", "Limit", "Remark"),
    ("Copper", "mg/kg", "34", "40", "Within the limit at all four sampling points of the basin"),
    ("Lead", "mg/kg", "112", "100", "Above the limit near the slipway; a second sample was taken in May"),
    ("Zinc", "mg/kg", "150", "200", ""),
    ("Tin compounds", "µg/kg", "8.5", "30", "Old antifouling paint is the probable source"),
    ("Oil", "mg/kg", "<50", "300", ""),
)
RISKS = (
    ("No.", "Risk", "Measure", "Owner"),
    (
        "1",
        "The breakwater settles more than the ten centimetres that were assumed in the design",
        "Levelling every second month and a reserve of stone at the quarry",
        "Surveyor",
    ),
    (
        "2",
        "The dredger arrives late because it is still needed in another port",
        "A contract with a penalty and a second company on call",
        "Purchasing",
    ),
    ("3", "Divers find ammunition from the war", "Stop, cordon off, call the navy", "Safety"),
    (
        "4",
        "Prices for steel rise by more than a fifth before the piles are ordered",
        "Order in March and store the piles behind shed 4",
        "Purchasing",
    ),
)
STATEMENT = (
    ("Date", "Text", "Debit", "Credit", "Balance"),
    ("02.01.", "Balance brought forward", "", "", "12,400.00"),
    ("05.01.", "Berth fees January", "", "3,150.00", "15,550.00"),
    ("09.01.", "Electricity", "1,204.55", "", "14,345.45"),
    ("12.01.", "Repair of pontoon C", "2,890.00", "", "11,455.45"),
    ("19.01.", "Refund customs", "", "87.20", "11,542.65"),
    ("28.01.", "Wages", "9,100.00", "", "2,442.65"),
)
BALANCE = (
    ("in thousand €", "Note", "2025", "2024"),
    ("Property and equipment", "4", "18,230", "17,904"),
    ("Intangible assets", "5", "310", "402"),
    ("Receivables", "", "2,115", "1,870"),
    ("Cash", "9", "(120)", "644"),
    ("Total assets", "", "20,535", "20,820"),
)
RECHNUNG = (
    ("Pos.", "Bezeichnung", "Menge", "Einzelpreis", "Gesamt"),
    ("1", "Festmacherleine 24 mm, geflochten", "12", "48,90 €", "586,80 €"),
    ("2", "Fender, zylindrisch, Größe L", "6", "129,00 €", "774,00 €"),
    ("3", "Poller, Gusseisen, mit Übergangsstück und Verankerung für Betonkaje", "2", "410,00 €", "820,00 €"),
    ("4", "Anfahrt und Montage", "1", "350,00 €", "350,00 €"),
)
MATRIX = (
    ("", "Quay 1", "Quay 2", "Quay 3", "Quay 4"),
    ("Fuel", "x", "", "", "x"),
    ("Water", "x", "x", "x", "x"),
    ("Crane", "", "", "x", ""),
    ("Rail", "", "x", "", ""),
    ("Ramp", "1", "2", "", "1"),
)
SPECIFICATION = (
    ("Property", "Value"),
    ("Length over all", "42.80 m"),
    ("Beam", "9.10 m"),
    ("Draught", "3.2 m"),
    ("Engine", "2 × 550 kW diesel"),
    ("Bollard pull", "28 t"),
    ("Crew", "6"),
    ("Built", "2019, Rostock"),
)
LEAGUE = (
    ("Club", "P", "W", "D", "L", "Pts"),
    ("Harbour Rovers", "10", "7", "2", "1", "23"),
    ("Quayside", "10", "6", "3", "1", "21"),
    ("Dockers", "10", "5", "1", "4", "16"),
    ("Lighthouse", "10", "4", "3", "3", "15"),
    ("Breakwater United", "10", "2", "2", "6", "8"),
    ("Anchor", "10", "0", "1", "9", "1"),
)
MONTHS = (
    ("Station", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ("Light", "12", "9", "14", "22", "31", "48", "61", "58", "40", "33", "20", "15"),
    ("Mole", "11", "8", "15", "20", "33", "45", "60", "57", "39", "", "", "14"),
    ("Dock", "13", "10", "12", "24", "30", "44", "63", "55", "41", "30", "21", "16"),
    ("Sound", "9", "7", "11", "19", "28", "41", "59", "54", "38", "29", "18", "12"),
)
ORDERS = (
    ("Item", "Quantity", "Price", "Sum"),
    ("Rope", "120 m", "$ 3.20", "$ 384.00"),
    ("Shackle", "40", "$ 11.75", "$ 470.00"),
    ("Buoy", "8", "$ 95.00", "$ 760.00"),
    ("Chain", "60 m", "$ 18.00", "$ 1,080.00"),
    (Span("Total", columns=3), "$ 2,694.00"),
)
GLOSSARY = (
    ("Term", "Meaning"),
    ("Bollard", "A short thick post on a quay or ship to which a mooring line is made fast, usually of iron"),
    ("Fairway", "The part of a waterway that is deep enough for ships and is kept free of obstacles"),
    ("Ballast", "Heavy material carried to keep a ship upright when it sails without cargo"),
    ("Demurrage", "Money that the charterer owes when loading takes longer than was agreed in the contract"),
)
GREEK = (
    ("Λιμάνι", "Βάθος", "Θέσεις", "Έτος"),
    ("Πειραιάς", "16,5 m", "42", "1924"),
    ("Ηράκλειο", "12,0 m", "18", "1936"),
    ("Βόλος", "10,8 m", "9", "1893"),
    ("Καβάλα", "9,5 m", "7", "1950"),
)
RUSSIAN = (
    ("Порт", "Грузооборот, тыс. т", "Причалы", "Примечание"),
    ("Выборг", "1 510", "12", "замерзает зимой"),
    ("Приморск", "57 300", "8", ""),
    ("Высоцк", "17 900", "5", "уголь и газ"),
    ("Усть-Луга", "109 200", "41", "контейнеры"),
)
ARABIC = (
    ("الميناء", "العمق", "الأرصفة"),
    ("جدة", "16", "62"),
    ("الدمام", "14", "43"),
    ("ينبع", "12", "25"),
    ("جازان", "11", "12"),
)
TIMES = (
    ("Harbour", "Mon–Fri", "Sat", "Sun"),
    ("Old town", "06:10", "07:40", "09:00"),
    ("Island north", "06:35", "08:05", "09:25"),
    ("Island south", "06:50", "–", "09:40"),
    ("Lighthouse", "07:20", "08:40", "10:10"),
    ("Old town", "08:05", "09:25", "10:55"),
)
SECTIONS = (
    ("Material", "Weight kg", "Cost €"),
    (Span("Below water", columns=3),),
    ("Piles", "12,400", "8,300"),
    ("Sheet wall", "30,150", "22,900"),
    (Span("Above water", columns=3),),
    ("Deck", "8,020", "6,450"),
    ("Railing", "940", "2,110"),
)


def _long_ledger(count: int) -> list[list[str]]:
    rng = random.Random(9)
    rows = [["Entry", "Account", "Text", "Amount €"]]
    for number in range(count):
        text = rng.choice(("Fuel for the pilot boat", "Paint", "Fees", "Rent of the crane with driver", "Tools"))
        rows.append([str(4000 + number), str(rng.randint(100, 999)), text, _money(rng.randint(10, 900_000) / 100)])
    return rows


def documents() -> list[Made]:
    """All documents; every second one is not looked at while the layout is tuned."""
    return [*_ruled_drawn(), *_aligned_drawn(), *_printed(), *_office()]


def tuned() -> list[Made]:
    """The half that may be looked at."""
    return documents()[0::2]


def kept_back() -> list[Made]:
    """The half that only tests the result."""
    return documents()[1::2]


def _drawn(name: str, *blocks: Block, **more: Any) -> Made:
    return Made(name=name, origin="reportlab", blocks=blocks, **more)


def _ruled_drawn() -> list[Made]:
    return [
        _drawn("ruled-staff", Heading("Staff of the harbour"), paragraph(1), Table(STAFF), paragraph(2)),
        _drawn(
            "ruled-revenue-spans",
            Heading("Revenue"),
            paragraph(3),
            Table(REVENUE, heads=2, align="lrrrr", caption="Table 1: Revenue by region in thousand €"),
            paragraph(4),
        ),
        _drawn("ruled-prices-row-spans", Heading("Tariff"), Table(PRICES, align="lllr"), paragraph(5)),
        _drawn("ruled-lab-multi-line", paragraph(6), Table(LAB, widths=(2, 1, 1, 1, 4)), paragraph(7)),
        _drawn(
            "ruled-berths-over-pages",
            Heading("Berths"),
            paragraph(8, 2),
            Table(_berths(95), align="lrll", repeat=True),
            head="Port of Vik · Register 2026-B",
            foot="Page #",
        ),
        _drawn(
            "ruled-berths-header-once",
            Heading("Berths"),
            Table(_berths(88, 2), align="lrll", repeat=False),
            paragraph(9),
            head="Port of Vik",
            foot="#",
        ),
        _drawn(
            "ruled-two-tables",
            Heading("Results"),
            paragraph(10),
            Table(LEAGUE, align="lrrrrr", caption="Table 1: League"),
            paragraph(11),
            Table(TIMES, caption="Table 2: Ferries"),
            paragraph(12),
        ),
        _drawn("ruled-rotated", Heading("Risks"), Table(RISKS, widths=(1, 6, 6, 2)), paragraph(13), rotated="page"),
        _drawn("ruled-landscape", Heading("Rain"), Table(MONTHS, align="l" + 12 * "r"), paragraph(14), landscape=True),
        _drawn(
            "ruled-in-column",
            Heading("A paper in two columns"),
            Columns((paragraph(15, 6), Table(SPECIFICATION, size=8), paragraph(16, 6), paragraph(17, 6))),
        ),
        _drawn("ruled-beside", Heading("Tug"), Beside((paragraph(18, 6),), (Table(SPECIFICATION, size=8.5),))),
        _drawn("ruled-totals", paragraph(19), Table(ORDERS, align="lrrr"), paragraph(20)),
        _drawn("ruled-matrix", paragraph(21), Table(MATRIX, align="lcccc"), paragraph(22)),
        _drawn("ruled-sections", paragraph(23), Table(SECTIONS, align="lrr"), paragraph(24)),
    ]


def _aligned_drawn() -> list[Made]:
    return [
        _drawn("aligned-staff", Heading("Staff"), paragraph(31), Table(STAFF, "none"), paragraph(32)),
        _drawn("aligned-statement", Heading("Account"), Table(STATEMENT, "none", "llrrr"), paragraph(33)),
        _drawn("booktabs-balance", paragraph(34), Table(BALANCE, "booktabs", "lcrr"), paragraph(35)),
        _drawn("aligned-league", paragraph(36), Table(LEAGUE, "none", "lrrrrr"), paragraph(37)),
        _drawn(
            "aligned-over-pages",
            Heading("Berths"),
            paragraph(38, 2),
            Table(_berths(100, 3), "none", "lrll", repeat=False),
            paragraph(39),
            head="Register 77/2026",
            foot="Page #",
        ),
        _drawn(
            "aligned-over-pages-repeated",
            Heading("Ledger"),
            Table(_long_ledger(90), "none", "lllr", repeat=True),
            paragraph(40),
            foot="Vik Harbour Ltd · page #",
        ),
        _drawn("rows-invoice", Heading("Rechnung 2026-118"), Table(RECHNUNG, "rows", "rlrrr", widths=(1, 5, 1, 2, 2))),
        _drawn("zebra-times", paragraph(41), Table(TIMES, "zebra", "lccc"), paragraph(42)),
        _drawn("aligned-orders", paragraph(43), Table(ORDERS, "none", "lrrr"), paragraph(44)),
        _drawn("booktabs-lab", paragraph(45), Table(LAB, "booktabs", "llrrl", widths=(2, 1, 1, 1, 4)), paragraph(46)),
        _drawn(
            "aligned-in-column",
            Columns((paragraph(47, 6), Table(LEAGUE, "none", "lrrrrr", size=8), paragraph(48, 6), paragraph(49, 8))),
        ),
        _drawn("columns-staff", paragraph(50), Table(STAFF, "columns"), paragraph(51)),
        _drawn("aligned-matrix", paragraph(52), Table(MATRIX, "none", "lcccc"), paragraph(53)),
        _drawn("aligned-beside", Beside((paragraph(54, 7),), (Table(TIMES, "none", "lccc", size=8),)), paragraph(55)),
        _drawn("aligned-rotated", paragraph(56), Table(MONTHS, "none", "l" + 12 * "r"), rotated="text", landscape=True),
        _drawn("booktabs-revenue", paragraph(57), Table(REVENUE, "booktabs", "lrrrr", heads=2), paragraph(58)),
        _drawn("aligned-specification", Heading("Tug Vik"), Table(SPECIFICATION, "none"), paragraph(59)),
        _drawn(
            "prose-two-columns",
            Heading("On tides"),
            Columns((Heading("Method", 2), paragraph(60, 9), paragraph(61, 9), Heading("Findings", 2), *_many(62, 6))),
            head="Journal of Harbours 12 (2026)",
            foot="#",
        ),
        _drawn("prose-three-columns", Heading("Notices"), Columns(tuple(_many(70, 9)), count=3), paragraph(79)),
        _drawn("prose-sidebar", Heading("Guide"), Beside(tuple(_many(80, 4)), (paragraph(85, 3),), 0.68)),
    ]


def _many(seed: int, count: int) -> list[Block]:
    return [paragraph(seed + number, 5) for number in range(count)]


def _web(name: str, *blocks: Block, **more: Any) -> Made:
    return Made(name=name, origin="chromium", blocks=blocks, **more)


def _printed() -> list[Made]:
    return [
        _web("web-ruled-staff", Heading("Staff"), paragraph(101), Table(STAFF), paragraph(102)),
        _web("web-ruled-revenue", Heading("Revenue"), Table(REVENUE, heads=2, align="lrrrr"), paragraph(103)),
        _web("web-ruled-risks", paragraph(104), Table(RISKS, middle=True), paragraph(105)),
        _web("web-aligned-lab", paragraph(106), Table(LAB, "none", "llrrl", middle=True, padding=5), paragraph(107)),
        _web("web-zebra-prices", paragraph(108), Table(PRICES, "zebra", "lllr", middle=True), paragraph(109)),
        _web(
            "web-ruled-over-pages",
            Heading("Ledger"),
            paragraph(110),
            Table(_long_ledger(70), align="llrr"),
            head="Vik Harbour · L-2026/4",
            foot="Page #",
        ),
        _web("web-rows-statement", paragraph(111), Table(STATEMENT, "rows", "llrrr", padding=5), paragraph(112)),
        _web("web-greek", Heading("Λιμάνια"), Table(GREEK, "none", "lrrr"), paragraph(113)),
        _web("web-arabic", Heading("الموانئ"), Table(ARABIC), right_to_left=True),
        _web("web-two-columns", Heading("Report"), Columns((*_many(120, 4), Table(LEAGUE, size=8), *_many(124, 4)))),
        _web("web-aligned-over-pages", Table(_berths(80, 5), "none", "lrll", repeat=False), paragraph(130)),
        _web("web-booktabs-balance", paragraph(131), Table(BALANCE, "booktabs", "lcrr"), paragraph(132)),
        _web("web-beside", Heading("Ferry"), Beside((Table(TIMES, "none"),), tuple(_many(133, 2))), paragraph(136)),
        _web("web-glossary", Heading("Terms"), Table(GLOSSARY, "none", padding=5, widths=(1, 5)), paragraph(137)),
        _web("web-aligned-sections", paragraph(138), Table(SECTIONS, "none", "lrr"), paragraph(139)),
        _web(
            "web-several",
            Heading("Year"),
            Table(LEAGUE, "none", "lrrrrr", caption="Table 1: League"),
            paragraph(140),
            Table(ORDERS, "grid", "lrrr", caption="Table 2: Orders"),
            Heading("Ferries", 2),
            Table(TIMES, "zebra"),
        ),
    ]


def _file(origin: Origin, name: str, *blocks: Block, **more: Any) -> Made:
    return Made(name=name, origin=origin, blocks=blocks, **more)


def _office() -> list[Made]:
    return [
        _file("docx", "word-ruled-prices", Heading("Tariff"), Table(PRICES, align="lllr"), paragraph(201)),
        _file("docx", "word-aligned-staff", paragraph(202), Table(STAFF, "none"), paragraph(203)),
        _file(
            "docx",
            "word-ruled-over-pages",
            Heading("Berths"),
            Table(_berths(70, 7), align="lrll"),
            head="Vik 4711",
            foot="Page #",
        ),
        _file("docx", "word-russian", Heading("Порты"), Table(RUSSIAN, "none", "lrrl"), paragraph(204)),
        _file("docx", "word-risks", paragraph(205), Table(RISKS, widths=(1, 6, 6, 2)), paragraph(206)),
        _file(
            "docx",
            "word-two-columns",
            Heading("Paper"),
            Columns((*_many(210, 5), Table(TIMES, size=8), *_many(215, 3))),
        ),
        _file("docx", "word-rows-invoice", Table(RECHNUNG, "rows", "rlrrr", widths=(1, 5, 1, 2, 2)), paragraph(220)),
        _file("docx", "word-aligned-over-pages", Table(_long_ledger(75), "none", "llrr", repeat=False), paragraph(221)),
        _file("xlsx", "sheet-statement", Table(STATEMENT, "none", "llrrr")),
        _file("xlsx", "sheet-ruled-orders", Table(ORDERS, "grid", "lrrr")),
        _file("xlsx", "sheet-months", Table(MONTHS, "none", "l" + 12 * "r"), landscape=True),
        _file("xlsx", "sheet-ledger-over-pages", Table(_long_ledger(110), "none", "llrr", repeat=False)),
        _file("pptx", "slide-ruled-league", Heading("League"), Table(LEAGUE, "grid", "lrrrrr", size=14)),
        _file("pptx", "slide-zebra-times", Heading("Ferries"), Table(TIMES, "zebra", size=14)),
    ]
