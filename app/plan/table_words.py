"""Words of questions over the cells of a table, in English, German, French and Spanish."""

import re

# The first operation of which a word stands in the question; "how many" comes last.
OPERATIONS = {
    "average": (
        r"(?:on )?average|mean|avg|durchschnitt(?:lich(?:e[nrs]?)?)?|mittelwert|mittlere[rns]?|im schnitt"
        r"|(?:en )?moyenne|moyen(?:ne)?|promedio|media|en promedio"
    ),
    "sum": (
        r"(?:in )?total|sum(?: of)?|altogether|combined|overall|add up|added up|summe|gesamt\w*|insgesamt|zusammen"
        r"|somme|(?:au|en) total|totale?s?|totaux|cumulée?s?|suma|en total|totales"
    ),
    "maximum": (
        r"highest|largest|maximum|max|biggest|greatest|most(?: expensive)?|longest|heaviest"
        r"|oldest|höchste[rnsm]?|älteste[rnsm]?|größte[rnsm]?"
        r"|maximal\w*|meisten?|teuerste[rnsm]?|längste[rnsm]?|schwerste[rnsm]?|(?:le |la "
        r"|les )?plus (?:grande?s?|élevée?s?"
        r"|hauts?|hautes?|chers?|chères?|longs?|longues?)|maxim(?:al|um|ale)|mayor|máxim[oa]"
        r"|más (?:alt[oa]|car[oa]|grande"
        r"|larg[oa])|le plus|la plus|más"
    ),
    "minimum": (
        r"lowest|smallest|minimum|min|least|cheapest|fewest|shortest|lightest|youngest|niedrigste[rnsm]?|jüngste[rnsm]?|kleinste[rnsm]?"
        r"|geringste[rnsm]?|minimal\w*|wenigsten?|billigste[rnsm]?|günstigste[rnsm]?|kürzeste[rnsm]?|leichteste[rnsm]?"
        r"|(?:le |la |les )?plus (?:petite?s?|basse?s?|bas|faibles?|courte?s?)|moins (?:chers?"
        r"|chères?|élevée?s?)|minim(?:al|um|ale)"
        r"|menor|mínim[oa]|más (?:baj[oa]|barat[oa]|pequeñ[oa]|cort[oa])|le moins|la moins|menos"
    ),
    "count": r"how many|number of|wie viele|wieviele|anzahl(?: der)?|combien d[e'’]|nombre d[e'’]"
    r"|cuánt[oa]s|número de|count",
    "filter": r"which|what|list|show|welche[rsn]?|zeige?|liste|quel(?:le)?s?|montre[rz]?|qué|cuáles|lista|muestra",
}
# A number and how a cell compares with it.
COMPARED = {
    ">": (
        r"more than|over|above|greater than|larger than|higher than|exceed(?:s|ing)?|mehr als|über|größer als|höher als"
        r"|plus de|supérieure?s? à|au-dessus de|más de|mayor(?:es)? (?:que|de|a)|superior(?:es)? a"
    ),
    ">=": r"at least|no less than|mindestens|wenigstens|au moins|al menos|por lo menos",
    "<": (
        r"less than|under|below|fewer than|smaller than|lower than|cheaper than|weniger als|unter"
        r"|kleiner als|niedriger als"
        r"|moins de|inférieure?s? à|en dessous de|menos de|menor(?:es)? (?:que|de|a)|inferior(?:es)? a"
    ),
    "<=": r"at most|no more than|up to|höchstens|maximal|au plus|como máximo|a lo sumo",
}
# Words that say nothing about which cells are meant.
GENERIC = frozenset(
    "table tables row rows entry entries value values figure figures cell cells column sheet spreadsheet file csv list "
    "listed according recorded given data amount all each every different per sold earned spent paid made got ordered "
    "produced counted were was are is has have had did does do there what which how many "
    "much tabelle zeile zeilen eintrag "
    "einträge wert werte spalte datei laut aller alle jede verkauft bezahlt ausgegeben hatte "
    "hatten gab gibt wurden wurde "
    "betrag welche welcher welches tableau ligne lignes valeur valeurs fichier selon tous toutes vendu vendus vendues "
    "dépensé payé ont été eu avait tabla fila filas valor valores archivo según todos todas vendido vendidos vendidas "
    "vendieron gastado pagado tiene tienen hubo fue fueron son más plus list show zeige muestra montre number than "
    "together zusammen name names hoch high viel groß work works working arbeiten arbeitet travaillent travaille "
    "war waren todo todos dos sin car bin wäre "
    "trabajan trabaja take took takes dauern dauerten cuál cuáles quel quelle".split()
)
# Words that mean the same column.
SAME = (
    frozenset(
        "cost costs price prices expensive cheapest cheaper kostet kosten preis preise teuerste "
        "teuersten teuer billigste "
        "günstigste prix coûte coûtent coût chers cher chère chères precio precios cuesta "
        "cuestan coste caro cara barato "
        "barata".split()
    ),
    frozenset("revenue sales turnover umsatz umsätze ventes chiffre ventas facturación".split()),
    frozenset("quantity units pieces qty menge stück anzahl stückzahl quantité unités cantidad unidades".split()),
    frozenset(
        "weight heavy heaviest weigh weighs lightest gewicht schwerste leichteste wiegt poids pèse peso pesa".split()
    ),
    frozenset("length long longest shortest länge längste kürzeste longueur longue longues larga longitud".split()),
    frozenset("age old oldest youngest älteste ältester jüngste jüngster alter âge edad".split()),
    frozenset(
        "staff employees people headcount mitarbeiter beschäftigte employés personnes empleados personas".split()
    ),
)
TOTALS = re.compile(
    r"(?:grand |sub)?totals?(?: général| general)?|sum(?:me)?|gesamt(?:summe)?|zwischensumme"
    r"|insgesamt|somme|suma|all|average"
    r"|mean|durchschnitt|moyenne|promedio",
    re.IGNORECASE,
)
