"""The shared account API: what changes an account, and what does not."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from dozen.core import accounts
from tests.support.people import PASSWORD
from tests.support.site import Client, Site


def png(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "PNG")
    return out.getvalue()


def put(client: Client, field: str, body: bytes) -> tuple[int, dict[str, str]]:
    answer = client.put(f"/api/me/{field}", files={"file": ("a.png", body, "image/png")})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("field", ["avatar", "header"])
def test_a_picture_comes_is_replaced_and_goes(site: Site, field: str) -> None:
    ada = site.as_("ada")
    assert ada.get("/api/me").json()[f"{field}_url"] is None
    status, first = put(ada, field, png())
    assert status == 200
    address = first[f"{field}_url"]
    assert site.anonymous.get(address).headers["content-type"] == "image/webp"
    status, second = put(ada, field, png("gold"))
    assert second[f"{field}_url"] != address
    assert site.anonymous.get(address).status_code == 404
    status, wrong = put(ada, field, b"no picture")
    assert (status, wrong["code"]) == (415, "media_type_unknown")
    assert ada.get("/api/me").json()[f"{field}_url"] == second[f"{field}_url"]
    for _ in range(2):
        assert ada.delete(f"/api/me/{field}").json()[f"{field}_url"] is None
    assert site.anonymous.get(second[f"{field}_url"]).status_code == 404
    assert put(site.as_("ada", {"account:read"}), field, png())[1]["code"] == "missing_scope"
    assert ada.delete("/api/me/passport").status_code == 404


def test_a_picture_is_taken_away_in_the_form(site: Site) -> None:
    ada = site.browser("ada")
    page = "/settings/profile"
    assert "no_avatar" not in ada.get(page).text
    given = {"name": "Ada", "username": "ada", "bio": ""}
    files = {"avatar": ("a.png", png(), "image/png"), "header": ("", b"")}
    assert ada.submit(page, page=page, files=files, **given).status_code == 303
    assert "no_avatar" in ada.get(page).text
    empty = {"avatar": ("", b""), "header": ("", b"")}
    assert ada.submit(page, page=page, files=empty, **given, no_avatar="1").status_code == 303
    assert site.as_("ada").get("/api/me").json()["avatar_url"] is None


def test_an_address_is_changed_with_the_password_alone(site: Site) -> None:
    ada = site.as_("ada")
    before = ada.get("/api/me").json()
    refused = ada.patch("/api/me", json={"email": "new@people.example", "bio": "x"})
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["email"])
    wrong = ada.post("/api/me/email", json={"email": "new@people.example", "password": "not it at all"})
    assert wrong.json()["code"] == "bad_credentials"
    site.person("bo", email="bo@people.example")
    for email, code in (("nope", "bad_email"), ("bo@people.example", "email_taken")):
        answer = ada.post("/api/me/email", json={"email": email, "password": PASSWORD})
        assert answer.json()["code"] == code
    assert ada.get("/api/me").json() == before
    asked = ada.post("/api/me/email", json={"email": "new@people.example", "password": PASSWORD})
    assert (asked.status_code, asked.json()) == (202, before)


def test_somebody_is_found_by_name(site: Site) -> None:
    ada = site.as_("ada")
    by_id = site.anonymous.get(f"/api/users/{ada.id}").json()
    for name in ("ada", "@ada", "ADA"):
        assert site.anonymous.get(f"/api/users/by/username/{name}").json() == by_id
    for name in ("nobody", "@", "a" * 300):
        assert site.anonymous.get(f"/api/users/by/username/{name}").status_code == 404


def test_deleting_asks_for_the_password_unless_it_was_just_given(site: Site) -> None:
    old = site.as_("ada")
    joined = site.town.read(accounts.person, old.id).created_at
    site.town.write(
        lambda tx: tx.driver.execute(f"UPDATE accounts_people SET created_at = {joined - 3600_000}") and None
    )
    path = f"/api/users/{old.id}"
    for body, status, code in (
        (b"", 422, "invalid"),
        (b"{", 400, "malformed"),
        (b'{"password": 5}', 422, "invalid"),
        (b"{}", 422, "invalid"),
        (b'{"password": "not it at all"}', 401, "bad_credentials"),
    ):
        answer = old.request("DELETE", path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    assert old.request("DELETE", "/api/users/1").json()["code"] == "acting_for_another"
    assert site.as_("bo").request("DELETE", path).json()["code"] == "acting_for_another"
    fresh = site.anonymous.post("/api/login", json={"username": "ada", "password": PASSWORD}).json()
    header = {"authorization": f"Bearer {fresh['access_token']}"}
    assert site.anonymous.request("DELETE", path, headers=header).status_code == 204
    assert old.get("/api/me").status_code == 401


def test_who_has_just_signed_up_can_go_at_once(site: Site) -> None:
    given = {"username": "ada", "password": "a password of some length", "email": "ada@people.example"}
    made = site.anonymous.post("/api/register", json=given).json()
    header = {"authorization": f"Bearer {made['access_token']}"}
    assert site.anonymous.request("DELETE", f"/api/users/{made['id']}", headers=header).status_code == 204
