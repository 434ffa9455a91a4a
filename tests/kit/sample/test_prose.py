"""Texts: the same for a seed, within length, varied, in the right language and about the right things."""

from __future__ import annotations

import re
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit.sample import pictures, prose
from dozen.kit.sample.grammar import slot_names
from dozen.kit.sample.people import interests
from dozen.kit.sample.prose import wordfiles

LONG_NAME = "averyveryverylongname"[:20]


@pytest.fixture(scope="module")
def posts() -> list[prose.SamplePost]:
    return [prose.post(7, n, interests(7, n)) for n in range(10_000)]


def test_pinned(posts: list[prose.SamplePost]) -> None:
    """Posts, replies, quotes, threads and messages of a seed, on every machine and Python."""
    texts: list[str] = []
    for n, post in enumerate(posts[:400]):
        texts += [post.text, prose.reply(7, n, post), prose.quote(7, n, post), prose.message(7, n, n % 5)]
        texts += prose.thread(7, n, interests(7, n))
    assert sha256("\n".join(texts).encode()).hexdigest() == PINNED


def test_posts_hardly_ever_repeat(posts: list[prose.SamplePost]) -> None:
    assert len({post.text for post in posts}) > 9_700


def test_all_kinds_come_and_most_are_plain_posts(posts: list[prose.SamplePost]) -> None:
    kinds = [post.kind for post in posts]
    assert {
        kind: kinds.count(kind) > 150 for kind in ("post", "question", "joke", "link", "thread")
    } == dict.fromkeys(("post", "question", "joke", "link", "thread"), True)
    assert kinds.count("post") > 5_000


def test_texts_are_clean(posts: list[prose.SamplePost]) -> None:
    for post in posts:
        text = post.text
        assert 3 < len(text) < 260, text
        assert not re.search(
            r"[{}|]|  |\s$|^\s| [,;:?!](?![\w(])", text.replace(" ?", "").replace(" !", "").replace(" :", "")
        ), text
        for link in re.findall(r"https?://\S+", text):
            assert re.match(r"https://example\.(org|com)/\S+$", link), text
        assert post.tags == tuple(re.findall(r"(?<=#)[^\s#]+", text)), text
        assert post.picture_kind is None or post.picture_kind in pictures.KINDS


def test_posts_speak_of_what_the_writer_likes() -> None:
    posts = [prose.post(3, n, ("chess", "sailing")) for n in range(600)]
    english = [post for post in posts if post.language == "en"]
    assert sum(post.topic in ("chess", "sailing") for post in english) > 0.8 * len(english)


@given(st.integers(), st.integers(0, 10**9), st.sampled_from(("", *prose.PERSONAS)))
def test_no_text_is_too_long_even_with_long_names(seed: int, n: int, persona: str) -> None:
    def mention(number: int) -> str:
        return LONG_NAME

    post = prose.post(seed, n, persona=persona, mention=mention)
    texts = [
        post.text,
        prose.reply(seed, n, post, mention=mention),
        prose.quote(seed, n, post, mention=mention),
        *prose.thread(seed, n, mention=mention),
        *(line.text for line in prose.conversation(seed, n, mention=mention)),
    ]
    for text in texts:
        assert 0 < len(text) < 260, text


@pytest.mark.parametrize("code", prose.LANGUAGES)
def test_people_write_in_their_language(code: str) -> None:
    posts = [prose.post(7, n, languages=(code,)) for n in range(300)]
    assert {post.language for post in posts} == {code}
    assert len({post.text for post in posts}) > 180
    longest = 130 if code in ("ja", "zh") else 260
    for n, post in enumerate(posts):
        assert 0 < len(post.text) < longest, post.text
        assert not re.search(r"[{}|]", post.text + prose.reply(7, n, post))
    answered = [prose.reply(7, n, post) for n, post in enumerate(posts)]
    english = set(re.findall(r"[A-Za-z]+", " ".join(answered)))
    if code in ("ar", "hi", "ja", "ru", "zh"):
        assert "の" in "".join(post.text for post in posts) or code != "ja"
        assert sum(text.isascii() for text in answered) < 90
    else:
        assert english


def test_languages_that_have_no_words_give_english() -> None:
    assert {prose.post(1, n, languages=("vi", "en")).language for n in range(60)} == {"en"}


def test_other_languages_are_occasional(posts: list[prose.SamplePost]) -> None:
    assert 0.01 < sum(post.language != "en" for post in posts) / len(posts) < 0.12
    assert {post.language for post in posts} == {"en", *prose.LANGUAGES}


def test_minimal_writers_use_lower_case() -> None:
    texts = [prose.post(5, n, ("rust",), languages=("en",), persona="minimal") for n in range(200)]
    assert all(post.text == post.text.lower() for post in texts if post.kind != "thread")


def test_mentions_are_those_of_the_caller(posts: list[prose.SamplePost]) -> None:
    mentioning = [
        prose.post(7, n, interests(7, n), mention=lambda number: f"u{number % 9}") for n in range(3_000)
    ]
    named = {name for post in mentioning for name in re.findall(r"@(\w+)", post.text)}
    assert named == {f"u{digit}" for digit in range(9)}
    assert not any("@" in post.text for post in posts)


