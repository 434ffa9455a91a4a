from __future__ import annotations

from typing import Any

import pytest

from dozen.core import engagement
from dozen.core.engagement import MAX_DEPTH, Comment, CommentOrder, Counts, NewComment, commenting
from dozen.core.engagement.errors import (
    BadText,
    DuplicateComment,
    EditClosed,
    NoSuchComment,
    NotYours,
    TooManyComments,
)
from dozen.kit import clock, ids
from tests.support.town import Town

MATCH = "sports.match"


def say(town: Town, me: int, text: str, parent: int | None = None, subject: int = 100) -> Comment:
    return town.write(engagement.comment, me, subject, MATCH, text, parent_id=parent)


def tops(town: Town, order: CommentOrder = "newest", **kw: Any) -> list[int]:
    return [each.id for each in town.read(engagement.comments, 100, order=order, **kw)]


def test_comments_are_kept_and_counted(town: Town) -> None:
    first = say(town, 1, "  What a match!\r\nReally.\x00 ")
    assert (first.text, first.depth, first.root_id) == ("What a match!\nReally.", 0, first.id)
    second = say(town, 2, "Yes")
    assert town.read(engagement.one_comment, first.id) == first
    assert tops(town) == [second.id, first.id]
    assert tops(town, "oldest") == [first.id, second.id]
    assert town.read(engagement.counts, [100]) == {100: Counts(comments=2)}
    assert [each.id for each in town.read(engagement.comments_by, 1)] == [first.id]
    assert town.read(engagement.comments_of, [first.id, 5]) == {first.id: first}


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", "x" * 2_001, "x" * 1_000_000])
def test_empty_or_endless_text_is_refused(town: Town, text: str) -> None:
    with pytest.raises(BadText):
        say(town, 1, text)
    assert town.read(engagement.counts, [100]) == {100: Counts()}


def test_threads_have_a_deepest_level(town: Town) -> None:
    chain = [say(town, 1, "level 0")]
    for level in range(1, MAX_DEPTH + 4):
        chain.append(say(town, 1 + level % 2, f"level {level}", chain[-1].id))
    assert [each.depth for each in chain] == [*range(MAX_DEPTH + 1), MAX_DEPTH, MAX_DEPTH, MAX_DEPTH]
    assert all(each.parent_id == chain[MAX_DEPTH - 1].id for each in chain[MAX_DEPTH:])
    assert [each.reply_to_id for each in chain[1:]] == [each.id for each in chain[:-1]]
    assert {each.root_id for each in chain} == {chain[0].id}
    thread = town.read(engagement.thread, chain[0].id)
    assert [each.id for each in thread] == [each.id for each in chain]
    assert [each.replies for each in thread] == [1] * (MAX_DEPTH - 1) + [4] + [0] * 4
    assert town.read(engagement.thread, chain[0].id, after=chain[-2].id)[0].id == chain[-1].id
    assert [each.id for each in town.read(engagement.replies, chain[MAX_DEPTH - 1].id)] == [
        each.id for each in chain[MAX_DEPTH:]
    ]


def test_a_page_shows_the_first_replies_of_each(town: Town) -> None:
    one, two = say(town, 1, "one"), say(town, 1, "two")
    under = [say(town, 2, f"reply {i}", one.id) for i in range(5)]
    say(town, 3, "deeper", under[0].id)
    found = town.read(engagement.first_replies, [one.id, two.id], each=3)
    assert {root: [each.id for each in replies] for root, replies in found.items()} == {
        one.id: [each.id for each in under[:3]],
        two.id: [],
    }


def test_one_cannot_reply_to_what_is_not_there(town: Town) -> None:
    elsewhere = say(town, 1, "elsewhere", subject=200)
    gone = say(town, 1, "gone")
    town.write(engagement.delete_comment, 1, gone.id)
    for parent in (elsewhere.id, gone.id, 12345):
        with pytest.raises(NoSuchComment):
            say(town, 2, "hm", parent)
    assert town.read(engagement.counts, [100, 200])[200] == Counts(comments=1)
    assert tops(town) == []


def test_repeating_oneself_and_flooding(town: Town) -> None:
    say(town, 1, "goal!")
    with pytest.raises(DuplicateComment):
        say(town, 1, " goal! ")
    say(town, 2, "goal!")
    say(town, 1, "goal!", subject=200)
    for i in range(commenting._A_MINUTE - 2):
        say(town, 1, f"goal {i}")
    with pytest.raises(TooManyComments):
        say(town, 1, "one more")


