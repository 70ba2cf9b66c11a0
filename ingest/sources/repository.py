"""A branch of a Git repository, or a folder of it, as a listing: blob ids are the revisions, the commit the version."""

import os
import posixpath
import subprocess
import tempfile
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from app.core.errors import AppError, DocumentError, NotFoundError, SettingsError
from ingest.sources.address import SourceAddress
from ingest.sources.listing import Entry
from ingest.sources.login import FIX, Login

_FILES = ("100644", "100755", "100664")  # modes; links and submodules have others
_LARGE_FILE = b"version https://git-lfs.github.com/spec/"  # a pointer to content that is kept elsewhere
_NO_MATCH = 2  # exit status of ls-remote
# A server that sends less than a kilobyte a second for a minute is given up.
_SETTINGS = ("core.hooksPath=/dev/null", "gc.auto=0", "http.lowSpeedLimit=1000", "http.lowSpeedTime=60")
_OWN = {
    "GIT_TERMINAL_PROMPT": "0",  # a missing login is an error, not a question
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_ALLOW_PROTOCOL": "file:http:https:ssh",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
    "LC_ALL": "C",
}
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
_HELPER = '!f() { echo "username=$SOURCE_USER"; echo "password=$SOURCE_PASSWORD"; }; f'


class Repository:
    """See Listing. The newest commit alone is fetched into a folder that close() removes; nothing is checked out.

    So no hook, filter or submodule of the repository is run or read. Raises SettingsError before a password crosses a
    network unencrypted, and without the program git.
    """

    def __init__(self, address: SourceAddress, *, login: Login | None) -> None:
        scheme = address.scheme.removeprefix("git+")
        user = f"{quote(address.user)}@" if scheme == "ssh" and address.user else ""
        self._server = address.server
        self._url = f"{scheme}://{user}{address.server}/{address.path if scheme == 'file' else address.quoted}"
        branch, _, folder = address.fragment.partition(":")
        self._branch = branch or "HEAD"
        self._folder = folder.strip("/")
        self._environment = {key: value for key, value in os.environ.items() if key not in _FOREIGN} | _OWN
        if "GIT_SSH_COMMAND" in os.environ:
            self._environment["GIT_SSH_COMMAND"] = os.environ["GIT_SSH_COMMAND"]
        self._login = login if scheme in ("http", "https") else None
        if self._login is not None:
            instead = f"git+https://{address.server}/…"
            self._login.require_protected(address.host, encrypted=scheme == "https", instead=instead)
            self._environment |= {
                "GIT_CONFIG_COUNT": "2",  # in the environment, which other users of this machine cannot read
                "GIT_CONFIG_KEY_0": f"credential.{scheme}://{address.server}.helper",
                "GIT_CONFIG_VALUE_0": "",
                "GIT_CONFIG_KEY_1": f"credential.{scheme}://{address.server}.helper",
                "GIT_CONFIG_VALUE_1": _HELPER,
                "SOURCE_USER": self._login.user,
                "SOURCE_PASSWORD": self._login.password,
            }
        self._kept: tempfile.TemporaryDirectory[str] | None = None
        self._blobs: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        """See Listing. Behind the branch stands the path within the repository, as in Git's own BRANCH:PATH."""
        return f"git+{self._url}#{self._branch}:{self._folder}"

    def version(self) -> str:
        """See Listing: the commit."""
        names = ["HEAD"] if self._branch == "HEAD" else [f"refs/heads/{self._branch}", f"refs/tags/{self._branch}"]
        found = self._git("ls-remote", "--exit-code", "--", self._url, *names, absent=_NO_MATCH)
        return found.split(maxsplit=1)[0].decode()

    def entries(self) -> Iterator[Entry]:
        """See Listing."""
        self.close()
        self._kept = tempfile.TemporaryDirectory(prefix="foremost-git-")
        self._git("init", "--quiet", "--bare", "--template=", self._kept.name)
        self._git(
            *("-C", self._kept.name, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"),
            *("--", self._url, self._branch),
        )
        below = f"{self._folder}/" if self._folder else ""
        tree = self._git("-C", self._kept.name, "ls-tree", "-r", "-l", "-z", "--full-tree", "FETCH_HEAD")
        found = False
        for line in tree.split(b"\0")[:-1]:
            described, _, raw = line.partition(b"\t")
            mode, _, blob, size = described.decode().split()
            path = raw.decode("utf-8", "backslashreplace")
            if mode in _FILES and (path == self._folder or path.startswith(below)):
                found = True
                yield self._entry(path, blob, int(size), below)
        if not found:
            raise NotFoundError(f"There are no files in {self._branch}:{self._folder}.", fix="Check the address.")

    def read(self, entry: Entry, *, max_bytes: int) -> bytes:  # noqa: ARG002  # the listing tells the size exactly
        """See Listing."""
        requests, answers = self._pipes()
        requests.write(f"{entry.key}\n".encode())
        requests.flush()
        header = answers.readline().split()
        if len(header) != 3:
            raise DocumentError("Git does not send it.", fix="Run the same command later.")
        content = answers.read(int(header[2]) + 1)[:-1]
        if content.startswith(_LARGE_FILE):
            raise DocumentError("Its content is kept in Git LFS, which is not read.", fix="Ingest it from a checkout.")
        return content

    def close(self) -> None:
        """See Listing."""
        if self._blobs is not None:
            self._blobs.kill()
            self._blobs.communicate()
        if self._kept is not None:
            self._kept.cleanup()
        self._blobs = self._kept = None

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        """Requests to, and answers of, the process that sends blobs; entries() fetched them."""
        if self._blobs is None and self._kept is not None:
            command = ["git", "-C", self._kept.name, "cat-file", "--batch"]
            self._blobs = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment
            )
        if self._blobs is None or self._blobs.stdin is None or self._blobs.stdout is None:
            raise RuntimeError("entries() comes before read()")
        return self._blobs.stdin, self._blobs.stdout

    def _entry(self, path: str, blob: str, size: int, below: str) -> Entry:
        return Entry(
            uri=f"git+{self._url}#{self._branch}:{path}",
            key=blob,
            name=posixpath.basename(path),
            path=path.removeprefix(below),
            revision={"blob": blob},
            size=size,
        )

    def _git(self, *arguments: str, absent: int = -1) -> bytes:
        """What git prints. absent: the exit status that means there is nothing of that name."""
        command = ["git", *(word for setting in _SETTINGS for word in ("-c", setting)), *arguments]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, env=self._environment, check=False
            )
        except FileNotFoundError:
            raise SettingsError("Git repositories are read by the program git.", fix="Install it.") from None
        if done.returncode == absent:
            raise NotFoundError(f"{self._url} has no branch or tag {self._branch}.", fix="Check the address.")
        if done.returncode:
            raise AppError(f"git cannot read {self._url}: {self._words(done.stderr)}.", fix=f"Check the address. {FIX}")
        return done.stdout

    def _words(self, stderr: bytes) -> str:
        """The line of git's that says why."""
        lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        telling = [line for line in lines if line.startswith(("fatal:", "error:", "ERROR:", "remote:"))] or lines[-1:]
        words = telling[-1].partition(": ")[2] or telling[-1] if telling else "it says nothing"
        return self._login.hidden(words).rstrip(".") if self._login else words.rstrip(".")
