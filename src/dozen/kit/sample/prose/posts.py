"""Posts and threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from dozen.kit.sample.grammar import Env, Mention
from dozen.kit.sample.prose import wordfiles
from dozen.kit.sample.streams import Seed, Stream

Kind = Literal["post", "question", "joke", "link", "thread"]

TOPICS: tuple[str, ...] = (
    "astronomy",
    "birds",
    "boardgames",
    "books",
    "cars",
    "cats",
    "chess",
    "citylife",
    "climate",
    "coffee",
    "cooking",
    "cycling",
    "databases",
    "design",
    "dogs",
    "films",
    "football",
    "gardening",
    "hiking",
    "history",
    "knitting",
    "languages",
    "maths",
    "medicine",
    "music",
    "parenting",
    "photography",
    "politics",
    "python",
    "running",
    "rust",
    "sailing",
    "startups",
    "teaching",
    "theatre",
    "trains",
    "travel",
    "weather",
    "woodworking",
    "yoga",
)
"""Everything people can be interested in."""

LANGUAGES: tuple[str, ...] = ("ar", "de", "es", "fr", "hi", "it", "ja", "pt", "ru", "zh")
"""Languages besides English in which posts can be written."""

PERSONAS: tuple[str, ...] = ("plain", "plain", "cheerful", "chatty", "dry", "minimal", "formal")
"""Ways to write: how often a post has an opener, a tail, an emoji, tags; `minimal` writes in lower case."""

LONGEST = 256
"""No text is longer, in code points; wide (CJK) characters count twice."""

_SMALL_TALK = ("weather", "citylife", "coffee", "cats", "trains", "parenting", "books", "cooking")
_WIDE = frozenset(("ja", "zh"))

# persona: percent of posts with an opener, a tail, an emoji, tags
_HABITS = {
    "plain": (10, 26, 10, 30),
    "cheerful": (14, 34, 52, 34),
    "chatty": (24, 55, 18, 24),
    "dry": (6, 14, 0, 12),
    "minimal": (0, 6, 6, 8),
    "formal": (10, 18, 0, 52),
}

# mark, kind, weight of 100
_MOODS: tuple[tuple[str, Kind, int], ...] = (
    ("+", "post", 24),
    ("-", "post", 14),
    (".", "post", 19),
    ("*", "post", 10),
    ("?", "question", 8),
    ("??", "question", 7),
    ("!", "joke", 8),
    (">", "link", 7),
    ("~", "thread", 3),
)
_MOOD_OF = tuple((mark, kind) for mark, kind, weight in _MOODS for _ in range(weight))
_FOREIGN_MOOD_OF = tuple((mark, kind) for mark, kind in _MOOD_OF if mark in ("+", "-", ".", "?"))
_COUNTS = {3: "three", 4: "four", 5: "five", 6: "six"}
_ENDINGS = (
    "That's it. Thanks for reading!",
    "That's all. Questions welcome.",
    "End of thread. What would you add?",
    "If you read this far: thank you. Now go outside.",
    "I'll stop here, the tea is ready.",
    "Corrections welcome, politely.",
    "Done. If it helped, pass it on.",
)


class SamplePost(NamedTuple):
    """A post. `tags` stand in the text as "#tag"; the last five fields let answers fit."""

    text: str
    tags: tuple[str, ...]
    picture_kind: str | None
    kind: Kind
    topic: str = ""
    mood: str = "."
    """The mark of its pattern (see wordfiles)."""
    language: str = "en"
    about: tuple[tuple[str, str], ...] = ()
    """What its slots were filled with."""
    number: int = 0
    """Which pattern of its mood it is."""


def post(
    seed: Seed,
    n: int,
    interests: Sequence[str] = (),
    *,
    languages: Sequence[str] = (),
    persona: str = "",
    mention: Mention | None = None,
) -> SamplePost:
    """The n-th post, by someone with these interests (of TOPICS; none: any).

    `languages`: those of the writer, first the mother tongue; none: English and now and then another.
    `mention` names a username for a drawn number; without it nobody is mentioned.
    """
    stream = Stream(seed, "post", n)
    code = _language(stream, languages)
    persona = persona or stream.pick(PERSONAS)
    if code != "en":
        return _foreign(stream, code, mention)
    name = _topic(stream, interests)
    words = wordfiles.topic(name)
    mood, kind = stream.pick(_MOOD_OF)
    if kind == "thread":
        return _thread_opener(seed, n, interests, mention)
    patterns = words.patterns
    if mood == "!" and stream.chance(45):
        patterns = wordfiles.jokes().patterns
    env = Env(stream, mention)
    pattern = stream.pick(patterns[mood])
    text = pattern.fill(env)
    while len(text) > LONGEST:
        env = Env(stream, mention)
        pattern = stream.pick(patterns[mood])
        text = pattern.fill(env)
    about = tuple(env.chosen.items())
    text, tags = _dress(stream, text, mood, persona, words, mention)
    picture = stream.pick(words.pictures) if mood in "+.*" and stream.chance(27) else None
    return SamplePost(text, tags, picture, kind, name, mood, "en", about, pattern.number)


def thread(
    seed: Seed, n: int, interests: Sequence[str] = (), *, mention: Mention | None = None
) -> tuple[str, ...]:
    """The texts of the n-th thread, 4 to 8 posts, all about one thing.

    If `post(seed, n, interests)` is of kind "thread", its text is the first of these.
    """
    return _thread(seed, n, interests, mention)[0]


def _thread_opener(seed: Seed, n: int, interests: Sequence[str], mention: Mention | None) -> SamplePost:
    texts, name, about = _thread(seed, n, interests, mention)
    return SamplePost(texts[0], (), None, "thread", name, "~", "en", about)


def _thread(
    seed: Seed, n: int, interests: Sequence[str], mention: Mention | None
) -> tuple[tuple[str, ...], str, tuple[tuple[str, str], ...]]:
    stream = Stream(seed, "thread", n)
    name = _topic(stream, interests)
    words = wordfiles.topic(name)
    count = stream.between(3, 6)
    env = Env(stream, mention)
    env.chosen["few"] = _COUNTS[count]
    opener = stream.pick(words.patterns["~"]).fill(env)
    about = tuple(env.chosen.items())
    numbered = stream.pick(("{}/ ", "{}. ", "{}) "))
    texts = [opener]
    for number, pattern in enumerate(stream.picks(tuple(dict.fromkeys(words.patterns["*"])), count), 1):
        text = pattern.fill(following_env(stream, mention, words, about))
        tail = stream.pick(words.patterns["."]).fill(following_env(stream, mention, words, about))
        text = numbered.format(number) + text
        if stream.chance(22) and len(text) + len(tail) < LONGEST:
            text += " " + tail
        texts.append(text[:LONGEST])
    if stream.chance(70):
        texts.append(stream.pick(_ENDINGS))
    return tuple(texts), name, about


def following_env(
    stream: Stream, mention: Mention | None, words: wordfiles.WordFile, about: tuple[tuple[str, str], ...]
) -> Env:
    """An Env that goes on with the nouns of the topic, not with the people, days and numbers."""
    env = Env(stream, mention)
    own = words.own
    for key, value in about:
        if key in own:
            env.chosen[key] = value
    return env


def _language(stream: Stream, languages: Sequence[str]) -> str:
    if not languages:
        return stream.pick(LANGUAGES) if stream.chance(5) else "en"
    code = languages[0] if stream.chance(60) else stream.pick(languages)
    return code if code in LANGUAGES else "en"


def _topic(stream: Stream, interests: Sequence[str]) -> str:
    if not interests:
        return stream.pick(TOPICS)
    return stream.pick(_SMALL_TALK) if stream.chance(9) else stream.pick(interests)


def _dress(
    stream: Stream, text: str, mood: str, persona: str, words: wordfiles.WordFile, mention: Mention | None
) -> tuple[str, tuple[str, ...]]:
    """Add what the writer's habits ask for, as far as it fits."""
    opener, tail, emoji, tagged = _HABITS[persona]
    dice = stream.word()
    patterns = wordfiles.common().patterns
    if mood != ">" and mood != "!" and dice % 100 < opener:
        text = stream.pick(patterns["open" + mood]).fill(Env(stream, mention)) + " " + text
    if dice // 100 % 100 < tail:
        added = stream.pick(patterns[mood]).fill(Env(stream, mention))
        if len(text) + len(added) < LONGEST - 30:
            joint = "\n\n" if mood == ">" else " "
            text += joint + added
    if persona == "minimal":
        text = text.lower().removesuffix(".")
    elif (
        persona == "cheerful"
        and mood == "+"
        and text.endswith(".")
        and not text.endswith("..")
        and stream.chance(50)
    ):
        text = text[:-1] + "!"
    if len(text) > LONGEST - 24:
        return text[:LONGEST], ()
    if dice // 10_000 % 100 < emoji:
        mark = stream.pick(words.emoji)
        text += f" {mark}" if stream.chance(80) else f" {mark}{stream.pick(words.emoji)}"
    tags: tuple[str, ...] = ()
    if dice // 1_000_000 % 100 < tagged:
        tags = tuple(stream.picks(words.tags, stream.pick((1, 1, 1, 2, 2, 3))))
        while tags and len(text) + sum(len(tag) + 2 for tag in tags) > LONGEST:
            tags = tags[:-1]
        if tags:
            text += stream.pick((" ", " ", "\n\n")) + " ".join("#" + tag for tag in tags)
    return text, tags


def _foreign(stream: Stream, code: str, mention: Mention | None) -> SamplePost:
    words = wordfiles.language(code)
    mood, kind = stream.pick(_FOREIGN_MOOD_OF)
    env = Env(stream, mention)
    text = stream.pick(words.patterns[mood]).fill(env)
    tags: tuple[str, ...] = ()
    if stream.chance(30):
        text += " " + stream.pick(words.emoji)
    if stream.chance(30):
        tags = (stream.pick(words.tags),)
        text += f" #{tags[0]}"
    longest = LONGEST // 2 if code in _WIDE else LONGEST
    return SamplePost(text[:longest], tags, None, kind, "", mood, code, tuple(env.chosen.items()))
