"""How well a question's tokens are matched in a passage, in six ways; the same as training's PairReranker.matches."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

STRETCHES = (9, 17, 33, 65)  # tokens of a passage in which a question may find all it asks for near together
WAYS = 2 + len(STRETCHES)
_NOWHERE = -2.0  # below any cosine


def matches(question: Floats, weights: Floats, passage: Floats) -> Floats:
    """Weighted mean of each question token's best cosine, -1..1, in each way: [6].

    Anywhere in the passage; within the best stretch of 9, 17, 33 and 65 tokens, the same for all question tokens; and
    in order, together with the token after it. `question` [tokens, dimension] and `passage` [tokens, dimension] have
    rows of unit length, `weights` [tokens] add up to 1.
    """
    similar = question @ passage.T
    best = similar.max(axis=1)
    ways = [float(best @ weights)]
    ways += [float((weights @ _within(similar, stretch)).max()) for stretch in STRETCHES]
    after = np.full_like(similar, _NOWHERE)
    after[:-1, :-1] = similar[1:, 1:]
    in_order = np.maximum(((similar + after) / 2).max(axis=1), best - 1.0)
    ways.append(float(in_order @ weights))
    return np.array(ways, np.float32)


def _within(similar: Floats, stretch: int) -> Floats:
    """The largest cosine within `stretch` passage tokens around each one; the shape stays."""
    half = stretch // 2
    near = np.pad(similar, ((0, 0), (half, half)), constant_values=_NOWHERE)
    width = 1
    while width < stretch:  # two windows side by side make one of their joint width
        step = min(width, stretch - width)
        near = np.maximum(near[:, :-step], near[:, step:])
        width += step
    return near
