from __future__ import annotations

from typing import Any

from sqlalchemy import and_, delete, exists, func, insert, literal_column, select, update

from dozen.core.messaging.structs import Message
from dozen.core.messaging.tables import conversations, hidden, members, messages
from dozen.db import Id, action, member, param, rows, upsert, values

Row = tuple[Any, ...]
C_, M_, X_, H_ = conversations.c, members.c, messages.c, hidden.c
_ONE: Any = literal_column("1")
_ZERO: Any = literal_column("0")


def _row(*row: Any) -> Row:
    return row


_here = M_.conversation_id == param("conversation", Id)
_mine = M_.person_id == param("me", Id)
_inside = M_.left_at.is_(None)

# What a member of a conversation can see in it: joined with their row in ``members``.
_visible = and_(
    X_.conversation_id == M_.conversation_id,
    X_.id > M_.after_id,
    X_.deleted_at.is_(None),
    ~exists()
    .where(H_.person_id == M_.person_id, H_.message_id == X_.id)
    .select_from(hidden)
    .correlate(members, messages),
)
_unread = and_(_visible, X_.id > M_.last_read_id, X_.author_id != M_.person_id)

# Conversations

open_pair = action(
    lambda dialect: (
        upsert(dialect, conversations)
        .values(
            id=param("id"), realm=param("realm"), about=param("about"), pair=param("pair"),
            title="", owner_id=0, last_id=0,
        )
        .on_conflict_do_nothing()
    )
)  # fmt: skip
open_group = action(
    insert(conversations).values(
        id=param("id"), realm=param("realm"), about=param("about"), title=param("title"),
        owner_id=param("owner"), last_id=0,
    )
)  # fmt: skip
by_pair = values(int, select(C_.id).where(C_.realm == param("realm"), C_.pair == param("pair")))
lock = rows(
    _row,
    select(C_.id, C_.realm, C_.about, C_.pair, C_.title, C_.owner_id, C_.last_id)
    .where(C_.id == param("conversation"))
    .with_for_update(),
)
advance = action(update(conversations).where(C_.id == param("conversation")).values(last_id=param("last")))
rename = action(update(conversations).where(C_.id == param("conversation")).values(title=param("new_title")))
give = action(update(conversations).where(C_.id == param("conversation")).values(owner_id=param("owner")))
drop = action(delete(conversations).where(C_.id == param("conversation")))


# The conversation's row again as the list shows it, and the newest message that the reader can see.
_newest = (
    select(X_.id).where(_visible).order_by(X_.id.desc()).limit(_ONE).correlate(members).scalar_subquery()
)
_listed = (
    select(
        M_.conversation_id, C_.realm, C_.about, C_.pair, C_.title, C_.owner_id,
        M_.last_id, M_.unread, M_.muted, M_.last_read_id, _newest,
    )
    .join_from(members, conversations, C_.id == M_.conversation_id)
    .where(_mine, _inside)
)  # fmt: skip
page = rows(
    _row,
    _listed.where(M_.realm == param("realm"), M_.last_id < param("before"), M_.last_id > _ZERO)
    .order_by(M_.last_id.desc())
    .limit(param("limit")),
)
one = rows(_row, _listed.where(_here))

# Members

join = action(
    lambda dialect: (
        upsert(dialect, members)
        .values(
            conversation_id=param("conversation"), person_id=param("person"), realm=param("realm"),
            joined_at=param("now"), after_id=param("after"), last_id=param("place"),
            last_read_id=param("after"), unread=0, muted=False, wrote=False,
        )
        .on_conflict_do_update(
            index_elements=[M_.conversation_id, M_.person_id],
            set_={
                "joined_at": param("now"), "left_at": None, "after_id": param("after"),
                "last_id": param("place"), "last_read_id": param("after"), "unread": 0, "wrote": False,
            },
            where=M_.left_at.is_not(None),
        )
    )
)  # fmt: skip
leave = action(
    update(members)
    .where(_here, M_.person_id == param("person"), _inside)
    .values(left_at=param("now"), last_id=0, unread=0)
)
membership = rows(
    _row,
    select(M_.after_id, M_.last_read_id, M_.unread, M_.muted, M_.last_id).where(_here, _mine, _inside),
)
members_of = rows(
    _row,
    select(M_.conversation_id, M_.person_id, M_.last_read_id, M_.joined_at)
    .where(member(M_.conversation_id, "ids"), _inside)
    .order_by(M_.conversation_id, M_.joined_at, M_.person_id),
)
member_ids = values(int, select(M_.person_id).where(_here, _inside).order_by(M_.joined_at, M_.person_id))
wrote = values(int, select(_ONE).where(_here, M_.person_id == param("person"), M_.wrote == True))  # noqa: E712
told = action(
    update(members)
    .where(_here, _inside, M_.person_id != param("me", Id))
    .values(unread=M_.unread + 1, last_id=param("last"))
)
said = action(
    update(members)
    .where(_here, _mine)
    .values(unread=0, last_id=param("last"), last_read_id=param("last"), wrote=True)
)
set_read = action(update(members).where(_here, _mine).values(last_read_id=param("read")))
mute = action(update(members).where(_here, _mine).values(muted=param("on")))
clear = action(update(members).where(_here, _mine).values(after_id=param("after"), last_id=0, unread=0))
recount = action(
    update(members)
    .where(_here, _inside)
    .values(
        unread=select(func.count()).select_from(messages).where(_unread).correlate(members).scalar_subquery()
    )
)
recount_mine = action(
    update(members)
    .where(_here, _mine, _inside)
    .values(
        unread=select(func.count()).select_from(messages).where(_unread).correlate(members).scalar_subquery()
    )
)
unread_of = action(
    update(members)
    .where(
        _here, _inside, M_.unread > _ZERO,
        exists().where(_unread, X_.id == param("message")).correlate(members),
    )
    .values(unread=M_.unread - 1)
)  # fmt: skip

