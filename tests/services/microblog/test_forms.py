"""The microblog's forms without scripts: what was typed is not lost, what was done can be undone."""

from __future__ import annotations

import html
from typing import Any

import httpx

from dozen.core import graph
from tests.support.site import Client, Site

ENHANCED = {"accept": "text/html", "x-requested-with": "dozen"}


def field(answer: httpx.Response, name: str) -> str:
    """What stands in the page's text area or input of that name."""
    box = answer.text.partition(f'name="{name}"')[2]
    inside = box.partition(">")[0].partition(' value="')[2].partition('"')[0]
    return html.unescape(inside or box.partition(">")[2].partition("</textarea>")[0])


def given_back(answer: httpx.Response) -> str:
    """The words that an error page gives back."""
    box = answer.text.partition('id="f-typed"')[2]
    return html.unescape(box.partition(">")[2].partition("</textarea>")[0]).strip()


def post(client: Client, text: str) -> str:
    made = client.post("/microblog/tweets", json={"text": text})
    assert made.status_code == 201
    return str(made.json()["id"])


def compose(browser: Client, **fields: str) -> httpx.Response:
    return browser.submit("/microblog/tweets", page="/microblog/compose", files={"x": b""}, **fields)


# What was typed


def test_an_answer_to_a_post_that_vanished_is_not_lost(site: Site) -> None:
    bo, ada = site.as_("bo"), site.browser("ada")
    gone = post(bo, "Soon gone")
    assert bo.delete(f"/microblog/tweets/{gone}").status_code == 204
    for name in ("reply_to", "quote"):
        answer = compose(ada, text=f"A long <thought> by {name}", **{name: gone})
        assert answer.status_code == 404
        assert field(answer, "text") == f"A long <thought> by {name}"
        assert "is gone, or not for you" in answer.text
        assert "stands by itself" in answer.text
        assert f'name="{name}"' not in answer.text
    assert compose(ada, text="A long <thought>").status_code == 303


def test_a_refused_post_comes_back_with_its_words(site: Site) -> None:
    bo, ada = site.as_("bo"), site.browser("ada")
    theirs = post(bo, "Bo's")
    site.town.write(graph.block, bo.id, site.as_("ada").id)
    for text, status, fields in (
        ("x" * 281, 422, {}),
        ("a\u202eb\ud7ff" + "y" * 300, 422, {}),
        ("Words", 404, {"reply_to": theirs}),
        ("Words", 422, {"reply_to": "no number"}),
        ("Words", 422, {"option": "only one"}),
    ):
        answer = compose(ada, text=text, **fields)
        assert answer.status_code == status, fields
        assert field(answer, "text") == text
    assert compose(ada, text="Twice").status_code == 303
    again = compose(ada, text="Twice")
    assert (again.status_code, field(again, "text")) == (409, "Twice")


def test_pictures_have_to_be_chosen_again_and_it_says_so(site: Site) -> None:
    ada = site.browser("ada")
    answer = ada.submit(
        "/microblog/tweets",
        page="/microblog/compose",
        files={"media": ("a.png", b"no picture", "image/png")},
        text="With a picture",
    )
    assert 400 <= answer.status_code < 500
    assert field(answer, "text") == "With a picture"
    assert "choose the pictures again" in answer.text


def test_an_edit_that_is_refused_comes_back_with_its_words(site: Site) -> None:
    bo, ada = site.as_("bo"), site.browser("ada")
    mine, theirs = post(site.as_("ada"), "Mine"), post(bo, "Theirs")
    path = f"/microblog/tweets/{mine}/edit"
    answer = ada.submit(path, page=path, text="z" * 281, warning="Careful & slow")
    assert answer.status_code == 422
    assert (field(answer, "text"), field(answer, "warning")) == ("z" * 281, "Careful & slow")
    for other, status in ((theirs, 403), ("1", 404)):
        refused = ada.submit(f"/microblog/tweets/{other}/edit", page=path, text="Better words")
        assert (refused.status_code, given_back(refused)) == (status, "Better words")
    for n in range(20):
        assert ada.submit(path, page=path, text=f"Version {n}").status_code == 303
    often = ada.submit(path, page=path, text="Once too often")
    assert (often.status_code, field(often, "text")) == (409, "Once too often")
    assert len(site.as_("ada").get(f"/microblog/tweets/{mine}/versions").json()["data"]) == 20


