"""Direct messages as pages: the list, a conversation, a new one. With scripts, bubbles arrive live."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from dozen.core import media, messaging
from dozen.db import Tx
from dozen.kit.errors import Fault, Invalid, NotFound
from dozen.services.microblog import errors, show
from dozen.services.microblog.service import messages
from dozen.services.microblog.service.posts import REALM
from dozen.web import Call, Cursor, Form, Page, Pages, Redirect
from dozen.web.paging import next_page

messages_pages = Pages("/microblog")
_UPLOAD = 512 * 2**20
_PAGE = 30
_LINES = 50
_MOST_FILES = 4
Names = Annotated[str, msgspec.Meta(max_length=2_000)]


@messages_pages.get("/messages")
def conversations(call: Call, cursor: Cursor | None = None) -> Page:
    """All conversations, the latest first."""
    before = call.cursors.open_id("chats", cursor)
    found, onward = messages.chats(call.tx, call.me, before=before, limit=_PAGE)
    return _page(
        call,
        call.tx,
        "microblog/messages.html",
        chats=found,
        writers=messaging.writers(call.tx, call.me),
        next=next_page(
            "/microblog/messages", call.cursors.seal("chats", onward) if onward is not None else None
        ),
    )


@messages_pages.get("/messages/new")
def new(call: Call, to: Names = "") -> Any:
    """Whom to write to. With somebody one has written to already, the conversation itself."""
    names = _names(to)
    trouble = ""
    if names:
        try:
            found = messages.people(call.tx, names)
            if len(found) == 1:
                known = messaging.between(call.tx, call.me, found[0], realm=REALM)
                if known is not None:
                    return Redirect(f"/microblog/messages/{known}")
                if not messaging.allowed(call.tx, call.me, found[0]):
                    trouble = messaging.MessageNotAllowed.title
        except errors.NoSuchPerson as fault:
            trouble = fault.detail
    return _new(call, call.tx, to=to, error=trouble)


def _new(
    call: Call, tx: Tx, *, to: str, text: str = "", title: str = "", error: str, status: int = 200
) -> Page:
    page = _page(call, tx, "microblog/message_new.html", to=to, text=text, name=title, error=error)
    page.status = status
    return page


@messages_pages.post("/messages", upload=True, max_body=_UPLOAD, keeps=("to", "title", "text"))
async def create(call: Call, form: Form) -> Any:
    """Write to one or several people, and go to the conversation."""
    names, title = _names(form.get("to")), form.get("title").strip() or None

    def begin(tx: Tx, items: list[int]) -> messages.Line:
        if not names:
            raise Invalid(fields={"to": "Say whom to write to"})
        to = messages.people(tx, names)
        return messages.start(tx, call.me, to, form.get("text"), items, title=title)

    try:
        line = await call.write(begin, await _items(call, form))
    except Fault as fault:
        if call.enhanced:
            raise
        given, trouble, status = form, fault.detail, fault.status
        return await call.read(
            lambda tx: _new(
                call, tx, to=given.get("to"), text=given.get("text"), title=given.get("title"), error=trouble,
                status=status,
            )
        )  # fmt: skip
    return Redirect(f"/microblog/messages/{line.message.conversation_id}")


@messages_pages.get("/messages/{conversation}")
async def thread(call: Call, conversation: int, cursor: Cursor | None = None) -> Page:
    """A conversation, the newest below. Who opens it has read it."""
    page = await call.read(lambda tx: _thread(call, tx, conversation, cursor=cursor))
    if page.values["chat"].conversation.unread and cursor is None:
        await call.write(messages.mark_read, call.me, conversation)
    return page


def _thread(
    call: Call,
    tx: Tx,
    conversation: int,
    *,
    cursor: str | None = None,
    text: str = "",
    error: str = "",
    status: int = 200,
) -> Page:
    chat = messages.chat(tx, call.me, conversation)
    before = call.cursors.open_id("chat", cursor)
    found, onward = messages.thread(tx, call.me, conversation, before=before, limit=_LINES)
    path = f"/microblog/messages/{conversation}"
    page = _page(
        call,
        tx,
        "microblog/chat.html",
        chat=chat,
        lines=found[::-1],
        newest=before is None,
        older=next_page(path, call.cursors.seal("chat", onward) if onward is not None else None),
        text=text,
        error=error,
    )
    if before is None:
        page.values["stream"] = f"/microblog/stream?conversation={conversation}"
    page.status = status
    return page


@messages_pages.post("/messages/{conversation}", upload=True, max_body=_UPLOAD, keeps=("text",))
async def answer(call: Call, conversation: int, form: Form) -> Any:
    """Write into a conversation; a script gets the new bubble, a browser goes back to it."""
    text = form.get("text")
    try:
        items = await _items(call, form)
        line = await call.write(messages.send, call.me, conversation, text, items)
    except Fault as fault:
        if call.enhanced or fault.status == 404:
            raise
        trouble, status = fault.detail, fault.status
        return await call.read(
            lambda tx: _thread(call, tx, conversation, text=text, error=trouble, status=status)
        )
    if not call.enhanced:
        return Redirect(f"/microblog/messages/{conversation}")
    chat = await call.read(messages.chat, call.me, conversation)
    return Page("microblog/bubble.html", line=line, chat=chat, **show.helpers(call))


async def _items(call: Call, form: Form) -> list[int]:
    alts = form.all("alt")
    made = []
    for index, sent in enumerate(form.files("media")[:_MOST_FILES]):
        item = await call.heavy(
            media.receive,
            call.env,
            call.me,
            sent.path,
            claimed=sent.content_type,
            filename=sent.filename,
            alt=alts[index] if index < len(alts) else "",
        )
        made.append(item.id)
    return made


# What one does with a conversation


@messages_pages.post("/messages/settings")
def settings(call: Call, form: Form) -> Redirect:
    """Choose who may write to me first."""
    chosen = form.get("writers")
    if chosen not in ("everyone", "followed"):
        raise Invalid(fields={"writers": "Choose one of the two"})
    messaging.set_writers(call.tx, call.me, "everyone" if chosen == "everyone" else "followed")
    return Redirect("/microblog/messages", flash="Saved")


@messages_pages.post("/messages/{conversation}/read")
def read(call: Call, conversation: int, form: Form) -> Any:
    messages.mark_read(call.tx, call.me, conversation)
    return None if call.enhanced else Redirect(f"/microblog/messages/{conversation}")


@messages_pages.post("/messages/{conversation}/change", keeps=("title", "person"))
def change(call: Call, conversation: int, form: Form) -> Redirect:
    """Mute, leave, delete for oneself; for a group's owner also its name and people."""
    tx, me, do = call.tx, call.me, form.get("do")
    messages.must_be_here(tx, me, conversation)
    here = f"/microblog/messages/{conversation}"
    if do in ("mute", "unmute"):
        messaging.mute(tx, me, conversation, do == "mute")
        return Redirect(here, flash="Muted" if do == "mute" else "No longer muted")
    if do == "leave":
        messaging.leave(tx, me, conversation)
        return Redirect("/microblog/messages", flash="You have left the group")
    if do == "delete":
        messaging.delete_for_me(tx, me, conversation)
        return Redirect("/microblog/messages", flash="Deleted for you")
    if do == "rename":
        messaging.rename(tx, me, conversation, form.get("title"))
    elif do == "add":
        for person in messages.people(tx, _names(form.get("person"))):
            messaging.add(tx, me, conversation, person)
    elif do == "remove":
        messaging.remove(tx, me, conversation, form.number("person") or 0)
    else:
        raise NotFound
    return Redirect(here, flash="Changed")


@messages_pages.post("/messages/{conversation}/{message_id}/{what}")
def delete(call: Call, conversation: int, message_id: int, what: str, form: Form) -> Any:
    """Take a message back (``unsend``), or hide it from oneself (``delete``)."""
    if what not in ("unsend", "delete"):
        raise NotFound
    messages.delete(call.tx, call.me, conversation, message_id, everyone=what == "unsend")
    return None if call.enhanced else Redirect(f"/microblog/messages/{conversation}")


# What the handlers share


def _names(text: str) -> list[str]:
    """``@ann, bo`` as names."""
    found = [name for name in text.replace(",", " ").replace(";", " ").split() if name.strip("@")]
    if len(found) >= messaging.MOST_MEMBERS:
        raise messaging.GroupFull
    return found


def _page(call: Call, tx: Tx, template: str, **values: Any) -> Page:
    if not call.enhanced:
        values.setdefault("trends", call.env.part(show.Beside).trends(tx))
        values.setdefault("suggested", show.suggested(tx, call.viewer))
    values.setdefault("stream", "/microblog/stream")
    return Page(template, **values, **show.helpers(call))
