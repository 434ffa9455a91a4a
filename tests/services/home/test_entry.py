"""Coming in and coming back: a deleted account is had back, a suspended one is told why it is not let in."""

from __future__ import annotations

from dozen.core import accounts
from dozen.kit import clock
from dozen.web.replies import SESSION
from tests.support.people import PASSWORD
from tests.support.site import Client, Site


def log_in(client: Client, **more: str) -> tuple[int, str]:
    answer = client.submit("/login", page="/login", **{"login": "ada", "password": PASSWORD} | more)
    return answer.status_code, answer.text


def test_a_deleted_account_is_had_back_on_the_login_page(site: Site) -> None:
    ada = site.browser("ada")
    site.as_("ada").post("/microblog/tweets", json={"text": "Still mine"})
    assert ada.submit("/settings/delete", page="/settings/delete", password=PASSWORD).status_code == 303
    assert site.anonymous.get("/microblog/timeline/ada").status_code == 404
    back = site.client(headers={"accept": "text/html"})
    status, page = log_in(back)
    assert status == 403
    assert "Take my account back" in page
    assert "is gone for good" in page
    status, page = log_in(back, password="not it at all", restore="1")
    assert (status, "Take my account back" in page) == (422, False)
    assert site.anonymous.get("/microblog/timeline/ada").status_code == 404
    assert log_in(back, restore="1")[0] == 303
    assert back.get("/settings").status_code == 200
    assert len(site.anonymous.get("/microblog/timeline/ada").json()["data"]) == 1
    assert log_in(site.client(headers={"accept": "text/html"}), restore="1")[0] == 303  # it is there: no harm


def test_a_deleted_account_is_had_back_by_a_program(site: Site) -> None:
    ada = site.as_("ada")
    assert ada.request("DELETE", f"/api/users/{ada.id}", json={"password": PASSWORD}).status_code == 204
    given = {"username": "ada", "password": PASSWORD}
    refused = site.anonymous.post("/api/login", json=given)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_deleted")
    wrong = site.anonymous.post("/api/login", json=given | {"restore": True, "password": "not it at all"})
    assert wrong.json()["code"] == "bad_credentials"
    done = site.anonymous.post("/api/login", json=given | {"restore": True})
    assert done.status_code == 200
    token = {"authorization": f"Bearer {done.json()['access_token']}"}
    assert site.anonymous.get("/api/me", headers=token).json()["username"] == "ada"


def test_a_suspended_one_reads_why_and_until_when(site: Site) -> None:
    boss, ada = site.person("boss", role="admin"), site.person("ada")
    until = clock.parse_rfc3339("2099-05-01")
    site.town.write(accounts.suspend, boss, ada, reason="spam & scams", until=until)
    status, page = log_in(site.client(headers={"accept": "text/html"}))
    assert status == 403
    assert "This account is suspended until Fri 1 May 2099, 00:00 UTC: spam &amp; scams" in page


def test_a_deleted_and_suspended_one_does_not_come_back(site: Site) -> None:
    boss, ada = site.person("boss", role="admin"), site.as_("ada")
    ada.request("DELETE", f"/api/users/{ada.id}", json={"password": PASSWORD})
    site.town.write(accounts.suspend, boss, ada.id, reason="spam", until=None)
    status, page = log_in(site.client(headers={"accept": "text/html"}), restore="1")
    assert (status, "This account is suspended: spam" in page) == (403, True)
    assert site.town.read(accounts.person, ada.id).deleted_at is not None


def test_who_is_suspended_while_signed_in_is_told_at_once_and_signed_out(site: Site) -> None:
    boss, ada = site.person("boss", role="admin"), site.browser("ada")
    person = site.town.read(accounts.by_username, "ada")
    assert person is not None
    program = site.as_("ada")
    until = clock.parse_rfc3339("2099-05-01T00:00:00Z")
    site.town.write(accounts.suspend, boss, person.id, reason="spam & scams", until=until)
    said = "This account is suspended until Fri 1 May 2099, 00:00 UTC: spam &amp; scams"
    # What a page fetches beside itself does not use up the telling.
    beside = ada.get("/microblog", headers={"sec-fetch-dest": "empty"})
    assert (beside.status_code, "set-cookie" in beside.headers) == (403, False)
    session = ada.inner.cookies[SESSION]
    for path in ("/", "/microblog", "/settings"):  # for everybody or for members only
        answer = site.client(headers={"accept": "text/html"}, cookies={SESSION: session}).get(path)
        assert (answer.status_code, said in answer.text) == (403, True)
        assert "You have been signed out" in answer.text
        assert "@ada" not in answer.text
    assert said in ada.post("/microblog/tweets/1/like", data={"csrf": "old"}).text
    # From here on the browser is a stranger's.
    assert ada.get("/").status_code == 200
    assert ada.get("/settings").headers["location"].startswith("/login")
    for path in ("/api/me", "/microblog/tweets/1"):
        told = program.get(path)
        assert (told.status_code, told.json()["code"]) == (403, "account_suspended")
        assert (told.json()["detail"], told.json()["until"]) == ("spam & scams", until)
