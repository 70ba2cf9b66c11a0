"""What was done with documents, in lines for people."""

from collections.abc import Iterable, Sequence

_MOST_NAMES = 3


def numbers(values: object) -> tuple[int, ...]:
    """Ids that a browser sent; what is no whole number is left out."""
    return tuple(value for value in values if type(value) is int) if isinstance(values, Iterable) else ()


def uploaded(names: Sequence[str], collection: str, *, refused: int) -> tuple[str, ...]:
    """A summary after an upload; empty when nothing was stored."""
    if not names:
        return ()
    shown = ", ".join(names[:_MOST_NAMES]) + (
        f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    )
    files = "1 file is" if len(names) == 1 else f"{len(names)} files are"
    left = f" {refused} could not be stored." if refused else ""
    return (f"{files} stored in {collection} and queued for the worker: {shown}.{left}",)


def forgotten(answers: int) -> str:
    """A line after words were removed from kept answers."""
    return f"The words are removed from {answers:,} kept answer{'' if answers == 1 else 's'}."


def moved_lines(addresses: Sequence[str], collection: str, *, of: int) -> tuple[str, ...]:
    """A summary after documents were moved. of: how many were to be moved."""
    count = len(addresses)
    lines = [f"{count} document{' is' if count == 1 else 's are'} now in {collection}."]
    if count < of:
        lines.append(
            f"{of - count} stayed: members of an archive move with it, {collection} has the same file already, or the "
            "upload is not stored yet."
        )
    if any(not address.startswith("upload:") for address in addresses):
        lines.append("A folder or web site that is ingested again brings its files back into its own collection.")
    return tuple(lines)
