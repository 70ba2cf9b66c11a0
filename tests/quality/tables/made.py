"""Questions with the value that answers them; None: it is not computed, the search answers."""

from dataclasses import dataclass
from typing import Any

from tests.quality.tables.files import BRANCHES, COSTS, EXPENSES, MACHINES, PRODUCTS, SALES, STAFF, TRIPS, Rows


@dataclass(frozen=True)
class Asked:
    """A question, and the number or the names (of rows that are listed or have the extreme) that answer it."""

    text: str
    value: float | None
    names: tuple[str, ...] = ()


def _sum(rows: Rows, column: int, **where: object) -> float:
    return float(sum(row[column] for row in _where(rows, where)))


def _mean(rows: Rows, column: int, **where: object) -> float:
    chosen = _where(rows, where)
    return float(round(sum(row[column] for row in chosen) / len(chosen) + 1e-9, 2))


def _where(rows: Rows, where: dict[str, object]) -> list[tuple[Any, ...]]:
    """Rows with these values: c1="North" compares the second cell."""
    return [row for row in rows if all(row[int(name[1:])] == value for name, value in where.items())]


DEVELOPMENT = (
    Asked("What is the total revenue in the North region?", _sum(SALES, 3, c1="North")),
    Asked("How many units were sold in March?", _sum(SALES, 2, c0="March")),
    Asked("What was the average revenue in the South?", _mean(SALES, 3, c1="South")),
    Asked(
        "Which month had the highest revenue in the West?", max(row[3] for row in SALES if row[1] == "West"), ("June",)
    ),
    Asked("What is the lowest number of units?", 13, ("January",)),
    Asked("How many units were sold in May in the North?", _sum(SALES, 2, c0="May", c1="North")),
    Asked("Was ist die Summe der Umsätze aller Filialen?", _sum(BRANCHES, 1)),
    Asked("Welche Filiale hat den höchsten Umsatz?", 15000.0, ("Mainz",)),
    Asked("Wie viele Mitarbeiter hat die Filiale Bonn?", 7),
    Asked("Wie hoch ist der durchschnittliche Umsatz der Filialen?", _mean(BRANCHES, 1)),
    Asked("Welche Filialen haben mehr als 10.000 Umsatz?", None, ("Köln", "Aachen", "Mainz")),
    Asked("Which is the most expensive product?", 89.0, ("Drill",)),
    Asked("What is the average price of garden products?", _mean(PRODUCTS, 2, c1="garden")),
    Asked("Which products cost more than 20?", None, ("Drill", "Spade", "Hose", "Lamp")),
    Asked("How many tools products are there?", 3),
    Asked("What is the total stock of lighting products?", _sum(PRODUCTS, 3, c1="lighting")),
    Asked("What is the total cost of all trips?", _sum(TRIPS, 2)),
    Asked("What is the total cost of the trips by Amara?", _sum(TRIPS, 2, c3="Amara")),
    Asked("Which machine has the highest power?", 60, ("Press B",)),
    Asked("What is the total weight of the machines in Hall 2?", _sum(MACHINES, 2, c3="Hall 2")),
    Asked("Quel est le total des dépenses en janvier ?", _sum(EXPENSES, 1, c2="janvier")),
    Asked("Quelle est la somme des montants du poste Loyer ?", _sum(EXPENSES, 1, c0="Loyer")),
    Asked("¿Cuál es la suma de los gastos de mayo?", _sum(COSTS, 1, c2="mayo")),
    Asked("What is the average salary in Research?", _mean(STAFF, 2, c1="Research")),
    Asked("Who has the lowest salary?", 39000, ("Gus",)),
    Asked("How many employees work in Support?", 3),
    Asked("What is the total quantity of the deliveries?", None),
    Asked("What is the highest mountain of the region?", None),
    Asked("What was the average temperature in March?", None),
    Asked("How many legs has a spider?", None),
)
HELD_OUT = (
    Asked("What is the sum of revenue for February?", _sum(SALES, 3, c0="February")),
    Asked("How many units did the West sell in June?", None),
    Asked("How many units were sold in the West in June?", _sum(SALES, 2, c0="June", c1="West")),
    Asked("What is the mean number of units in April?", _mean(SALES, 2, c0="April")),
    Asked(
        "What was the maximum revenue in January?", max(row[3] for row in SALES if row[0] == "January"), ("January",)
    ),
    Asked("Total units sold in the South?", _sum(SALES, 2, c1="South")),
    Asked("Wie hoch ist der Umsatz insgesamt in den Filialen?", _sum(BRANCHES, 1)),
    Asked("Welche Filiale hat die wenigsten Mitarbeiter?", 3, ("Trier",)),
    Asked("Wie viele Mitarbeiter haben alle Filialen zusammen?", _sum(BRANCHES, 2)),
    Asked("Wie hoch war der gesamte Umsatz der Filialen im Februar 2024?", 10250.75 + 640.4),
    Asked("Welche Filialen haben mindestens 9 Mitarbeiter?", None, ("Köln", "Aachen", "Mainz")),
    Asked("Which product is the cheapest?", 3.4, ("Bulb",)),
    Asked("What is the average price of the products?", _mean(PRODUCTS, 2)),
    Asked("Which products have less than 10 in stock?", None, ("Drill", "Hose")),
    Asked("List the garden products with a price over 20", None, ("Spade", "Hose")),
    Asked("How many products cost less than 20?", 4),
    Asked("How many days did the trips take in total?", _sum(TRIPS, 1)),
    Asked("What was the highest cost of a trip?", 1430.25, ("Rome",)),
    Asked("What is the average cost of the trips?", _mean(TRIPS, 2)),
    Asked("Which machine is the heaviest?", 1850, ("Press B",)),
    Asked("What is the average power of the machines in Hall 1?", _mean(MACHINES, 1, c3="Hall 1")),
    Asked("Quel est le montant moyen des dépenses d'électricité ?", _mean(EXPENSES, 1, c0="Électricité")),
    Asked("Quel est le total des dépenses ?", _sum(EXPENSES, 1)),
    Asked("¿Cuál es el importe total de los gastos de papel?", _sum(COSTS, 1, c0="Papel")),
    Asked("¿Cuál es el importe más alto?", 2300.75, ("Muebles",)),
    Asked("Who in Sales has the highest salary?", 52000, ("Ann",)),
    Asked("What is the average age in the Support department?", _mean(STAFF, 3, c1="Support")),
    Asked("How many staff earn more than 50000?", None),
    Asked("What is the total salary except for Research?", None),
    Asked("What was the total rainfall?", None),
)

