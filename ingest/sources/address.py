"""An address on the command line goes in, its parts come out: scheme, user, host, path, branch."""

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from app.core.errors import SettingsError

_FORMS = {
    "imap": "imap://ann@mail.example.org/INBOX",
    "imaps": "imaps://ann@mail.example.org/INBOX",
    "s3": "s3://bucket/folder",
    "webdav": "webdav://127.0.0.1:8080/folder",
    "webdavs": "webdavs://cloud.example.org/folder",
    "git+https": "git+https://example.org/team/handbook.git#main",
    "git+http": "git+http://127.0.0.1:8080/handbook.git#main",
    "git+ssh": "git+ssh://git@example.org/team/handbook.git#main",
    "git+file": "git+file:///srv/git/handbook.git#main",
}
_RAW = ("s3", "git+file")  # no letter of their paths is an escape


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceAddress:
    """The parts of an address, readable: nothing is percent-encoded. A password never is one of them."""

    scheme: str
    user: str = ""
    host: str = ""  # of S3: the bucket
    port: int | None = None
    path: str = ""  # without slashes at its ends
    fragment: str = ""  # what follows #

    @property
    def server(self) -> str:
        """Host and port as in an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def quoted(self) -> str:
        """The path, percent-encoded."""
        return quote(self.path)


def is_source(word: str) -> bool:
    """Whether an address is that of a mailbox, bucket, WebDAV folder or Git repository."""
    return "://" in word and word.partition("://")[0].lower() in _FORMS


def given_source(word: str) -> SourceAddress:
    """The parts of an address that a person typed. Raises SettingsError with the fix."""
    scheme, _, rest = word.strip().partition("://")
    scheme = scheme.lower()
    rest, _, fragment = rest.partition("#") if scheme.startswith("git+") else (rest, "", "")
    try:
        parts = urlsplit(f"//{quote(rest, safe='/:@[]') if scheme in _RAW else rest.replace('#', '%23')}")
        password, port = parts.password, parts.port
    except ValueError:
        raise _malformed(scheme) from None
    if password is not None:
        raise SettingsError(
            "The address holds a password, which would be stored and shown with every document.",
            fix="Leave it out. FOREMOST_SOURCE_LOGINS or --password-env say where it is.",
        )
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    host = (parts.netloc.rpartition("@")[2] if scheme == "s3" else parts.hostname) or ""
    if (not host and scheme != "git+file") or (scheme.startswith("imap") and not parts.username):
        raise _malformed(scheme)
    if set(unquote(path).split("/")) & {".", ".."} or not unquote(rest + fragment).isprintable():
        raise _malformed(scheme)
    return SourceAddress(
        scheme=scheme,
        user=unquote(parts.username or ""),
        host=host,
        port=None if scheme == "s3" else port,
        path=unquote(path).strip("/"),
        fragment=fragment.strip("/"),
    )


def _malformed(scheme: str) -> SettingsError:
    return SettingsError(f"This is no {scheme} address that can be read.", fix=f"Write it as {_FORMS[scheme]}.")
