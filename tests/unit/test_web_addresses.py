"""Which IP addresses may be connected to: none of an inner network, in whatever form it is written."""

import ipaddress
import socket

import pytest

from app.core.errors import DocumentError, SettingsError
from ingest.web.addresses import EVERY_NETWORK, Guard, RefusedError, networks

INNER = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "192.0.0.1",
    "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "::1", "fc00::1", "fd12:3456::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:c0a8:0101", "64:ff9b::7f00:1", "64:ff9b::10.1.2.3",
    "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "::7f00:1", "100::1",
]  # fmt: skip
NEVER = [
    "0.0.0.0",  # noqa: S104  # nothing is bound to it
    "0.1.2.3", "169.254.169.254", "169.254.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::",
    "fe80::1", "fe80::1%eth0", "ff02::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "nonsense", "",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("address", INNER + NEVER)
def test_inner_addresses_are_refused(address: str) -> None:
    assert not Guard().permits(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_permitted(address: str) -> None:
    assert Guard().permits(address)


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_can_be_allowed(address: str) -> None:
    assert Guard(EVERY_NETWORK).permits(address)


@pytest.mark.parametrize("address", NEVER)
def test_metadata_link_local_and_multicast_addresses_are_never_permitted(address: str) -> None:
    assert not Guard(EVERY_NETWORK).permits(address)


def test_only_the_allowed_networks_are_opened() -> None:
    guard = Guard(networks("10.1.0.0/16, fd12::/32"))
    assert guard.permits("10.1.2.3")
    assert guard.permits("::ffff:10.1.2.3") is guard.permits("10.1.2.3")
    assert guard.permits("fd12::7")
    assert not guard.permits("10.2.0.1")
    assert not guard.permits("127.0.0.1")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "localhost"])
def test_what_the_system_makes_of_a_host_is_what_is_checked(host: str) -> None:
    with pytest.raises(DocumentError):
        Guard().addresses(host, 80)
    try:
        resolved = socket.getaddrinfo(host.strip("[]"), 80, type=socket.SOCK_STREAM)
    except OSError:
        return  # this system reads no such form, so nothing can be connected to
    allowed = Guard(EVERY_NETWORK).addresses(host, 80)
    assert {ipaddress.ip_address(address) for address in allowed} == {
        ipaddress.ip_address(entry[4][0]) for entry in resolved
    }


def test_of_several_addresses_only_the_permitted_ones_are_used() -> None:
    guard = Guard(resolve_host=lambda _host, _port: ["10.0.0.1", "93.184.216.34", "::1"])
    assert guard.addresses("mixed.example", 443) == ["93.184.216.34"]


def test_a_refusal_names_host_address_and_remedy() -> None:
    guard = Guard(resolve_host=lambda _host, _port: ["169.254.169.254"])
    with pytest.raises(RefusedError, match=r"metadata\.example \(169\.254\.169\.254\).*--allow-private"):
        guard.addresses("metadata.example", 80)


def test_a_host_that_does_not_exist_is_one_line() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(DocumentError, match=r"There is no host nowhere\.example"):
        Guard(resolve_host=unknown).addresses("nowhere.example", 80)
    with pytest.raises(DocumentError):
        Guard().addresses("a" * 80 + ".example", 80)  # a label that is too long for DNS


def test_the_setting_for_networks_is_checked() -> None:
    assert networks("") == ()
    assert networks(" ALL ") == EVERY_NETWORK
    with pytest.raises(SettingsError, match="FOREMOST_WEB_PRIVATE_NETWORKS"):
        networks("10.0.0.0/8,intranet")
    with pytest.raises(SettingsError):
        networks("10.0.0.1/8")
