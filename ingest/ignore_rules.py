"""Which files below a folder are documents: hidden ones, what .gitignore names, and the user's own globs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from app.core.errors import SettingsError

_NEVER = frozenset((".git", ".hg", ".svn", "Thumbs.db", "desktop.ini", "__MACOSX"))  # no person's documents, ever
_LARGEST_IGNORE_FILE = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Ignores:
    """The patterns of one .gitignore; they hold below its folder."""

    folder: str
    spec: GitIgnoreSpec

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """True: left out; False: taken back in by a ! pattern; None: says nothing about it."""
        relative = os.path.relpath(path, self.folder) if self.folder == os.sep else path[len(self.folder) + 1 :]
        return self.spec.check_file(relative + "/" if is_folder else relative).include


Chain = tuple[Ignores, ...]  # outermost first


class Rules:
    """Asked for each entry of a folder; what is named on the command line itself is never asked for.

    include and exclude are patterns as in .gitignore, read from the folder named; include speaks of files only.
    Raises SettingsError for a pattern that is none.
    """

    def __init__(
        self,
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        gitignore: bool = True,
        hidden: bool = False,
    ) -> None:
        self._include = _spec(include) if include else None
        self._exclude = _spec(exclude) if exclude else None
        self._gitignore = gitignore
        self._hidden = hidden

    def wanted(self, root: str, path: str, chain: Chain, *, is_folder: bool) -> bool:
        """Whether an entry at path, found below root, is to be taken or looked into."""
        name = os.path.basename(path)
        if name in _NEVER or name.startswith("~$") or (name.startswith(".") and not self._hidden):
            return False
        relative = os.path.relpath(path, root) if root == os.sep else path[len(root) + 1 :]
        shown = relative + "/" if is_folder else relative
        if self._exclude is not None and self._exclude.match_file(shown):
            return False
        if self._include is not None and not is_folder and not self._include.match_file(shown):
            return False
        for ignores in reversed(chain):
            verdict = ignores.verdict(path, is_folder=is_folder)
            if verdict is not None:
                return not verdict
        return True

    def chain_above(self, folder: str) -> Chain:
        """The .gitignore files between the top of a repository and a folder inside it, the folder's own left out."""
        parents = [str(parent) for parent in Path(folder).parents]
        top = next((place for place, parent in enumerate(parents) if os.path.exists(os.path.join(parent, ".git"))), -1)
        if not self._gitignore or top < 0 or os.path.exists(os.path.join(folder, ".git")):
            return ()
        chain: Chain = ()
        for parent in reversed(parents[: top + 1]):
            chain = self.chain_in(parent, chain)
        return chain

    def chain_in(self, folder: str, chain: Chain) -> Chain:
        """What holds inside a folder: its own .gitignore, if there is one, beneath those above."""
        path = os.path.join(folder, ".gitignore")
        if not self._gitignore or not os.path.isfile(path):
            return chain
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.read(_LARGEST_IGNORE_FILE).splitlines()
            return (*chain, Ignores(folder, GitIgnoreSpec.from_lines(lines)))
        except (OSError, ValueError):  # unreadable, or no pattern file at all: then it hides nothing
            return chain


def _spec(patterns: Sequence[str]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise SettingsError(
            f"{', '.join(patterns)} is no file pattern ({error}): write it as in .gitignore."
        ) from error
