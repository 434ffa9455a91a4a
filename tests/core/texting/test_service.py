"""Texts wait encrypted, and are delivered once their cause is on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dozen.core import jobs, texting
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx
from tests.support.town import Town

NUMBER = "+919876543210"


def drain(town: Town) -> None:
    town.env.part(Registry).add(*texting.JOBS)
    Runner(town.env, town.db).drain()


def outbox(town: Town) -> list[Path]:
    return sorted((Path(town.env.settings.data_dir) / texting.OUTBOX).glob("*.txt"))


def test_delivered_into_a_folder(town: Town) -> None:
    town.write(texting.send, NUMBER, "123456 is your code\r\nनमस्ते")
    stored = town.read(lambda tx: str(tx.driver.execute("SELECT payload FROM jobs_queue").fetchall()))
    assert "123456" not in stored
    drain(town)
    (path,) = outbox(town)
    assert path.read_text().startswith(f"To: {NUMBER}\n")
    assert path.read_text().endswith("123456 is your code\nनमस्ते\n")
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_is_sent_when_its_cause_is_undone(town: Town) -> None:
    def fails(tx: Tx) -> None:
        texting.send(tx, NUMBER, "x")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        town.write(fails)
    drain(town)
    assert outbox(town) == []


@pytest.mark.parametrize(
    ("to", "text"),
    [
        ("12345", "x"),
        ("+0123456789", "x"),
        (NUMBER, ""),
        (NUMBER, " \n"),
        (NUMBER, "x" * 481),
        ("+91abc", "x"),
    ],
)
def test_what_cannot_be_sent(town: Town, to: str, text: str) -> None:
    with pytest.raises(texting.BadText):
        town.write(texting.send, to, text)


def test_a_carrier_of_ones_own(town: Town) -> None:
    brought: list[Any] = []

    def carrier(env: Any, text: texting.Text, number: int, at: int) -> None:
        if text.text == "never":
            raise jobs.GiveUp("no such telephone")
        brought.append((text.to, text.text, number))

    town.env.part(texting.Carriers).carrier = carrier
    first = town.write(texting.send, NUMBER, "hello")
    town.write(texting.send, NUMBER, "never")
    drain(town)
    assert brought == [(NUMBER, "hello", first)]
    assert [each.kind for each in town.read(jobs.dead)] == ["texting.deliver"]
    assert outbox(town) == []
