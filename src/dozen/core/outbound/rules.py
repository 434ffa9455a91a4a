"""Where the operator lets us go."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from dozen.kit.settings import BadSettings

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class _Rule:
    """One entry of the list: any public address, a host's name, or a network; maybe one port only."""

    port: int | None
    name: str = ""
    network: IPv4Network | IPv6Network | None = None


class Rules:
    """``DOZEN_OUTBOUND_ALLOW``, read. Raises BadSettings for an entry that cannot be understood."""

    def __init__(self, text: str) -> None:
        self._rules = [_parse(entry) for each in text.split(",") if (entry := each.strip())]

    def allow(self, host: str, port: int, address: Address) -> bool:
        """Whether ``host``, which resolves to ``address``, may be called at ``port``."""
        address = getattr(address, "ipv4_mapped", None) or address
        for rule in self._rules:
            if rule.port is not None and rule.port != port:
                continue
            if rule.network is not None:
                if address.version == rule.network.version and address in rule.network:
                    return True
            elif _public(address) and _named(rule.name, host):
                return True
        return False


def _public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.sixtofour is not None or address.teredo is not None:
            return False
        if address in _NAT64:
            return _public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


_NAT64 = ip_network("64:ff9b::/96")


def _named(name: str, host: str) -> bool:
    host = host.rstrip(".").lower()
    return name == "*" or host == name or (name.startswith(".") and host.endswith(name))


def _parse(entry: str) -> _Rule:
    host, colon, port = entry.rpartition(":")
    if entry.startswith("[") or (entry.count(":") == 1 and "/" not in port):
        host = host.strip("[]") if colon and not entry.endswith("]") else entry.strip("[]")
        number = port if colon and not entry.endswith("]") else ""
    else:
        host, number = entry, ""
    if number and not (number.isdecimal() and 0 < int(number) < 65536):
        raise BadSettings(f"DOZEN_OUTBOUND_ALLOW: {entry!r} has no port that can be")
    at = int(number) if number else None
    try:
        return _Rule(at, network=ip_network(host, strict=False))
    except ValueError:
        if "/" in host or ":" in host or not host:
            raise BadSettings(f"DOZEN_OUTBOUND_ALLOW: {entry!r} is no host, address or network") from None
    return _Rule(at, name=host.rstrip(".").lower())


def address(text: str) -> Address:
    """An address as the resolver gives it, without its zone."""
    return ip_address(text.partition("%")[0])