def test_other_forms_give_back_what_was_typed(site: Site) -> None:
    ada = site.browser("ada")
    site.as_("bo")
    long = "w" * 10_001
    started = ada.submit(
        "/microblog/messages", page="/microblog/messages/new", files={"x": b""}, to="bo", text=long
    )
    assert (started.status_code, field(started, "text"), field(started, "to")) == (422, long, "bo")
    nowhere = ada.submit(
        "/microblog/messages/1", page="/microblog/messages/new", files={"x": b""}, text="To nobody"
    )
    assert (nowhere.status_code, given_back(nowhere)) == (404, "To nobody")
    named = ada.submit("/microblog/lists", page="/microblog/lists/new", title="", description="About birds")
    assert (named.status_code, field(named, "description")) == (422, "About birds")
    list_ = ada.submit("/microblog/lists", page="/microblog/lists/new", title="Birds").headers["location"]
    added = ada.submit(f"{list_}/members", page=f"{list_}/members", username="nobody-here")
    assert (added.status_code, given_back(added)) == (404, "nobody-here")
    reported = ada.submit(
        "/microblog/tweets/1/report", page="/microblog/compose", reason="spam", text="It is spam"
    )
    assert (reported.status_code, given_back(reported)) == (404, "It is spam")


# What was done


def undo_of(answer: Any, browser: Client) -> dict[str, str]:
    """The fields of the Undo button on the next page, with ``action`` and ``label``."""
    assert answer.status_code == 303
    toasts = browser.get(answer.headers["location"], headers={"accept": "text/html"}).text
    form = toasts.partition('id="toasts"')[2].partition("<form")[2].partition("</form>")[0]
    found = {
        part.partition('"')[0]: part.partition('value="')[2].partition('"')[0]
        for part in form.split('name="')[1:]
    }
    found["action"] = form.partition('action="')[2].partition('"')[0]
    found["label"] = form.partition("<button>")[2].partition("</button>")[0]
    return found


def take_back(browser: Client, undo: dict[str, str]) -> None:
    fields = {name: value for name, value in undo.items() if name not in ("action", "label")}
    answer = browser.post(undo["action"], data=fields, headers={"accept": "text/html"})
    assert answer.status_code == 303


def test_what_was_done_to_somebody_can_be_undone(site: Site) -> None:
    ada, bo, cy = site.browser("ada"), site.as_("bo"), site.as_("cy", protected=True)
    me = site.as_("ada").id

    def tie(other: int) -> graph.Relation:
        return site.town.read(graph.relations, me, [other])[other]

    at = f"/microblog/users/{bo.id}"
    ada.submit(f"{at}/follow")
    for what, label, before, after in (
        ("unfollow", "Undo", lambda: not tie(bo.id).following, lambda: tie(bo.id).following),
        ("mute", "Undo", lambda: tie(bo.id).muting, lambda: not tie(bo.id).muting),
        ("block", "Unblock", lambda: tie(bo.id).blocking, lambda: not tie(bo.id).blocking),
    ):
        undo = undo_of(ada.submit(f"{at}/{what}"), ada)
        assert undo["label"] == label
        assert before(), what
        take_back(ada, undo)
        assert after(), what
    ada.submit(f"/microblog/users/{cy.id}/follow")
    undo = undo_of(ada.submit(f"/microblog/users/{cy.id}/unfollow"), ada)
    assert undo["label"] == "Ask again"
    take_back(ada, undo)
    assert tie(cy.id).requested


def test_a_removed_bookmark_can_be_put_back(site: Site) -> None:
    ada = site.browser("ada")
    kept = post(site.as_("bo"), "Worth keeping")
    ada.submit(f"/microblog/tweets/{kept}/bookmark")
    undo = undo_of(ada.submit(f"/microblog/tweets/{kept}/unbookmark"), ada)
    assert "Worth keeping" not in ada.get("/microblog/bookmarks").text
    take_back(ada, undo)
    assert "Worth keeping" in ada.get("/microblog/bookmarks").text


def test_a_list_gets_back_whom_it_lost(site: Site) -> None:
    ada, bo = site.browser("ada"), site.as_("bo")
    list_ = ada.submit("/microblog/lists", page="/microblog/lists/new", title="Birds").headers["location"]
    ada.submit(f"{list_}/members", page=f"{list_}/members", username="bo")
    undo = undo_of(ada.submit(f"{list_}/members/{bo.id}/remove", page=list_), ada)
    assert undo["user_id"] == str(bo.id)
    assert "@bo" not in ada.get(f"{list_}/members").text
    take_back(ada, undo)
    assert "@bo" in ada.get(f"{list_}/members").text


def test_scripts_hear_of_it_too(site: Site) -> None:
    ada, bo = site.browser("ada"), site.as_("bo")
    data = {"csrf": ada.csrf("/")}
    at = f"/microblog/users/{bo.id}"
    assert ada.post(f"{at}/follow", data=data, headers=ENHANCED).status_code == 204
    told = ada.post(f"{at}/unfollow", data=data, headers=ENHANCED)
    assert told.json()["flash"] == {
        "text": "Unfollowed @bo",
        "kind": "success",
        "undo": {"action": f"{at}/follow", "label": "Undo", "fields": {}},
    }
