"""What browsers are called, in the settings and in the wallet alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.web.agents import browser_name

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{_WINDOWS} {_WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{_WINDOWS} {_WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge on Windows"),
        (f"{_WINDOWS} {_WEBKIT} Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0", "Opera on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {_WEBKIT} SamsungBrowser/27.0 Chrome/125 Safari/537",
         "Samsung Internet on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 (KHTML, like Gecko) Version/17.0 "
         "Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (something new)", "A browser"),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 "
         "Mobile/15E148 Safari/604.1", "Chrome on iPad"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 "
         "Safari/537.36", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "Firefox on Android"),
        ("python-httpx/0.28", "python-httpx"),
        (" Dozen-App/3 (build 7)", "Dozen-App"),
        ("<script>alert(1)</script>/1", "scriptalert1"),
        ("x" * 300, "x" * 40),
        ("", "A device"),
    ],
)  # fmt: skip
def test_names_that_people_know(agent: str, name: str) -> None:
    assert browser_name(agent) == name


@given(st.text(max_size=300))
def test_whatever_is_sent_has_a_short_name(agent: str) -> None:
    for sent in (agent, f"Mozilla/5.0 {agent}"):
        name = browser_name(sent)
        assert 0 < len(name) <= 40
        assert not set(name) & set("<>&\"'\n\0")
