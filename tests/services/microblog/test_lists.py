"""Lists: who makes and reads them, whose posts and answers their timelines have, paging, pages."""

from __future__ import annotations

import pytest

from dozen.core import graph
from tests.support.site import Client, Site


def make(client: Client, title: str = "Friends", **given: object) -> str:
    answer = client.post("/microblog/lists", json={"title": title, **given})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == answer.json()["url"]
    return str(answer.json()["id"])


def put(client: Client, list_id: str, *people: Client) -> None:
    for person in people:
        answer = client.post(f"/microblog/lists/{list_id}/members", json={"user_id": str(person.id)})
        assert answer.json() == {"member": True}


def post(client: Client, text: str, **given: object) -> str:
    answer = client.post("/microblog/tweets", json={"text": text, **given})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def texts(client: Client, list_id: str) -> list[str]:
    answer = client.get(f"/microblog/lists/{list_id}/timeline")
    assert answer.status_code == 200, answer.text
    return [each["text"] for each in answer.json()["data"]]


def test_a_list_is_made_changed_and_deleted_by_its_owner_only(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    of = make(ada, description="People I know", replies="none")
    assert ada.get("/microblog/lists").json()["data"][0]["title"] == "Friends"
    assert bo.get("/microblog/lists").json()["data"] == []
    assert bo.get(f"/microblog/lists?user_id={ada.id}").json()["data"][0]["id"] == of
    changed = ada.patch(f"/microblog/lists/{of}", json={"title": "Colleagues"}).json()
    assert (changed["title"], changed["description"], changed["replies"]) == (
        "Colleagues",
        "People I know",
        "none",
    )
    for answer in (
        bo.patch(f"/microblog/lists/{of}", json={"title": "Mine"}),
        bo.delete(f"/microblog/lists/{of}"),
        bo.post(f"/microblog/lists/{of}/members", json={"user_id": str(bo.id)}),
        bo.delete(f"/microblog/lists/{of}/members/{ada.id}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_list")
    assert ada.patch(f"/microblog/lists/{of}", json={"title": "  "}).status_code == 422
    assert ada.delete(f"/microblog/lists/{of}").status_code == 204
    assert ada.get(f"/microblog/lists/{of}").status_code == 404


def test_a_private_list_is_not_there_for_others(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    of = make(ada, private=True)
    put(ada, of, bo)
    for path in ("", "/timeline", "/members"):
        assert ada.get(f"/microblog/lists/{of}{path}").status_code == 200
        assert bo.get(f"/microblog/lists/{of}{path}").status_code == 404
        assert site.anonymous.get(f"/microblog/lists/{of}{path}").status_code == 404
    assert bo.post(f"/microblog/lists/{of}/subscription").status_code == 404
    assert bo.get("/microblog/lists?kind=member").json()["data"] == []
    assert bo.get(f"/microblog/lists?user_id={ada.id}").json()["data"] == []


def test_the_timeline_has_the_members_posts_and_nobody_elses(site: Site) -> None:
    ada, bo, chen, dara = (site.as_(name) for name in ("ada", "bo", "chen", "dara"))
    of = make(ada)
    assert texts(ada, of) == []
    put(ada, of, bo, chen)
    put(ada, of, bo)
    assert ada.get(f"/microblog/lists/{of}").json()["members"] == 2
    for client, text in ((bo, "one"), (chen, "two"), (dara, "not this"), (bo, "three")):
        post(client, text)
    assert texts(ada, of) == ["three", "two", "one"]
    assert texts(dara, of) == ["three", "two", "one"]
    names = [each["user"]["username"] for each in ada.get(f"/microblog/lists/{of}/members").json()["data"]]
    assert names == ["chen", "bo"]
    ada.delete(f"/microblog/lists/{of}/members/{bo.id}")
    assert texts(ada, of) == ["two"]


@pytest.mark.parametrize(
    ("replies", "seen"),
    [
        ("list", ["to a member", "to myself"]),
        ("followed", ["to one ada follows", "to myself"]),
        ("none", ["to myself"]),
    ],
)
def test_whose_answers_are_shown_is_the_lists_policy(site: Site, replies: str, seen: list[str]) -> None:
    ada, bo, chen, dara = (site.as_(name) for name in ("ada", "bo", "chen", "dara"))
    ada.post(f"/microblog/users/{dara.id}/follow")
    of = make(ada, replies=replies)
    put(ada, of, bo, chen)
    mine, members, followed, mine_of_reader = (
        post(bo, "first"),
        post(chen, "a member's"),
        post(dara, "followed by ada"),
        post(ada, "the reader's"),
    )
    post(bo, "to myself", in_reply_to_id=mine)
    post(bo, "to one ada follows", in_reply_to_id=followed)
    post(bo, "to a member", in_reply_to_id=members)
    post(bo, "to the reader", in_reply_to_id=mine_of_reader)
    assert texts(ada, of) == ["to the reader", *seen, "a member's", "first"]


def test_what_the_reader_may_not_see_is_left_out(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    hidden = site.as_("hidden", protected=True)
    of = make(ada)
    put(ada, of, bo, hidden)
    post(bo, "for all")
    post(hidden, "for followers")
    assert texts(ada, of) == ["for all"]
    ada.post(f"/microblog/users/{hidden.id}/follow")
    site.town.write(graph.accept_follow, hidden.id, ada.id)
    assert texts(ada, of) == ["for followers", "for all"]
    assert [e["text"] for e in site.anonymous.get(f"/microblog/lists/{of}/timeline").json()["data"]] == [
        "for all"
    ]
    site.town.write(graph.mute, ada.id, bo.id)
    assert texts(ada, of) == ["for followers"]
    site.town.write(graph.block, bo.id, ada.id)
    assert [e["user"]["username"] for e in ada.get(f"/microblog/lists/{of}/members").json()["data"]] == [
        "hidden"
    ]


def test_paging_neither_repeats_nor_skips_while_others_post(site: Site) -> None:
    ada, bo, chen = site.as_("ada"), site.as_("bo"), site.as_("chen")
    of = make(ada)
    put(ada, of, bo, chen)
    made = [post((bo, chen)[n % 2], f"post {n}") for n in range(9)]
    found: list[str] = []
    cursor = ""
    while True:
        page = ada.get(f"/microblog/lists/{of}/timeline?limit=2&cursor={cursor}").json()
        found += [each["id"] for each in page["data"]]
        post(bo, f"newer {len(found)}")
        cursor = page.get("next_cursor", "")
        if not cursor:
            break
    assert found == made[::-1]
    forged = ada.get(f"/microblog/lists/{of}/timeline?cursor=AAAA")
    assert (forged.status_code, forged.json()["code"]) == (400, "bad_cursor")


def test_public_lists_are_subscribed_to_once(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    of = make(ada)
    for _ in range(2):
        assert bo.post(f"/microblog/lists/{of}/subscription").json() == {"subscribed": True}
    assert ada.get(f"/microblog/lists/{of}").json()["subscribers"] == 1
    assert [each["id"] for each in bo.get("/microblog/lists?kind=subscribed").json()["data"]] == [of]
    assert ada.post(f"/microblog/lists/{of}/subscription").json()["code"] == graph.ListNotAllowed.code
    assert bo.delete(f"/microblog/lists/{of}/subscription").json() == {"subscribed": False}
    assert bo.get("/microblog/lists?kind=subscribed").json()["data"] == []


def test_who_is_blocked_neither_reads_nor_is_put_on(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    of = make(ada)
    site.town.write(graph.block, ada.id, bo.id)
    assert bo.get(f"/microblog/lists/{of}").status_code == 404
    assert bo.get(f"/microblog/lists/{of}/timeline").status_code == 404
    assert bo.get(f"/microblog/lists?user_id={ada.id}").json()["data"] == []
    answer = ada.post(f"/microblog/lists/{of}/members", json={"user_id": str(bo.id)})
    assert answer.json()["code"] == graph.ListNotAllowed.code


def test_a_token_needs_the_scope(site: Site) -> None:
    reader = site.as_("ada", {"microblog:read"})
    assert reader.get("/microblog/lists").status_code == 200
    assert reader.post("/microblog/lists", json={"title": "x"}).json()["code"] == "missing_scope"
    assert site.anonymous.post("/microblog/lists", json={"title": "x"}).status_code == 401


def test_the_pages_work_with_forms_alone(site: Site) -> None:
    ada, bo = site.browser("ada"), site.as_("bo")
    post(bo, "hello from bo")
    empty = ada.get("/microblog/lists")
    assert "No lists yet" in empty.text
    wrong = ada.submit("/microblog/lists", title=" ", replies="list")
    assert wrong.status_code == 422
    assert "A title has 1 to 100 characters" in wrong.text
    made = ada.submit("/microblog/lists", title="Friends & <co>", replies="followed", private="1")
    assert made.status_code == 303
    base = made.headers["location"]
    assert "/lists" in ada.get("/@bo").text
    person = ada.get(f"/microblog/users/{bo.id}/lists")
    assert "Friends &amp; &lt;co&gt;" in person.text
    added = ada.submit(f"{base}/members", user_id=str(bo.id), person="1")
    assert added.headers["location"] == f"/microblog/users/{bo.id}/lists"
    assert "hello from bo" in ada.get(base).text
    assert "@bo" in ada.get(f"{base}/members").text
    assert ada.submit(f"{base}/members", username="@nobody-here").status_code == 404
    assert ada.submit(f"{base}/members/{bo.id}/remove").status_code == 303
    assert "hello from bo" not in ada.get(base).text
    assert 'value="Friends &amp; &lt;co&gt;"' in ada.get(f"{base}/edit").text
    assert ada.submit(f"{base}/edit", title="Open", replies="none").status_code == 303
    chen = site.browser("chen")
    assert chen.submit(f"{base}/subscribe").status_code == 303
    assert "Open" in chen.get("/microblog/lists?tab=subscribed").text
    assert chen.get(f"{base}/edit").status_code == 403
    assert chen.submit(f"{base}/delete").status_code == 403
    assert "Delete" in ada.get(f"{base}/delete").text
    assert ada.submit(f"{base}/delete").status_code == 303
    assert ada.get(base).status_code == 404


def test_every_button_of_a_post_and_a_person_reaches_its_page(site: Site) -> None:
    """The API has addresses of the same words; a browser must get pages there, and its forms be taken."""
    ada, bo = site.browser("ada"), site.as_("bo")
    of = post(bo, "hello")
    for word in ("likes", "retweets", "quotes", "versions", "report"):
        answer = ada.get(f"/microblog/tweets/{of}/{word}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for word in ("like", "unlike", "retweet", "unretweet", "bookmark", "unbookmark"):
        assert ada.submit(f"/microblog/tweets/{of}/{word}").status_code == 303, word
    for word in ("followers", "following"):
        assert "text/html" in ada.get(f"/microblog/users/{bo.id}/{word}").headers["content-type"]
    for word in ("follow", "notify", "unnotify", "unfollow", "mute", "unmute", "block", "unblock"):
        assert ada.submit(f"/microblog/users/{bo.id}/{word}").status_code == 303, word
    own = ada.submit("/microblog/tweets", text="mine", files={"media": ("", b"")})
    path = own.headers["location"]
    for word in ("edit", "delete", "analytics"):
        assert ada.get(f"{path}/{word}").status_code == 200
    assert ada.submit(f"{path}/pin").status_code == 303
    assert ada.submit(f"{path}/delete").status_code == 303


def at_home(client: Client) -> list[str]:
    return [each["text"] for each in client.get("/microblog/timeline/home").json()["data"]]


def test_people_on_an_exclusive_list_are_in_it_and_not_at_home(site: Site) -> None:
    ada, bo, chen = (site.as_(name) for name in ("ada", "bo", "chen"))
    for other in (bo, chen):
        ada.post(f"/microblog/users/{other.id}/follow")
        other.post(f"/microblog/users/{ada.id}/follow")
    bos = post(bo, "by Bo")
    post(chen, "by Chen")
    post(chen, "to Bo", in_reply_to_id=bos)
    post(ada, "by Ada")
    assert at_home(ada) == ["by Ada", "to Bo", "by Chen", "by Bo"]
    of = make(ada, exclusive=True)
    put(ada, of, bo, ada)
    assert at_home(ada) == ["by Ada", "by Chen"]
    late = post(bo, "late")
    chen.post(f"/microblog/tweets/{late}/retweet")
    assert at_home(ada) == ["", "by Ada", "by Chen"], "what others repost of them still comes"
    assert texts(ada, of) == ["late", "by Ada", "by Bo"]
    assert at_home(chen)[-1] == "by Chen"
    assert ada.patch(f"/microblog/lists/{of}", json={"exclusive": False}).json()["exclusive"] is False
    assert at_home(ada) == ["", "late", "by Ada", "to Bo", "by Chen", "by Bo"]
    assert ada.patch(f"/microblog/lists/{of}", json={"exclusive": True}).json()["exclusive"] is True
    assert "exclusive" not in bo.get(f"/microblog/lists/{of}").json(), "nobody else's business"
    assert ada.delete(f"/microblog/lists/{of}/members/{bo.id}").json() == {"member": False}
    assert at_home(ada) == ["", "late", "by Ada", "to Bo", "by Chen", "by Bo"]


def test_the_form_makes_a_list_exclusive(site: Site) -> None:
    browser, ada = site.browser("ada"), site.as_("ada")
    browser.submit("/microblog/lists", title="Apart", replies="list", exclusive="1")
    (of,) = ada.get("/microblog/lists").json()["data"]
    assert of["exclusive"] is True
    form = browser.get(f"/microblog/lists/{of['id']}/edit").text
    assert 'name="exclusive"' in form
    browser.submit(f"/microblog/lists/{of['id']}/edit", title="Apart", replies="list")
    assert ada.get(f"/microblog/lists/{of['id']}").json()["exclusive"] is False
