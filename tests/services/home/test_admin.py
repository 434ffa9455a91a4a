"""Operators' pages: who may come in, and what decisions do."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.core import accounts, analytics, jobs, moderation
from dozen.core.jobs import Job, Registry, Runner
from dozen.db import Tx
from dozen.services.home import moderating
from dozen.web.auth import ACTIVE
from dozen.web.routes import Route
from tests.support.site import Client, Site


def admin_routes(site: Site) -> list[Route]:
    found = [route for route in site.server.frame.routes if route.path.split("/")[1] == "admin"]
    assert len(found) >= 18
    return found


def visit(client: Client, route: Route) -> int:
    path = "/".join("1" if part.startswith("{") else part for part in route.path.split("/"))
    if route.method == "GET":
        return client.get(path, headers={"accept": "text/html"}).status_code
    return client.submit(path).status_code


def report(site: Site, username: str = "bo", by: str = "ada", text: str = "buy <now>") -> str:
    """A post of somebody's that somebody else has reported; the post's id."""
    of = site.as_(username).post("/microblog/tweets", json={"text": text}).json()["id"]
    answer = site.as_(by).post(f"/microblog/tweets/{of}/report", json={"reason": "spam", "text": "look"})
    assert answer.status_code == 200
    return str(of)


def case_of(site: Site, staff: Client) -> str:
    page = staff.get("/admin/reports").text
    return page.partition('href="/admin/reports/')[2].partition('"')[0]


def the_log(site: Site) -> list[moderation.Entry]:
    boss = site.town.read(accounts.by_username, "boss") or site.person("boss", role="admin")
    person = boss if isinstance(boss, int) else boss.id
    actor = site.town.read(accounts.actor_for_token, site.token(person))
    assert actor is not None
    return site.town.read(moderation.log, actor)


def test_a_member_and_a_stranger_get_nowhere(site: Site) -> None:
    ada, stranger = site.browser("ada"), site.client(headers={"accept": "text/html"})
    for route in admin_routes(site):
        assert visit(ada, route) == 403, route
        assert visit(stranger, route) in (303, 401), route
    assert "/admin" not in ada.get("/").text
    assert the_log(site) == []


def test_a_moderator_gets_only_what_is_theirs(site: Site) -> None:
    mo = site.browser("mo", role="moderator")
    for route in admin_routes(site):
        assert (visit(mo, route) == 403) == (route.access == "admin"), route
    closed = {route.path for route in admin_routes(site) if route.access == "admin"}
    assert closed == {
        "/admin/jobs",
        "/admin/jobs/{job_id}/retry",
        "/admin/jobs/{job_id}/discard",
        "/admin/people/{person_id}/role",
        "/admin/people/{person_id}/verify",
        "/admin/people/{person_id}/unverify",
    }
    assert 'href="/admin"' in mo.get("/").text
    assert "/admin/jobs" not in mo.get("/admin").text


def test_a_token_is_no_way_in(site: Site) -> None:
    boss = site.as_("boss", role="admin")
    assert boss.get("/admin", headers={"accept": "text/html"}).status_code in (303, 401)


def test_a_suspended_moderator_gets_nowhere(site: Site) -> None:
    mo = site.browser("mo", role="moderator")
    boss = site.browser("boss", role="admin")
    person = site.town.read(accounts.by_username, "mo")
    assert person is not None
    assert boss.submit(f"/admin/people/{person.id}/suspend", reason="away").status_code == 303
    session = dict(mo.inner.cookies)
    for route in admin_routes(site):
        assert visit(mo, route) == 403, route
        mo.inner.cookies.update(session)  # each answer signs them out


def test_the_overview_counts_people_and_posts(site: Site) -> None:
    boss = site.browser("boss", role="admin")
    site.as_("ada").post("/microblog/tweets", json={"text": "one"})
    site.as_("bo").get("/microblog/timeline/home")
    site.anonymous.get("/microblog/timeline/public")
    boss.get("/settings")
    site.person("sleeper")
    site.town.write(lambda tx: analytics.flush(tx) and None)

    def active(tx: Tx) -> int:
        return analytics.distinct(tx, ACTIVE, 0, tx.now, tx.now + 1)

    assert site.town.read(active) == 3
    numbers = site.town.read(moderating.numbers, ACTIVE)
    assert (numbers.people, numbers.new, numbers.daily, numbers.weekly, numbers.monthly) == (4, 4, 3, 3, 3)
    page = boss.get("/admin").text
    assert "Today 3" in page
    assert "Posts a day. Today 1" in page


def test_people_are_found_by_name_and_by_administrators_by_address(site: Site) -> None:
    boss, mo = site.browser("boss", role="admin"), site.browser("mo", role="moderator")
    site.person("ada", email="ada.love@people.example")
    for client in (boss, mo):
        assert "@ada" in client.get("/admin/people?q=ada").text
        assert "@ada" in client.get("/admin/people").text
    assert "@ada" in boss.get("/admin/people?q=ada.love@people.example").text
    assert "Nobody by that name" in mo.get("/admin/people?q=ada.love@people.example").text
    ada = site.town.read(accounts.by_username, "ada")
    assert ada is not None
    assert "ada.love@people.example" in boss.get(f"/admin/people/{ada.id}").text
    assert "ada.love@people.example" not in mo.get(f"/admin/people/{ada.id}").text
    assert boss.get("/admin/people/12345").status_code == 404


def test_suspending_and_lifting_it(site: Site) -> None:
    mo, ada = site.browser("mo", role="moderator"), site.as_("ada")
    path = f"/admin/people/{ada.id}"
    assert mo.submit(f"{path}/suspend", reason=" ").status_code == 422
    assert mo.submit(f"{path}/suspend", reason="spam", days="7").status_code == 303
    refused = ada.post("/microblog/tweets", json={"text": "hello"})
    assert refused.json()["code"] == "account_suspended"
    assert "spam" in mo.get(path).text
    assert mo.submit(f"{path}/unsuspend", reason="settled").status_code == 303
    assert ada.post("/microblog/tweets", json={"text": "hello"}).status_code == 201
    assert [entry.action for entry in the_log(site)] == ["unsuspend", "suspend"]
    log = mo.get("/admin/log").text
    assert "settled" in log
    assert "settled" not in mo.get("/admin/log?action=suspend").text
    assert "settled" in mo.get("/admin/log?by=mo").text
    assert "settled" not in mo.get("/admin/log?by=ada").text


def test_a_moderator_cannot_touch_their_equals(site: Site) -> None:
    mo = site.browser("mo", role="moderator")
    for name, role in (("mia", "moderator"), ("boss", "admin")):
        other = site.person(name, role=role)
        assert mo.submit(f"/admin/people/{other}/suspend", reason="a feud").status_code == 403
        assert not site.town.read(accounts.profile, other).suspended


def test_roles_and_marks_are_given_by_administrators_and_logged(site: Site) -> None:
    boss, ada = site.browser("boss", role="admin"), site.person("ada")
    path = f"/admin/people/{ada}"
    assert boss.submit(f"{path}/role", role="moderator").status_code == 303
    assert boss.submit(f"{path}/role", role="moderator").status_code == 303
    assert boss.submit(f"{path}/verify").status_code == 303
    profile = site.town.read(accounts.profile, ada)
    assert (profile.role, profile.verified) == ("moderator", True)
    assert boss.submit(f"{path}/unverify").status_code == 303
    assert [entry.action for entry in the_log(site)] == ["unverify", "verify", "role"]
    me = site.town.read(accounts.by_username, "boss")
    assert me is not None
    last = boss.submit(f"/admin/people/{me.id}/role", role="member")
    assert last.status_code == accounts.errors.LastAdmin.status
    assert site.town.read(accounts.profile, me.id).role == "admin"


def test_removing_takes_the_post_down_and_tells_its_author(site: Site) -> None:
    of = report(site)
    bo = site.browser("bo")
    mo = site.browser("mo", role="moderator")
    case = case_of(site, mo)
    shown = mo.get(f"/admin/reports/{case}").text
    assert all(words in shown for words in ("@bo", "@ada", "look", f"/microblog/subjects/{of}"))
    assert mo.submit(f"/admin/reports/{case}/assign", mine="1").status_code == 303
    assert "Taken on by" in mo.get(f"/admin/reports/{case}").text
    assert mo.submit(f"/admin/reports/{case}/note", text="seen before").status_code == 303
    assert "seen before" in mo.get(f"/admin/reports/{case}").text
    missing = mo.submit(f"/admin/reports/{case}/decide", decision="remove", reason="")
    assert (missing.status_code, "Please say why" in missing.text) == (422, True)
    assert mo.submit(f"/admin/reports/{case}/decide", decision="", reason="x").status_code == 422
    assert site.anonymous.get(f"/microblog/tweets/{of}").status_code == 200
    done = mo.submit(f"/admin/reports/{case}/decide", decision="remove", reason="advertising")
    assert done.status_code == 303
    Runner(site.server.env, site.server.db).drain()
    assert site.anonymous.get(f"/microblog/tweets/{of}").status_code == 404
    assert "The moderators took down something of yours: advertising" in bo.get("/inbox").text
    assert "advertising" in bo.get("/settings/warnings").text
    again = mo.submit(f"/admin/reports/{case}/decide", decision="dismiss", reason="a mistake")
    assert (again.status_code, "decided this case already" in again.text) == (409, True)
    assert "Nothing to decide" in mo.get("/admin/reports").text
    assert f"/admin/reports/{case}" in mo.get("/admin/reports?state=resolved").text


@pytest.mark.parametrize(
    ("decision", "state", "action"),
    [("warn", "resolved", "warn"), ("suspend", "resolved", "suspend"), ("dismiss", "dismissed", "dismiss")],
)
def test_other_decisions_leave_the_post(site: Site, decision: str, state: str, action: str) -> None:
    of = report(site)
    bo, mo = site.browser("bo"), site.browser("mo", role="moderator")
    case = case_of(site, mo)
    done = mo.submit(f"/admin/reports/{case}/decide", decision=decision, reason="because", days="7")
    assert done.status_code == 303
    Runner(site.server.env, site.server.db).drain()
    assert site.anonymous.get(f"/microblog/tweets/{of}").status_code == 200
    assert f"/admin/reports/{case}" in mo.get(f"/admin/reports?state={state}").text
    assert the_log(site)[0].action == action
    if decision == "warn":
        assert "The moderators warn you: because" in bo.get("/inbox").text
        assert "because" in bo.get("/settings/warnings").text
    if decision == "suspend":
        assert "suspended" in bo.get("/microblog").text
        assert bo.submit("/microblog/users/1/follow").headers["location"] == "/login?next=/"


def test_jobs_that_gave_up_run_again_or_are_forgotten(site: Site) -> None:
    boss = site.browser("boss", role="admin")
    calls: list[Any] = []

    def work(tx: Tx, job: Job) -> None:
        calls.append(job.payload["n"])
        if len(calls) < 3:
            raise jobs.GiveUp("out of <paper>")

    site.server.env.part(Registry).add(jobs.tx_handler("test.print", work))
    runner = Runner(site.server.env, site.server.db)
    for n in (1, 2):
        site.town.write(jobs.enqueue, "test.print", {"n": n})
    runner.drain()
    page = boss.get("/admin/jobs").text
    assert "out of &lt;paper&gt;" in page
    second, first = (job.id for job in site.town.read(jobs.dead))
    assert boss.submit(f"/admin/jobs/{first}/retry").status_code == 303
    assert boss.submit(f"/admin/jobs/{second}/discard").status_code == 303
    runner.drain()
    assert len(calls) == 3
    assert site.town.read(jobs.dead) == []
    assert "No job has given up" in boss.get("/admin/jobs").text
    assert boss.submit(f"/admin/jobs/{first}/retry").status_code == 404
    assert {entry.action for entry in the_log(site)} == {"job.retry", "job.discard"}


def test_a_form_that_cannot_be_done_is_shown_again_and_changes_nothing(site: Site) -> None:
    boss, ada = site.browser("boss", role="admin"), site.as_("ada")
    card = site.town.read(accounts.by_username, "boss")
    assert card is not None
    for person, what, fields, status in (
        (ada.id, "suspend", {"reason": " ", "days": "7"}, 422),
        (ada.id, "unsuspend", {"reason": ""}, 422),
        (ada.id, "warn", {"reason": ""}, 422),
        (ada.id, "role", {"role": "emperor"}, 422),
        (ada.id, "role", {}, 422),
        (card.id, "role", {"role": "member"}, 409),
    ):
        answer = boss.submit(f"/admin/people/{person}/{what}", **fields)
        assert answer.status_code == status, (what, answer.text)
    assert the_log(site) == []
    assert site.town.read(accounts.person, ada.id).role == "member"