def test_a_thread_post_is_the_first_of_its_thread(posts: list[prose.SamplePost]) -> None:
    starts = [(n, post) for n, post in enumerate(posts) if post.kind == "thread"]
    assert len(starts) > 100
    for n, post in starts:
        texts = prose.thread(7, n, interests(7, n))
        assert texts[0] == post.text
        assert 4 <= len(texts) <= 8
        assert len(set(texts)) == len(texts)


def test_a_thread_that_promises_a_number_keeps_it() -> None:
    numbers = {"Three": 3, "Four": 4, "Five": 5, "Six": 6}
    promised = 0
    for n in range(400):
        texts = prose.thread(2, n, ("databases",))
        if match := re.match(r"(Three|Four|Five|Six) things", texts[0]):
            promised += 1
            assert sum(bool(re.match(r"\d", text)) for text in texts) == numbers[match[1]]
    assert promised > 20


def test_replies_speak_of_the_same_things(posts: list[prose.SamplePost]) -> None:
    post = next(
        post
        for post in posts
        if post.topic == "cooking" and dict(post.about).get("dish") and post.mood == "+"
    )
    dish = dict(post.about)["dish"]
    replies = [prose.reply(7, n, post) for n in range(200)]
    others = {value for value in _values("topic-cooking.txt", "dish") if value != dish}
    assert any(dish in reply.lower() for reply in replies)
    assert not any(other in reply for other in others for reply in replies)


def test_questions_get_answers_to_themselves(posts: list[prose.SamplePost]) -> None:
    asked = next(post for post in posts if post.topic == "chess" and post.mood == "??" and post.number == 0)
    replies = " ".join(prose.reply(7, n, asked) for n in range(60))
    assert "Write the move down first" in replies
    assert "Let them beat you" not in replies


def test_a_post_of_the_callers_own_can_be_answered() -> None:
    own = prose.SamplePost("Hello", (), None, "question")
    assert len({prose.reply(1, n, own) for n in range(50)}) > 10
    assert prose.quote(1, 1, own)


def test_conversations_take_turns() -> None:
    for n in range(200):
        lines = prose.conversation(4, n)
        assert 4 <= len(lines) <= 7
        assert lines[0].speaker == 0
        assert all(one.speaker != two.speaker for one, two in pairwise(lines))
        assert prose.message(4, n, 1) == lines[1].text
        assert prose.message(4, n, len(lines)) == lines[0].text


@pytest.mark.parametrize("topic", [*prose.COMMENTED, *prose.TOPICS])
def test_comments_on_everything(topic: str) -> None:
    comments = {prose.comment(1, n, topic) for n in range(60)}
    assert len(comments) > 12
    assert all(0 < len(comment) < 260 and "{" not in comment for comment in comments)


def test_comments_on_the_unknown_are_refused() -> None:
    with pytest.raises(KeyError):
        prose.comment(1, 1, "submarines")


@pytest.mark.parametrize("topic", prose.TOPICS)
def test_every_topic_has_enough_to_say(topic: str) -> None:
    words = wordfiles.topic(topic)
    text = wordfiles.text_of(f"topic-{topic}.txt")
    patterns = {mark: len(set(found)) for mark, found in words.patterns.items()}
    assert sum(patterns[mark] for mark in ("+", "-", ".", "*")) >= 12
    assert all(patterns[mark] >= 2 for mark in ("+", "-", ".", "*", "?", "??", "!", "~", "<"))
    assert patterns[":"] == patterns["?"]
    assert patterns["::"] == patterns["??"]
    assert patterns["*"] >= 6
    assert sum(len(words.lists[name]) for name in words.own) >= 25
    assert len(words.tags) >= 3
    assert words.emoji
    assert set(words.pictures) <= set(pictures.KINDS)
    assert slot_names(text) <= set(words.lists), slot_names(text) - set(words.lists)
    assert "path" in words.own


@pytest.mark.parametrize("code", prose.LANGUAGES)
def test_every_language_knows_its_lists(code: str) -> None:
    words = wordfiles.language(code)
    named = slot_names(wordfiles.text_of(f"language-{code}.txt"))
    assert named - {"job"} <= set(words.lists)
    assert {"+", "-", ".", "?", "<", "bio"} <= set(words.patterns)


@pytest.mark.parametrize("name", ["common.txt", "jokes.txt", "replies.txt"])
def test_shared_words_know_their_lists(name: str) -> None:
    known = set(wordfiles.common().lists) | set(wordfiles.jokes().lists) | set(wordfiles.replies().lists)
    assert slot_names(wordfiles.text_of(name)) <= known


def _values(file: str, name: str) -> list[str]:
    line = next(line for line in wordfiles.text_of(file).split("\n") if line.startswith(f"{name} = "))
    return line.partition(" = ")[2].split(" | ")


PINNED = "904970ccf574bdc43e28a897b5f899b175cd15e40623ba39bfaabbdcc40d4bf4"