def test_only_the_author_edits_and_only_for_a_while(town: Town) -> None:
    mine = say(town, 1, "teh match")
    with pytest.raises(NotYours):
        town.write(engagement.edit_comment, 2, mine.id, "mine now")
    edited = town.write(engagement.edit_comment, 1, mine.id, "the match")
    assert edited.text == "the match"
    assert edited.edited_at is not None
    old = NewComment(ids.at(clock.now() - 2 * clock.HOUR), 100, MATCH, 1, "long ago")
    town.write(engagement.comment_many, [old])
    with pytest.raises(EditClosed):
        town.write(engagement.edit_comment, 1, old.id, "rewriting history")
    assert town.write(engagement.edit_comment, 1, old.id, "allowed", window=clock.DAY).text == "allowed"
    with pytest.raises(BadText):
        town.write(engagement.edit_comment, 1, mine.id, " ")
    with pytest.raises(NoSuchComment):
        town.write(engagement.edit_comment, 1, 5, "?")


def test_deleting_keeps_the_place_of_replies(town: Town) -> None:
    root = say(town, 1, "root")
    middle = say(town, 2, "middle", root.id)
    leaf = say(town, 3, "leaf", middle.id)
    town.write(engagement.like_comment, 5, middle.id)
    with pytest.raises(NotYours):
        town.write(engagement.delete_comment, 1, middle.id)
    town.write(engagement.delete_comment, 1, middle.id, as_owner=True)
    town.write(engagement.delete_comment, 1, root.id)
    kept = town.read(engagement.thread, root.id)
    assert [(each.id, each.text, each.author_id, each.deleted) for each in kept] == [
        (root.id, "", 0, True),
        (middle.id, "", 0, True),
        (leaf.id, "leaf", 3, False),
    ]
    assert [each.likes for each in kept] == [0, 0, 0]
    assert town.read(engagement.counts, [100, middle.id]) == {100: Counts(comments=1), middle.id: Counts()}
    for verb in (engagement.delete_comment, engagement.like_comment):
        with pytest.raises(NoSuchComment):
            town.write(verb, 2, middle.id)
    town.write(engagement.delete_comment, 3, leaf.id)
    assert town.read(engagement.thread, root.id) == []
    assert tops(town) == []
    assert town.read(engagement.counts, [100]) == {100: Counts()}
    assert town.read(engagement.recount, [100, root.id, middle.id, leaf.id]) == []


def test_the_most_liked_come_first(town: Town) -> None:
    made = [say(town, 1, f"number {i}") for i in range(5)]
    for person in range(10, 13):
        assert town.write(engagement.like_comment, person, made[1].id)
        assert not town.write(engagement.like_comment, person, made[1].id)
    town.write(engagement.like_comment, 10, made[3].id)
    expected = [made[i].id for i in (1, 3, 4, 2, 0)]
    assert tops(town, "top") == expected
    page = town.read(engagement.comments, 100, order="top", limit=2)
    rest = town.read(engagement.comments, 100, order="top", after=page[-1].position, limit=9)
    assert [each.id for each in page + rest] == expected
    assert page[0].likes == 3
    liked = town.read(engagement.marks_of, 10, [each.id for each in made])
    assert [place for place, each in enumerate(made) if each.id in liked] == [1, 3]
    assert town.write(engagement.unlike_comment, 10, made[3].id)
    assert town.read(engagement.one_comment, made[3].id).likes == 0


@pytest.mark.parametrize("order", ["newest", "oldest", "top"])
def test_pages_neither_repeat_nor_skip(town: Town, order: CommentOrder) -> None:
    town.write(
        engagement.comment_many, [NewComment(i, 100, MATCH, i % 3, f"number {i}") for i in range(1, 31)]
    )
    town.write(
        engagement.mark_many,
        [
            engagement.NewMark(person, "like", i, engagement.COMMENTS)
            for i in range(1, 31)
            for person in range(i % 4)
        ],
    )
    seen: list[Comment] = []
    after: tuple[int, int] | None = None
    while page := town.read(engagement.comments, 100, order=order, after=after, limit=7):
        seen += page
        after = page[-1].position
    key = {"newest": lambda i: -i, "oldest": lambda i: i, "top": lambda i: (-(i % 4), -i)}[order]
    assert [each.id for each in seen] == sorted(range(1, 31), key=key)
    assert all(each.likes == each.id % 4 for each in seen)