_counted = and_(M_.unread > _ZERO, M_.muted == False)  # noqa: E712
_sum = func.coalesce(func.sum(M_.unread), 0)
total = values(int, select(_sum).where(_mine, _counted))
total_in = values(int, select(_sum).where(_mine, M_.realm == param("realm"), _counted))
totals = rows(
    _row,
    select(M_.person_id, _sum)
    .where(member(M_.person_id, "ids"), M_.realm == param("realm"), _counted)
    .group_by(M_.person_id),
)

# Messages

_columns = (
    X_.id, X_.conversation_id, X_.author_id, X_.text, X_.media, X_.reply_to_id, X_.edited_at, X_.deleted_at,
)  # fmt: skip
add = action(
    insert(messages).values(
        id=param("id"), conversation_id=param("conversation"), author_id=param("author"), text=param("text"),
        media=param("media"), reply_to_id=param("reply_to"), sent_key=param("key"),
    )
)  # fmt: skip
by_ids = rows(Message.of_row, select(*_columns).where(member(X_.id, "ids")))
by_id = rows(Message.of_row, select(*_columns).where(X_.id == param("id")))
by_key = rows(
    Message.of_row, select(*_columns).where(X_.author_id == param("me"), X_.sent_key == param("key"))
)
_seen = select(*_columns).join_from(members, messages, _visible).where(_mine, _inside)
seen_by_id = rows(Message.of_row, _seen.where(X_.id == param("id")))
thread = rows(
    Message.of_row,
    _seen.where(_here, X_.id < param("before"), X_.id > param("after"))
    .order_by(X_.id.desc())
    .limit(param("limit")),
)
thread_after = rows(
    Message.of_row, _seen.where(_here, X_.id > param("after")).order_by(X_.id).limit(param("limit"))
)
recent = rows(
    Message.of_row,
    _seen.where(
        M_.realm == param("realm"),
        M_.last_id > param("since"),
        X_.id > param("since"),
        X_.id < param("before"),
    )
    .order_by(X_.id.desc())
    .limit(param("limit")),
)
change = action(
    update(messages).where(X_.id == param("message")).values(text=param("new_text"), edited_at=param("now"))
)
take_back = action(
    update(messages)
    .where(X_.id == param("message"))
    .values(text="", media=None, reply_to_id=None, deleted_at=param("now"))
)
hide = action(
    lambda dialect: (
        upsert(dialect, hidden)
        .values(person_id=param("me"), message_id=param("message"))
        .on_conflict_do_nothing()
    )
)

# Forgetting somebody

written_by = rows(
    _row,
    select(X_.id, X_.conversation_id)
    .where(X_.author_id == param("person"))
    .order_by(X_.id)
    .limit(param("limit")),
)
memberships = values(
    int,
    select(M_.conversation_id)
    .where(M_.person_id == param("person"), M_.conversation_id > param("after"))
    .order_by(M_.conversation_id)
    .limit(param("limit")),
)
erase = action(delete(messages).where(X_.id == param("message")))
erase_hidden = action(delete(hidden).where(H_.message_id == param("message")))
erase_hidden_by = action(delete(hidden).where(H_.person_id == param("person")))
part = action(delete(members).where(_here, M_.person_id == param("person")))
part_all = action(delete(members).where(_here))
anybody = values(int, select(_ONE).where(_here, _inside).limit(_ONE))
said_in = values(
    int,
    select(X_.id).where(X_.conversation_id == param("conversation")).order_by(X_.id).limit(param("limit")),
)
