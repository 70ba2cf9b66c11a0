"""Logins of servers, from a file in netrc's form or an environment variable, never from an address."""

import base64
import ipaddress
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from app.core.errors import SettingsError

FIX = (
    "Put its login into the file that FOREMOST_SOURCE_LOGINS names, or write USER@HOST and name a variable with "
    "--password-env."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A user name with its password, or the two parts of an access key."""

    user: str
    password: str = field(repr=False)

    def hidden(self, text: str) -> str:
        """A server's words without the password, which some repeat, in any form in which it was sent."""
        escaped = self.password.replace("\\", "\\\\").replace('"', '\\"')
        packed = [base64.b64encode(f"{start}{self.password}".encode()).decode() for start in self._starts()]
        for form in (escaped, self.password, quote(self.password, safe=""), *packed):
            text = text.replace(form, "…") if form else text
        return text

    def _starts(self) -> tuple[str, str]:
        """What stands before the password in a packed login, of HTTP and of IMAP."""
        return f"{self.user}:", f"\0{self.user}\0"

    def require_protected(self, host: str, *, encrypted: bool, instead: str) -> None:
        """Raise SettingsError before a password crosses a network unencrypted. instead: the address that does not."""
        if not encrypted and not is_loopback(host):
            raise SettingsError(
                f"The password for {host} would cross the network unencrypted.", fix=f"Write {instead} instead."
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Logins:
    """Where logins are found. file: lines "machine HOST login USER password PASSWORD". password: for all addresses."""

    file: Path | None = None
    password: str = field(default="", repr=False)

    def find(self, host: str, user: str = "") -> Login | None:
        """The login for a host, and for the user if one is given. Raises SettingsError for a file that is damaged."""
        if self.password and user:
            return Login(user=user, password=self.password)
        for entry in self._entries():
            if entry.get("machine", host) == host and entry.get("login", "") == (user or entry.get("login", "")):
                return Login(user=user or entry.get("login", ""), password=entry.get("password", ""))
        return None

    def _entries(self) -> list[dict[str, str]]:
        if self.file is None:
            return []
        try:
            lines = self.file.expanduser().read_text("utf-8").splitlines()
            words = shlex.split("\n".join(line for line in lines if not line.lstrip().startswith("#")))
        except (OSError, ValueError) as error:  # its words may be secret, the reason is not
            why = error.strerror if isinstance(error, OSError) else "it is no text, or a quote is not closed"
            raise SettingsError(f"The logins in {self.file} cannot be read: {why}.", fix=_FORM) from None
        return _parsed(words, self.file)


_FORM = 'Its lines read: machine HOST login USER password "PASSWORD"'


def _parsed(words: list[str], file: Path) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = []
    following = iter(words)
    for word in following:
        if word == "default":
            entries.append({})
        elif word == "machine":
            entries.append({"machine": next(following, "").lower()})
        elif word in ("login", "password", "account") and entries:
            entries[-1][word] = next(following, "")
        else:
            raise SettingsError(f"The logins in {file} are not in netrc's form.", fix=_FORM)
    return entries


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or number alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
