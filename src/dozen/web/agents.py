"""What a browser calls itself, in words that people know."""

from __future__ import annotations

import re

# The first that fits: many call themselves by their ancestors' names as well.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Vivaldi", r"Vivaldi/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrom(?:e|ium)/|CriOS/"),
    ("Safari", r"Version/[0-9.]+ .*Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)


_UNUSUAL = re.compile(r"[^\w. -]")
_LONGEST = 40


def browser_name(agent: str) -> str:
    """``Firefox on Windows``; a program's own name where it is no browser. Of a User-Agent header, which may
    be anything: what comes back is short, and without signs that mean something elsewhere."""
    if not agent.startswith(("Mozilla/", "Opera/")):
        own = re.split(r"[/ ]", agent.strip(), maxsplit=1)[0]
        return _UNUSUAL.sub("", own)[:_LONGEST] or "A device"
    browser = next((name for name, sign in _BROWSERS if re.search(sign, agent)), "A browser")
    system = next((name for name, sign in _SYSTEMS if re.search(sign, agent)), "")
    return f"{browser} on {system}" if system else browser
