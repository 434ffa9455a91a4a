from sqlalchemy import func, select

from dozen.db import param, values
from dozen.services.microblog.tables import posts

_originals = posts.c.repost_of_id.is_(None)

after = values(
    int,
    select(posts.c.id)
    .where(_originals, posts.c.id > param("after"))
    .order_by(posts.c.id)
    .limit(param("limit")),
)
how_many = values(int, select(func.count()).select_from(posts).where(_originals))
