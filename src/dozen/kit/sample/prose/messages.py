"""Private conversations."""

from __future__ import annotations

from typing import NamedTuple

from dozen.kit.sample.grammar import Env, Mention
from dozen.kit.sample.prose import wordfiles
from dozen.kit.sample.streams import Seed, Stream


class Line(NamedTuple):
    """One message: `speaker` 0 began the conversation, 1 answers."""

    speaker: int
    text: str


def conversation(seed: Seed, n: int, *, mention: Mention | None = None) -> tuple[Line, ...]:
    """The n-th conversation of two people, 4 to 7 messages."""
    stream = Stream(seed, "conversation", n)
    env = Env(stream, mention)
    return tuple(
        Line("AB".index(speaker), pattern.fill(env))
        for speaker, pattern in stream.pick(wordfiles.conversations())
    )


def message(seed: Seed, n: int, turn: int = 0, *, mention: Mention | None = None) -> str:
    """The text of one turn of the n-th conversation (turns past its end begin again)."""
    lines = conversation(seed, n, mention=mention)
    return lines[turn % len(lines)].text
