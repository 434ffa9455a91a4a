"""What people write below the posts, pictures, rides and songs of others."""

from __future__ import annotations

from dozen.kit.sample.grammar import Env, Mention
from dozen.kit.sample.prose import wordfiles
from dozen.kit.sample.prose.posts import TOPICS, SamplePost, following_env
from dozen.kit.sample.streams import Seed, Stream

COMMENTED: tuple[str, ...] = ("article", "bus", "hotel", "match", "photo", "recipe", "ride", "shop", "song")
"""What `comment` knows besides TOPICS."""

# the mark of a post: which general replies fit, which marks of the topic, which quotes
_FITTING = {
    "+": ("good", "<", "quote+"),
    "-": ("bad", "<", "quote-"),
    ".": ("plain", "<", "quote."),
    "*": ("tip", "<", "quote."),
    "?": ("which", ":", "quote?"),
    "??": ("how", "::", "quote?"),
    "!": ("joke", "", "quote!"),
    ">": ("link", "<", "quote."),
    "~": ("thread", "<", "quote."),
}
_BEFORE_AN_ANSWER = (
    "",
    "",
    "",
    "",
    "Easy: ",
    "For me: ",
    "Honestly: ",
    "My two cents: ",
    "Hm. ",
    "At our place: ",
    "🙋 ",
)
_AFTER_AN_ANSWER = (
    "",
    "",
    "",
    "",
    " Good luck!",
    " Tell us how it went!",
    " At least that's how I see it.",
    " 🙂",
    " Promise.",
)
_SCENIC = (
    "mountains",
    "sea",
    "forest",
    "desert",
    "snow",
    "stars",
    "sky",
    "city",
    "garden",
    "birds",
    "boat",
    "road",
    "field",
)
_MOOD_OF_KIND = {"post": ".", "question": "?", "joke": "!", "link": ">", "thread": "~"}


def reply(seed: Seed, n: int, to: SamplePost, *, mention: Mention | None = None) -> str:
    """The n-th reply, to this post: in its language, about its things. It does not name whom it answers."""
    stream = Stream(seed, "reply", n)
    if to.language != "en" and stream.chance(88):
        words = wordfiles.language(to.language)
        env = following_env(stream, mention, words, to.about)
        return stream.pick(words.patterns["<"]).fill(env) + _emoji(stream, words, 20)
    general, mark, _ = _FITTING[_mood(to)]
    if to.picture_kind in _SCENIC and stream.chance(35):
        general, mark = "picture", ""
    if mark and to.topic and stream.chance(60):
        text = _about_the_topic(stream, mark, to, mention)
        if text:
            return text
    return stream.pick(wordfiles.replies().patterns[general]).fill(Env(stream, mention)).rstrip()


def _about_the_topic(stream: Stream, mark: str, to: SamplePost, mention: Mention | None) -> str:
    words = wordfiles.topic(to.topic)
    if mark == "<":
        # Only what speaks of things that the post spoke of; below links and threads nothing vague.
        said = {key for key, _ in to.about}
        vague_fits = to.mood not in (">", "~")
        fitting = [
            pattern
            for pattern in words.patterns[mark]
            if (pattern.needs & words.own) <= said and (vague_fits or pattern.needs & words.own)
        ]
        if not fitting or stream.chance(60 // len(fitting)):
            return ""
        env = following_env(stream, mention, words, to.about)
        return stream.pick(fitting).fill(env) + _emoji(stream, words, 12)
    # The third answer in a word file answers the third question.
    answers = [pattern for pattern in words.patterns[mark] if pattern.number == to.number]
    if not answers:
        return ""
    about = _one_of_two(stream, to.about) if mark == ":" else to.about
    text = answers[0].fill(following_env(stream, mention, words, about))
    return stream.pick(_BEFORE_AN_ANSWER) + text + stream.pick(_AFTER_AN_ANSWER) + _emoji(stream, words, 10)


def quote(seed: Seed, n: int, to: SamplePost, *, mention: Mention | None = None) -> str:
    """The n-th text that stands above a quoted post."""
    stream = Stream(seed, "quote", n)
    mark = _FITTING[_mood(to)][2]
    return stream.pick(wordfiles.replies().patterns[mark]).fill(Env(stream, mention)).rstrip()


def comment(seed: Seed, n: int, topic: str, *, mention: Mention | None = None) -> str:
    """The n-th comment or review on something of this topic (of TOPICS or COMMENTED)."""
    stream = Stream(seed, "comment", n)
    patterns = wordfiles.replies().patterns
    if topic in TOPICS:
        mark = stream.pick(("<", "<", "good", "plain"))
        chosen = wordfiles.topic(topic).patterns["<"] if mark == "<" else patterns[mark]
        return stream.pick(chosen).fill(Env(stream, mention)).rstrip()
    return stream.pick(patterns[f"c:{topic}"]).fill(Env(stream, mention)).rstrip()


def _mood(to: SamplePost) -> str:
    return to.mood if to.topic or to.language != "en" else _MOOD_OF_KIND[to.kind]


def _one_of_two(stream: Stream, about: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """To "this or that?" one answers one of both; to "which is best?" something else."""
    values = dict(about)
    pairs = [(key, key + "2") for key in values if key + "2" in values]
    return tuple((key, values[stream.pick((key, second))]) for key, second in pairs)


def _emoji(stream: Stream, words: wordfiles.WordFile, percent: int) -> str:
    return " " + stream.pick(words.emoji) if stream.chance(percent) else ""
