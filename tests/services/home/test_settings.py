"""Settings as pages: what was typed stays, what is dangerous asks, what is long is in order."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from hashlib import sha1

from tests.support.people import PASSWORD
from tests.support.site import Client, Site

TOKENS, SECURITY = "/settings/tokens", "/settings/security"


def totp(secret: str) -> str:
    key = base64.b32decode(secret)
    sums = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), sha1).digest()
    at = sums[-1] & 15
    return f"{(struct.unpack('>I', sums[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def test_a_token_is_made_once_however_often_it_is_sent(site: Site) -> None:
    ada = site.browser("ada")
    made = ada.submit(TOKENS, page=TOKENS, name="my bot", days="7", scope="microblog:read")
    token = re.search(r"dz_[\w-]+", made.text)
    assert token is not None
    header = {"authorization": f"Bearer {token[0]}"}
    assert site.anonymous.get("/microblog/timeline/home", headers=header).status_code == 200
    again = ada.submit(TOKENS, page=TOKENS, name=" my bot ", days="7", scope="microblog:read")
    assert (again.status_code, "You have one of that name" in again.text) == (422, True)
    assert "dz_" not in again.text
    assert ada.get(TOKENS).text.count(">my bot<") == 1


def test_a_refused_token_form_keeps_what_was_chosen(site: Site) -> None:
    ada = site.browser("ada")
    answer = ada.submit(TOKENS, page=TOKENS, name=" ", days="365", scope="microblog:read")
    assert answer.status_code == 422
    assert '<option value="365" selected>' in answer.text
    assert 'value="microblog:read" checked' in answer.text
    assert 'value="microblog:write">' in answer.text
    assert "This must not be empty" in answer.text


def test_a_second_factor_is_begun_with_the_password(site: Site) -> None:
    ada = site.browser("ada")
    path = f"{SECURITY}/factor"
    refused = ada.submit(path, page=SECURITY, password="not it at all")
    assert (refused.status_code, "This password is wrong" in refused.text) == (422, True)
    begun = ada.submit(path, page=SECURITY, password=PASSWORD)
    found = re.search(r'name="secret" value="([A-Z2-7]+)"', begun.text)
    assert found is not None
    done = ada.submit(f"{path}/confirm", page=SECURITY, code=totp(found[1]))
    assert done.text.count("<code>") == 10
    assert site.as_("ada").get("/api/me").json()["second_factor"] is True


def test_devices_have_names(site: Site) -> None:
    site.person("ada")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
    ada: Client = site.client(headers={"accept": "text/html", "user-agent": agent})
    ada.submit("/login", login="ada", password=PASSWORD)
    page = ada.get(SECURITY).text
    assert "Firefox on Linux" in page
    assert "Gecko/20100101" not in page


def test_notices_stand_by_room(site: Site) -> None:
    ada = site.browser("ada")
    page = ada.get("/settings/notifications").text
    at = [page.index(f">{title}</h2>") for title in ("From the moderators", "Microblog", "Wallet")]
    likes, warnings = page.index("Likes of your posts"), page.index("Warnings of the moderators")
    assert at[0] < warnings < at[1] < likes < at[2]


def test_what_is_kept_can_be_taken_away(site: Site) -> None:
    ada = site.browser("ada")
    assert 'href="/settings/export/account.json"' in ada.get("/settings/export").text
    file = ada.get("/settings/export/account.json")
    assert file.headers["content-disposition"] == 'attachment; filename="dozen-account.json"'
    assert file.json()["account"]["username"] == "ada"
    assert (
        site.client(headers={"accept": "text/html"}).get("/settings/export/account.json").status_code == 303
    )


def test_a_website_needs_no_scheme_and_a_time_zone_is_chosen(site: Site) -> None:
    ada = site.browser("ada")
    path = "/settings/profile"
    page = ada.get(path).text
    assert 'type="url"' not in page
    assert '<optgroup label="Europe"><option value="Europe/Amsterdam">' in page
    given = {"name": "Ada", "username": "ada", "website": "example.org", "time_zone": "Europe/Vienna"}
    assert ada.submit(path, page=path, files={"avatar": ("", b"")}, **given).status_code == 303
    page = ada.get(path).text
    assert 'value="https://example.org"' in page
    assert '<option value="Europe/Vienna" selected>Vienna</option>' in page


def test_the_start_page_says_what_is_left_to_do_and_what_is_new(site: Site) -> None:
    ada = site.browser("ada")
    page = ada.get("/").text
    assert "Confirm your e-mail address" in page
    assert "Add a picture of you" in page
    assert "What is new" not in page
    site.as_("bo").post("/microblog/tweets", json={"text": "@ada look"})
    assert "Bo named you" in ada.get("/").text.partition("What is new")[2]
    site.as_("ada").patch("/api/me", json={"bio": "Counts"})
    assert "Say something about you" not in ada.get("/").text
    guest = site.client(headers={"accept": "text/html"}).get("/").text
    assert "Getting started" not in guest
    assert "Short posts, timelines, and people to follow." in guest


def test_the_api_is_described_in_pages_of_bearable_length(site: Site) -> None:
    guest = site.client(headers={"accept": "text/html"})
    whole = guest.get("/docs").text
    groups = sorted(set(re.findall(r'href="(/docs/[a-z-]+)"', whole)))
    assert len(groups) >= 6
    for path in groups:
        page = guest.get(path)
        assert page.status_code == 200
        references = set(re.findall(r'<a href="#([A-Za-z0-9_]+)">', page.text))
        assert not [name for name in references if f'id="{name}"' not in page.text], path
    assert len(whole) < 150_000
    assert 'id="post-/microblog/tweets"' in guest.get("/docs/microblog").text
    assert guest.get("/docs/casino").status_code == 404
