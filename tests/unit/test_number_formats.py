"""Stored numbers of spreadsheets are written as the program shows them; expected values checked against LibreOffice.

Where LibreOffice differs from Excel (days before March 1900, which it counts from another day), Excel decides.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.load.number_formats.built_in import built_in
from ingest.load.number_formats.number_format import NumberFormat

_EURO = '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-'
_ACCOUNTING = '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)'
_PHONE = "[<=9999999]###-####;(###) ###-####"

NUMBERS = [
    ("General", "5.0", "5"),
    ("General", "-0.25", "-0.25"),
    ("General", "0.30000000000000004", "0.3"),
    ("General", "4006381333931", "4006381333931"),
    ("General", "1.2345E-7", "1.2345E-07"),
    ("General", "1e21", "1E+21"),
    ('General" units"', "12", "12 units"),
    ("0", "1234.5", "1235 (1234.5)"),
    ("0.00", "2.675", "2.68 (2.675)"),
    ("0.00", "3.66666666666667", "3.67 (3.66667)"),
    ("#,##0", "1234567.891234", "1,234,568 (1234567.89)"),
    ("#,##0", "1234567", "1,234,567"),
    ("#,##0.00", "1234.5", "1,234.50"),
    ("#,##0.##", "1234", "1,234"),
    ("0.0#", "1.25", "1.25"),
    (".00", "0.5", ".50"),
    ("#", "0", ""),
    ("00000", "1234", "01234"),
    ("000-00-0000", "123456789", "123-45-6789"),
    (_PHONE, "5551234", "555-1234"),
    (_PHONE, "5551234567", "(555) 123-4567"),
    ("0%", "0.075", "8% (7.5%)"),
    ("0.00%", "0.075", "7.50%"),
    ("0.0%", "-0.0455", "-4.6% (-4.55%)"),
    ('0.0"%"', "7.5", "7.5%"),
    ("0.0\\%", "7.5", "7.5%"),
    ('"€"#,##0.00', "1234.5", "€1,234.50"),
    ('"€"#,##0.00', "-5", "-€5.00"),
    ("#,##0.00\\ [$€-407]", "1234.4967", "1,234.50 € (1234.4967)"),
    ("[$£-809]#,##0.00", "1234.5", "£1,234.50"),
    ("[$R$-416] #,##0.00", "8", "R$ 8.00"),
    ("[$CHF-807] 0.00", "8", "CHF 8.00"),
    (_EURO, "1234.5", "1,234.50 €"),
    (_EURO, "-1234.5", "-1,234.50 €"),
    (_EURO, "0", "- €"),
    (_ACCOUNTING, "1234.5", "$1,234.50"),
    (_ACCOUNTING, "-1234.5", "$(1,234.50)"),
    ("#,##0.0,", "12345678", "12,345.7 (12345678)"),
    ('0.0,,"M"', "1200000", "1.2M"),
    ("0.00E+00", "123000", "1.23E+05"),
    ("0.00E+00", "0.00012345", "1.23E-04 (0.00012345)"),
    ("0.0E-0", "99950", "1.0E5 (99950)"),
    ("##0.0E+0", "1234500", "1.2E+6 (1234500)"),
    ("##0.0E+0", "12000", "12.0E+3"),
    ("# ?/?", "1.5", "1 1/2"),
    ("# ?/?", "0.5", "1/2"),
    ("# ?/?", "3", "3"),
    ("# ?/?", "0.99999999", "1 (0.99999999)"),
    ("# ??/??", "0.333", "1/3 (0.333)"),
    ("# ??/16", "0.3125", "5/16"),
    ("# ?/2", "-2.5", "-2 1/2"),
    ("?/?", "1.25", "5/4"),
    ('0;-0;"zero"', "0", "zero"),
    ("0.00;[Red]0.00", "-1234.5", "1234.50 (-1234.5)"),
    ("0;(0)", "-7", "(7)"),
    ("0;-0;;@", "0", ""),
    (";;;", "12", "12"),
    ('[>=90]"Pass";"Fail"', "93", "Pass (93)"),
    ('[=1]"Yes";[=0]"No";0', "1", "Yes"),
    ('[=1]"Yes";[=0]"No";0', "-3", "-3"),
    ('[<1000]0;[<1000000]0.0,"k";0.0,,"M"', "2500000", "2.5M"),
    ('[Red][<0]0" below";0" above"', "-4", "4 below (-4)"),
    ("+0;-0;0", "4", "+4"),
    ("0.0 \\m", "2.5", "2.5 m"),
    ("0.00", "not a number", "not a number"),
    ("0.00", "NaN", "NaN"),
]
MOMENTS = [
    ("d mmmm yyyy", "46096", "15 March 2026"),
    ("dddd, d. mmm yyyy", "46096", "Sunday, 15. Mar 2026"),
    ("yyyy-mm-dd", "46096", "2026-03-15"),
    ("yyyy-mm-dd hh:mm:ss", "46096.395833333336", "2026-03-15 09:30:00"),
    ("dd/mm/yyyy", "46115", "03/04/2026 (2026-04-03)"),
    ("m/d/yyyy h:mm", "46096.75", "3/15/2026 18:00 (2026-03-15 18:00)"),
    ("mmm yy", "46082", "Mar 26 (2026-03-01)"),
    ("mmmm yyyy", "46082", "March 2026"),
    ("mmmm yyyy", "46096", "March 2026 (2026-03-15)"),
    ("yyyy-mm-dd", "46096.5", "2026-03-15 (2026-03-15 12:00)"),
    ("[$-407]d. mmmm yyyy;@", "46096", "15. März 2026"),
    ("[$-de-AT]d. mmm yyyy", "46096", "15. Mrz 2026"),
    ("[$-40C]dddd d mmmm yyyy", "46096", "dimanche 15 mars 2026"),
    ("[$-415]d mmmm yyyy", "46096", "15 marca 2026"),
    ("[$-415]mmmm yyyy", "46082", "marzec 2026"),
    ("[$-419]d mmmm yyyy", "46096", "15 марта 2026"),
    ('[$-411]yyyy"年"m"月"d"日"', "46096", "2026年3月15日"),
    ('[$-411]ggge"年"m"月"d"日"', "46096", "令和8年3月15日 (2026-03-15)"),
    ("[$-41E]d mmmm bbbb", "46096", "15 มีนาคม 2569 (2026-03-15)"),
    ("[$-F800]dddd, mmmm dd, yyyy", "46096", "2026-03-15"),
    ("[$-170000]dd/mm/yyyy", "46096", "2026-03-15"),
    ("h:mm AM/PM", "0.395833333333333", "9:30 AM"),
    ("h:mm AM/PM", "0.5", "12:00 PM"),
    ("h:mm", "0.395988", "9:30 (09:30:13)"),
    ("h:mm", "1.5", "12:00 (36:00:00)"),
    ("[h]:mm", "1.1041666666666667", "26:30"),
    ("[h]:mm:ss", "0.0007523148148148148", "0:01:05"),
    ("[mm]:ss", "0.0645", "92:53"),
    ("mm:ss.0", "0.0007529", "01:05.1"),
    ("mm:ss", "0.0645", "32:53 (01:32:53)"),
    ('hh"h"mm', "0.3958333", "09h30"),
    ("h:mm:ss", "0.999999", "0:00:00 (24:00:00)"),
    ("yyyy-mm-dd", "60", "1900-02-29"),
    ("yyyy-mm-dd", "61", "1900-03-01"),
    ("yyyy-mm-dd", "1", "1900-01-01"),
    ("yyyy-mm-dd", "2958465", "9999-12-31"),
    ("yyyy-mm-dd", "2958466", "2958466"),
    ("yyyy-mm-dd", "-1", "-1"),
]


@pytest.mark.parametrize(("code", "stored", "shown"), [*NUMBERS, *MOMENTS])
def test_a_stored_number_is_written_as_shown_and_in_full_beside_it_where_that_says_less(
    code: str, stored: str, shown: str
) -> None:
    assert str(NumberFormat(code).number(stored)) == shown


@pytest.mark.parametrize(
    ("number", "stored", "shown"),
    [
        (9, "0.5", "50%"),
        (14, "46096", "2026-03-15"),
        (22, "46096.5", "2026-03-15 12:00"),
        (18, "0.75", "6:00 PM"),
        (44, "-3", "$(3.00)"),
        (49, "12", "12"),
        (163, "1.5", "1.5"),
    ],
)
def test_formats_known_by_number_alone(number: int, stored: str, shown: str) -> None:
    assert str(NumberFormat(built_in(number)).number(stored)) == shown


def test_days_can_be_counted_from_1904() -> None:
    assert str(NumberFormat("yyyy-mm-dd", from_1904=True).number("44634")) == "2026-03-15"
    assert str(NumberFormat("yyyy-mm-dd", from_1904=True).number("2957004")) == "2957004"


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        ("0.00", "twelve", "twelve"),
        ('"No. "@', "A7", "No. A7"),
        ('0;-0;0;"Item "@', "A7", "Item A7"),
        (";;;", "kept", "kept"),
        (_EURO, "none", "none"),
    ],
)
def test_a_text_keeps_its_words_in_every_format(code: str, text: str, shown: str) -> None:
    assert NumberFormat(code).text(text) == shown


def test_a_number_that_its_format_hides_is_not_lost() -> None:
    shown = NumberFormat(";;;").number("12")
    assert (shown.text, shown.beside) == ("", "12")


_CODES = st.text(st.sampled_from('0#?.,%E+-/ymdhsge@[]$";\\_* AMPMGeneral407€<>=1:') | st.characters(), max_size=40)


@given(_CODES, st.floats(allow_nan=True, allow_infinity=True) | st.text(max_size=20))
def test_no_code_and_no_value_stops_the_reader(code: str, value: float | str) -> None:
    number_format = NumberFormat(code)
    assert isinstance(str(number_format.number(str(value))), str)
    assert isinstance(number_format.text(str(value)), str)
