"""Page numbers go in, how people write them comes out."""

_MOST = 20  # ranges


def pages(numbers: list[int]) -> str:
    """ "page 3" or "pages 1–4, 9"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    said = ", ".join("–".join(map(str, dict.fromkeys(one))) for one in ranges[:_MOST])
    return f"{'page' if len(numbers) == 1 else 'pages'} {said}{' and more' if len(ranges) > _MOST else ''}"
