"""Numbers in the format General, and stored numbers as they are."""

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

PRECISION = Context(prec=15, rounding=ROUND_HALF_UP)  # spreadsheets keep no more digits
_LARGEST = 308  # exponent of ten
_LONGEST_SMALL = 11  # characters of a number below 0.0001 that is written without an exponent
_MOST_DIGITS = 10  # of the fraction of a number that stands beside its rounded form
_LONGEST_PLAIN = 15  # characters


def stored(raw: str) -> Decimal | None:
    """A number as a file stores it, in fifteen digits; None for what is no number."""
    try:
        number = PRECISION.create_decimal(raw.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() <= _LARGEST else None


def general(number: Decimal) -> str:
    """A number without a format: all its digits, up to fifteen, or with an exponent."""
    if not number:
        return "0"
    exponent = number.adjusted()
    if exponent > 20:
        return _scientific(number)
    text = _trimmed(f"{number:f}")
    return _scientific(number) if exponent < -4 and len(text) > _LONGEST_SMALL else text


def beside(number: Decimal) -> str:
    """A number that stands beside its rounded form: an integer whole, else ten digits."""
    if number == number.to_integral_value():
        return general(number)
    return general(Context(prec=_MOST_DIGITS, rounding=ROUND_HALF_UP).plus(number))


def plain(raw: str) -> bool:
    """Whether the text of a stored number is its general form."""
    body = raw.removeprefix("-")
    if len(body) > _LONGEST_PLAIN or not body.isascii():
        return False
    if body.isdigit():
        return body[0] != "0" or (body == "0" and raw == body)
    whole, _, fraction = body.partition(".")
    if not (whole.isdigit() and fraction.isdigit()):
        return False
    return fraction[-1] != "0" and (whole[0] != "0" or (whole == "0" and not fraction.startswith("000")))


def _scientific(number: Decimal) -> str:
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
    mantissa = f"{digits[0]}.{digits[1:]}".rstrip(".")
    exponent = number.adjusted()
    return f"{'-' * number.is_signed()}{mantissa}E{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
