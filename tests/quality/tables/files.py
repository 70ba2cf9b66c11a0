"""Made tables as CSV, Excel, Markdown and Word files, and their rows as Python values."""

from collections.abc import Sequence
from typing import Any

from app.core.domain import Source
from tests.support import made_files as made
from tests.support.cases import made_source

Rows = Sequence[tuple[Any, ...]]
MONTHS = ("January", "February", "March", "April", "May", "June")
SALES: Rows = [
    (month, region, 10 * n + 3 * k, 1000.25 * (n + 1) + 110.5 * k)
    for n, month in enumerate(MONTHS, 1)
    for k, region in enumerate(("North", "South", "West"), 1)
]  # Month, Region, Units, Revenue
BRANCHES: Rows = [
    ("Köln", 12345.5, 12, "03.01.2024"),
    ("Bonn", 8999.0, 7, "17.01.2024"),
    ("Aachen", 10250.75, 9, "05.02.2024"),
    ("Trier", 640.4, 3, "20.02.2024"),
    ("Mainz", 15000.0, 15, "11.03.2024"),
]  # Filiale, Umsatz, Mitarbeiter, Datum
PRODUCTS: Rows = [
    ("Hammer", "tools", 12.5, 40),
    ("Saw", "tools", 19.9, 12),
    ("Drill", "tools", 89.0, 5),
    ("Rake", "garden", 15.75, 22),
    ("Spade", "garden", 21.0, 18),
    ("Hose", "garden", 34.2, 9),
    ("Lamp", "lighting", 27.3, 31),
    ("Bulb", "lighting", 3.4, 250),
]  # Product, Category, Price, Stock
TRIPS: Rows = [
    ("Lisbon", 4, 1250.0, "Amara"),
    ("Oslo", 3, 980.5, "Jonas"),
    ("Rome", 5, 1430.25, "Amara"),
    ("Vienna", 2, 410.0, "Milan"),
]  # Destination, Days, Cost, Traveller
MACHINES: Rows = [
    ("Press A", 45, 1200, "Hall 1"),
    ("Press B", 60, 1850, "Hall 1"),
    ("Lathe", 15, 640, "Hall 2"),
    ("Mill", 22, 910, "Hall 2"),
    ("Robot", 8, 310, "Hall 3"),
]  # Machine, Power, Weight, Hall
EXPENSES: Rows = [
    ("Loyer", 1200.0, "janvier"),
    ("Électricité", 310.4, "janvier"),
    ("Loyer", 1200.0, "février"),
    ("Électricité", 295.15, "février"),
    ("Assurance", 89.9, "février"),
]  # Poste, Montant, Mois
COSTS: Rows = [
    ("Papel", 1120.5, "mayo"),
    ("Tinta", 340.25, "mayo"),
    ("Papel", 980.0, "junio"),
    ("Muebles", 2300.75, "junio"),
]  # Concepto, Importe, Mes
STAFF: Rows = [
    ("Ann", "Sales", 52000, 31),
    ("Ben", "Sales", 48000, 45),
    ("Cleo", "Research", 61000, 38),
    ("Dan", "Research", 58500, 52),
    ("Eve", "Support", 41000, 27),
    ("Finn", "Support", 43500, 33),
    ("Gus", "Support", 39000, 58),
]  # Name, Department, Salary, Age


def files() -> tuple[Source, ...]:
    """The files, and some text between them."""
    return (
        made_source(
            "/t/sales_2024.csv",
            _csv(("Month", "Region", "Units", "Revenue (EUR)"), [(a, b, c, f"{d:,.2f}") for a, b, c, d in SALES]),
        ),
        made_source(
            "/t/filialen.csv",
            _csv(("Filiale", "Umsatz", "Mitarbeiter", "Datum"), [(a, _de(b), c, d) for a, b, c, d in BRANCHES], ";"),
        ),
        made_source(
            "/t/products.xlsx",
            made.xlsx({"Products": [["Product", "Category", "Price", "Stock"], *map(list, PRODUCTS)]}),
        ),
        made_source(
            "/t/trips.md",
            "# Business trips\n\nAll trips of the year.\n\n"
            + _md(
                ("Destination", "Days", "Cost (USD)", "Traveller"),
                [*((a, b, f"{c:,.2f}", d) for a, b, c, d in TRIPS), ("Total", 14, "4,070.75", "")],
            )
            + "\n\nTrips are approved by the office.\n",
        ),
        made_source(
            "/t/machines.docx",
            made.docx(
                ("Heading1", "Machines of the plant"),
                table=[
                    ["Machine", "Power (kW)", "Weight (kg)", "Hall"],
                    *([str(cell) for cell in row] for row in MACHINES),
                ],
            ),
        ),
        made_source(
            "/t/depenses.csv",
            _csv(("Poste", "Montant", "Mois"), [(a, f"{_de(b).replace('.', ' ')} €", c) for a, b, c in EXPENSES], ";"),
        ),
        made_source(
            "/t/gastos.md",
            "# Gastos de la oficina\n\n" + _md(("Concepto", "Importe", "Mes"), [(a, _de(b), c) for a, b, c in COSTS]),
        ),
        made_source(
            "/t/staff.xlsx", made.xlsx({"Staff": [["Name", "Department", "Salary", "Age"], *map(list, STAFF)]})
        ),
        made_source(
            "/t/mixed.md",
            "# Deliveries\n\n" + _md(("Good", "Quantity"), [("Sand", "3 t"), ("Salt", "500 kg"), ("Sugar", "20 kg")]),
        ),
        made_source(
            "/t/notes.md",
            "# Notes\n\nThe highest mountain of the region is the Zugspitze with 2962 metres. A "
            "spider has eight legs.\n",
        ),
        made_source(
            "/t/report.md",
            "# Report\n\nThe average temperature in March was 9 degrees. Total rainfall was high. "
            "Most visitors came in May.\n",
        ),
    )


def _csv(names: Sequence[str], rows: Rows, delimiter: str = ",") -> str:
    lines = [
        delimiter.join(f'"{cell}"' if delimiter in str(cell) else str(cell) for cell in row) for row in (names, *rows)
    ]
    return "\n".join(lines) + "\n"


def _md(names: Sequence[str], rows: Rows) -> str:
    lines = [f"| {' | '.join(map(str, row))} |" for row in (names, *rows)]
    return "\n".join((lines[0], "|" + "---|" * len(names), *lines[1:])) + "\n"


def _de(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
