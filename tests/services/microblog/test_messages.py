"""Direct messages by both doors: what members see, what strangers do not, and what arrives live."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import msgspec
from PIL import Image

from dozen.core import graph, messaging
from tests.support.site import Client, Site


def write(client: Client, *to: str, text: str = "hello", **more: Any) -> dict[str, Any]:
    """Send a message to people; the answer."""
    answer = client.post("/microblog/messages", json={"to": list(to), "text": text} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def unread(client: Client) -> list[int]:
    return [chat["unread"] for chat in client.get("/microblog/messages").json()["data"]]


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 40).convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_one_to_one(site: Site) -> None:
    ann, bo = site.as_("ann"), site.as_("bo")
    first = write(ann, "@bo", text="hi <b>Bo</b>")
    here = first["conversation_id"]
    assert first["mine"]
    assert first["author"]["username"] == "ann"
    for to in ({"user_id": str(bo.id)}, {"username": "bo"}, {"to": [str(bo.id)]}):
        answer = ann.post("/microblog/messages", json={"text": "again"} | to)
        assert (answer.status_code, answer.json()["conversation_id"]) == (201, here)
        assert answer.headers["location"] == f"/microblog/messages/{here}"
    (chat,) = bo.get("/microblog/messages").json()["data"]
    assert (chat["id"], chat["name"], chat["unread"], chat["group"]) == (here, "Ann", 4, False)
    assert chat["last_message"]["text"] == "again"
    assert not chat["last_message"]["mine"]
    reply = bo.post(
        f"/microblog/messages/{here}", json={"text": "ho", "in_reply_to_id": first["id"], "key": "k1"}
    )
    assert (reply.status_code, reply.json()["in_reply_to_id"]) == (201, first["id"])
    again = bo.post(f"/microblog/messages/{here}", json={"text": "ho", "key": "k1"})
    assert again.json()["id"] == reply.json()["id"]
    texts = [each["text"] for each in ann.get(f"/microblog/messages/{here}").json()["data"]]
    assert texts == ["ho", "again", "again", "again", "hi <b>Bo</b>"]
    assert unread(ann) == [1]
    assert ann.post(f"/microblog/messages/{here}/read").json() == {"unread": 0}
    assert unread(ann) == [0]
    (chat,) = bo.get("/microblog/messages").json()["data"]
    assert chat["read_by_all_id"] == reply.json()["id"]


def test_groups(site: Site) -> None:
    ann, bo, cy = site.as_("ann"), site.as_("bo"), site.as_("cy")
    here = write(ann, "bo", "cy", title="Three")["conversation_id"]
    assert write(ann, "bo", "cy")["conversation_id"] != here
    chat = next(each for each in cy.get("/microblog/messages").json()["data"] if each["id"] == here)
    assert (chat["name"], chat["group"], chat["owner_id"]) == ("Three", True, str(ann.id))
    assert {each["username"] for each in chat["members"]} == {"ann", "bo"}
    assert bo.post(f"/microblog/messages/{here}", json={"text": "hey"}).status_code == 201
    site.town.write(messaging.remove, ann.id, int(here), cy.id)
    assert cy.get(f"/microblog/messages/{here}").json()["code"] == "no_such_conversation"


def test_what_is_refused(site: Site) -> None:
    ann, bo = site.as_("ann"), site.as_("bo")
    for body, code in (
        ({"text": "x"}, "invalid"),
        ({"to": ["ann"], "text": "x"}, "cannot_message_self"),
        ({"to": ["nobody_here"], "text": "x"}, "no_such_person"),
        ({"to": ["9" * 30], "text": "x"}, "no_such_person"),
        ({"to": ["bo"], "text": "  "}, "empty_message"),
        ({"to": ["bo"], "text": "x" * 10_001}, "invalid"),
        ({"to": ["bo"], "text": "x", "media_ids": ["12"]}, "media_not_found"),
    ):
        answer = ann.post("/microblog/messages", json=body)
        assert answer.json()["code"] == code, answer.text
    assert bo.get("/microblog/messages").json()["data"] == []
    reader = site.as_("ann", scopes={"microblog:read"})
    assert reader.post("/microblog/messages", json={"to": ["bo"], "text": "x"}).status_code == 403
    assert site.anonymous.get("/microblog/messages").status_code == 401


def test_strangers_learn_nothing(site: Site) -> None:
    ann, eve, _ = site.as_("ann"), site.as_("eve"), site.as_("bo")
    sent = write(ann, "bo", text="secret")
    here = sent["conversation_id"]
    for place in (here, "4711"):
        path = f"/microblog/messages/{place}"
        answers = [
            eve.get(path),
            eve.post(path, json={"text": "x"}),
            eve.post(f"{path}/read"),
            eve.delete(f"{path}/{sent['id']}"),
            eve.delete(f"{path}/{sent['id']}?everyone=true"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 5
        assert {answer.json()["code"] for answer in answers} == {"no_such_conversation"}
    browser = site.browser("eve")
    assert browser.get(f"/microblog/messages/{here}").status_code == 404
    assert "secret" not in browser.get("/microblog/messages").text
    elsewhere = site.town.write(messaging.open_with, ann.id, [eve.id], "friends")
    site.town.write(messaging.send, ann.id, elsewhere, "in another room")
    assert eve.get(f"/microblog/messages/{elsewhere}").status_code == 404
    assert eve.get("/microblog/messages").json()["data"] == []


def test_blocks_and_settings(site: Site) -> None:
    ann, bo = site.as_("ann"), site.as_("bo")
    site.town.write(graph.block, bo.id, ann.id)
    for client, other in ((ann, "bo"), (bo, "ann")):
        answer = client.post("/microblog/messages", json={"to": [other], "text": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "message_not_allowed")
    browser = site.browser("cy")
    answer = browser.submit("/microblog/messages/settings", page="/microblog/messages", writers="followed")
    assert answer.status_code == 303
    assert ann.post("/microblog/messages", json={"to": ["cy"], "text": "x"}).status_code == 403
    assert "You cannot write to this person" in site.browser("dee").get("/microblog/messages/new?to=cy").text


def test_deleting(site: Site) -> None:
    ann, bo = site.as_("ann"), site.as_("bo")
    one, two = write(ann, "bo", text="one"), write(ann, "bo", text="two")
    path = f"/microblog/messages/{one['conversation_id']}"
    assert bo.delete(f"{path}/{one['id']}?everyone=true").json()["code"] == "not_your_message"
    assert bo.delete(f"{path}/{one['id']}").status_code in (200, 204)
    assert [each["text"] for each in bo.get(path).json()["data"]] == ["two"]
    assert [each["text"] for each in ann.get(path).json()["data"]] == ["two", "one"]
    assert ann.delete(f"{path}/{two['id']}?everyone=true").status_code in (200, 204)
    assert bo.get(path).json()["data"] == []
    assert unread(bo) == [0]


def test_pages_of_both_lists(site: Site) -> None:
    ann = site.as_("ann")
    for name in ("bo", "cy", "dee"):
        site.as_(name)
        here = write(ann, name, text=f"to {name}")["conversation_id"]
    for n in range(4):
        write(ann, "dee", text=str(n))

    def walk(path: str) -> list[dict[str, Any]]:
        found, cursor = [], ""
        while True:
            page = ann.get(f"{path}?limit=2{cursor}").json()
            found += page["data"]
            if "next_cursor" not in page:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    assert [each["name"] for each in walk("/microblog/messages")] == ["Dee", "Cy", "Bo"]
    assert [each["text"] for each in walk(f"/microblog/messages/{here}")] == ["3", "2", "1", "0", "to dee"]
    other = ann.get("/microblog/messages?limit=2").json()["next_cursor"]
    assert ann.get(f"/microblog/messages/{here}?cursor={other}").json()["code"] == "bad_cursor"


def test_in_a_browser(site: Site) -> None:
    ann, bo = site.browser("ann"), site.browser("bo")
    assert "No messages yet" in ann.get("/microblog/messages").text
    assert "/microblog/messages/new?to=bo" in ann.get("/@bo").text
    page = "/microblog/messages/new?to=bo"
    assert 'value="bo"' in ann.get(page).text
    bad = ann.submit("/microblog/messages", page=page, to="bo, nobody_here", text="kept", files={"x": b""})
    assert bad.status_code == 404
    assert "There is nobody named" in bad.text
    assert "kept</textarea>" in bad.text
    sent = ann.submit(
        "/microblog/messages",
        page=page,
        to="@bo",
        text="look: https://example.org <script>",
        files={"media": ("p.png", picture(), "image/png")},
    )
    assert sent.status_code == 303, sent.text
    path = sent.headers["location"]
    assert ann.get(page).headers["location"] == path  # they have written to each other
    listed = bo.get("/microblog/messages").text
    assert "row unread" in listed
    assert 'data-live="messages">1<' in listed
    shown = bo.get(path).text
    assert 'class="bubble"' in shown
    assert 'href="https://example.org"' in shown
    assert "&lt;script&gt;" in shown
    source = shown.partition('<img src="/media/')[2].partition('"')[0]
    assert "?ticket=" in source
    assert bo.get(f"/media/{source}").status_code == 200
    assert site.anonymous.get(f"/media/{source.partition('?')[0]}").status_code == 404
    listed = bo.get("/microblog/messages").text
    assert "row unread" not in listed
    assert 'data-live="messages"><' in listed
    assert "Seen" in ann.get(path).text
    assert bo.submit(path, page=path, text="nice", files={"x": b""}).headers["location"] == path
    empty = bo.submit(path, page=path, text=" ", files={"x": b""})
    assert empty.status_code == 422
    assert "Write something" in empty.text
    fragment = bo.post(
        path,
        data={"csrf": bo.csrf(path), "text": "with a script"},
        files={"x": b""},
        headers={"accept": "text/html", "x-requested-with": "dozen"},
    )
    assert 'class="bubble mine"' in fragment.text
    assert "<html" not in fragment.text


def test_what_one_does_with_a_conversation(site: Site) -> None:
    ann, bo = site.browser("ann"), site.browser("bo")
    site.browser("cy")
    sent = ann.submit(
        "/microblog/messages",
        page="/microblog/messages/new",
        to="bo cy",
        title="Us",
        text="hi",
        files={"x": b""},
    )
    path = sent.headers["location"]
    message = ann.get(path).text.partition('class="bubble mine" id="m')[2].partition('"')[0]
    for do, more in (("mute", {}), ("unmute", {}), ("rename", {"title": "We"}), ("add", {"person": "@bo"})):
        assert ann.submit(f"{path}/change", page=path, do=do, **more).status_code == 303
    assert "<h1>We</h1>" in bo.get(path).text
    refused = bo.submit(f"{path}/change", page=path, do="rename", title="Mine")
    assert refused.status_code == 403
    assert bo.submit(f"{path}/change", page=path, do="explode").status_code == 404
    assert bo.submit(f"{path}/{message}/unsend", page=path).status_code == 403
    assert ann.submit(f"{path}/{message}/unsend", page=path).status_code == 303
    assert f'id="m{message}"' not in bo.get(path).text
    assert bo.submit(f"{path}/read", page=path).status_code == 303
    assert bo.submit(f"{path}/change", page=path, do="leave").headers["location"] == "/microblog/messages"
    assert bo.get(path).status_code == 404
    assert ann.submit(f"{path}/change", page=path, do="delete").status_code == 303
    assert path not in ann.get("/microblog/messages").text


def test_bubbles_arrive_live(site: Site) -> None:
    ann, bo = site.as_("ann"), site.as_("bo")
    here = write(ann, "bo")["conversation_id"]
    elsewhere = write(site.as_("cy"), "bo")["conversation_id"]
    frames: list[bytes] = []
    arrived = asyncio.Event()

    async def listen() -> None:
        """Speaks ASGI: the client of the tests waits for the end of an answer, and a stream has none."""
        headers = [(key.encode(), value.encode()) for key, value in bo.inner.headers.items()]
        path = "/microblog/stream"
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": f"conversation={here}".encode(), "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        }  # fmt: skip
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await asyncio.sleep(30)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            frames.append(message.get("body", b""))
            arrived.set()

        await site.app(scope, receive, send)  # type: ignore[arg-type]

    async def until(marker: bytes) -> None:
        async with asyncio.timeout(30):
            while marker not in b"".join(frames):
                arrived.clear()
                await arrived.wait()

    streaming = asyncio.run_coroutine_threadsafe(listen(), site.loop)
    site.run(until(b"retry"))
    site.as_("cy").post(f"/microblog/messages/{elsewhere}", json={"text": "not here"})
    bo.post(f"/microblog/messages/{here}", json={"text": "my own"})
    ann.post(f"/microblog/messages/{here}", json={"text": "live & well"})
    site.run(until(b"live &amp; well"))
    streaming.cancel()
    events = [
        (part.partition(b"event: ")[2].partition(b"\n")[0].decode(), msgspec.json.decode(data))
        for part in b"".join(frames).split(b"\n\n")
        if (data := part.partition(b"data: ")[2])
    ]
    shown = [data for name, data in events if name == "html"]
    assert len(shown) == 1
    assert (shown[0]["target"], shown[0]["mode"]) == ("#chat", "append")
    assert 'class="bubble"' in shown[0]["html"]
    counts = [{"name": "messages", "value": n} for n in (3, 2, 3)]
    assert [data for name, data in events if name == "count"] == counts
