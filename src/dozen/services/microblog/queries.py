from sqlalchemy import delete, func, insert, select, update

from dozen.db import action, member, param, rows, upsert, values
from dozen.services.microblog.structs import Edit, Post, Profile
from dozen.services.microblog.tables import edits, mentions, posts, profiles, tags

# Posts

_columns = (
    posts.c.id,
    posts.c.author_id,
    posts.c.text,
    posts.c.lang,
    posts.c.warning,
    posts.c.place,
    posts.c.reply_to_id,
    posts.c.reply_to_author_id,
    posts.c.root_id,
    posts.c.quote_of_id,
    posts.c.repost_of_id,
    posts.c.media,
    posts.c.entities,
    posts.c.tagged,
    posts.c.poll,
    posts.c.edited_at,
)

add = action(insert(posts))
by_ids = rows(Post.of_row, select(*_columns).where(member(posts.c.id, "ids")), packed=True)
by_id = rows(Post.of_row, select(*_columns).where(posts.c.id == param("id")))
same_lately = values(
    int,
    select(posts.c.id)
    .where(
        posts.c.author_id == param("author"),
        posts.c.digest == param("digest"),
        posts.c.repost_of_id.is_(None),
        posts.c.id > param("after"),
    )
    .limit(1),
)
change = action(
    update(posts)
    .where(posts.c.id == param("post_id"))
    .values(
        text=param("text"),
        digest=param("digest"),
        warning=param("warning"),
        entities=param("entities"),
        edited_at=param("edited_at"),
    )
)
remove = action(delete(posts).where(posts.c.id == param("id")))

# Conversations

replies_newest = values(
    int,
    select(posts.c.id)
    .where(posts.c.reply_to_id == param("post"), posts.c.id < param("before"))
    .order_by(posts.c.id.desc())
    .limit(param("limit")),
)
replies_oldest = values(
    int,
    select(posts.c.id)
    .where(posts.c.reply_to_id == param("post"), posts.c.id > param("after"))
    .order_by(posts.c.id)
    .limit(param("limit")),
)
in_conversation = values(
    int,
    select(posts.c.id)
    .where(posts.c.root_id == param("root"), posts.c.reply_to_id.is_not(None), posts.c.id > param("after"))
    .order_by(posts.c.id)
    .limit(param("limit")),
)
quotes = values(
    int,
    select(posts.c.id)
    .where(posts.c.quote_of_id == param("post"), posts.c.id < param("before"))
    .order_by(posts.c.id.desc())
    .limit(param("limit")),
)
repost_by = values(
    int, select(posts.c.id).where(posts.c.repost_of_id == param("post"), posts.c.author_id == param("author"))
)
reposts_some = rows(
    lambda post, author: (int(post), int(author)),
    select(posts.c.id, posts.c.author_id).where(posts.c.repost_of_id == param("post")).limit(param("limit")),
)

# Edits

keep_version = action(insert(edits))
versions = rows(
    Edit,
    select(edits.c.at, edits.c.text, edits.c.warning)
    .where(edits.c.post_id == param("post"))
    .order_by(edits.c.at),
)
count_versions = values(int, select(func.count()).where(edits.c.post_id == param("post")))
forget_versions = action(delete(edits).where(edits.c.post_id == param("post")))

# Tags and mentions

tag = action(
    lambda dialect: (
        upsert(dialect, tags).values(tag=param("tag"), post_id=param("post")).on_conflict_do_nothing()
    )
)
untag = action(delete(tags).where(tags.c.tag == param("tag"), tags.c.post_id == param("post")))
tagged = values(
    int,
    select(tags.c.post_id)
    .where(tags.c.tag == param("tag"), tags.c.post_id < param("before"))
    .order_by(tags.c.post_id.desc())
    .limit(param("limit")),
)
mention = action(
    lambda dialect: (
        upsert(dialect, mentions)
        .values(person_id=param("person"), post_id=param("post"))
        .on_conflict_do_nothing()
    )
)
unmention = action(delete(mentions).where(mentions.c.post_id == param("post")))
mentioned = values(
    int,
    select(mentions.c.post_id)
    .where(mentions.c.person_id == param("person"), mentions.c.post_id < param("before"))
    .order_by(mentions.c.post_id.desc())
    .limit(param("limit")),
)
forget_mentions_of = action(delete(mentions).where(mentions.c.person_id == param("person")))

# Profiles

profile_of = rows(
    Profile,
    select(profiles.c.person_id, profiles.c.posts, profiles.c.pinned_id).where(
        member(profiles.c.person_id, "ids")
    ),
)
count_posts = action(
    lambda dialect: (
        upsert(dialect, profiles)
        .values(person_id=param("person"), posts=param("first"), pinned_id=None)
        .on_conflict_do_update(
            index_elements=[profiles.c.person_id], set_={"posts": profiles.c.posts + param("by")}
        )
    )
)
pin = action(
    lambda dialect: (
        upsert(dialect, profiles)
        .values(person_id=param("person"), posts=0, pinned_id=param("post"))
        .on_conflict_do_update(index_elements=[profiles.c.person_id], set_={"pinned_id": param("post")})
    )
)
unpin = action(
    update(profiles)
    .where(profiles.c.person_id == param("person"), profiles.c.pinned_id == param("post"))
    .values(pinned_id=None)
)

forget_profile = action(delete(profiles).where(profiles.c.person_id == param("person")))

# The public timeline: everything that is nobody's repost, newest first

public = values(
    int,
    select(posts.c.id)
    .where(posts.c.id < param("before"), posts.c.repost_of_id.is_(None), posts.c.reply_to_id.is_(None))
    .order_by(posts.c.id.desc())
    .limit(param("limit")),
)
