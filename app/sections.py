"""The section around a passage: chunk ids go in, the neighbouring chunks under the same headings come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from app.core.database import reachable
from app.core.domain import SectionChunk, location_of
from app.core.errors import NotFoundError
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_OPENED = 40  # chunks before and after, when a section is opened: about 14,000 tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Chunks in reading order, without a gap, all under the same headings."""

    chunks: tuple[SectionChunk, ...]

    @property
    def text(self) -> str:
        """The chunks as one text; an overlap appears once."""
        text = self.chunks[0].text
        for before, after in zip(self.chunks, self.chunks[1:], strict=False):
            overlap = before.end_char - after.start_char
            text += after.text[overlap:] if overlap > 0 else f"\n{after.text}"
        return text

    @property
    def location(self) -> str:
        """Where the section stands in its document: "pages 3–4", or "" for a document without parts."""
        first, last = self.chunks[0], self.chunks[-1]
        return location_of(first.part_kind, first.part_first, last.part_last or last.part_first, first.part_name)


class Sections:
    """Reads sections. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def around(self, chunk_ids: Sequence[int], *, reach: int) -> Mapping[int, Section]:
        """Chunk id -> its section, at most `reach` chunks before and after it; deleted chunks are left out."""
        rows: dict[int, list[SectionChunk]] = {}
        params = {"chunk_ids": list(chunk_ids), "reach": reach}
        with reachable(self._engine) as connection:
            for row in connection.execute(_QUERIES["near"], params).mappings():
                values = dict(row)
                rows.setdefault(values.pop("of_chunk"), []).append(SectionChunk(**values))
        return {chunk_id: Section(chunks=_run(near, chunk_id)) for chunk_id, near in rows.items()}

    def open(self, chunk_id: int) -> Section:
        """The section of a passage. Raises NotFoundError when the passage was deleted."""
        found = self.around([chunk_id], reach=_OPENED)
        if chunk_id not in found:
            raise NotFoundError(
                f"There is no passage {chunk_id}: its document was deleted or ingested again.", fix="Search again."
            )
        return found[chunk_id]


def _run(near: Sequence[SectionChunk], chunk_id: int) -> tuple[SectionChunk, ...]:
    """The chunks that touch each other and hold the given one; another section may stand between equal headings."""
    at = next(index for index, chunk in enumerate(near) if chunk.chunk_id == chunk_id)
    first = last = at
    while first > 0 and near[first - 1].ordinal == near[first].ordinal - 1:
        first -= 1
    while last + 1 < len(near) and near[last + 1].ordinal == near[last].ordinal + 1:
        last += 1
    return tuple(near[first : last + 1])
