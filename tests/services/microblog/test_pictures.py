"""Pictures of posts: who may load them, by both doors, before and after their author protects the account."""

from __future__ import annotations

import io
import re
from typing import Any

import httpx
import pytest
from PIL import Image

from dozen.core import accounts, media
from dozen.core.jobs import Runner
from dozen.kit import clock
from tests.core.media import samples
from tests.support.site import Client, Site


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(out, "PNG")
    return out.getvalue()


def posted(client: Client, text: str = "Look") -> dict[str, Any]:
    item = client.post("/api/media", files={"file": ("a.png", png(), "image/png")}).json()["id"]
    answer = client.post("/microblog/tweets", json={"text": text, "media_ids": [item]})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def protect(client: Client, on: bool) -> None:
    assert client.patch("/api/me", json={"protected": on}).status_code == 200


def by_api(client: Client, tweet: str) -> list[str]:
    (picture,) = client.get(f"/microblog/tweets/{tweet}").json()["media"]
    return [picture["url"], picture["preview_url"]]


def by_lists(client: Client, path: str) -> list[str]:
    tweets = client.get(path).json()["data"]
    return [picture["url"] for tweet in tweets for picture in tweet["media"]]


def by_page(browser: Client, path: str) -> list[str]:
    return re.findall(r'<img src="(/media/[^"]+)"', browser.get(path).text)


def statuses(client: Client, addresses: list[str]) -> set[int]:
    assert addresses
    return {client.get(each).status_code for each in addresses}


def test_pictures_are_as_open_as_the_account(site: Site) -> None:
    ada, bo, chen = (site.as_(name) for name in ("ada", "bo", "chen"))
    follower, stranger = site.browser("bo"), site.browser("chen")
    bo.post(f"/microblog/users/{ada.id}/follow")
    tweet = posted(ada)["id"]
    plain = by_api(site.anonymous, tweet)
    assert all("ticket" not in each for each in plain)
    assert statuses(site.anonymous, plain) == {200}

    protect(ada, True)
    for reader in (site.anonymous, chen, stranger, bo, follower):
        assert statuses(reader, plain) == {404}, "the address alone opens nothing any more"
    assert statuses(ada, plain) == {200}
    for addresses in (
        by_api(bo, tweet),
        by_lists(bo, "/microblog/timeline/home"),
        by_lists(bo, "/microblog/timeline/ada"),
        by_page(follower, f"/microblog/tweets/{tweet}"),
        by_page(follower, "/@ada"),
    ):
        assert all("?ticket=" in each for each in addresses)
        assert statuses(follower, addresses) == statuses(site.anonymous, addresses) == {200}
    assert chen.get(f"/microblog/tweets/{tweet}").status_code == 404
    # A ticket opens what it is for, and nothing else.
    other = by_api(ada, posted(ada, "Another")["id"])[0].partition("?")[0]
    paper = by_api(bo, tweet)[0].partition("?")[2]
    assert site.anonymous.get(f"{other}?{paper}").status_code == 404

    protect(ada, False)
    assert statuses(site.anonymous, plain) == {200}
    assert all("ticket" not in each for each in by_api(bo, tweet))


def test_what_is_posted_while_protected_is_closed_from_the_start(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    protect(ada, True)
    made = posted(ada)
    address = made["media"][0]["url"]
    assert "?ticket=" in address
    assert statuses(bo, [address.partition("?")[0]]) == {404}
    assert statuses(bo, [address]) == {200}


def test_answers_of_writes_carry_tickets_too(site: Site) -> None:
    ada = site.as_("ada")
    protect(ada, True)
    made = posted(ada)
    changed = ada.patch(f"/microblog/tweets/{made['id']}", json={"text": "Look again"}).json()
    quoted = ada.post("/microblog/tweets", json={"text": "My own", "quote_id": made["id"]}).json()
    for tweet in (changed, quoted["quote_of"]):
        assert "?ticket=" in tweet["media"][0]["preview_url"]


def test_no_ticket_is_kept(site: Site, monkeypatch: Any) -> None:
    """What the wire keeps of a post outlives a ticket: the next day's page has the next day's ticket."""
    ada, bo = site.as_("ada"), site.as_("bo")
    bo.post(f"/microblog/users/{ada.id}/follow")
    tweet = posted(ada)["id"]
    protect(ada, True)
    first = by_api(bo, tweet)
    assert first == by_api(bo, tweet)
    later = clock.now() + 2 * media.TICKET_LIFE
    monkeypatch.setattr(clock, "now", lambda: later)
    bo = site.as_("bo")
    second = by_api(bo, tweet)
    assert first != second
    assert statuses(site.anonymous, second) == {200}
    assert statuses(site.anonymous, first) == {404}


def test_a_deleted_accounts_pictures_are_gone_at_once(site: Site) -> None:
    ada = site.as_("ada")
    address = posted(ada)["media"][0]["url"]
    assert site.anonymous.get(address).status_code == 200
    site.town.write(accounts.remove_account, site.person("root", role="admin"), ada.id)
    answer: httpx.Response = site.anonymous.get(address)
    assert answer.status_code == 404


def test_a_video_can_be_posted_as_it_comes(site: Site) -> None:
    """The form sends the file and the words together: nobody is told to come back later."""
    if samples.ffmpeg() is None:
        pytest.skip("ffmpeg is not installed")
    ada = site.as_("ada")
    browser = site.browser("ada")
    files = {"media": ("v.mp4", samples.clip(), "video/mp4")}
    browser.submit("/microblog/tweets", text="Moving", files=files)
    (made,) = ada.get("/microblog/timeline/ada").json()["data"]
    (video,) = made["media"]
    assert (video["kind"], video["state"]) == ("video", "processing")
    assert site.anonymous.get(video["url"]).status_code == 404
    page = browser.get(f"/microblog/tweets/{made['id']}").text
    assert "The video is being prepared" in page
    assert "<video" not in page
    Runner(site.town.env, site.town.db).drain()
    (made,) = ada.get("/microblog/timeline/ada").json()["data"]
    assert made["media"][0]["state"] == "ready"
    page = browser.get(f"/microblog/tweets/{made['id']}").text
    assert "The video is being prepared" not in page
    assert "<video" in page
    assert statuses(site.anonymous, [video["url"], video["preview_url"]]) == {200}


def test_the_address_of_a_trend_is_an_address(site: Site) -> None:
    for name in ("ada", "bo", "chen"):
        site.as_(name).post("/microblog/tweets", json={"text": "مرحبا #سلام"})
    (trend,) = site.anonymous.get("/microblog/trends").json()["data"]
    assert trend["tag"] == "سلام"
    assert trend["url"].isascii()
    assert len(site.anonymous.get(trend["url"]).json()["data"]) == 3
