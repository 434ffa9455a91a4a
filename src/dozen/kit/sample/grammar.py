"""Sentence patterns: `{dish}` and friends, compiled once and filled from a Stream.

    {dish}        one value of the list `dish`; the same again later in the pattern
    {Dish}        the same, capitalised
    {dish2}       a value of the same list that differs from the others in this pattern
    {dish}s       in the plural
    {few}         a small number in words, another one each time
    {a dish}      the value with "a" or "an"
    {3-9} {10-90:5}   a number, with a step
    {so|and|}     one of the alternatives, which may hold slots themselves
    {@}           a mention: "@name" if the caller can name people, else a value of the list `stranger`
    {url}         a link below example.org or example.com

A slot that starts a sentence is capitalised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import prod
from typing import Protocol

from dozen.kit.sample.streams import Stream

Mention = Callable[[int], str]
"""Gives a username for a drawn number in [0, 2**32)."""

_RANGE = re.compile(r"(\d+)-(\d+)(?::(\d+))?$")
_NAME = re.compile(r"([Aa] )?([A-Za-z][a-z]*)(\d?)$")
_SENTENCE_END = re.compile(r"([.!?…\n] |\n)[\"“(¿¡]*$")
_PLURAL = re.compile(r"s(?![\w'’])")
_DOMAINS = ("example.org", "example.com")


Lists = Mapping[str, "tuple[Pattern, ...]"]


class Env:
    """What one filling remembers: the stream, who can be mentioned, and the values chosen so far, by slot."""

    __slots__ = ("chosen", "mention", "stream")

    def __init__(self, stream: Stream, mention: Mention | None = None) -> None:
        self.stream = stream
        self.mention = mention
        self.chosen: dict[str, str] = {}


class Node(Protocol):
    """Something that fills in as text, in about `ways` different ways."""

    @property
    def ways(self) -> int: ...

    def fill(self, env: Env) -> str: ...


class Pattern:
    """A compiled pattern."""

    __slots__ = ("needs", "number", "parts")

    def __init__(
        self, parts: tuple[str | Node, ...], needs: frozenset[str] = frozenset(), number: int = 0
    ) -> None:
        self.parts = parts
        self.needs = needs
        """The lists that it draws from, outside alternatives."""
        self.number = number
        """Which of its kind it is, in the order of the file."""

    @property
    def ways(self) -> int:
        """About how many texts it can give."""
        return prod(part.ways for part in self.parts if not isinstance(part, str))

    def fill(self, env: Env) -> str:
        return "".join([part if part.__class__ is str else part.fill(env) for part in self.parts])  # type: ignore[union-attr]


def _literal(pattern: Pattern) -> str | Pattern:
    """The text of a pattern without slots, else the pattern: most values are plain words."""
    if not pattern.parts:
        return ""
    first = pattern.parts[0]
    return first if len(pattern.parts) == 1 and isinstance(first, str) else pattern


class _Slot:
    __slots__ = ("article", "base", "capital", "key", "lists", "numbered", "plural", "values")

    def __init__(self, lists: Lists, name: str, digit: str, article: bool, capital: bool) -> None:
        self.lists, self.base, self.key = lists, name, name + digit
        self.article, self.capital, self.plural = article, capital, False
        self.numbered = digit != ""
        self.values: tuple[str | Pattern, ...] = ()

    @property
    def ways(self) -> int:
        # A list that the caller fills in by hand (a person's interests) counts as one.
        return sum(pattern.ways for pattern in self.lists.get(self.base, ())) or 1

    def fill(self, env: Env) -> str:
        chosen = env.chosen
        text = chosen.get(self.key)
        if text is None:
            values = self.values
            if not values:
                # Not at compile time: a list may stand below the patterns that use it.
                values = self.values = tuple(_literal(pattern) for pattern in self.lists[self.base])
            index = (env.stream.word() * len(values)) >> 32
            value = values[index]
            text = value if value.__class__ is str else value.fill(env)  # type: ignore[union-attr]
            if self.numbered:
                text = self._unlike_the_others(env, index, text)
            chosen[self.key] = text
        if self.key == "few":
            # Kept for "few2" only: a second "few" is another number.
            chosen["few before"] = chosen.pop("few")
        if self.plural:
            text = _plural(text)
        if self.article:
            text = ("an " if text[:1].lower() in "aeio" else "a ") + text
        return text[:1].upper() + text[1:] if self.capital else text

    def _unlike_the_others(self, env: Env, index: int, text: str) -> str:
        first = "few before" if self.base == "few" else self.base
        others = (env.chosen.get(first), env.chosen.get(self.base + "2"))
        for step in range(1, min(4, len(self.values))):
            if text not in others:
                break
            value = self.values[(index + step) % len(self.values)]
            text = value if isinstance(value, str) else value.fill(env)
        return text


class _Number:
    __slots__ = ("low", "step", "ways")

    def __init__(self, low: int, high: int, step: int) -> None:
        self.low, self.step, self.ways = low, step, (high - low) // step + 1

    def fill(self, env: Env) -> str:
        return str(self.low + self.step * ((env.stream.word() * self.ways) >> 32))


class _Choice:
    __slots__ = ("options",)

    def __init__(self, options: tuple[Pattern, ...]) -> None:
        self.options = options

    @property
    def ways(self) -> int:
        return sum(pattern.ways for pattern in self.options)

    def fill(self, env: Env) -> str:
        return env.stream.pick(self.options).fill(env)


class _Mention:
    __slots__ = ("lists", "ways")

    def __init__(self, lists: Lists) -> None:
        self.lists, self.ways = lists, 20

    def fill(self, env: Env) -> str:
        if env.mention is None:
            return env.stream.pick(self.lists["stranger"]).fill(env)
        name = "@" + env.mention(env.stream.word())
        if name == env.chosen.get("@"):
            name = "@" + env.mention(env.stream.word())
        env.chosen["@"] = name
        return name


class _Url:
    __slots__ = ("lists", "ways")

    def __init__(self, lists: Lists) -> None:
        self.lists, self.ways = lists, 2000

    def fill(self, env: Env) -> str:
        path = env.stream.pick(self.lists["path"]).fill(env)
        tail = env.stream.pick(
            ("", "", f"/{env.stream.between(2, 980)}", f"?p={env.stream.between(10, 9900)}")
        )
        return f"https://{env.stream.pick(_DOMAINS)}/{path}{tail}"


def compile_pattern(text: str, lists: Lists, capital: bool = False, number: int = 0) -> Pattern:
    """Compile a pattern; its slots are looked up in `lists` when it is filled. ValueError if malformed."""
    parts: list[str | Node] = []
    needs: set[str] = set()
    at = 0
    while at < len(text):
        start = text.find("{", at)
        if start < 0:
            parts.append(text[at:])
            break
        if start > at:
            parts.append(text[at:start])
        end = _closing(text, start)
        opens_sentence = (capital and start == 0) or (
            start > 0 and _SENTENCE_END.search(text[:start]) is not None
        )
        node = _node(text[start + 1 : end], lists, opens_sentence)
        at = end + 1
        if isinstance(node, _Slot):
            needs.add(node.base)
            if _PLURAL.match(text, at):
                node.plural = True
                at += 1
        parts.append(node)
    if capital and parts and isinstance(parts[0], str):
        parts[0] = parts[0][:1].upper() + parts[0][1:]
    return Pattern(tuple(parts), frozenset(needs), number)


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def compile_all(texts: Iterable[str], lists: Lists, capital: bool = False) -> tuple[Pattern, ...]:
    """Compile many patterns."""
    return tuple(compile_pattern(text, lists, capital, number) for number, text in enumerate(texts))


def weighted(patterns: Iterable[Pattern]) -> tuple[Pattern, ...]:
    """The patterns, those that can say many things several times over: so that few texts come twice."""
    return tuple(
        pattern
        for pattern in patterns
        for _ in range(sum(pattern.ways >= ways for ways in (1, 8, 60, 600, 6000)))
    )


def slot_names(text: str) -> set[str]:
    """The lists that a pattern draws from (for checking the word files)."""
    names = set()
    for inner in re.findall(r"\{([^{}|]*)\}", text):
        match = _NAME.match(inner)
        if match and inner != "url":
            names.add(match[2].lower())
    return names


def split_options(text: str, separator: str) -> list[str]:
    """Split at separators outside braces."""
    options, depth, current, at = [], 0, "", 0
    while at < len(text):
        if depth == 0 and text.startswith(separator, at):
            options.append(current)
            current = ""
            at += len(separator)
            continue
        depth += (text[at] == "{") - (text[at] == "}")
        current += text[at]
        at += 1
    options.append(current)
    return options


def _closing(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return at
    raise ValueError(f"unclosed brace in pattern: {text}")


def _node(inner: str, lists: Lists, capital: bool) -> Node:
    if inner == "@":
        return _Mention(lists)
    if inner == "url":
        return _Url(lists)
    options = split_options(inner, "|")
    if len(options) > 1:
        return _Choice(compile_all(options, lists, capital))
    if match := _RANGE.match(inner):
        return _Number(int(match[1]), int(match[2]), int(match[3] or 1))
    if match := _NAME.match(inner):
        capital = capital or match[2][0].isupper() or match[1] == "A "
        return _Slot(lists, match[2].lower(), match[3], bool(match[1]), capital)
    raise ValueError(f"no such slot: {{{inner}}}")
