from __future__ import annotations

from ipaddress import ip_address

import pytest

from dozen.core.outbound.rules import Rules
from dozen.kit.settings import BadSettings


@pytest.mark.parametrize(
    ("rules", "host", "port", "at", "allowed"),
    [
        ("", "example.org", 443, "93.184.216.34", False),
        ("*", "example.org", 443, "93.184.216.34", True),
        ("*", "evil.example", 80, "127.0.0.1", False),
        ("*", "evil.example", 80, "10.1.2.3", False),
        ("*", "evil.example", 80, "169.254.169.254", False),
        ("*", "evil.example", 80, "100.64.0.1", False),
        ("*", "evil.example", 80, "0.0.0.0", False),
        ("*", "evil.example", 80, "224.0.0.1", False),
        ("*", "evil.example", 80, "::1", False),
        ("*", "evil.example", 80, "fd00::1", False),
        ("*", "evil.example", 80, "fe80::1", False),
        ("*", "evil.example", 80, "::ffff:127.0.0.1", False),
        ("*", "evil.example", 80, "2002:7f00:1::", False),
        ("*", "evil.example", 80, "64:ff9b::7f00:1", False),
        ("*", "example.org", 443, "2606:2800:220:1::1", True),
        ("example.org", "example.org", 443, "93.184.216.34", True),
        ("example.org", "EXAMPLE.org.", 443, "93.184.216.34", True),
        ("example.org", "www.example.org", 443, "93.184.216.34", False),
        (".example.org", "www.example.org", 443, "93.184.216.34", True),
        (".example.org", "wwwexample.org", 443, "93.184.216.34", False),
        ("example.org", "example.org", 443, "127.0.0.1", False),
        ("example.org:8443", "example.org", 443, "93.184.216.34", False),
        ("example.org:443", "example.org", 443, "93.184.216.34", True),
        ("127.0.0.1", "localhost", 4242, "127.0.0.1", True),
        ("127.0.0.1:4242", "localhost", 4242, "127.0.0.1", True),
        ("127.0.0.1:4242", "localhost", 4243, "127.0.0.1", False),
        ("10.0.0.0/8", "gateway.internal", 80, "10.9.8.7", True),
        ("10.0.0.0/8", "gateway.internal", 80, "::ffff:10.9.8.7", True),
        ("[::1]:4242", "localhost", 4242, "::1", True),
        ("[::1]:4242", "localhost", 80, "::1", False),
        ("::1", "localhost", 80, "::1", True),
        ("fd00::/8", "inside", 80, "fd00::2", True),
        ("nowhere.example, 127.0.0.1", "localhost", 80, "127.0.0.1", True),
    ],
)
def test_who_may_be_called(rules: str, host: str, port: int, at: str, allowed: bool) -> None:
    assert Rules(rules).allow(host, port, ip_address(at)) is allowed


@pytest.mark.parametrize(
    "text", ["example.org:no", "10.0.0.0/99", "example.org:0", "https://example.org", ":80"]
)
def test_what_cannot_be_understood_is_said(text: str) -> None:
    with pytest.raises(BadSettings, match="OUTBOUND_ALLOW"):
        Rules(text)
