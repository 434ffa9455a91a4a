from sqlalchemy import delete, func, insert, select, update

from dozen.core.media.structs import Media, Part, Upload
from dozen.core.media.tables import FAILED, PROCESSING, READY, holds, items, parts, swept, uploads, usage
from dozen.db import action, member, param, rows, upsert, values

i = items.c

# Items

add = action(
    insert(items).values({c.name: param(c.name, c.type) for c in i if c.name not in ("attached", "position")})
)
_columns = select(
    i.id, i.owner_id, i.kind, i.state, i.blob, i.mime, i.filename, i.width, i.height, i.duration_ms, i.bytes,
    i.colour, i.preview, i.alt, i.focus_x, i.focus_y, i.variants, i.attached, i.audience, i.created_at,
    i.error,
)  # fmt: skip
by_id = rows(Media.of_row, _columns.where(i.id == param("this")))
by_id_for_update = rows(Media.of_row, _columns.where(i.id == param("this")).with_for_update())
by_ids = rows(Media.of_row, _columns.where(member(i.id, "ids")))
of_subjects = rows(
    Media.of_row, _columns.where(member(i.attached, "subjects")).order_by(i.attached, i.position, i.id)
)
of_owner = rows(
    Media.of_row,
    _columns.where(i.owner_id == param("me"), i.id < param("before"))
    .order_by(i.id.desc())
    .limit(param("limit")),
)
loose = rows(
    Media.of_row,
    _columns.where(i.loose_since < param("before")).order_by(i.loose_since).limit(param("limit")),
)
stuck = rows(
    Media.of_row,
    _columns.where(i.state == PROCESSING, i.created_at < param("before"))
    .order_by(i.created_at)
    .limit(param("limit")),
)
known_blobs = values(str, select(i.blob).where(member(i.blob, "blobs")))
job_of = values(int, select(i.job_id).where(i.id == param("this"), i.state == PROCESSING))

describe = action(
    update(items)
    .where(i.id == param("this"))
    .values(alt=param("new_alt"), focus_x=param("new_x"), focus_y=param("new_y"))
)
attach = action(
    update(items)
    .where(
        i.id == param("this"),
        i.owner_id == param("me"),
        i.attached.is_(None),
        i.state != FAILED,
    )
    .values(attached=param("subject"), position=param("place"), audience=param("who"), loose_since=None)
)
detach = action(
    update(items)
    .where(i.attached == param("subject"), member(i.id, "ids"))
    .values(attached=None, position=None, audience="private", loose_since=param("now"))
)
set_audience = action(update(items).where(i.attached == param("subject")).values(audience=param("who")))
finish = action(
    update(items)
    .where(i.id == param("this"), i.state == PROCESSING)
    .values(
        state=READY,
        width=param("new_width"),
        height=param("new_height"),
        duration_ms=param("new_duration"),
        bytes=param("new_bytes"),
        colour=param("new_colour"),
        preview=param("new_preview"),
        variants=param("new_variants", i.variants.type),
        job_id=None,
    )
)
fail = action(
    update(items)
    .where(i.id == param("this"), i.state == PROCESSING)
    .values(state=FAILED, bytes=0, error=param("reason"), job_id=None)
)
remove = action(delete(items).where(i.id == param("this")))

# What its owner cannot delete

hold = action(
    lambda dialect: (
        upsert(dialect, holds)
        .values(subject=param("subject"), why=param("why"), at=param("at"))
        .on_conflict_do_update(index_elements=[holds.c.subject], set_={"why": param("why")})
    )
)
release = action(delete(holds).where(holds.c.subject == param("subject")))
held = values(str, select(holds.c.why).where(holds.c.subject == param("subject")))
lock_of_subject = values(
    int, select(i.id).where(i.attached == param("subject")).order_by(i.id).with_for_update()
)

# What a person's files take

used = rows(
    lambda size, count: (int(size), int(count)),
    select(usage.c.bytes, usage.c.files).where(usage.c.owner_id == param("owner")),
)
used_by_all = rows(
    lambda size, count: (int(size), int(count)),
    select(func.coalesce(func.sum(usage.c.bytes), 0), func.coalesce(func.sum(usage.c.files), 0)),
)


def _grow(dialect: str):  # type: ignore[no-untyped-def]
    made = upsert(dialect, usage).values(owner_id=param("owner"), bytes=param("by"), files=param("count"))
    grown = usage.c.bytes + made.excluded.bytes
    return made.on_conflict_do_update(
        index_elements=[usage.c.owner_id],
        set_={"bytes": grown, "files": usage.c.files + made.excluded.files},
        where=grown <= param("most"),
    )


grow = action(_grow)
"""Changes nothing when it would go beyond ``most``."""
shift = action(
    update(usage)
    .where(usage.c.owner_id == param("owner"))
    .values(bytes=usage.c.bytes + param("by"), files=usage.c.files + param("count"))
)

# Uploads in parts

u = uploads.c
begin = action(insert(uploads).values({c.name: param(c.name, c.type) for c in u}))
_received = (
    select(func.coalesce(func.sum(parts.c.bytes), 0)).where(parts.c.upload_id == u.id).scalar_subquery()
)
upload = rows(
    Upload.of_row,
    select(
        u.id, u.owner_id, u.total, u.mime, u.filename, u.private_file, u.created_at, u.expires_at, _received
    ).where(u.id == param("this"), u.owner_id == param("me")),
)
lock_upload = values(
    int, select(u.id).where(u.id == param("this"), u.owner_id == param("me")).with_for_update()
)
open_uploads = values(int, select(func.count()).where(u.owner_id == param("me"), u.expires_at > param("now")))
expired = values(
    int, select(u.id).where(u.expires_at < param("now")).order_by(u.expires_at).limit(param("limit"))
)
remove_upload = action(delete(uploads).where(u.id == param("this")))
part_of = values(
    int, select(parts.c.bytes).where(parts.c.upload_id == param("upload"), parts.c.segment == param("nth"))
)
parts_of = rows(
    Part,
    select(parts.c.segment, parts.c.bytes)
    .where(parts.c.upload_id == param("upload"))
    .order_by(parts.c.segment),
)
put_part = action(
    lambda dialect: (
        upsert(dialect, parts)
        .values(upload_id=param("upload"), segment=param("nth"), bytes=param("size"))
        .on_conflict_do_update(
            index_elements=[parts.c.upload_id, parts.c.segment], set_={"bytes": param("size")}
        )
    )
)
remove_parts = action(delete(parts).where(parts.c.upload_id == param("upload")))

# Days whose files were compared with the rows

swept_days = values(str, select(swept.c.day))
mark_swept = action(
    lambda dialect: upsert(dialect, swept).values(day=param("day"), at=param("at")).on_conflict_do_nothing()
)
