"""Where a webhook may go: to https on the public internet, and to private hosts that the settings name."""

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_PLAIN = re.compile(r"[!-~]{1,2000}")


class BadDestination(Exception):
    """A receiver's address that nothing is sent to; the code says why, the detail what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Destination:
    """A receiver's address in parts; `is_listed` when the settings name it as a private host."""

    is_https: bool
    host: str
    port: int
    path: str
    is_listed: bool

    @property
    def host_header(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_https else 80) else f"{host}:{self.port}"


def parse(url: str, private_hosts: Collection[str]) -> Destination:
    """Take an address apart; raises BadDestination for one that could not be sent to."""
    parts, port = _split(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise BadDestination("url_holds_more", "Leave out user, password, query and fragment: they get logged.")
    listed = host in private_hosts or f"{host}:{port}" in private_hosts
    if parts.scheme != "https" and not (parts.scheme == "http" and listed):
        raise BadDestination("https_only", "Give an https URL.")
    if not listed and (_is_private_literal(host) or ("." not in host and ":" not in host)):
        raise BadDestination("private_address", "Give a host on the public internet, or have this one allowed.")
    return Destination(parts.scheme == "https", host, port, parts.path or "/", listed)


def _split(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        parts, port = urlsplit(""), 0
    if not _PLAIN.fullmatch(url) or not parts.hostname:
        raise BadDestination("url_invalid", "Give a URL such as https://example.org/hook, in ASCII.")
    return parts, port


def resolve(destination: Destination) -> str:
    """Return the one address to connect to; raises BadDestination when any address of the host is private."""
    try:
        found = socket.getaddrinfo(destination.host, destination.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadDestination("host_unknown", "The host has no address.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not destination.is_listed and not all(is_public(address) for address in addresses):
        raise BadDestination("private_address", "The host has a private address.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Say whether an IP address is on the public internet, also when it is wrapped in an IPv6 one.

    >>> [is_public(one) for one in ("10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "8.8.8.8")]
    [False, False, False, True]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _behind_nat64(ip)
        if wrapped is not None:
            return is_public(str(wrapped))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _behind_nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _is_private_literal(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return _is_shorthand(host)


def _is_shorthand(host: str) -> bool:
    """Whether a host is an IPv4 address in another spelling, as resolvers take it: 127.1, 0x7f.1, 0177.0.0.1."""
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True
