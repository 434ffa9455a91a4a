"""Reads the word files: one per topic and language, plus those that every topic shares.

A line is a list (`dish = ramen | dal`), a heading (`tags: cooking dinner`) or a mark and a pattern. Marks of
posts: `+` good, `-` bad, `.` plain, `*` tip, `?` asks which, `??` asks how, `!` joke, `>` link, `~` opens a
thread; of answers: `<` any reply, `:` answers which, `::` answers how. Replies, quotes, comments and captions
are marked by a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from dozen.kit.sample.grammar import Pattern, compile_all, compile_pattern, split_options, weighted

_LIST = re.compile(r"([a-z]+) = (.+)$")
_OPENERS = re.compile(r"(open\S+) = (.+)$")
_HEADING = re.compile(r"(tags|pictures|emoji): (.+)$")
_WORDS = files("dozen.kit.sample").joinpath("words")

Lists = dict[str, tuple[Pattern, ...]]


@dataclass(slots=True)
class WordFile:
    """One parsed file. `own` names the lists that it defines itself."""

    tags: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    emoji: tuple[str, ...] = ()
    lists: Lists = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    patterns: dict[str, tuple[Pattern, ...]] = field(default_factory=dict)


def text_of(name: str) -> str:
    """The text of a word file, e.g. "topic-chess.txt"."""
    return _WORDS.joinpath(name).read_text(encoding="utf-8")


@cache
def common() -> WordFile:
    """Lists, openers and tails for all topics."""
    return _parse(text_of("common.txt"), {})


@cache
def topic(name: str) -> WordFile:
    """The words of one topic."""
    return _parse(text_of(f"topic-{name}.txt"), common().lists)


@cache
def jokes() -> WordFile:
    """Jokes about nothing in particular."""
    return _parse(text_of("jokes.txt"), common().lists)


@cache
def replies() -> WordFile:
    """Replies, quotes and comments that fit any topic."""
    return _parse(text_of("replies.txt"), common().lists)


@cache
def language(code: str) -> WordFile:
    """The words of one language other than English."""
    return _parse(text_of(f"language-{code}.txt"), {})


@cache
def conversations() -> tuple[tuple[tuple[str, Pattern], ...], ...]:
    """Private conversations as (speaker, pattern) lines."""
    blocks = text_of("messages.txt").split("\n\n")
    lists = _parse(blocks[0], common().lists).lists
    return tuple(
        tuple((line[0], compile_pattern(line[3:], lists, capital=True)) for line in block.strip().split("\n"))
        for block in blocks[1:]
    )


@cache
def captions() -> WordFile:
    """What pictures show, marked by their kind."""
    return _parse(text_of("captions.txt"), {})


@cache
def interest_words() -> WordFile:
    """How people name their interests: a list for each topic."""
    return _parse(text_of("interests.txt"), {})


@cache
def bios() -> WordFile:
    """Patterns of profile texts; `it`, `emo` and `parent` are filled by whoever knows the person."""
    return _parse(text_of("bios.txt"), {}, capital=False)


def _parse(text: str, shared: Lists, capital: bool = True) -> WordFile:
    parsed = WordFile(lists=dict(shared))
    own: Lists = {}
    patterns: dict[str, list[str]] = {}
    for line in text.split("\n"):
        if not line or line.startswith("# "):
            continue
        if heading := _HEADING.match(line):
            setattr(parsed, heading[1], tuple(heading[2].split()))
        elif openers := _OPENERS.match(line):
            patterns.setdefault(openers[1], []).extend(split_options(openers[2], " | "))
        elif values := _LIST.match(line):
            own[values[1]] = compile_all(split_options(values[2], " | "), parsed.lists)
        else:
            mark, _, pattern = line.partition(" ")
            patterns.setdefault(mark, []).append(pattern)
    parsed.lists.update(own)
    parsed.own = frozenset(own)
    parsed.patterns = {
        mark: weighted(compile_all(texts, parsed.lists, capital)) for mark, texts in patterns.items()
    }
    return parsed
