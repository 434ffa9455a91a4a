"""Reporting, and a decision of the moderators that takes a post down."""

from __future__ import annotations

from dozen.core import accounts, analytics, jobs, moderation
from dozen.core.accounts import Actor
from dozen.core.jobs import Runner
from dozen.db import Tx
from dozen.services.microblog.service.posts import POSTS
from dozen.services.microblog.service.reports import REASONS
from tests.support.site import Site


def moderator(site: Site) -> Actor:
    person = site.person("mo", role="moderator")
    token = site.token(person)
    actor = site.town.read(accounts.actor_for_token, token)
    assert actor is not None
    return actor


def tweet(site: Site, username: str, text: str = "buy now") -> str:
    answer = site.as_(username).post("/microblog/tweets", json={"text": text})
    return str(answer.json()["id"])


def test_a_report_opens_one_case_however_often(site: Site) -> None:
    of = tweet(site, "bo")
    ada, chen = site.as_("ada"), site.as_("chen")
    for client in (ada, ada, chen):
        answer = client.post(f"/microblog/tweets/{of}/report", json={"reason": "spam", "text": "again"})
        assert (answer.status_code, answer.json()) == (200, {"reported": True})
    actor = moderator(site)
    (case,) = site.town.read(moderation.queue, actor)
    assert (case.realm, str(case.subject_id), case.reports) == ("microblog", of, 2)
    reports = site.town.read(moderation.reports_of, actor, case.id)
    assert {each.reporter_id for each in reports} == {ada.id, chen.id}
    assert {each.text for each in reports} == {"again"}


def test_a_repost_reports_what_it_repeats(site: Site) -> None:
    of = tweet(site, "bo")
    site.as_("chen").post(f"/microblog/tweets/{of}/retweet")
    (repost,) = site.anonymous.get("/microblog/timeline/chen").json()["data"]
    assert repost["id"] != of
    site.as_("ada").post(f"/microblog/tweets/{repost['id']}/report", json={"reason": "spam"})
    (case,) = site.town.read(moderation.queue, moderator(site))
    assert str(case.subject_id) == of


def test_bad_reports_are_refused(site: Site) -> None:
    of = tweet(site, "bo")
    site.person("hidden", protected=True)
    hidden = tweet(site, "hidden")
    ada, bo = site.as_("ada"), site.as_("bo")
    assert ada.post(f"/microblog/tweets/{of}/report", json={"reason": "dull"}).status_code == 422
    assert (
        ada.post(f"/microblog/tweets/{of}/report", json={"reason": "spam", "text": "x" * 1001}).status_code
        == 422
    )
    assert bo.post(f"/microblog/tweets/{of}/report", json={"reason": "spam"}).json()["code"] == "bad_report"
    assert ada.post(f"/microblog/tweets/{hidden}/report", json={"reason": "spam"}).status_code == 404
    assert ada.post("/microblog/tweets/12345/report", json={"reason": "spam"}).status_code == 404
    assert ada.post("/microblog/users/12345/report", json={"reason": "spam"}).status_code == 404
    assert site.anonymous.post(f"/microblog/tweets/{of}/report", json={"reason": "spam"}).status_code == 401
    assert site.town.read(moderation.queue, moderator(site)) == []


def test_people_are_reported_too(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    answer = ada.post(f"/microblog/users/{bo.id}/report", json={"reason": "impersonation"})
    assert answer.json() == {"reported": True}
    (case,) = site.town.read(moderation.queue, moderator(site))
    assert (case.realm, case.subject_id, case.owner_id) == (moderation.PERSON, bo.id, bo.id)


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(moderation.REASONS)


def test_the_form_works_and_says_what_is_missing(site: Site) -> None:
    of = tweet(site, "bo")
    ada = site.browser("ada")
    assert f"/microblog/tweets/{of}/menu" in ada.get(f"/microblog/tweets/{of}").text
    assert f"/microblog/tweets/{of}/report" in ada.get(f"/microblog/tweets/{of}/menu").text
    form = ada.get(f"/microblog/tweets/{of}/report")
    assert all(words in form.text for words in ("Spam or unwanted advertising", "buy now"))
    missing = ada.submit(f"/microblog/tweets/{of}/report", text="it is <bad>")
    assert missing.status_code == 422
    assert "it is &lt;bad&gt;" in missing.text
    assert "moderators have your report" in ada.submit(f"/microblog/tweets/{of}/report", reason="spam").text
    bo = site.as_("bo")
    assert f"/microblog/users/{bo.id}/report" in ada.get("/@bo").text
    assert ada.get(f"/microblog/users/{bo.id}/report").status_code == 200
    done = ada.submit(f"/microblog/users/{bo.id}/report", reason="abuse")
    assert "moderators have your report" in done.text
    assert len(site.town.read(moderation.queue, moderator(site))) == 2


def test_a_decision_takes_the_post_down(site: Site) -> None:
    of, kept = tweet(site, "bo"), tweet(site, "bo", "something kept")
    actor = moderator(site)
    bo = site.as_("bo").id

    def decide(tx: Tx) -> None:
        for subject in (int(of), 999):  # the second was deleted by its author meanwhile
            moderation.remove(
                tx, actor, realm="microblog", subject_id=subject, owner_id=bo, reason="advertising"
            )

    site.town.write(decide)
    Runner(site.server.env, site.server.db).drain()
    assert site.anonymous.get(f"/microblog/tweets/{of}").status_code == 200, "nothing is due yet"
    site.town.write(jobs.enqueue, "microblog.removals", {})
    Runner(site.server.env, site.server.db).drain()
    assert site.anonymous.get(f"/microblog/tweets/{of}").status_code == 404
    assert site.anonymous.get(f"/microblog/tweets/{kept}").status_code == 200
    assert site.town.read(moderation.outstanding, "microblog") == []
    assert [each["id"] for each in site.anonymous.get("/microblog/timeline/bo").json()["data"]] == [kept]


def test_a_moderator_sees_a_reported_post_and_only_that(site: Site) -> None:
    of = tweet(site, "bo", "seen by followers only")
    other = tweet(site, "bo", "never reported")
    site.as_("ada").post(f"/microblog/tweets/{of}/report", json={"reason": "abuse"})
    bo = site.as_("bo").id
    site.town.write(lambda tx: accounts.edit_profile(tx, bo, accounts.Changes(protected=True)) and None)
    mo = site.browser("mo", role="moderator")
    assert mo.get(f"/microblog/tweets/{of}").status_code == 404
    assert "seen by followers only" in mo.get(f"/microblog/subjects/{of}").text
    assert mo.get(f"/microblog/subjects/{other}").status_code == 404
    assert site.browser("ada").get(f"/microblog/subjects/{of}").status_code == 403


def test_posts_are_counted_once_they_are_kept(site: Site) -> None:
    tweet(site, "bo")
    tweet(site, "bo", "two")
    assert site.as_("bo").post("/microblog/tweets", json={"text": "two"}).status_code == 409
    site.town.write(lambda tx: analytics.flush(tx) and None)
    assert site.town.read(lambda tx: analytics.total(tx, POSTS, 0, tx.now - 3_600_000, tx.now + 1)) == 2
