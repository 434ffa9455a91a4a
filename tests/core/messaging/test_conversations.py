"""Who may write to whom, what they see, and what is read."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dozen.core import accounts, graph, jobs, media, messaging
from dozen.core.accounts.errors import NoSuchPerson
from dozen.db import Tx
from dozen.kit import ids
from tests.core.media.helpers import picture
from tests.support.people import make_people
from tests.support.town import Town

REALM = "microblog"


def pair(town: Town, a: int, b: int) -> int:
    return town.write(messaging.open_with, a, [b], REALM)


def listed(town: Town, me: int) -> list[int]:
    return [each.id for each in town.read(messaging.conversations, me, realm=REALM)]


def texts(town: Town, me: int, conversation: int) -> list[str]:
    return [each.text for each in town.read(messaging.messages, me, conversation)]


def rows(town: Town, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in town.read(lambda tx: tx.driver.execute(sql).fetchall())]


def age(town: Town, message: int, by: int) -> int:
    """Make a message older by giving it the id it would have had; its new id."""
    older = ids.at(ids.moment(message) - by)

    def verb(tx: Tx) -> None:
        tx.driver.execute(f"UPDATE messaging_messages SET id = {older} WHERE id = {message}")

    town.write(verb)
    return older


def test_two_people_have_one_conversation(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    assert pair(town, bo, ann) == here
    assert town.write(messaging.open_with, ann, [bo], "friends") != here
    ride = town.write(messaging.open_with, ann, [bo], REALM, about=77)
    assert ride != here
    assert town.write(messaging.open_with, bo, [ann], REALM, about=77) == ride
    assert town.read(messaging.conversation, bo, ride).about == 77
    assert listed(town, ann) == listed(town, bo) == []  # until something is said
    sent = town.write(messaging.send, ann, here, "  Hello\r\nBo ")
    assert sent.text == "Hello\nBo"
    assert listed(town, ann) == listed(town, bo) == [here]
    mine, theirs = (town.read(messaging.conversation, each, here) for each in (ann, bo))
    assert (mine.unread, theirs.unread) == (0, 1)
    assert mine.last == theirs.last == sent
    assert {each.person_id for each in theirs.members} == {ann, bo}
    assert (town.read(messaging.unread, ann), town.read(messaging.unread, bo, REALM)) == (0, 1)
    assert town.read(messaging.unread, bo, "friends") == 0
    assert town.write(messaging.mark_read, bo, here) == 0
    assert town.read(messaging.unread, bo) == 0
    read = {
        each.person_id: each.last_read_id for each in town.read(messaging.conversation, ann, here).members
    }
    assert read == {ann: sent.id, bo: sent.id}


def test_not_to_oneself_nor_to_nobody(town: Town) -> None:
    (ann,) = make_people(town, 1)
    for others in ([], [ann]):
        with pytest.raises(messaging.CannotMessageSelf):
            town.write(messaging.open_with, ann, others, REALM)
    with pytest.raises(NoSuchPerson):
        town.write(messaging.open_with, ann, [4711], REALM)


def test_strangers_read_nothing(town: Town) -> None:
    verb: Any
    rest: Any
    ann, bo, eve = make_people(town, 3)
    here = pair(town, ann, bo)
    sent = town.write(messaging.send, ann, here, "secret")
    for conversation in (here, here + 1):
        for verb, rest in (
            (messaging.messages, ()),
            (messaging.conversation, ()),
            (messaging.mark_read, ()),
            (messaging.mute, ()),
            (messaging.send, ("hi",)),
            (messaging.unsend, (sent.id,)),
            (messaging.edit, (sent.id, "x")),
            (messaging.delete_for_me, ()),
            (messaging.leave, ()),
            (messaging.add, (eve,)),
        ):
            with pytest.raises(messaging.NoSuchConversation):
                town.write(verb, eve, conversation, *rest)
    with pytest.raises(messaging.NoSuchMessage):
        town.read(messaging.message, eve, sent.id)
    assert town.read(messaging.recent, eve, realm=REALM, since=0) == []
    assert town.read(messaging.message, bo, sent.id) == sent


def test_blocked_either_way(town: Town) -> None:
    ann, bo, cy = make_people(town, 3)
    here = pair(town, ann, bo)
    town.write(messaging.send, ann, here, "hi")
    town.write(messaging.send, bo, here, "ho")
    town.write(graph.block, bo, ann)
    for me in (ann, bo):
        with pytest.raises(messaging.MessageNotAllowed):
            town.write(messaging.send, me, here, "still there?")
        assert texts(town, me, here) == ["ho", "hi"]
    with pytest.raises(messaging.MessageNotAllowed):
        town.write(messaging.open_with, ann, [bo, cy], REALM)
    with pytest.raises(messaging.MessageNotAllowed):
        town.write(messaging.open_with, ann, [bo], REALM, about=5)
    town.write(graph.unblock, bo, ann)
    town.write(messaging.send, ann, here, "again")


def test_who_may_write_first(town: Town) -> None:
    ann, bo, cy = make_people(town, 3)
    (shy,) = make_people(town, 1, protected=True)
    assert [town.read(messaging.writers, each) for each in (bo, shy)] == ["everyone", "followed"]
    town.write(messaging.set_writers, bo, "followed")
    for other in (bo, shy):
        assert not town.read(messaging.allowed, ann, other)
        with pytest.raises(messaging.MessageNotAllowed):
            pair(town, ann, other)
    assert town.read(messaging.allowed, bo, ann)
    town.write(graph.follow, bo, ann)
    assert town.read(messaging.allowed, ann, bo)
    here = pair(town, ann, bo)
    town.write(graph.unfollow, bo, ann)
    with pytest.raises(messaging.MessageNotAllowed):
        town.write(messaging.send, ann, here, "hi")
    there = pair(town, bo, cy)  # whom they write to may answer
    with pytest.raises(messaging.MessageNotAllowed):
        town.write(messaging.send, cy, there, "me first")
    town.write(messaging.send, bo, there, "hello")
    town.write(messaging.send, cy, there, "hello to you")
    town.write(messaging.open_with, ann, [bo], REALM, about=9)
    town.write(messaging.set_writers, bo, None)
    town.write(messaging.set_writers, shy, "everyone")
    assert town.read(messaging.allowed, ann, bo)
    assert town.read(messaging.allowed, ann, shy)
    assert not town.read(messaging.allowed, ann, ann)


def test_a_deleted_person_is_not_written_to(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    town.write(messaging.send, ann, here, "hi")
    (boss,) = make_people(town, 1)
    town.write(accounts.promote, boss)
    town.write(accounts.remove_account, boss, bo)
    with pytest.raises(NoSuchPerson):
        town.write(messaging.send, ann, here, "hi?")


def test_what_a_message_may_be(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    for empty in ("", " \n ", "\x00"):
        with pytest.raises(messaging.EmptyMessage):
            town.write(messaging.send, ann, here, empty)
    for long in ("x" * 10_001, "x" * 1_000_000):
        with pytest.raises(messaging.MessageTooLong):
            town.write(messaging.send, ann, here, long)
    assert len(town.write(messaging.send, ann, here, "x" * 10_000).text) == 10_000
    with pytest.raises(messaging.TooManyMedia):
        town.write(messaging.send, ann, here, "", list(range(1, 12)))
    for key in ("", "k" * 65, "a\nb"):
        with pytest.raises(messaging.BadKey):
            town.write(messaging.send, ann, here, "hi", (), key)
    assert len(texts(town, bo, here)) == 1


def test_sending_again_under_the_same_key(town: Town) -> None:
    ann, bo, cy = make_people(town, 3)
    here, there = pair(town, ann, bo), pair(town, ann, cy)
    first = town.write(messaging.send, ann, here, "offline", (), "a1")
    assert town.write(messaging.send, ann, here, "offline, again", (), "a1") == first
    assert town.write(messaging.send, bo, here, "mine", (), "a1").author_id == bo
    with pytest.raises(messaging.KeyUsed):
        town.write(messaging.send, ann, there, "elsewhere", (), "a1")
    town.write(messaging.unsend, ann, here, first.id)
    assert town.write(messaging.send, ann, here, "offline", (), "a1").deleted
    assert texts(town, bo, here) == ["mine"]


def test_pictures_are_private(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    item = picture(town, ann)
    with pytest.raises(media.MediaNotFound):
        town.write(messaging.send, bo, here, "", [item.id])
    sent = town.write(messaging.send, ann, here, "", [item.id])
    assert sent.media_ids == (item.id,)
    for viewer in (bo, None):
        with pytest.raises(media.MediaNotFound):
            town.read(media.serve, viewer, item.id, "320.webp")
    ticket = media.ticket(town.env, item.id, sent.at)
    assert town.read(media.serve, bo, item.id, "320.webp", ticket=ticket).public is False
    town.write(messaging.unsend, ann, here, sent.id)
    with pytest.raises(media.MediaNotFound):
        town.read(media.own, ann, item.id)


def test_answers_stay_in_the_conversation(town: Town) -> None:
    ann, bo, cy = make_people(town, 3)
    here, there = pair(town, ann, bo), pair(town, ann, cy)
    first = town.write(messaging.send, ann, here, "where?")
    assert town.write(messaging.send, bo, here, "there", reply_to=first.id).reply_to_id == first.id
    with pytest.raises(messaging.NoSuchMessage):
        town.write(messaging.send, ann, there, "there", reply_to=first.id)


def test_pages(town: Town) -> None:
    ann, *others = make_people(town, 6)
    places = [pair(town, ann, other) for other in others]
    for here in places:
        town.write(messaging.send, ann, here, "one")
    sent = [town.write(messaging.send, ann, places[0], f"m{n}").id for n in range(7)]
    page = town.read(messaging.conversations, ann, realm=REALM, limit=2)
    found = [each.id for each in page]
    while page:
        page = town.read(messaging.conversations, ann, realm=REALM, before=page[-1].place, limit=2)
        found += [each.id for each in page]
    assert found == [places[0], *reversed(places[1:])]
    some = town.read(messaging.messages, others[0], places[0], limit=3)
    assert [each.id for each in some] == sent[:-4:-1]
    some = town.read(messaging.messages, others[0], places[0], before=some[-1].id, limit=3)
    assert [each.text for each in some] == ["m3", "m2", "m1"]
    after = town.read(messaging.messages, others[0], places[0], after=sent[1], limit=2)
    assert [each.text for each in after] == ["m3", "m2"]
    everything = town.read(messaging.recent, ann, realm=REALM, since=0, limit=5)
    assert [each.id for each in everything] == sent[:-6:-1]
    assert len(town.read(messaging.recent, ann, realm=REALM, since=0, before=sent[0])) == 5


def _run(tx: Tx, sql: str, bound: Any) -> list[Any]:
    return list(tx.driver.execute(sql, bound).fetchall())


# PostgreSQL plans by statistics, which a small table does not have.
@pytest.mark.parametrize("town", ["sqlite"], indirect=True)
def test_lists_use_their_indexes(town: Town) -> None:
    from dozen.core.messaging import queries

    for query, given in (
        (queries.page, {"me": 1, "realm": REALM, "before": 9, "limit": 2}),
        (queries.thread, {"me": 1, "conversation": 1, "before": 9, "after": 0, "limit": 2}),
        (queries.total_in, {"me": 1, "realm": REALM}),
        (queries.total, {"me": 1}),
        (queries.recent, {"me": 1, "realm": REALM, "since": 0, "before": 9, "limit": 2}),
    ):
        sql, bind, _ = query.compiled("sqlite")
        bound = bind(given)
        explain = f"EXPLAIN QUERY PLAN {sql}"
        plan = [row[3] for row in town.read(_run, explain, bound)]
        assert not [step for step in plan if step.startswith("SCAN")], plan
        if query is queries.page or query is queries.thread:
            assert not [step for step in plan if "TEMP B-TREE" in step], plan


def test_reading_up_to_a_message(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    sent = [town.write(messaging.send, ann, here, f"m{n}").id for n in range(4)]
    assert town.write(messaging.mark_read, bo, here, sent[1]) == 2
    assert town.write(messaging.mark_read, bo, here, sent[0]) == 2  # what was read stays read
    assert town.write(messaging.mark_read, bo, here, ids.MAX) == 0
    town.write(messaging.send, ann, here, "m4")
    assert town.read(messaging.unread, bo) == 1
    town.write(messaging.send, bo, here, "who answers has read")
    assert town.read(messaging.unread, bo) == 0


def test_muted_conversations_do_not_count(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    town.write(messaging.mute, bo, here)
    town.write(messaging.send, ann, here, "psst")
    found = town.read(messaging.conversation, bo, here)
    assert (found.muted, found.unread, town.read(messaging.unread, bo)) == (True, 1, 0)
    town.write(messaging.mute, bo, here, False)
    assert town.read(messaging.unread, bo) == 1


def test_editing_and_unsending(town: Town) -> None:
    verb: Any
    rest: Any
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    first = town.write(messaging.send, ann, here, "frist")
    old = town.write(messaging.send, ann, here, "old")
    with pytest.raises(messaging.NotYourMessage):
        town.write(messaging.unsend, bo, here, first.id)
    with pytest.raises(messaging.NotYourMessage):
        town.write(messaging.edit, bo, here, first.id, "x")
    changed = town.write(messaging.edit, ann, here, first.id, "first")
    assert changed.text == "first"
    assert changed.edited_at is not None
    with pytest.raises(messaging.EmptyMessage):
        town.write(messaging.edit, ann, here, first.id, " ")
    assert town.read(messaging.unread, bo) == 2
    town.write(messaging.unsend, ann, here, first.id)
    assert town.read(messaging.unread, bo) == 1
    assert texts(town, bo, here) == ["old"]
    assert rows(town, "SELECT text FROM messaging_messages WHERE deleted_at IS NOT NULL") == [("",)]
    with pytest.raises(messaging.NoSuchMessage):
        town.write(messaging.unsend, ann, here, first.id)
    older = age(town, old.id, messaging.CHANGEABLE + 60_000)
    for verb, rest in ((messaging.unsend, ()), (messaging.edit, ("x",))):
        with pytest.raises(messaging.TooLate):
            town.write(verb, ann, here, older, *rest)


def test_deleting_for_oneself(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    one, _, _ = (town.write(messaging.send, ann, here, text) for text in ("one", "two", "three"))
    town.write(messaging.delete_for_me, bo, here, one.id)
    assert (texts(town, bo, here), town.read(messaging.unread, bo)) == (["three", "two"], 2)
    assert texts(town, ann, here) == ["three", "two", "one"]
    town.write(messaging.delete_for_me, bo, here)
    assert (texts(town, bo, here), listed(town, bo), town.read(messaging.unread, bo)) == ([], [], 0)
    assert listed(town, ann) == [here]
    town.write(messaging.send, ann, here, "four")
    assert (texts(town, bo, here), listed(town, bo), town.read(messaging.unread, bo)) == (["four"], [here], 1)


def test_groups(town: Town) -> None:
    verb: Any
    rest: Any
    ann, bo, cy, dee = make_people(town, 4)
    here = town.write(messaging.open_with, ann, [bo, cy], REALM, title=" The\nthree ")
    found = town.read(messaging.conversation, cy, here)
    assert (found.group, found.title, found.owner_id) == (True, "The three", ann)
    assert listed(town, bo) == [here]
    town.write(messaging.send, ann, here, "before")
    for verb, rest in ((messaging.add, (dee,)), (messaging.remove, (cy,)), (messaging.rename, ("x",))):
        with pytest.raises(messaging.NotGroupOwner):
            town.write(verb, bo, here, *rest)
    assert town.write(messaging.add, ann, here, dee) is True
    assert town.write(messaging.add, ann, here, dee) is False
    assert texts(town, dee, here) == []  # nothing from before they came
    town.write(messaging.send, bo, here, "welcome")
    assert texts(town, dee, here) == ["welcome"]
    assert [town.read(messaging.unread, each) for each in (ann, bo, cy, dee)] == [1, 0, 2, 1]
    town.write(messaging.rename, ann, here, "The four")
    with pytest.raises(messaging.BadTitle):
        town.write(messaging.rename, ann, here, "x" * 101)
    assert town.write(messaging.remove, ann, here, cy) is True
    assert town.write(messaging.remove, ann, here, cy) is False
    assert (listed(town, cy), town.read(messaging.unread, cy)) == ([], 0)
    with pytest.raises(messaging.NoSuchConversation):
        town.read(messaging.messages, cy, here)
    town.write(messaging.leave, ann, here)
    assert town.read(messaging.conversation, dee, here).owner_id == bo
    town.write(messaging.add, bo, here, cy)
    assert texts(town, cy, here) == []
    two = pair(town, ann, bo)
    for verb, rest in ((messaging.leave, ()), (messaging.add, (cy,)), (messaging.rename, ("x",))):
        with pytest.raises(messaging.NotAGroup):
            town.write(verb, ann, two, *rest)


def test_a_group_has_fifty_people(town: Town) -> None:
    ann, *others = make_people(town, 51)
    with pytest.raises(messaging.GroupFull):
        town.write(messaging.open_with, ann, others, REALM)
    here = town.write(messaging.open_with, ann, others[:-1], REALM)
    with pytest.raises(messaging.GroupFull):
        town.write(messaging.add, ann, here, others[-1])


def test_a_group_without_people_goes(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = town.write(messaging.open_with, ann, [bo], REALM, title="")
    item = picture(town, ann)
    sent = town.write(messaging.send, ann, here, "hi", [item.id])
    town.write(messaging.delete_for_me, bo, here, sent.id)
    for each in (ann, bo):
        town.write(messaging.leave, each, here)
    town.env.part(jobs.Registry).add(*messaging.JOBS, *media.JOBS)
    jobs.Runner(town.env, town.db).drain()
    for table in ("conversations", "members", "messages", "hidden"):
        assert rows(town, f"SELECT * FROM messaging_{table}") == []
    with pytest.raises(media.MediaNotFound):
        town.read(media.own, ann, item.id)


def test_forgetting_somebody(town: Town) -> None:
    ann, bo, cy = make_people(town, 3)
    here = pair(town, ann, bo)
    group = town.write(messaging.open_with, ann, [bo, cy], REALM)
    for place in (here, group):
        for text in ("1", "2", "3"):
            town.write(messaging.send, ann, place, text)
        town.write(messaging.send, bo, place, "4")
    while town.write(messaging.forget, ann, limit=2):
        pass
    assert texts(town, bo, here) == texts(town, cy, group) == ["4"]
    assert (town.read(messaging.unread, bo), town.read(messaging.unread, cy)) == (0, 1)
    assert town.read(messaging.conversation, cy, group).owner_id in (bo, cy)
    assert rows(town, f"SELECT * FROM messaging_members WHERE person_id = {ann}") == []
    with pytest.raises(messaging.NoSuchConversation):
        town.read(messaging.messages, ann, here)


def test_every_member_hears_of_it(town: Town) -> None:
    ann, bo = make_people(town, 2)
    here = pair(town, ann, bo)
    sent = town.write(messaging.send, ann, here, "hi")
    town.write(messaging.mark_read, bo, here)
    found = rows(town, "SELECT key, data FROM realtime_events WHERE topic = 'messages' ORDER BY seq")
    told = [(key, msgspec.json.decode(data)) for key, data in found]
    assert {key: data["unread"] for key, data in told[:2]} == {ann: 0, bo: 1}
    for _, data in told[:2]:
        assert (data["conversation"], data["id"]) == (str(here), str(sent.id))
        assert (data["realm"], data["what"], data["author"]) == (REALM, "new", str(ann))
    assert [(key, data["what"], data["unread"]) for key, data in told[2:]] == [(bo, "read", 0)]
