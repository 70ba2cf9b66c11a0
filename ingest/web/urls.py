"""An address of a page in its one normal form, and the part of a site that a run may read."""

import ipaddress
import posixpath
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

from app.core.errors import SettingsError

LONGEST_URL = 2_000  # characters; longer ones are made by programs that count
_PORTS = {"http": 80, "https": 443}
# Parameters that name a visitor or a campaign, not a page.
_TRACKING = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|matomo_\w+|hsa_\w+|mc_[ce]id|_hs\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|"
    r"igshid|ttclid|twclid|li_fat_id|_ga|_gl|phpsessid|jsessionid|aspsessionid\w*|sessionid|session_id|cftoken|cfid",
    re.IGNORECASE,
)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "%/:@!$&'()*+,;=~"  # characters of a path that stay as they are
_CONTROL = re.compile("[\x00-\x20\x7f]")
_MOST_REPEATS = 3  # times that one name may stand in a path; more is a loop of links


def is_address(word: str) -> bool:
    """Whether a word of the command line is meant as an address, not as a path."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://", word) is not None


def given_address(word: str) -> str:
    """The normal form of an address that a person typed. Raises SettingsError with the fix."""
    try:
        parts = urlsplit(word.strip())
        credentials = parts.username is not None or parts.password is not None
    except ValueError:
        parts, credentials = urlsplit(""), False
    if credentials:
        raise SettingsError(
            "The address holds a user name or password, which would be stored and shown with every page.",
            fix="Leave it out. Pages that need a login are not read.",
        )
    url = normalised(word)
    if url is None:
        raise SettingsError(
            f"{word} is not a web address that can be read.", fix="Write it as https://example.org/docs/."
        )
    return url


def normalised(address: str, base: str = "") -> str | None:
    """The normal form of an address, relative to a base; None when it is no page on http or https.

    Host in lower case and ASCII, no default port, no fragment, no tracking parameters, one way of percent-encoding.
    An address with a user name or password, or of more than 2,000 characters, is None too.
    """
    try:
        parts = urlsplit(urljoin(base, address.strip()))
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host or port == 0 or parts.username is not None or parts.password is not None:
        return None
    suffix = "" if port in (None, _PORTS[scheme]) else f":{port}"
    query = _query(parts.query)
    url = f"{scheme}://{host}{suffix}{_path(parts.path)}" + (f"?{query}" if query else "")
    return url if len(url) <= LONGEST_URL else None


def _host(name: str) -> str:
    """A host name in lower-case ASCII, an IPv6 address in brackets. Raises ValueError for an impossible name."""
    if ":" in name and "%" not in name:  # a zone names a network card of this machine
        return f"[{ipaddress.IPv6Address(name).compressed}]"  # AddressValueError is a ValueError
    name = name.rstrip(".").lower()
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")  # IDNAError is a ValueError too
    if not re.fullmatch(r"[a-z0-9_.-]+", name):
        raise ValueError(name)
    return name


def _path(path: str) -> str:
    path = _SESSION.sub("", path.replace("\\", "/"))
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + _escaped("/".join(kept))


def _query(query: str) -> str:
    pairs = [pair for pair in query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])]
    return "&".join(_escaped(pair, "?") for pair in pairs)


def _escaped(text: str, more: str = "") -> str:
    """Text with escapes where they are needed and nowhere else; a lone % is one that needs it."""
    text = re.sub("%(?![0-9A-Fa-f]{2})", "%25", text)
    return quote(_ESCAPE.sub(_normal_escape, text), safe=_SAFE + more, errors="replace")


def _normal_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def origin_of(url: str) -> str:
    """Scheme, host and port of an address in normal form: https://example.org:8443."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def path_of(url: str) -> str:
    """The path of an address without its first slash, in readable characters."""
    return unquote(urlsplit(url).path)[1:]


def last_name(url: str) -> str:
    """What a page is called when nothing else names it: the last name in its path, else its host."""
    names = [name for name in path_of(url).split("/") if name]
    return _CONTROL.sub(" ", names[-1]).strip() if names else urlsplit(url).netloc


def loops(url: str) -> bool:
    """Whether a path repeats one name, as addresses of endless links do: /a/b/a/b/a/b/a."""
    names = [name for name in urlsplit(url).path.split("/") if name]
    return any(names.count(name) > _MOST_REPEATS for name in set(names))


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The part of a site that a run may read: one host, and the paths below the given one unless any may be read."""

    origin: str  # https://example.org
    folder: str  # path that ends with a slash
    page: str = ""  # the given path itself when it names the folder without its slash: /docs

    @classmethod
    def around(cls, url: str, *, any_path: bool = False) -> "Scope":
        """The scope of a given address: /docs and /docs/ mean everything in /docs/, as /docs/index.html does."""
        path = urlsplit(url).path
        if any_path:
            return cls(origin=origin_of(url), folder="/")
        if path.endswith("/") or "." in posixpath.basename(path):
            return cls(origin=origin_of(url), folder=posixpath.dirname(path).rstrip("/") + "/")
        return cls(origin=origin_of(url), folder=f"{path}/", page=path)

    @property
    def prefix(self) -> str:
        """With what the address of every page in the scope begins; `holds` is exact."""
        return self.origin + (self.page or self.folder)

    def adopt(self, url: str) -> str:
        """An address on this host with this scope's scheme: http and https of one host are one site."""
        other = "http" if self.origin.startswith("https:") else "https"
        host = self.origin.partition("://")[2]
        twin = f"{other}://{host}"
        return self.origin + url[len(twin) :] if origin_of(url) == twin else url

    def same_host(self, url: str) -> bool:
        """Whether an address is on this host."""
        return origin_of(url) == self.origin

    def holds(self, url: str) -> bool:
        """Whether an address may be read."""
        path = urlsplit(url).path
        return self.same_host(url) and (path.startswith(self.folder) or path == self.page)


def same_site(url: str, other: str) -> bool:
    """Whether two addresses differ only in http or https and in a leading "www." of the host, as redirects do."""
    first, second = urlsplit(url), urlsplit(other)
    hosts = [(parts.hostname or "").removeprefix("www.") for parts in (first, second)]
    ports = [parts.port or _PORTS[parts.scheme] for parts in (first, second)]
    return hosts[0] == hosts[1] and (ports[0] == ports[1] or set(ports) == set(_PORTS.values()))
