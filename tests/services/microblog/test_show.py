"""Posts on pages: kept rendered between readers, and still each reader's own."""

from __future__ import annotations

import re

from tests.support.site import Client, Site


def tweet(client: Client, text: str = "hello", **given: object) -> str:
    answer = client.post("/microblog/tweets", json={"text": text, **given})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def entry(reader: Client, tweet_id: str, path: str = "/@bo") -> str:
    """The post as it stands on somebody's page."""
    page = reader.get(path, headers={"accept": "text/html"}).text
    found = re.search(rf'<article class="entry[^>]*id="p{tweet_id}".*?</article>', page, re.S)
    assert found is not None
    return found[0]


def button(shown: str, title: str) -> str:
    found = re.search(rf'<(?:a|button)[^>]*title="{title}".*?</(?:a|button)>', shown, re.S)
    assert found is not None
    return found[0]


def test_marks_are_ones_own_and_counts_are_everybodys(site: Site) -> None:
    of = tweet(site.as_("bo"))
    ada, chen, guest = site.browser("ada"), site.browser("chen"), site.client()
    for reader in (ada, chen, guest, ada):
        assert 'aria-pressed="true"' not in entry(reader, of)
    site.as_("ada").post(f"/microblog/tweets/{of}/like")
    for _ in range(2):
        mine, theirs, nobodys = (button(entry(each, of), "Like") for each in (ada, chen, guest))
        assert 'aria-pressed="true"' in mine
        assert f'formaction="/microblog/tweets/{of}/unlike"' in mine
        assert theirs == nobodys
        assert 'aria-pressed="false"' in theirs
        assert all('data-count="1">1<' in each for each in (mine, theirs))
    site.as_("ada").delete(f"/microblog/tweets/{of}/like")
    assert 'aria-pressed="false"' in button(entry(ada, of), "Like")
    site.as_("chen").post(f"/microblog/tweets/{of}/retweet")
    assert 'aria-pressed="true"' in button(entry(chen, of), "Repost")
    assert 'aria-pressed="false"' in button(entry(ada, of), "Repost")


def test_an_edit_and_a_new_name_are_seen_at_once(site: Site) -> None:
    bo, ada = site.as_("bo"), site.browser("ada")
    of = tweet(bo, "first <b>words</b>")
    assert "first &lt;b&gt;words" in entry(ada, of)
    assert "edited" not in entry(ada, of)
    assert bo.patch(f"/microblog/tweets/{of}", json={"text": "second words"}).status_code == 200
    assert "second words" in entry(ada, of)
    assert "edited" in entry(ada, of)
    assert bo.patch("/api/me", json={"name": "Bo the <Second>"}).status_code == 200
    assert "Bo the &lt;Second&gt;" in entry(ada, of)
    assert bo.delete(f"/microblog/tweets/{of}").status_code == 204
    assert f'id="p{of}"' not in ada.get("/@bo").text


def test_a_ballot_is_for_one_reader(site: Site) -> None:
    of = tweet(site.as_("bo"), "tea or coffee?", poll={"options": ["tea", "coffee"], "minutes": 60})
    ada, chen, bo = (site.browser(name) for name in ("ada", "chen", "bo"))
    tokens = set()
    for reader in (ada, chen, ada):
        found = re.search(r'name="csrf" value="([^"]+)"', entry(reader, of))
        assert found is not None
        tokens.add(found[1])
    assert len(tokens) == 3
    for reader in (bo, site.client()):
        assert "<form" not in entry(reader, of)
    ada.submit(f"/microblog/tweets/{of}/vote", choice="0")
    for reader in (ada, bo):
        assert "<form" not in entry(reader, of)
        assert "100 %" in entry(reader, of)
    assert "your vote" in entry(ada, of)
    assert "your vote" not in entry(bo, of)
    assert "<form" in entry(chen, of)


def test_the_page_of_a_person_is_each_readers_own(site: Site) -> None:
    site.as_("bo")
    ada, chen, bo, guest = site.browser("ada"), site.browser("chen"), site.browser("bo"), site.client()
    tie = f"/microblog/users/{site.as_('bo').id}"
    site.as_("ada").post(f"{tie}/follow")
    html = {"accept": "text/html"}
    for _ in range(2):
        seen = {
            name: each.get("/@bo", headers=html).text
            for name, each in {"ada": ada, "chen": chen, "bo": bo, "guest": guest}.items()
        }
        assert f'formaction="{tie}/unfollow"' in seen["ada"]
        assert f'formaction="{tie}/follow"' in seen["chen"]
        assert "Edit profile" in seen["bo"]
        assert "/login?next=/@bo" in seen["guest"]
        assert all("<strong>1</strong> followers" in page for page in seen.values())
        assert "You, Ada" in seen["ada"]
        assert "You, Chen" in seen["chen"]


def test_the_menu_of_a_post(site: Site) -> None:
    bo, ada, guest = site.browser("bo"), site.browser("ada"), site.client()
    person = f"/microblog/users/{site.as_('bo').id}"
    of = tweet(site.as_("bo"))
    path = f"/microblog/tweets/{of}/menu"
    assert f'href="{path}" data-menu' in entry(ada, of)
    script = {"accept": "text/html", "x-requested-with": "dozen"}
    own, theirs, nobodys = (each.get(path, headers=script).text for each in (bo, ada, guest))
    assert not any("<html" in each for each in (own, theirs, nobodys))
    assert {"/edit", "/pin", "/delete"} <= set(re.findall(r"/tweets/\d+(/\w+)", own))
    assert set(re.findall(rf"{person}(/\w+)", theirs)) == {"/mute", "/block"}
    assert "/report" in theirs
    assert re.findall(r'(?:<a href|formaction)="([^"]+)', nobodys) == [f"/microblog/tweets/{of}"]

    # Without scripts it is a page, and says what is so by now.
    bo.submit(f"/microblog/tweets/{of}/pin")
    ada.submit(f"{person}/mute")
    assert f"/microblog/tweets/{of}/unpin" in bo.get(path).text
    page = ada.get(path).text
    assert "<h1>More about this post</h1>" in page
    assert f'formaction="{person}/unmute"' in page


def test_a_menu_shows_no_more_than_the_post(site: Site) -> None:
    of = tweet(site.as_("bo", protected=True), "for followers")
    ada = site.browser("ada")
    assert ada.get(f"/microblog/tweets/{of}/menu").status_code == 404
    assert ada.get("/microblog/tweets/1/menu").status_code == 404
