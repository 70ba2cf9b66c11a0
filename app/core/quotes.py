"""The quoted words of a question, whatever marks they stand between."""

import re
from dataclasses import dataclass

MOST = 5  # quoted runs of a question that are looked for
_LONGEST = 200  # characters of one
# The same mark on both sides, or an opening and a closing one; German and French ones also the other way round. An
# apostrophe or an inch mark (5" pipe) has no blank or bracket before it, so it opens nothing.
_QUOTED = re.compile(
    r"(?:(?<=[\s(\[{,;:¿¡])|^)"
    r'(?:"([^"\n]+)"|“([^”“\n]+)[”“]|„([^“”"\n]+)[“”"]|«\s*([^»\n]+?)\s*»|»([^«\n]+)«|「([^」\n]+)」|『([^』\n]+)』)'
    r"(?=$|[\s)\]},;:.!?])|「([^」\n]+)」|『([^』\n]+)』"
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u9fff]")  # scripts without spaces between words


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoted:
    """The runs of words in quotation marks, and whether the question is nothing else."""

    runs: tuple[str, ...] = ()
    only: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """The runs that a passage must hold to come first: a single word only where nothing else is asked.

        Within a sentence a word in quotation marks is often just a doubtful one.
        """
        return self.runs if self.only else tuple(run for run in self.runs if " " in run or _UNSPACED.search(run))

    def __str__(self) -> str:
        return " and ".join(f"“{run}”" for run in self.runs)


def quoted(question: str) -> Quoted:
    """The quoted runs of a question, at most 5, without repetition; single and odd marks are ordinary characters."""
    matches = list(_QUOTED.finditer(question))
    runs = [" ".join(next(group for group in match.groups() if group).split())[:_LONGEST] for match in matches]
    runs = [run for run in dict.fromkeys(runs) if any(letter.isalnum() for letter in run)]
    rest = _QUOTED.sub(" ", question)
    return Quoted(runs=tuple(runs[:MOST]), only=bool(runs) and not any(letter.isalnum() for letter in rest))
