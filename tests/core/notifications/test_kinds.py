from __future__ import annotations

import pytest

from dozen.core.notifications import Kind, Kinds
from dozen.core.notifications.kinds import spoken


def test_names_are_spoken() -> None:
    assert spoken([], 0) == "Somebody"
    assert spoken(["Ann"], 1) == "Ann"
    assert spoken(["Ann", "Bo"], 2) == "Ann and Bo"
    assert spoken(["Ann", "Bo", "Cy"], 3) == "Ann, Bo and 1 other"
    assert spoken(["Ann", "Bo"], 40) == "Ann, Bo and 38 others"
    assert spoken(["Ann"], 3) == "Ann and 2 others"


def test_a_line_takes_names_as_they_are() -> None:
    kind = Kind(name="blog.like", title="Likes", template="{actors} liked {title}")
    line = kind.line(["{title.__class__}"], 1, {"title": "“{actors}”", "actors": "never"})
    assert line == "{title.__class__} liked “{actors}”"


def test_registering() -> None:
    kinds = Kinds()
    like = Kind(name="blog.like", title="Likes", template="x")
    kinds.add(like, Kind(name="news.alert", title="Alerts", template="y"))
    kinds.add(like)
    assert kinds.get("blog.like") == like
    assert [kind.name for kind in kinds.all("news")] == ["news.alert"]
    with pytest.raises(ValueError, match="two kinds"):
        kinds.add(Kind(name="blog.like", title="Other", template="z"))
    with pytest.raises(LookupError):
        kinds.get("blog.none")
    for bad in ("like", "Blog.like", "blog.", "blog.like.more"):
        with pytest.raises(ValueError, match="written"):
            Kind(name=bad, title="", template="")
