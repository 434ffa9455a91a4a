"""The browser's count must be the server's."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given

from dozen.services.microblog import text as post
from tests.services.microblog.text.cases import HARD, REFUSED, URLS, WEIGHTS, texts

_NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    _NODE is None, reason="node, which runs the browser's code here, is not installed"
)

_SCRIPT = Path(post.__file__).parents[1] / "static" / "weighted.js"
# As data, because node would ask how a module outside a package is meant.
_MODULE = "data:text/javascript;charset=utf-8;base64," + base64.b64encode(_SCRIPT.read_bytes()).decode()
_SERVE = f"""
import {{ createInterface }} from "node:readline";
const {{ weigh }} = await import({json.dumps(_MODULE)});
for await (const line of createInterface({{ input: process.stdin }})) {{
  console.log(JSON.stringify(weigh(JSON.parse(line))));
}}
"""

type_weigh = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def weigh() -> Iterator[type_weigh]:
    assert _NODE
    with subprocess.Popen(
        [_NODE, "--input-type=module", "-e", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdin
        assert node.stdout
        stdin, stdout = node.stdin, node.stdout

        def ask(text: str) -> dict[str, Any]:
            stdin.write(json.dumps(text) + "\n")
            stdin.flush()
            answer: dict[str, Any] = json.loads(stdout.readline())
            return answer

        ask("")  # until then it is still starting
        yield ask
        stdin.close()
        node.wait(10)


def _expected(text: str) -> dict[str, Any]:
    weighed = post.parse(text)
    return {"weight": weighed.weight, "max": post.MAX_WEIGHT, "valid": weighed.valid}


def test_cases(weigh: type_weigh) -> None:
    cases = [text for text, _ in WEIGHTS + REFUSED] + [text for text, _ in URLS]
    assert {text: weigh(text) for text in cases} == {text: _expected(text) for text in cases}


def test_half_of_a_pair_is_refused(weigh: type_weigh) -> None:
    assert weigh("abc\ud83d") == _expected("abc\ud83d")
    assert not weigh("abc\ud83d")["valid"]


def test_text_too_long_is_not_read(weigh: type_weigh) -> None:
    for text in ("😷" * 25_000, "😷" * 25_001, "a" * 25_001, "a" + "\u0301" * 300, "a" + "\u0301" * 301):
        assert weigh(text) == _expected(text)


def test_no_text_takes_long(weigh: type_weigh) -> None:
    for text in HARD:
        start = time.monotonic()
        assert weigh(text) == _expected(text), ascii(text)[:24]
        assert time.monotonic() - start < 2, ascii(text)[:24]  # both counts, on a busy machine


def test_both_know_how_long_a_label_is(weigh: type_weigh) -> None:
    random = Random(63)
    for _ in range(100):
        letters = [chr(random.choice((0x61, 0xE0, 0x430, 0x3041, 0x4E00, 0x20000)) + random.randrange(25))
                   for _ in range(random.randint(1, 8))]  # fmt: skip
        label = ""
        while post.parse(f"http://{label}a.com").weight == post.URL_WEIGHT:
            label += random.choice(letters)
        for host in (label[:-1], label):  # the longest that DNS can hold, and one letter more
            assert weigh(f"http://{host}a.com") == _expected(f"http://{host}a.com"), host


@given(texts(40))
def test_both_count_alike(weigh: type_weigh, text: str) -> None:
    assert weigh(text) == _expected(text)
