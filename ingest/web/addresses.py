"""A host name goes in, the IP addresses that may be connected to come out: none of the inner network, unless allowed.

The caller connects to exactly these addresses. A name that resolves to another address a moment later (DNS rebinding)
changes nothing then.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence

from app.core.errors import DocumentError, SettingsError, reason

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
EVERY_NETWORK: tuple[Network, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))

# Never connected to, whatever is allowed: this host as 0.0.0.0, link-local addresses (cloud metadata among them),
# multicast, and the metadata services that clouds put at other addresses.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32",
        "192.0.0.192/32", "::/128", "fe80::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128",
    )
)  # fmt: skip
# Inner networks and ranges without public hosts, by IANA's registries: Python's own lists differ between versions.
_INNER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
        "fec0::/10",
    )
)  # fmt: skip
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 addresses behind NAT64
_COMPATIBLE = ipaddress.ip_network("::/96")  # an old form of IPv4 addresses

Resolve = Callable[[str, int], Iterable[str]]


class RefusedError(DocumentError):
    """The host is in an inner network, which this run may not read."""


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order of preference. Raises OSError or UnicodeError.

    The system's resolver also reads 2130706433, 0x7f.1 and the like: what it makes of them is what is checked.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Guard:
    """Decides which IP addresses may be connected to.

    allowed: inner networks whose pages may be read. resolve_host: the resolver.
    """

    def __init__(self, allowed: Sequence[Network] = (), *, resolve_host: Resolve = resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve_host

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to. Raises RefusedError for none, DocumentError for no host."""
        try:
            resolved = list(self._resolve(host.strip("[]"), port))
        except (OSError, UnicodeError) as error:
            raise DocumentError(
                f"There is no host {host} ({reason(error)}).", fix="Check the address and the connection."
            ) from error
        permitted = [address for address in resolved if self.permits(address)]
        if not permitted:
            shown = "" if host.strip("[]") in resolved else f" ({resolved[0]})" if resolved else ""
            raise RefusedError(
                f"{host}{shown} is in an inner network, which web pages may not lead into.",
                fix="If you mean your own network: --allow-private, or FOREMOST_WEB_PRIVATE_NETWORKS.",
            )
        return permitted

    def permits(self, address: str) -> bool:
        """Whether an IP address may be connected to, whatever form of IPv6 an IPv4 address is wrapped in."""
        try:
            forms = list(_forms(ipaddress.ip_address(address.partition("%")[0])))
        except ValueError:
            return False
        if any(_within(form, _NEVER) for form in forms):
            return False
        return all(_is_public(form) or _within(form, self._allowed) for form in forms)


def networks(text: str) -> tuple[Network, ...]:
    """Networks from a setting, separated by commas; "all" is every one. Raises SettingsError."""
    if text.strip().lower() == "all":
        return EVERY_NETWORK
    try:
        return tuple(ipaddress.ip_network(word.strip()) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise SettingsError(
            f"FOREMOST_WEB_PRIVATE_NETWORKS is wrong: {reason(error)}.",
            fix="Write networks as 10.1.0.0/16, separated by commas, or all.",
        ) from error


def _forms(address: IP) -> Iterable[IP]:
    """The address, and the IPv4 address within it if it has one."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo:
        inner = address.teredo[1]
    if inner is None and (address in _TRANSLATED or (address in _COMPATIBLE and int(address) > 1)):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        yield inner


def _is_public(address: IP) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address in _TRANSLATED):
        return True  # the IPv4 address within it decides
    return address.is_global and not _within(address, _INNER)


def _within(address: IP, ranges: Iterable[Network]) -> bool:
    return any(address in network for network in ranges)
