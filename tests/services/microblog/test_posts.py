"""Posting, answering, quoting, editing, deleting; who sees what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dozen.core import accounts, engagement, graph, jobs, notifications
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.microblog import errors, schemas, wire
from dozen.services.microblog.jobs import WORK
from dozen.services.microblog.service import (
    finding,
    marks,
    notes,
    people,
    polls,
    posts,
    timelines,
    trends,
    views,
)
from dozen.services.microblog.structs import Draft, PollDraft, Post, View
from tests.support.people import make_people
from tests.support.town import Town, found_town


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    made = found_town(request.param, tmp_path)
    if made is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    notes.register(made.env)
    made.env.part(jobs.Registry).add(*WORK)
    yield made
    made.close()


def say(town: Town, who: int, text: str = "", **more: Any) -> Post:
    return town.write(posts.write, who, Draft(text=text, **more))


def texts(slice_: timelines.Slice) -> list[str]:
    return [(view.repost_of or view).post.text for view in slice_.views]


def drain(town: Town) -> None:
    jobs.Runner(town.env, town.db).drain()


def test_a_post_is_on_its_authors_page_and_in_followers_timelines(town: Town) -> None:
    ann, bo, cy = make_people(town, 3)
    town.write(people.follow, bo, ann)
    say(town, ann, "Hello")
    assert texts(town.read(timelines.by_person, None, ann)) == ["Hello"]
    assert texts(town.read(timelines.home, bo)) == ["Hello"]
    assert texts(town.read(timelines.home, cy)) == []
    assert town.read(timelines.profiles, [ann])[ann].posts == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", errors.Empty),
        ("  \n ", errors.Empty),
        ("x" * 281, errors.TooLong),
        ("字" * 141, errors.TooLong),
        ("x" * 30_000, errors.TooLong),
    ],
)
def test_texts_that_cannot_be_posted(town: Town, text: str, fault: type[Exception]) -> None:
    (ann,) = make_people(town, 1)
    with pytest.raises(fault):
        say(town, ann, text)
    assert texts(town.read(timelines.by_person, ann, ann)) == []


@pytest.mark.parametrize(
    "text", ["x" * 280, "字" * 140, "مرحبا بالعالم", "👩‍👩‍👧‍👦 family", "𝕏 four bytes", "@x " * 90]
)
def test_texts_that_can(town: Town, text: str) -> None:
    (ann,) = make_people(town, 1)
    made = say(town, ann, text)
    assert town.read(views.view, None, made.id).post.text == text.strip()


def test_the_same_again_within_a_minute_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bo = make_people(town, 2)
    say(town, ann, "Once")
    with pytest.raises(errors.Repeated):
        say(town, ann, "Once")
    say(town, bo, "Once")
    later = clock.now() + 61_000
    monkeypatch.setattr(clock, "now", lambda: later)
    say(town, ann, "Once")


@pytest.mark.parametrize("text", ["Hello", "a #tag and https://dozen.example/x", "", "answer"])
def test_a_post_is_answered_with_as_it_will_be_read(town: Town, text: str) -> None:
    (ann,) = make_people(town, 1)
    first = say(town, ann, "First")
    more: dict[str, Any] = {
        "": {"quote_of_id": first.id, "place": "Here", "warning": "Careful"},
        "answer": {"reply_to_id": first.id, "lang": "en"},
    }.get(text, {})

    def both(tx: Tx) -> tuple[View, View]:
        post = posts.write(tx, ann, Draft(text=text, **more))
        return views.written(tx, post), views.view(tx, ann, post.id)

    told, seen = town.write(both)
    read = town.read(views.view, ann, told.post.id)
    assert told == seen == read


def test_threads_are_read_from_both_ends(town: Town) -> None:
    ann, bo = make_people(town, 2)
    first = say(town, ann, "first")
    second = say(town, bo, "second", reply_to_id=first.id)
    third = say(town, ann, "third", reply_to_id=second.id)
    say(town, bo, "beside", reply_to_id=first.id)
    thread = town.read(timelines.thread, None, second.id)
    assert [v.post.id for v in thread.above] == [first.id]
    assert thread.focus.post.id == second.id
    assert [v.post.id for v in thread.replies] == [third.id]
    assert third.root_id == first.id
    assert town.read(views.view, None, first.id).counts.comments == 2
    town.write(posts.delete, bo, second.id)
    assert town.read(views.view, None, first.id).counts.comments == 1
    assert town.read(timelines.thread, None, third.id).above == ()
    with pytest.raises(errors.NoSuchTarget):
        say(town, ann, "too late", reply_to_id=second.id)


def test_answers_to_strangers_stay_out_of_the_timeline(town: Town) -> None:
    me, friend, stranger, other = make_people(town, 4)
    town.write(people.follow, me, friend)
    town.write(people.follow, me, other)
    target = say(town, stranger, "hello?")
    say(town, friend, "an answer to a stranger", reply_to_id=target.id)
    mine = say(town, other, "by somebody I follow")
    say(town, friend, "an answer to a friend", reply_to_id=mine.id)
    thread = say(town, friend, "one of")
    say(town, friend, "two", reply_to_id=thread.id)
    assert texts(town.read(timelines.home, me)) == [
        "two",
        "one of",
        "an answer to a friend",
        "by somebody I follow",
    ]


def test_pages_are_full_however_much_is_not_for_the_reader(town: Town) -> None:
    me, friend, stranger = make_people(town, 3)
    town.write(people.follow, me, friend)
    target = say(town, stranger, "hello?")
    for n in range(60):
        if n % 3:
            say(town, friend, f"answer {n}", reply_to_id=target.id)
        else:
            say(town, friend, f"post {n}")
    page = town.read(timelines.home, me, limit=10)
    assert texts(page) == [f"post {n}" for n in range(57, 27, -3)]
    rest = town.read(timelines.home, me, before=page.next_before, limit=50)
    assert texts(rest) == [f"post {n}" for n in range(27, -1, -3)]
    assert rest.next_before is None


def test_likes_reposts_bookmarks_once_and_back(town: Town) -> None:
    ann, bo = make_people(town, 2)
    post = say(town, ann, "Like me")
    assert town.write(marks.like, bo, post.id)
    assert not town.write(marks.like, bo, post.id)
    repost, fresh = town.write(marks.repost, bo, post.id)
    assert fresh
    assert town.write(marks.repost, bo, post.id) == (repost, False)
    town.write(marks.bookmark, bo, post.id)
    view = town.read(views.view, bo, post.id)
    assert (view.counts.likes, view.counts.reposts, view.marks) == (1, 1, {"like", "repost", "bookmark"})
    assert texts(town.read(timelines.bookmarks, bo)) == ["Like me"]
    assert texts(town.read(timelines.by_person, ann, bo)) == ["Like me"]
    assert [note.kind for note in town.read(notes.page, ann)[0]] == ["repost", "like"]
    assert town.write(marks.unlike, bo, post.id)
    assert town.write(marks.unrepost, bo, post.id)
    town.write(marks.unbookmark, bo, post.id)
    view = town.read(views.view, bo, post.id)
    assert (view.counts.likes, view.counts.reposts, view.marks) == (0, 0, frozenset())
    assert town.read(notes.page, ann)[0] == []
    assert town.read(notifications.unread, ann) == 0


def test_pinning_somebodys_repost_of_ones_own_pins_the_post(town: Town) -> None:
    ann, bo = make_people(town, 2)
    post = say(town, ann, "Mine")
    repost, _ = town.write(marks.repost, bo, post.id)
    town.write(marks.pin, ann, repost.id)
    assert town.read(timelines.profiles, [ann])[ann].pinned_id == post.id
    with pytest.raises(errors.NotYours):
        town.write(marks.pin, bo, repost.id)
    town.write(marks.pin, ann, None)
    assert town.read(timelines.profiles, [ann])[ann].pinned_id is None


def test_deleting_a_repost_is_taking_it_back(town: Town) -> None:
    ann, bo = make_people(town, 2)
    post = say(town, ann, "Mine")
    repost, _ = town.write(marks.repost, bo, post.id)
    assert [note.kind for note in town.read(notes.page, ann)[0]] == ["repost"]
    town.write(posts.delete, bo, repost.id)
    assert town.read(notes.page, ann)[0] == []
    assert town.read(views.view, bo, post.id).counts.reposts == 0
    assert town.write(marks.repost, bo, post.id)[1]


def test_edits_keep_what_was_said(town: Town) -> None:
    ann, bo = make_people(town, 2)
    post = say(town, ann, "Frist #typo")
    edited = town.write(posts.edit, ann, post.id, text="First #fixed", warning=None)
    assert edited.text == "First #fixed"
    assert [version.text for version in town.read(posts.versions, bo, post.id)] == ["Frist #typo"]
    assert texts(town.read(timelines.by_tag, None, "typo")) == []
    assert texts(town.read(timelines.by_tag, None, "#FIXED")) == ["First #fixed"]
    found, _ = town.read(finding.posts, None, "frist", kind="latest", position=None, limit=5)
    assert found == []
    with pytest.raises(errors.NotYours):
        town.write(posts.edit, bo, post.id, text="Mine now", warning=None)
    for n in range(posts.MOST_EDITS - 1):
        town.write(posts.edit, ann, post.id, text=f"version {n}", warning=None)
    with pytest.raises(errors.TooManyEdits):
        town.write(posts.edit, ann, post.id, text="once more", warning=None)


def test_deleting_takes_everything_along(town: Town) -> None:
    ann, bo = make_people(town, 2)
    town.write(people.follow, bo, ann)
    post = say(town, ann, "Soon gone #gone")
    quoting = say(town, bo, "look", quote_of_id=post.id)
    town.write(marks.like, bo, post.id)
    town.write(marks.repost, bo, post.id)
    with pytest.raises(errors.NotYours):
        town.write(posts.delete, bo, post.id)
    town.write(posts.delete, ann, post.id)
    drain(town)
    assert texts(town.read(timelines.home, bo)) == ["look"]
    assert texts(town.read(timelines.by_person, None, bo)) == ["look"]
    assert texts(town.read(timelines.by_tag, None, "gone")) == []
    assert town.read(views.view, None, quoting.id).quote_gone
    assert town.read(engagement.marked_by, bo, "like", posts.REALM) == []
    assert town.read(timelines.profiles, [ann])[ann].posts == 0
    # The quote itself still stands, and so does the notice of it.
    assert [note.kind for note in town.read(notes.page, ann)[0]] == ["quote", "follow"]
    with pytest.raises(errors.NoSuchPost):
        town.read(views.view, ann, post.id)


def test_protected_posts_are_for_followers(town: Town) -> None:
    ann, bo, cy = make_people(town, 3)
    town.write(accounts.edit_profile, ann, accounts.Changes(protected=True))
    post = say(town, ann, "for friends @nobody #quiet")
    assert town.write(people.follow, bo, ann) == "requested"
    for stranger in (None, bo, cy):
        with pytest.raises(errors.NoSuchPost):
            town.read(views.view, stranger, post.id)
        assert texts(town.read(timelines.by_person, stranger, ann)) == []
        assert texts(town.read(timelines.by_tag, stranger, "quiet")) == []
        assert town.read(finding.posts, stranger, "friends", kind="latest", position=None, limit=5)[0] == []
    with pytest.raises(errors.NoSuchPost):
        town.write(marks.like, cy, post.id)
    town.write(people.accept, ann, bo)
    assert texts(town.read(timelines.home, bo)) == ["for friends @nobody #quiet"]
    assert len(town.read(finding.posts, bo, "friends", kind="latest", position=None, limit=5)[0]) == 1
    with pytest.raises(errors.MayNotRepost):
        town.write(marks.repost, bo, post.id)
    with pytest.raises(errors.MayNotRepost):
        say(town, bo, "look", quote_of_id=post.id)


def test_blocks_hide_both_ways(town: Town) -> None:
    ann, bo = make_people(town, 2)
    town.write(people.follow, bo, ann)
    town.write(people.follow, ann, bo)
    post = say(town, ann, "hello")
    town.write(marks.like, bo, post.id)
    town.write(people.block, ann, bo)
    assert texts(town.read(timelines.home, bo)) == []
    with pytest.raises(errors.NoSuchPost):
        town.read(views.view, bo, post.id)
    with pytest.raises(errors.NoSuchTarget):
        say(town, bo, "still here", reply_to_id=post.id)
    with pytest.raises(graph.FollowNotAllowed):
        town.write(people.follow, bo, ann)
    assert town.read(notes.page, ann)[0] == []


def test_muted_people_are_not_in_timelines_but_on_their_page(town: Town) -> None:
    ann, bo = make_people(town, 2)
    town.write(people.follow, bo, ann)
    say(town, ann, "loud")
    town.write(graph.mute, bo, ann)
    assert texts(town.read(timelines.home, bo)) == []
    assert texts(town.read(timelines.by_person, bo, ann)) == ["loud"]


def test_people_who_are_named_are_told_once_and_only_if_they_exist(town: Town) -> None:
    ann, bo = make_people(town, 2)
    name = town.read(accounts.cards, [bo])[bo].username
    post = say(town, ann, f"@{name.upper()} and @{name} and @nobody_at_all and {ann}@example.org")
    assert [(span.value, span.id) for span in post.entities.mentions] == [(name, str(bo)), (name, str(bo))]
    found, _ = town.read(notes.page, bo)
    assert [(note.kind, note.view.post.id if note.view else 0) for note in found] == [("mention", post.id)]
    assert texts(town.read(timelines.mentions, bo)) == [post.text]


def test_ten_thousand_mentions_are_too_long_and_harmless(town: Town) -> None:
    (ann,) = make_people(town, 1)
    with pytest.raises(errors.TooLong):
        say(town, ann, "@a " * 10_000)


def test_polls(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bo, cy = make_people(town, 3)
    for bad in (("one",), ("a", "A"), ("a", "b" * 26), ("a", ""), tuple("abcde")):
        with pytest.raises(errors.BadPoll):
            say(town, ann, "?", poll=PollDraft(bad, 60))
    post = say(town, ann, "Tea or coffee?", poll=PollDraft(("Tea", "Coffee"), 60))
    assert town.write(polls.vote, bo, post.id, [1]).votes == (0, 1)
    with pytest.raises(errors.AlreadyVoted):
        town.write(polls.vote, bo, post.id, [0])
    with pytest.raises(errors.BadPoll):
        town.write(polls.vote, cy, post.id, [0, 1])
    with pytest.raises(errors.BadPoll):
        town.write(polls.vote, cy, post.id, [2])
    later = clock.now() + 61 * clock.MINUTE
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(errors.PollOver):
        town.write(polls.vote, cy, post.id, [0])
    drain(town)
    assert [note.kind for note in town.read(notes.page, bo)[0]] == ["poll"]


def test_those_who_asked_to_hear_of_new_posts_do(town: Town) -> None:
    ann, bo = make_people(town, 2)
    town.write(people.follow, bo, ann)
    town.write(graph.follow, bo, ann, notify=True)
    post = say(town, ann, "news")
    say(town, ann, "only an answer", reply_to_id=post.id)
    drain(town)
    assert [note.kind for note in town.read(notes.page, bo)[0]] == ["post"]


def test_search_finds_by_word_phrase_person_and_tag(town: Town) -> None:
    ann, bo = make_people(town, 2)
    name = town.read(accounts.cards, [bo])[bo].username
    say(town, ann, "The quick brown fox #animals")
    say(town, bo, "A brown bear is quick https://example.org/bear")
    say(town, bo, "東京は今日も雨です")

    def find(query: str, kind: str = "latest") -> list[str]:
        return [
            v.post.text[:9]
            for v in town.read(finding.posts, None, query, kind=kind, position=None, limit=10)[0]
        ]

    assert find("brown") == ["A brown b", "The quick"]
    assert find('"quick brown"') == ["The quick"]
    assert find(f"brown from:{name}") == ["A brown b"]
    assert find("#animals") == ["The quick"]
    assert find("brown -bear") == ["The quick"]
    assert find("has:links") == ["A brown b"]
    assert find("今日") == ["東京は今日も雨です"]
    assert find("brown until:2020-01-01") == []
    assert find('unbalanced " quote* OR (') == []


def test_for_you_pages_neither_repeat_nor_skip(town: Town) -> None:
    me, *others = make_people(town, 5)
    made = {say(town, other, f"post {n}").id for n in range(8) for other in others}
    seen: list[int] = []
    position = None
    while True:
        page, position = town.read(finding.for_you, me, position=position, limit=7)
        seen += [view.post.id for view in page]
        say(town, others[0], f"meanwhile {len(seen)}")
        if position is None:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_trends_are_what_is_used_more_than_usual(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    writers = make_people(town, 12)
    now = clock.now()
    for hours in range(60, 6, -4):
        monkeypatch.setattr(clock, "now", lambda hours=hours: now - hours * clock.HOUR)
        for n, writer in enumerate(writers):
            say(town, writer, f"as always #usual {hours} {n}")
    monkeypatch.setattr(clock, "now", lambda: now)
    for n, writer in enumerate(writers[:6]):
        say(town, writer, f"suddenly #Special {n}")
        say(town, writer, f"as always #usual {n}")
    found = town.read(trends.trending)
    assert found[0].tag == "Special"
    assert found[0].posts == 6


def test_wire_is_what_the_structs_encode_to(town: Town) -> None:
    ann, bo = make_people(town, 2)
    name = town.read(accounts.cards, [bo])[bo].username
    first = say(
        town,
        ann,
        f'Quotes " and \\ and 💡 @{name} #tag $ABC https://example.org',
        place="Here",
        warning="Mind",
        lang="en",
    )
    say(town, bo, "answer", reply_to_id=first.id)
    quoting = say(town, bo, "look", quote_of_id=first.id)
    say(town, ann, "Tea?", poll=PollDraft(("Tea", "No"), 60))
    town.write(marks.repost, ann, quoting.id)
    town.write(marks.like, bo, first.id)
    town.write(posts.edit, ann, first.id, text="Edited #tag", warning=None)
    for viewer in (None, ann, bo):
        shown = town.read(timelines.public, viewer).views + town.read(timelines.by_person, viewer, ann).views
        assert len(shown) >= 5
        for view in shown:
            fast = msgspec.json.decode(wire.tweet(view))
            assert fast == msgspec.json.decode(msgspec.json.encode(schemas.tweet(view)))
            assert msgspec.json.decode(wire.tweet(view), type=schemas.Tweet) == schemas.tweet(view)
