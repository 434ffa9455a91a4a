"""Whatever people do, in whatever order, the counters say what the rows say."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from dozen.core import engagement
from dozen.core.engagement import commenting
from dozen.db import Tx
from dozen.kit.errors import Fault
from tests.support.town import Town, found_town

_EVERYBODY = (1, 2, 3, 4)
_PEOPLE = st.sampled_from(_EVERYBODY)
_SUBJECTS = st.integers(1, 3)
_MARKS = st.sampled_from(["like", "dislike", "repost", "bookmark", "helpful", "odd"])


class Engaged(RuleBasedStateMachine):
    """A second set of books, in plain Python, beside the database's."""

    kind = "sqlite"
    comments = Bundle("comments")
    reviews = Bundle("reviews")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        made = found_town(self.kind, self.folder)
        assert made is not None
        self.town: Town = made
        self.marks: set[tuple[int, str, int]] = set()
        self.texts = 0

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def attempt(self, verb: Callable[..., object], *args: object, **kw: Any) -> object:
        """What the verb gives, or the fault it raises; either way its books must stay right."""
        try:
            return self.town.write(verb, *args, **kw)
        except Fault as fault:
            return fault

    @rule(person=_PEOPLE, kind=_MARKS, subject=_SUBJECTS)
    def mark(self, person: int, kind: str, subject: int) -> None:
        new = self.town.write(engagement.mark, person, kind, subject, "r.x")
        assert new == ((person, kind, subject) not in self.marks)
        self.marks.add((person, kind, subject))
        opposite = {"like": "dislike", "dislike": "like"}.get(kind)
        if new and opposite:
            self.marks.discard((person, opposite, subject))

    @rule(person=_PEOPLE, kind=_MARKS, subject=_SUBJECTS)
    def unmark(self, person: int, kind: str, subject: int) -> None:
        was = self.town.write(engagement.unmark, person, kind, subject)
        assert was == ((person, kind, subject) in self.marks)
        self.marks.discard((person, kind, subject))

    @rule(target=comments, person=_PEOPLE, subject=_SUBJECTS, parent=st.none() | comments)
    def comment(self, person: int, subject: int, parent: int | None) -> object:
        self.texts += 1
        made = self.attempt(
            engagement.comment, person, subject, "r.x", f"text {self.texts}", parent_id=parent
        )
        return made.id if isinstance(made, engagement.Comment) else multiple()

    @rule(person=_PEOPLE, comment=comments)
    def like_comment(self, person: int, comment: int) -> None:
        self.attempt(engagement.like_comment, person, comment)

    @rule(person=_PEOPLE, comment=comments)
    def unlike_comment(self, person: int, comment: int) -> None:
        self.attempt(engagement.unlike_comment, person, comment)

    @rule(person=_PEOPLE, comment=comments, as_owner=st.booleans())
    def delete_comment(self, person: int, comment: int, as_owner: bool) -> None:
        self.attempt(engagement.delete_comment, person, comment, as_owner=as_owner)

    @rule(target=reviews, person=_PEOPLE, subject=_SUBJECTS, stars=st.integers(0, 6))
    def review(self, person: int, subject: int, stars: int) -> object:
        made = self.attempt(engagement.review, person, subject, "r.x", stars)
        return made.id if isinstance(made, engagement.Review) else multiple()

    @rule(person=_PEOPLE, review=reviews, stars=st.integers(0, 6))
    def edit_review(self, person: int, review: int, stars: int) -> None:
        self.attempt(engagement.edit_review, person, review, stars)

    @rule(person=_PEOPLE, review=reviews)
    def mark_helpful(self, person: int, review: int) -> None:
        self.attempt(engagement.mark_helpful, person, review)

    @rule(review=consumes(reviews))
    def delete_review(self, review: int) -> None:
        self.attempt(engagement.delete_review, 0, review, as_owner=True)

    @rule(person=_PEOPLE, limit=st.integers(1, 20))
    def forget_some_of_a_person(self, person: int, limit: int) -> None:
        while self.town.write(engagement.forget, person, limit):
            pass
        self.marks = {each for each in self.marks if each[0] != person}

    @rule(subject=_SUBJECTS)
    def forget_a_subject(self, subject: int) -> None:
        while self.town.write(engagement.forget_subject, subject, 3):
            pass
        self.marks = {each for each in self.marks if each[2] != subject}
        assert self.town.read(engagement.counts, [subject]) == {subject: engagement.Counts()}

    @invariant()
    def counters_say_what_the_rows_say(self) -> None:
        if not hasattr(self, "town"):
            return
        every = self.town.read(engagement.subjects)
        assert self.town.read(engagement.recount, {1, 2, 3, *every}) == []
        kept = self.town.read(engagement.counts, [1, 2, 3])
        for subject in (1, 2, 3):
            counts = kept[subject]
            for kind, number in (
                ("like", counts.likes),
                ("repost", counts.reposts),
                ("bookmark", counts.bookmarks),
            ):
                assert number == sum(each[1:] == (kind, subject) for each in self.marks)
        for person in _EVERYBODY:
            mine = self.town.read(engagement.marks_of, person, [1, 2, 3])
            for subject in (1, 2, 3):
                expected = {each[1] for each in self.marks if each[::2] == (person, subject)}
                assert mine.get(subject, set()) == expected
        assert self.town.read(_crooked) == []


def _crooked(tx: Tx) -> list[object]:
    """Comments and reviews whose own numbers are wrong, and places kept for nobody."""
    found = tx.driver.execute(
        "SELECT c.id FROM engagement_comments c WHERE "
        "c.replies <> (SELECT count(*) FROM engagement_comments r WHERE r.parent_id = c.id) "
        "OR c.likes <> "
        "(SELECT count(*) FROM engagement_marks m WHERE m.subject_id = c.id AND m.kind = 'like') "
        "OR (c.deleted_at IS NOT NULL AND c.replies = 0) "
        "OR (c.parent_id <> 0 AND NOT EXISTS (SELECT 1 FROM engagement_comments p WHERE p.id = c.parent_id)) "
        "UNION ALL SELECT v.id FROM engagement_reviews v WHERE v.helpful <> "
        "(SELECT count(*) FROM engagement_marks m WHERE m.subject_id = v.id AND m.kind = 'helpful')"
    )
    return list(found.fetchall())


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_counters(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = found_town(kind, tmp_path)
    if trial is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    trial.close()
    monkeypatch.setattr(commenting, "_A_MINUTE", 1_000)
    machine = type("Engaged", (Engaged,), {"kind": kind})
    case = machine.TestCase  # type: ignore[attr-defined]
    case.settings = settings(max_examples=20 if kind == "sqlite" else 6, stateful_step_count=30)
    case("runTest").runTest()
