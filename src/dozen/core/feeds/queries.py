from sqlalchemy import delete, insert, select

from dozen.core.feeds.tables import items, wide
from dozen.db import action, member, param, upsert, values

add = action(
    lambda dialect: (
        upsert(dialect, items)
        .values(stream=param("stream"), author_id=param("author"), item_id=param("item"))
        .on_conflict_do_nothing()
    )
)
add_many = action(
    insert(items).values(stream=param("stream"), author_id=param("author"), item_id=param("item"))
)
remove = action(
    delete(items).where(
        items.c.stream == param("stream"),
        items.c.author_id == param("author"),
        items.c.item_id == param("item"),
    )
)
of_author = values(
    int,
    select(items.c.item_id)
    .where(
        items.c.stream == param("stream"),
        items.c.author_id == param("author"),
        items.c.item_id < param("before"),
        items.c.item_id > param("after"),
    )
    .order_by(items.c.item_id.desc())
    .limit(param("limit")),
    packed=True,
)
of_authors = values(
    int,
    select(items.c.item_id)
    .where(
        items.c.stream == param("stream"),
        member(items.c.author_id, "authors"),
        items.c.item_id < param("before"),
        items.c.item_id >= param("since"),
    )
    .order_by(items.c.item_id.desc())
    .limit(param("limit")),
    packed=True,
)
forget_some = action(
    delete(items).where(
        items.c.stream == param("stream"),
        items.c.author_id == param("author"),
        items.c.item_id.in_(
            select(items.c.item_id)
            .where(items.c.stream == param("stream"), items.c.author_id == param("author"))
            .limit(param("limit"))
        ),
    )
)
widen = action(
    lambda dialect: (
        upsert(dialect, wide)
        .values(stream=param("stream"), author_id=param("author"))
        .on_conflict_do_nothing()
    )
)
narrow = action(delete(wide).where(wide.c.stream == param("stream"), wide.c.author_id == param("author")))
all_wide = values(int, select(wide.c.author_id).where(wide.c.stream == param("stream")))
