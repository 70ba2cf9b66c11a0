"""A line from one model's scores to those of the built-in model of its kind, so that floors and weights fit any."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """Standardised score = slope × score + shift."""

    slope: float = 1.0  # above 0, so that no order changes
    shift: float = 0.0
    note: str = ""  # for people: that it was measured just now, or why it could not be

    @property
    def plain(self) -> bool:
        """Whether scores stay as they are."""
        return self.slope == 1.0 and self.shift == 0.0

    def of(self, score: float) -> float:
        """The standardised score."""
        return self.slope * score + self.shift


AS_IS = Scale()


def as_is() -> Scale:
    """The scale of a model whose scores the floors and weights were chosen for."""
    return AS_IS
