"""Names of many cultures, and usernames that never collide.

The n-th person has one of the pairs of a first and a last name of one culture (some 29,000, in an order that
the seed mixes) and, when all have been used, has it again with the next rank. A username spells the pair in
one of several families of strings; no two families share a string and no family gives a string twice,
whichever of them a draw chooses:

    anna anna_bakes                    rank 0; they belong to one of the many pairs with "anna"
    annadahl anna_dahl dahl_anna       ranks 0 to 2, each one of them
    anna407                            a number that tells the last name and the rank
    annadahl42 anna_dahl42             two digits that differ by rank, three from rank 90 on

This needs firsts, lasts and hobby words that are all different, and concatenations that split in one way
only; loading drops the few names that would break it.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from dozen.kit.sample.prose.wordfiles import text_of
from dozen.kit.sample.streams import Seed, Stream

LONGEST_FIRST = 9
LONGEST_LAST = 8
MOST_LASTS = 64
"""Per culture: the multiplier of a rank in numbered usernames."""

HOBBIES: dict[str, str] = {
    "bakes": "cooking",
    "rides": "cycling",
    "hikes": "hiking",
    "codes": "python",
    "reads": "books",
    "knits": "knitting",
    "sails": "sailing",
    "runs": "running",
    "films": "films",
    "sings": "music",
    "travels": "travel",
    "gardens": "gardening",
    "birds": "birds",
    "cooks": "cooking",
    "maths": "maths",
    "draws": "design",
    "plays": "boardgames",
    "brews": "coffee",
    "trains": "trains",
    "stars": "astronomy",
    "teaches": "teaching",
    "carves": "woodworking",
    "clicks": "photography",
    "chess": "chess",
    "cats": "cats",
    "dogs": "dogs",
    "skies": "weather",
    "queries": "databases",
    "football": "football",
    "builds": "startups",
    "past": "history",
    "speaks": "languages",
    "stage": "theatre",
    "breathes": "yoga",
    "garage": "cars",
    "votes": "politics",
    "solar": "climate",
    "street": "citylife",
    "mends": "knitting",
    "climbs": "hiking",
}
"""Words that usernames may end with, and the interest that each tells of."""

_FOLD = str.maketrans(
    {
        "ø": "o",
        "å": "a",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ß": "ss",
        "ı": "i",
        "ð": "d",
        "þ": "th",
        "'": "",
        "’": "",
    }
)


class Name(NamedTuple):
    """A first or last name in Latin and native script (each of a man and of a woman), and its handle."""

    latin: tuple[str, str]
    native: tuple[str, str] | None
    handle: str


class Culture(NamedTuple):
    """Names that belong together; `women` of the firsts come first."""

    key: str
    language: str
    country: str
    tones: tuple[int, int]
    women: int
    firsts: tuple[Name, ...]
    lasts: tuple[Name, ...]
    cities: tuple[str, ...]


class Pair(NamedTuple):
    """A first and a last name of one culture, with their places in its lists."""

    culture: Culture
    first: Name
    last: Name
    woman: bool
    first_index: int
    last_index: int


@cache
def cultures() -> tuple[Culture, ...]:
    """The cultures of the word file."""
    return _load()


@cache
def _ordered_pairs() -> tuple[Pair, ...]:
    return tuple(
        Pair(culture, first, last, first_index < culture.women, first_index, last_index)
        for culture in cultures()
        for first_index, first in enumerate(culture.firsts)
        for last_index, last in enumerate(culture.lasts)
    )


@lru_cache(maxsize=4)
def _pairs(seed: Seed) -> list[Pair]:
    return Stream(seed, "pairs").shuffled(_ordered_pairs())


def pair_of(seed: Seed, n: int) -> tuple[Pair, int]:
    """The pair of the n-th person and the rank within it."""
    pairs = _pairs(seed)
    rank, place = divmod(n, len(pairs))
    return pairs[place], rank


def username_of(who: Pair, rank: int, choice: int) -> str:
    """The username; `choice` (any number) picks among those that are this person's own."""
    first, last = who.first.handle, who.last.handle
    style = choice % 100
    if rank == 0 and style < 62:
        own = _bare(who, first, last, style)
        if own:
            return own
    if rank < 3 and style < 60:
        # Three spellings of a pair, one for each of its first three people.
        spelled = (first + last, f"{first}_{last}", f"{last}_{first}")
        return spelled[(rank + who.first_index + who.last_index) % 3]
    if style < 72 and rank < 14:
        # Unique: with the first name given, the number tells last name and rank.
        return f"{first}{10 + (who.last_index * 37 + who.first_index * 11) % MOST_LASTS + rank * MOST_LASTS}"
    number = 10 + (who.last_index * 7 + who.first_index * 13 + rank * 37) % 90 if rank < 90 else rank + 10
    text = f"{first}_{last}{number}"
    return text if style >= 88 and len(text) <= 20 else f"{first}{last}{number}"


