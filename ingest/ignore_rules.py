"""Rules for which files below a folder are ingested: hidden files, .gitignore files and the user's own patterns."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from app.core.errors import SettingsError

_NEVER = frozenset(
    (".git", ".hg", ".svn", ".foremost-tags", "Thumbs.db", "desktop.ini", "__MACOSX")
)  # written by programs
_LARGEST_IGNORE_FILE = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Ignores:
    """The patterns of one .gitignore file; they apply below its folder."""

    folder: str
    spec: GitIgnoreSpec

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """True: ignored; False: included again by a ! pattern; None: no pattern matches."""
        return self.spec.check_file(_relative(path, self.folder, is_folder=is_folder)).include


Chain = tuple[Ignores, ...]  # outermost first


class Rules:
    """Applied to each entry of a folder, not to paths that the user names.

    include and exclude are patterns as in .gitignore, relative to the folder that the user names; include applies to
    files only. Raises SettingsError for an invalid pattern.
    """

    def __init__(
        self,
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        gitignore: bool = True,
        hidden: bool = False,
    ) -> None:
        self.key = repr((list(include), list(exclude), hidden))  # differs when the rules for a listing do
        self._include = spec(include)
        self._exclude = spec(exclude)
        self._gitignore = gitignore
        self._hidden = hidden

    def wanted(self, root: str, path: str, chain: Chain, *, is_folder: bool) -> bool:
        """Whether the entry at path, below root, is ingested or, for a folder, visited."""
        name = os.path.basename(path)
        if name in _NEVER or name.startswith("~$") or (name.startswith(".") and not self._hidden):
            return False
        relative = _relative(path, root, is_folder=is_folder)
        if self._exclude is not None and self._exclude.match_file(relative):
            return False
        if self._include is not None and not is_folder and not self._include.match_file(relative):
            return False
        for ignores in reversed(chain):
            verdict = ignores.verdict(path, is_folder=is_folder)
            if verdict is not None:
                return not verdict
        return True

    def chain_above(self, folder: str) -> Chain:
        """The .gitignore files from the top of a repository down to a folder's parent; none outside a repository."""
        if not self._gitignore or _is_repository(folder):
            return ()
        parents: list[str] = []
        for parent in map(str, Path(folder).parents):
            parents.append(parent)
            if _is_repository(parent):
                break
        else:
            return ()
        chain: Chain = ()
        for parent in reversed(parents):
            chain = self.chain_in(parent, chain)
        return chain

    def chain_in(self, folder: str, chain: Chain) -> Chain:
        """The .gitignore files that apply in a folder: those above it and its own, if it has one."""
        path = os.path.join(folder, ".gitignore")
        if not self._gitignore or not os.path.isfile(path):
            return chain
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.read(_LARGEST_IGNORE_FILE).splitlines()
            return (*chain, Ignores(folder, GitIgnoreSpec.from_lines(lines)))
        except (OSError, ValueError):  # unreadable or not a pattern file: it has no effect
            return chain


def _is_repository(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, ".git"))


def _relative(path: str, folder: str, *, is_folder: bool) -> str:
    """The path below a folder, with a slash at the end of a folder's, as patterns expect it."""
    relative = os.path.relpath(path, folder) if folder == os.sep else path[len(folder) + 1 :]
    return relative + "/" if is_folder else relative


def spec(patterns: Sequence[str] | None) -> GitIgnoreSpec | None:
    """Patterns as in .gitignore; None for none. Raises SettingsError for an invalid one."""
    if not patterns:
        return None
    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise SettingsError(
            f"{', '.join(patterns)} is not a file pattern ({error}).", fix="Write it as in .gitignore."
        ) from error
