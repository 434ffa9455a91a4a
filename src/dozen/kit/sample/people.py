"""Invented people: any number of them, the n-th always the same for one seed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dozen.kit.sample.grammar import Env
from dozen.kit.sample.names import Pair, cultures, hobby_of, pair_of, username_of
from dozen.kit.sample.prose.posts import LANGUAGES, PERSONAS, TOPICS
from dozen.kit.sample.prose.wordfiles import bios, interest_words, language, topic
from dozen.kit.sample.streams import Seed, Stream

# How many of a hundred or so people care: the rest of the topics count 3.
_POPULAR = {
    "music": 9,
    "cooking": 9,
    "films": 7,
    "travel": 8,
    "football": 7,
    "books": 7,
    "photography": 6,
    "cats": 6,
    "dogs": 5,
    "gardening": 5,
    "running": 5,
    "coffee": 5,
    "hiking": 5,
    "citylife": 4,
    "parenting": 4,
    "cycling": 4,
    "python": 4,
    "weather": 2,
    "rust": 2,
    "theatre": 2,
    "sailing": 2,
    "politics": 2,
    "maths": 2,
    "databases": 2,
}
_WEIGHTED_TOPICS = tuple(name for name in TOPICS for _ in range(_POPULAR.get(name, 3)))
_WEIGHT = len(_WEIGHTED_TOPICS)
_INTEREST_COUNTS = (1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6)
_FANCIES = (
    "the allotment",
    "somewhere on a bike",
    "between two trains",
    "the library",
    "here and there",
    "low orbit",
    "the kitchen",
    "on the sofa",
    "a small island",
    "window seat",
    "row 7",
    "UTC+1",
    "up north",
    "the 7:20 train",
    "under a cat",
    "Planet Earth",
)
_SITES = (
    "https://example.org/{}",
    "https://example.com/{}",
    "https://example.org/~{}",
    "https://example.com/blog/{}",
    "https://example.org/people/{}",
)
_NAME_EMOJI = ("🌿", "🚲", "📚", "☕", "🌈", "🎶", "🐈", "🌻", "✨", "🍞", "🌍", "🏔️", "🪴", "🐕", "⚽", "🧶")
_ASIDES = ("bakes bread", "on tour", "is tired", "reads", "outdoors", "again")
_LIKING_SLOTS = (("it", "emo"), ("it2", "emo2"), ("it3", "emo3"))
_COMMON_LIKINGS = ("music", "books", "travel", "coffee", "films")
_PRONOUNS = (("he/him", "she/her"), ("he/they", "she/they"))
_NAMES_FAMILY_FIRST = ("chinese", "japanese", "korean")
_DOUBLE_SURNAMES = ("spanish", "latin", "portuguese")


class SamplePerson(NamedTuple):
    """A person. `username` is unique among all of one seed."""

    username: str
    name: str
    bio: str
    """May be empty."""
    location: str
    """May be empty."""
    website: str
    """A URL below example.org or example.com, or empty."""
    pronouns: str | None
    joined_days_ago: int
    """1 to 2,800; the lower the number of a person, the longer ago."""
    interests: tuple[str, ...]
    """1 to 7 of prose.TOPICS, the dearest first."""
    languages: tuple[str, ...]
    """ISO 639-1, the mother tongue first."""
    persona: str
    """One of prose.PERSONAS."""


class Traits(NamedTuple):
    """What a portrait of the person should agree with."""

    woman: bool
    tones: tuple[int, int]
    """Range of skin tones of people with such names, 0 (light) to 9 (dark)."""
    culture: str
    interests: tuple[str, ...]


def person(seed: Seed, n: int) -> SamplePerson:
    """The n-th person, 0 <= n < 28,000,000."""
    who, rank = pair_of(seed, n)
    stream = Stream(seed, "person", n)
    username = username_of(who, rank, stream.word())
    liked = interests(seed, n)
    hobby = hobby_of(username)
    if hobby is not None:
        liked = (hobby, *(name for name in liked if name != hobby))
    native = who.culture.language
    spoken = (native,) if native == "en" else (native, "en")
    dice = stream.word()
    if dice % 100 < 14:
        other = LANGUAGES[dice // 100 % len(LANGUAGES)]
        spoken = spoken if other in spoken else (*spoken, other)
    local = dice // 10_000 % 100 < 45
    dice = stream.word()
    pronouns = _PRONOUNS[dice // 10_000 % 100 < 12][who.woman] if dice // 100 % 100 < 24 else None
    return SamplePerson(
        username,
        _display_name(stream, who, local),
        _bio(stream, who, liked, native if local else "en"),
        _location(stream, who),
        stream.pick(_SITES).format(username) if dice % 100 < 21 else "",
        pronouns,
        _joined(stream.unit(), n),
        liked,
        spoken,
        PERSONAS[dice // 1_000_000 % len(PERSONAS)],
    )


def people(seed: Seed, count: int, start: int = 0) -> Iterator[SamplePerson]:
    """The persons `start` to `start + count - 1`."""
    return (person(seed, n) for n in range(start, start + count))


def username(seed: Seed, n: int) -> str:
    """The username of the n-th person, faster than the whole person."""
    return username_of(*pair_of(seed, n), Stream(seed, "person", n).word())


def interests(seed: Seed, n: int) -> tuple[str, ...]:
    """What the n-th person likes, without what the username may add; fast, for the follow graph."""
    word = Stream(seed, "interests", n).word
    liked = [
        _WEIGHTED_TOPICS[word() % _WEIGHT] for _ in range(_INTEREST_COUNTS[word() % len(_INTEREST_COUNTS)])
    ]
    return tuple(dict.fromkeys(liked))


def traits(seed: Seed, n: int) -> Traits:
    """What avatars of the n-th person go by."""
    who, _ = pair_of(seed, n)
    return Traits(who.woman, who.culture.tones, who.culture.key, interests(seed, n))


def _display_name(stream: Stream, who: Pair, native_script: bool) -> str:
    sex = who.woman
    style = stream.below(100)
    if native_script and who.first.native and who.last.native:
        first, last = who.first.native[sex], who.last.native[sex]
        if who.culture.key in _NAMES_FAMILY_FIRST:
            return last + first
        return first if style < 12 else f"{first} {last}"
    first, last = who.first.latin[sex], who.last.latin[sex]
    if style < 8:
        return first
    if style < 13:
        return f"{first} {last[0]}."
    if style < 17:
        return f"{first} {last}".lower()
    if style < 24:
        return f"{first} {last} {stream.pick(_NAME_EMOJI)}"
    if style < 27:
        return f"{first} {stream.pick('ABCDEFGHJKLMNPRSTW')}. {last}"
    if style < 29:
        return f"{first} {stream.pick(_ASIDES)}"
    if who.culture.key in _DOUBLE_SURNAMES and style < 52:
        second = stream.pick(who.culture.lasts).latin[sex]
        return f"{first} {last} {second}" if second != last else f"{first} {last}"
    if who.culture.key == "hungarian" and style < 60:
        return f"{last} {first}"
    return f"{first} {last}"


@cache
def _words(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How people call an interest, and its emoji."""
    env = Env(Stream(0, "words"))
    return tuple(pattern.fill(env) for pattern in interest_words().lists[name]), topic(name).emoji