FRESH = (
    Asked("What is the total revenue?", _sum(SALES, 3)),
    Asked("What is the average revenue in February?", _mean(SALES, 3, c0="February")),
    Asked("How many units were sold in total in April?", _sum(SALES, 2, c0="April")),
    Asked(
        "Which region had the lowest revenue in March?", min(row[3] for row in SALES if row[0] == "March"), ("North",)
    ),
    Asked(
        "What is the sum of units in the North and the South?", _sum(SALES, 2, c1="North") + _sum(SALES, 2, c1="South")
    ),
    Asked("What was the highest number of units in January?", max(row[2] for row in SALES if row[0] == "January")),
    Asked("Was ist der niedrigste Umsatz?", 640.4, ("Trier",)),
    Asked("Wie viele Mitarbeiter haben die Filialen im Durchschnitt?", _mean(BRANCHES, 2)),
    Asked("Welche Filiale hat die meisten Mitarbeiter?", 15, ("Mainz",)),
    Asked("Welche Filialen haben weniger als 9.000 Umsatz?", None, ("Bonn", "Trier")),
    Asked("Wie hoch ist die Summe der Umsätze im Januar 2024?", 12345.5 + 8999.0),
    Asked("What is the total stock?", _sum(PRODUCTS, 3)),
    Asked("Which garden product is the most expensive?", 34.2, ("Hose",)),
    Asked("Which products have more than 30 in stock?", None, ("Hammer", "Lamp", "Bulb")),
    Asked("How many lighting products are there?", 2),
    Asked("What is the average stock of tools?", _mean(PRODUCTS, 3, c1="tools")),
    Asked("What is the lowest price of the tools?", 12.5, ("Hammer",)),
    Asked("How many days did Amara travel in total?", None),
    Asked("What is the average number of days of the trips?", _mean(TRIPS, 1)),
    Asked("Which trips cost more than 1000?", None, ("Lisbon", "Rome")),
    Asked("How many machines are in Hall 1?", 2),
    Asked("Which machines weigh less than 700?", None, ("Lathe", "Robot")),
    Asked("What is the total power of all machines?", _sum(MACHINES, 1)),
    Asked("Quelle est la moyenne des montants ?", _mean(EXPENSES, 1)),
    Asked("Quel est le montant le plus élevé en février ?", 1200.0, ("Loyer",)),
    Asked("¿Cuál es el promedio de los importes de junio?", _mean(COSTS, 1, c2="junio")),
    Asked("Who is the oldest employee?", 58, ("Gus",)),
    Asked("What is the total of the salaries in Sales?", _sum(STAFF, 2, c1="Sales")),
    Asked("What is the median salary?", None),
    Asked("What is the average age per department?", None),
)
