"""Views that are kept for everybody: whatever happens, everybody sees what they would see without them."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from dozen.core import accounts, graph
from dozen.core.feeds import Timelines
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.microblog import schemas, wire
from dozen.services.microblog.service import kept, marks, notes, people, polls, posts, timelines, views
from dozen.services.microblog.service.kept import KeptViews
from dozen.services.microblog.structs import Draft, Memo, PollDraft, View
from tests.support.floor import another
from tests.support.people import make_people
from tests.support.town import Town, found_town

TEXTS = st.sampled_from(["", "answer", "quote", "poll", "tag"])
ACTS = (marks.like, marks.unlike, marks.bookmark, marks.unbookmark, marks.unrepost, posts.delete)


def follow_for_what_they_write(tx: Tx, me: int, other: int) -> None:
    graph.follow(tx, me, other, reposts=False)


TIES = (
    graph.follow,
    follow_for_what_they_write,
    graph.unfollow,
    people.block,
    graph.unblock,
    graph.mute,
    graph.unmute,
)


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest) -> None:
    if "town" in request.fixturenames:
        notes.register(request.getfixturevalue("town").env)


def moment() -> None:
    """Let the clock move on: what is read in the millisecond of a change is not kept."""
    time.sleep(0.003)


def write(town: Town, me: int, text: str, **more: object) -> int:
    return town.write(posts.write, me, Draft(text=text, **more)).id  # type: ignore[arg-type]


def test_what_all_see_alike_is_made_once(town: Town) -> None:
    ann, bo = make_people(town, 2)
    first = write(town, ann, "first")
    answer = write(town, bo, "answer", reply_to_id=first)
    quote = write(town, bo, "look", quote_of_id=first)
    again = town.write(marks.repost, bo, first)[0].id
    wanted = [again, quote, answer, first]
    town.read(views.views, None, wanted)  # hears of what happened; then nothing is kept
    moment()
    made = town.read(views.views, None, wanted)
    for viewer in (None, ann, bo):
        seen = town.read(views.views, viewer, wanted)
        assert [view.post.id for view in seen] == wanted
        own = {again, quote, first} if viewer == bo else set()  # bo reposted it, and sees so
        for before, now in zip(made, seen, strict=True):
            assert (now is before) == (now.post.id not in own)
    assert town.read(views.views, ann, [first, first]) == [made[3], made[3]]


def test_marks_show_however_deep_they_are(town: Town) -> None:
    ann, bo, cy = make_people(town, 3)
    first = write(town, ann, "first")
    quote = write(town, bo, "look", quote_of_id=first)
    again = town.write(marks.repost, cy, quote)[0].id
    town.write(marks.like, ann, first)
    for _ in range(3):  # made anew, and then from what is kept
        seen = town.read(views.view, ann, again)
        assert seen.repost_of is not None
        assert seen.repost_of.quote_of is not None
        assert seen.repost_of.quote_of.marks == {"like"}
        moment()


def test_what_is_not_alike_is_not_kept(town: Town) -> None:
    ann, bo = make_people(town, 2)
    poll = write(town, ann, "which?", poll=PollDraft(("a", "b"), 60))
    quote = write(town, bo, "vote", quote_of_id=poll)
    town.write(accounts.edit_profile, bo, accounts.Changes(protected=True))
    locked = write(town, bo, "for few")
    town.write(graph.follow, ann, bo)
    for _ in range(2):
        moment()
        town.read(views.views, ann, [poll, quote, locked])
    tx = Tx(town.env, None, town.db.dialect, writes=False)
    tx.heard = True
    assert town.env.part(KeptViews).of(tx, [poll, quote, locked]) == {}


def test_there_is_room_for_so_many(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    (ann,) = make_people(town, 1)
    made = [write(town, ann, f"number {n}") for n in range(5)]
    town.read(views.views, None, made)
    for _ in range(3):
        moment()
        assert [view.post.id for view in town.read(views.views, None, made)] == made
    assert len(town.env.part(KeptViews)._kept) <= 3


def test_they_age_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    (ann,) = make_people(town, 1)
    made = write(town, ann, "hello")
    town.read(views.views, None, [made])
    moment()
    first = town.read(views.view, None, made)
    assert town.read(views.view, None, made) is first
    monkeypatch.setattr(kept, "_LONGEST", 0)
    town.env.part(KeptViews).clear()
    moment()
    assert town.read(views.view, None, made) is not town.read(views.view, None, made)


def test_a_slow_reader_keeps_nothing_of_the_past(town: Town) -> None:
    """It began before an edit, and has made its view after everybody heard of the edit."""
    (ann,) = make_people(town, 1)
    made = write(town, ann, "before")
    town.read(views.views, None, [made])
    moment()
    slow = Tx(town.env, None, town.db.dialect, writes=False)
    old = msgspec.structs.replace(town.read(views.view, None, made), memo=Memo())
    town.write(lambda tx: posts.edit(tx, ann, made, text="after", warning=None))
    town.read(views.views, None, [made])
    town.env.part(KeptViews).keep(slow, old)
    assert town.read(views.view, None, made).post.text == "after"


def test_readers_never_see_what_was_before_an_answer(town: Town) -> None:
    """Many at once in two processes: whoever begins after a change was committed sees it, or a later one."""
    ann, bo = make_people(town, 2)
    made = write(town, ann, "0")
    quote = write(town, bo, "look", quote_of_id=made)
    other = another(town)
    notes.register(other.env)
    done = threading.Event()
    edited = liked = 0
    wrong: list[str] = []

    def read(from_here: Town) -> None:
        while not done.is_set():
            least = edited, liked
            post, around = from_here.read(views.views, None, [made, quote])
            inner = around.quote_of
            assert inner is not None
            for view in (post, inner):
                if int(view.post.text) < least[0]:
                    wrong.append(f"{view.post.text} after {least}")
                if view.counts.likes < least[1]:
                    wrong.append(f"{view.counts.likes} likes after {least}")

    readers = [threading.Thread(target=read, args=(each,)) for each in (town, town, other, other)]
    for each in readers:
        each.start()
    try:
        for n in range(1, 21):  # no post is edited oftener
            where = (town, other)[n % 2]
            where.write(posts.edit, ann, made, text=str(n), warning=None)
            edited = n
            person = make_people(where, 1)[0]
            where.write(marks.like, person, made)
            liked = n
    finally:
        done.set()
        for each in readers:
            each.join()
        other.close()
    assert wrong == []


class Model(RuleBasedStateMachine):
    """Two processes on one database (and a third to compare with). What is read must be what a
    transaction that writes reads: it asks the rows, for nothing that is kept may be shown to whom has just
    changed it."""

    kind = "sqlite"
    made = Bundle("made")
    person = st.integers(0, 3)
    process = st.integers(0, 1)

    @initialize(target=made)
    def found(self) -> object:
        self.folder = Path(tempfile.mkdtemp(prefix="dozen-kept-"))
        town = found_town(self.kind, self.folder)
        if town is None:
            pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
        self.towns = (town, another(town), another(town))
        for each in self.towns:
            notes.register(each.env)
        self.people = make_people(town, 4)
        self.all = [write(town, self.people[n], f"post {n}") for n in range(3)]
        self.reposts: list[int] = []
        self.n = 10
        return multiple(*self.all)

    def teardown(self) -> None:
        for town in reversed(getattr(self, "towns", ())):
            town.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _try(self, where: int, verb: object, *args: object, **more: object) -> object:
        """What may be refused (gone, blocked, twice …), and then changes nothing."""
        try:
            return self.towns[where].write(verb, *args, **more)  # type: ignore[arg-type]
        except Fault:
            return None

    @rule(
        target=made,
        where=process,
        who=person,
        what=st.sampled_from(["", "answer", "quote", "poll", "tag"]),
        to=made,
    )
    def write(self, where: int, who: int, what: str, to: int) -> object:
        self.n += 1
        more: dict[str, object] = {
            "answer": {"reply_to_id": to},
            "quote": {"quote_of_id": to},
            "poll": {"poll": PollDraft(("yes", "no"), 60)},
            "tag": {"tagged": (self.people[(who + 1) % 4],)},
        }.get(what, {})
        draft = Draft(text=f"post {self.n}", **more)  # type: ignore[arg-type]
        post = self._try(where, posts.write, self.people[who], draft)
        return self._new(post)

    @rule(target=made, where=process, who=person, post=made)
    def repost(self, where: int, who: int, post: int) -> object:
        done = self._try(where, marks.repost, self.people[who], post)
        made = self._new(done[0] if isinstance(done, tuple) else None)
        if isinstance(made, int):
            self.reposts.append(made)
        return made

    def _new(self, post: object) -> object:
        if post is None:
            return multiple()
        self.all.append(post.id)  # type: ignore[attr-defined]
        return post.id  # type: ignore[attr-defined]

    @rule(
        where=process,
        who=person,
        post=made,
        verb=st.sampled_from(ACTS),
    )
    def act(self, where: int, who: int, post: int, verb: object) -> None:
        self._try(where, verb, self.people[who], post)

    @rule(where=process, who=person, post=made)
    def edit(self, where: int, who: int, post: int) -> None:
        self.n += 1
        self._try(where, posts.edit, self.people[who], post, text=f"edited {self.n}", warning=None)

    @rule(where=process, who=person, post=made)
    def vote(self, where: int, who: int, post: int) -> None:
        self._try(where, polls.vote, self.people[who], post, [0])

    @rule(where=process, who=person, protected=st.booleans())
    def edit_profile(self, where: int, who: int, protected: bool) -> None:
        self.n += 1
        changes = accounts.Changes(name=f"Name {self.n}", protected=protected)
        self._try(where, accounts.edit_profile, self.people[who], changes)

    @rule(
        where=process,
        who=person,
        other=person,
        verb=st.sampled_from(TIES),
    )
    def tie(self, where: int, who: int, other: int, verb: object) -> None:
        self._try(where, verb, self.people[who], self.people[other])

    @rule()
    def wait(self) -> None:
        moment()

    @rule(where=process, quiet=st.booleans())
    def read_again(self, where: int, quiet: bool) -> None:
        """So that something is kept."""
        for _ in range(2):
            moment()
            for viewer in (None, *self.people):
                self.towns[where].read(views.views, viewer, self.all, quiet=quiet)

    @invariant()
    def all_see_what_is_there(self) -> None:
        for where, town in enumerate(getattr(self, "towns", ())[:2]):
            for viewer in (None, self.people[where], self.people[2 + where]):
                for quiet in (False, True):
                    seen = self._same(town, viewer, self.all, quiet=quiet)
                    for view in seen:
                        sent = msgspec.json.decode(wire.tweet(view))
                        assert sent == msgspec.to_builtins(schemas.tweet(view))
                if self.reposts:
                    self._same(town, viewer, self.reposts)

    @invariant()
    def timelines_are_what_a_fresh_process_makes_of_them(self) -> None:
        if not hasattr(self, "towns"):
            return
        *towns, fresh = self.towns
        fresh.env.part(Timelines).clear()
        fresh.env.part(timelines.Sifted).lru.clear()
        for me in self.people:
            anew = fresh.read(timelines.home, me, limit=6).views
            for town in towns:
                assert town.read(timelines.home, me, limit=6).views == anew

    def _same(self, town: Town, viewer: int | None, wanted: list[int], *, quiet: bool = False) -> list[View]:
        seen = town.read(views.views, viewer, wanted, quiet=quiet)
        assert seen == town.write(views.views, viewer, wanted, quiet=quiet)
        return seen


class OnPostgresql(Model):
    kind = "postgresql"


TestOnSqlite = Model.TestCase
TestOnSqlite.settings = settings(
    max_examples=20, stateful_step_count=30, suppress_health_check=list(HealthCheck)
)
TestOnPostgresql = OnPostgresql.TestCase
TestOnPostgresql.settings = settings(TestOnSqlite.settings, max_examples=6, stateful_step_count=20)
