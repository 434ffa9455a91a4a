"""The sample posts: repeatable, and with something to see from the first minute."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dozen.kit import clock, ids
from dozen.kit import text as kit_text
from dozen.services.microblog import demo, text
from dozen.services.microblog.service import trends
from dozen.services.microblog.structs import Post
from tests.support.people import make_people
from tests.support.town import found_town

MIDNIGHT = 1_790_000_000_000 // clock.DAY * clock.DAY
MOMENTS = [MIDNIGHT + minutes * clock.MINUTE for minutes in (0, 59, 200, 389, 661, 1439)]


def made(seed: int) -> list[Post]:
    town = demo._Town(list(range(1, 301)), {}, seed)
    maker = demo._Maker(town, demo.POSTS["small"], demo.SPAN["small"], demo.PICTURES["small"])
    return [each.post for each in maker.posts()]


@pytest.mark.parametrize("now", MOMENTS)
@pytest.mark.parametrize("seed", [1, 12])
def test_a_handful_of_tags_is_used_often_enough_to_trend(
    monkeypatch: pytest.MonkeyPatch, now: int, seed: int
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    since = now // clock.HOUR - trends.RECENT_HOURS + 1
    used = Counter(
        tag
        for post in made(seed)
        if ids.moment(post.id) // clock.HOUR >= since
        for tag in {kit_text.fold(span.value) for span in post.entities.hashtags}
    )
    assert len([tag for tag, n in used.items() if n >= trends.LEAST_POSTS]) >= 5


def test_the_same_seed_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MIDNIGHT)
    first = made(7)
    assert first == made(7)
    assert first != made(8)
    assert all(text.parse(post.text).valid for post in first if post.text)


def test_a_fresh_demo_has_five_trends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_picture", lambda *given: None)
    town = found_town("sqlite", tmp_path)
    assert town is not None
    make_people(town, 40)
    demo.load(town.env, size="small", seed=1, progress=lambda done, total, what: None)
    found = town.read(trends.trending, limit=5)
    assert len(found) == 5
    assert all(each.posts >= trends.LEAST_POSTS for each in found)
    town.close()
