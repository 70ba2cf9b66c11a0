"""Page numbers as people write them."""

_MOST = 20  # ranges


def pages(numbers: list[int]) -> str:
    """ "page 3" or "pages 1–4, 9", from sorted numbers."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    text = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges[:_MOST])
    more = " and more" if len(ranges) > _MOST else ""
    return f"{'page' if len(numbers) == 1 else 'pages'} {text}{more}"