def hobby_of(username: str) -> str | None:
    """The interest that a username tells of, if any."""
    head, _, tail = username.partition("_")
    return HOBBIES.get(tail) or HOBBIES.get(head) if tail else None


def ascii_handle(latin: str) -> str:
    """Lower-case letters a-z of a Latin name."""
    folded = unicodedata.normalize("NFKD", latin.lower().translate(_FOLD))
    return "".join(letter for letter in folded if "a" <= letter <= "z")


_HOBBY_WORDS = tuple(HOBBIES)


def _bare(who: Pair, first: str, last: str, style: int) -> str:
    """A handle without digits that one pair of many owns, if this is the one."""
    if who.last_index == len(first) * 5 % len(who.culture.lasts) and len(first) >= 3:
        return first
    if who.first_index == len(last) * 3 % len(who.culture.firsts) and len(last) >= 3:
        return last
    if style < 24 and who.last_index < len(_HOBBY_WORDS):
        # The last name picks the word, so that among those of one first name no word comes twice.
        word = _HOBBY_WORDS[(who.last_index + who.first_index * 7) % len(_HOBBY_WORDS)]
        return f"{first}_{word}" if style < 16 else f"{word}_{first}"
    return ""


def _load() -> tuple[Culture, ...]:
    taken = set(HOBBIES)
    joined: set[str] = set()
    cultures = []
    for block in text_of("names.txt").split("\n\n")[1:]:
        head, *lines = block.strip().split("\n")
        key, _, rest = head[1:].partition("] ")
        fields = dict(field.split("=") for field in rest.split())
        low, high = fields["tone"].split("-")
        words = {line[0]: line[3:].split(" ") for line in lines}
        women = _fresh(words["w"], LONGEST_FIRST, taken)
        men = _fresh(words["m"], LONGEST_FIRST, taken)
        lasts = _fresh(words["l"], LONGEST_LAST, taken)
        firsts = women + men
        # "ann" + "elind" and "anne" + "lind" are one string: the name that brings the second is left out.
        spelled = {last: {first.handle + last.handle for first in firsts} for last in lasts}
        lasts = [
            last for last in lasts if spelled[last].isdisjoint(joined) and spelled[last].isdisjoint(taken)
        ]
        for last in lasts:
            joined |= spelled[last]
        taken |= joined
        cultures.append(
            Culture(
                key,
                fields["lang"],
                fields["country"].replace("~", " "),
                (int(low), int(high)),
                len(women),
                tuple(firsts),
                tuple(lasts[:MOST_LASTS]),
                tuple(city.replace("~", " ") for city in words["c"]),
            )
        )
    return tuple(cultures)


def _fresh(tokens: list[str], longest: int, taken: set[str]) -> list[Name]:
    """The names whose handles nobody has yet."""
    fresh = []
    for token in tokens:
        name = _name(token)
        if 2 <= len(name.handle) <= longest and name.handle not in taken:
            taken.add(name.handle)
            fresh.append(name)
    return fresh


def _name(token: str) -> Name:
    spelled, _, handle = token.replace("_", " ").partition("~")
    left, _, right = spelled.rpartition("=")
    latin = right.split("/")
    native = left.split("/") if left else None
    return Name(
        (latin[0], latin[-1]),
        (native[0], native[-1]) if native else None,
        handle or ascii_handle(latin[0]),
    )
