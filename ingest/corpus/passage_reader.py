"""Stored passages go in, their vectors by another model come out, as ingestion by that model would give them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row

from app.core.domain import HEADING_SEPARATOR
from app.core.models.embedding import Embedder, Matrix, unit
from app.core.names import identity
from ingest.chunk.contexts import Contexts


class PassageReader:
    """Embeds rows with id, text, heading, title, source_uri and name."""

    def __init__(self, embedder: Embedder) -> None:
        self.long: set[int] = set()  # ids of passages longer than the model reads
        self._embedder = embedder

    def vectors(self, rows: Sequence[Row[Any]]) -> Matrix:
        """One vector per passage, of the text that ingestion embeds: identity, title and headings, then the passage."""
        pieces: list[str] = []
        owners: list[int] = []
        contexts: dict[tuple[str, ...], Contexts] = {}
        for number, row in enumerate(rows):
            names = identity(row.source_uri, row.name, row.title)
            key = (row.title, *names)
            context = contexts.get(key) or contexts.setdefault(key, Contexts(row.title, self._embedder, names))
            path = row.heading.removeprefix(row.title).removeprefix(HEADING_SEPARATOR)
            before = context.text(tuple(path.split(HEADING_SEPARATOR)) if path else ())
            texts = [f"{before}\n{row.text}" if before else row.text]
            if self._embedder.count_tokens(texts)[0] > self._embedder.max_tokens:
                texts = self._fitting(row.text)
                if len(texts) > 1:
                    self.long.add(row.id)
            pieces += texts
            owners += [number] * len(texts)
        sums = np.zeros((len(rows), self._embedder.dimension), np.float32)
        np.add.at(sums, owners, self._embedder.embed(pieces))
        return unit(sums)

    def _fitting(self, text: str) -> list[str]:
        """The text, halved until the model reads every piece whole."""
        if self._embedder.count_tokens([text])[0] <= self._embedder.max_tokens or len(text) < 2:
            return [text]
        half = len(text) // 2
        middle = max(text.rfind(" ", len(text) // 4, half), text.rfind("\n", len(text) // 4, half)) + 1 or half
        return [*self._fitting(text[:middle]), *self._fitting(text[middle:])]