def _bio(stream: Stream, who: Pair, liked: tuple[str, ...], code: str) -> str:
    dice = stream.word()
    if dice % 100 < 13:
        return ""
    env = Env(stream)
    chosen = env.chosen
    if code in LANGUAGES:
        words = language(code)
        chosen["job"] = stream.pick(words.lists["jobw" if who.woman else "jobm"]).fill(env)
        return stream.pick(words.patterns["bio"]).fill(env)
    several = liked if len(liked) > 2 else (*liked, *(name for name in _COMMON_LIKINGS if name not in liked))
    for (key, emoji_key), name in zip(_LIKING_SLOTS, several, strict=False):
        dice >>= 7
        labels, emoji = _words(name)
        chosen[key] = labels[dice % len(labels)]
        chosen[emoji_key] = emoji[dice % len(emoji)]
    chosen["parent"] = "Mum" if who.woman else "Dad"
    return stream.pick(bios().patterns["."]).fill(env)


def _location(stream: Stream, who: Pair) -> str:
    dice = stream.below(100)
    city = stream.pick(who.culture.cities)
    if dice < 56:
        return city
    if dice < 64:
        return who.culture.country
    if dice < 80:
        elsewhere = stream.pick(stream.pick(cultures()).cities)
        return f"{city} → {elsewhere}" if dice < 68 and elsewhere != city else elsewhere
    return stream.pick(_FANCIES) if dice < 86 else ""


def _joined(luck: float, n: int) -> int:
    oldest = 2800 if n < 1000 else 2300
    return 1 + int(oldest * luck * (0.4 + 0.6 * luck))
