"""When a candidate's document dates from, and how well that is what a question wants."""

from dataclasses import dataclass

from app.core.dates import Stamp, stamps, version, years
from app.core.domain import Hit
from app.prefer.wish import Wish

_UNNAMED = Stamp(0)
_FIRST_VERSION = (1,)  # of a name without a number beside names with one
# Which of two names of one document is the later state.
_EARLY = frozenset("draft entwurf brouillon borrador ébauche old alt ancien antiguo vorläufig preliminary".split())
_LATE = frozenset("final endfassung finale definitiv définitif definitivo signed unterschrieben approved".split())

Moment = tuple[Stamp, tuple[int, ...], int, float]  # date, version, state, time of the file; larger is later


@dataclass(frozen=True, kw_only=True, slots=True)
class Dating:
    """The dates and the version of one candidate."""

    named: tuple[Stamp, ...]  # in the file's name, else in title and headings
    in_text: frozenset[int]  # years in the passage
    version: tuple[int, ...]
    state: int  # -1 a draft, 1 a final form, else 0
    changed: float  # seconds of the file's last change, 0 when it is not known
    changed_on: Stamp | None

    @property
    def date(self) -> Stamp | None:
        """The date in the name, else that of the file's last change."""
        return max(self.named) if self.named else self.changed_on

    def agreement(self, wish: Wish) -> int:
        """0..3: how well the dates in the question fit. A year in the name counts more than one in the text."""
        if any(wanted.covers(named) or named.covers(wanted) for wanted in wish.stamps for named in self.named):
            return 3
        if any(wanted.year in self.in_text for wanted in wish.stamps):
            return 1 if self.named else 2
        fits = self.changed_on is not None and any(wanted.covers(self.changed_on) for wanted in wish.stamps)
        return 1 if fits and not self.named else 0

    def moment(self, *, by_name: bool, by_version: bool) -> Moment:
        """What versions are sorted by. by_name, by_version: whether any of the versions has a date or a number."""
        date = (self.date or _UNNAMED) if by_name else _UNNAMED
        number = (self.version or _FIRST_VERSION) if by_version else ()
        return date, number, self.state, self.changed


def dating_of(hit: Hit, *, read_text: bool) -> Dating:
    """The dating of a candidate. read_text: look for years in the passage too, which takes longer."""
    named = stamps(hit.name) or stamps(hit.title) or stamps(hit.heading)
    words = set(hit.name.lower().replace("_", " ").replace("-", " ").replace(".", " ").split())
    return Dating(
        named=named,
        in_text=years(hit.text) if read_text else frozenset(),
        version=version(hit.name) or version(hit.title),
        state=bool(words & _LATE) - bool(words & _EARLY),
        changed=hit.dated.timestamp() if hit.dated else 0.0,
        changed_on=Stamp(hit.dated.year, hit.dated.month, hit.dated.day) if hit.dated else None,
    )
