"""Writes ``tlds.py`` and the same list into ``static/weighted.js`` from IANA's list of top-level domains.

    python src/dozen/services/microblog/text/make_tlds.py < tlds-alpha-by-domain.txt

The file is https://data.iana.org/TLD/tlds-alpha-by-domain.txt: a line ``# Version N, ...``, then one name
a line, the international ones in punycode.
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

_HERE = Path(__file__).parent
_SCRIPT = _HERE.parent / "static" / "weighted.js"

# Names outside the root zone that people link to all the same (RFC 7686).
_SPECIAL = {"onion"}


def _readable(name: str) -> str:
    name = name.lower()
    return name[4:].encode("ascii").decode("punycode") if name.startswith("xn--") else name


def _block(names: list[str], width: int) -> str:
    return textwrap.fill(" ".join(names), width=width, break_on_hyphens=False, break_long_words=False)


def main() -> None:
    lines = sys.stdin.read().split("\n")
    version = re.search(r"Version (\d+)", lines[0])
    if version is None:
        sys.exit("the first line does not name a version")
    names = sorted({_readable(line.strip()) for line in lines[1:] if line.strip()} | _SPECIAL)
    plain = _block([name for name in names if name.isascii()], 110)
    international = _block([name for name in names if not name.isascii()], 55)  # many are two columns wide
    (_HERE / "tlds.py").write_text(
        '"""Top-level domains of the root zone, as IANA lists them. Written by ``make_tlds.py``."""\n\n'
        "from __future__ import annotations\n\n"
        f'VERSION = "{version[1]}"\n\n'
        f'_PLAIN = """\n{plain}\n"""\n\n'
        f'_INTERNATIONAL = """\n{international}\n"""\n\n'
        "PLAIN: frozenset[str] = frozenset(_PLAIN.split())\n"
        "INTERNATIONAL: frozenset[str] = frozenset(_INTERNATIONAL.split())\n",
        encoding="utf-8",
    )
    script = _SCRIPT.read_text(encoding="utf-8")
    for constant, block in (("PLAIN_TLDS", plain), ("INTERNATIONAL_TLDS", international)):
        script = re.sub(rf"(?<=const {constant} = `)[^`]*", f"\n{block}\n", script)
    _SCRIPT.write_text(script, encoding="utf-8")


if __name__ == "__main__":
    main()
