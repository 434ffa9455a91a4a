"""What engagement hands out. Ids are snowflakes: they say when something was made, in milliseconds."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dozen.kit.ids import moment

CommentOrder: TypeAlias = Literal["newest", "oldest", "top"]
ReviewOrder: TypeAlias = Literal["newest", "helpful", "highest", "lowest"]


class Mark(msgspec.Struct, frozen=True, gc=False):
    """Somebody liked (reposted, bookmarked, …) something."""

    id: int
    person_id: int
    subject_id: int

    @property
    def at(self) -> int:
        return moment(self.id)


class NewMark(msgspec.Struct, frozen=True):
    """One of many marks to be put in at once; without an id it is made now."""

    person_id: int
    kind: str
    subject_id: int
    realm: str
    id: int = 0


class Counts(msgspec.Struct, frozen=True, gc=False):
    likes: int = 0
    reposts: int = 0
    bookmarks: int = 0
    comments: int = 0
    quotes: int = 0
    dislikes: int = 0
    shares: int = 0
    helpful: int = 0
    rating_count: int = 0
    rating_sum: int = 0


class Rating(msgspec.Struct, frozen=True, gc=False):
    count: int = 0
    sum: int = 0

    @property
    def average(self) -> float | None:
        """1 to 5; None while nobody has rated."""
        return self.sum / self.count if self.count else None


class Comment(msgspec.Struct, frozen=True, gc=False):
    id: int
    subject_id: int
    realm: str
    author_id: int
    """0 once it is deleted."""
    parent_id: int
    """Where it stands in the tree; 0 at the top."""
    reply_to_id: int
    """What it answers: its parent, or in the deepest level one beside it; 0 at the top."""
    root_id: int
    depth: int
    text: str
    likes: int
    replies: int
    """Comments right below it."""
    edited_at: int | None
    deleted: bool
    """It only keeps the place of its replies."""

    @property
    def at(self) -> int:
        return moment(self.id)

    @property
    def position(self) -> tuple[int, int]:
        """Where the next page goes on, in any order."""
        return self.likes, self.id


class NewComment(msgspec.Struct, frozen=True):
    """One of many comments to be put in at once; a parent stands before its replies."""

    id: int
    subject_id: int
    realm: str
    author_id: int
    text: str
    parent_id: int = 0


class Review(msgspec.Struct, frozen=True, gc=False):
    id: int
    subject_id: int
    realm: str
    author_id: int
    rating: int
    """1 to 5."""
    text: str
    helpful: int
    edited_at: int | None
    answer: str
    """Of who runs what was reviewed; empty: none."""
    answered_by: int | None
    answered_at: int | None

    @property
    def at(self) -> int:
        return moment(self.id)

    def position(self, order: ReviewOrder) -> tuple[int, int]:
        """Where the next page goes on."""
        return (self.helpful if order == "helpful" else self.rating), self.id


class NewReview(msgspec.Struct, frozen=True):
    """One of many reviews to be put in at once."""

    id: int
    subject_id: int
    realm: str
    author_id: int
    rating: int
    text: str = ""


class Drift(msgspec.Struct, frozen=True):
    """A counter that does not say what the rows say. There is none unless something is broken."""

    subject_id: int
    counter: str
    kept: int
    true: int
