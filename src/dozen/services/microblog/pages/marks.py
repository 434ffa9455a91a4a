"""What buttons below a post do: like, repost, bookmark, pin, vote."""

from __future__ import annotations

from typing import Any

from dozen.services.microblog.pages.door import done, pages, writing
from dozen.services.microblog.pages.posts import entry
from dozen.services.microblog.service import marks, polls, views
from dozen.web import Call, Form, Redirect, Undo

_MARKS = {
    "like": marks.like,
    "unlike": marks.unlike,
    "retweet": marks.repost,
    "unretweet": marks.unrepost,
    "bookmark": marks.bookmark,
    "unbookmark": marks.unbookmark,
}


def _mark(call: Call, tweet_id: int, what: str) -> Any:
    """Like, repost, bookmark, pin, and taking each back."""
    if what in _MARKS:
        _MARKS[what](call.tx, call.me, tweet_id)
    else:
        marks.pin(call.tx, call.me, tweet_id if what == "pin" else None)
    if what == "unbookmark":
        undo = Undo(f"/microblog/tweets/{tweet_id}/bookmark")
        return done(call, f"/microblog/tweets/{tweet_id}", said="Bookmark removed", undo=undo)
    return done(call, f"/microblog/tweets/{tweet_id}")


for _what in (*_MARKS, "pin", "unpin"):
    writing(_mark, _what, "tweets/{tweet_id}")


@pages.post("/tweets/{tweet_id}/vote")
def vote(call: Call, tweet_id: int, form: Form) -> Any:
    post = views.must_see(call.tx, call.me, tweet_id)
    chosen = [int(choice) for choice in form.all("choice") if choice.isdecimal() and len(choice) == 1]
    polls.vote(call.tx, call.me, post.id, chosen)
    if call.enhanced:
        return entry(call, call.tx, post.id)
    return Redirect(f"/microblog/tweets/{post.id}")
