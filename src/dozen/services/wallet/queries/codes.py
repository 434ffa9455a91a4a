"""Dynamic QR codes."""

from sqlalchemy import insert, select, update

from dozen.db import action, param, rows
from dozen.services.wallet.structs.codes import Code
from dozen.services.wallet.tables.codes import codes

_columns = tuple(getattr(codes.c, name) for name in Code.__struct_fields__)

add = action(insert(codes))
by_id = rows(Code, select(*_columns).where(codes.c.id == param("id")))
by_id_for_update = rows(Code, select(*_columns).where(codes.c.id == param("id")).with_for_update())
of_merchant = rows(
    Code,
    select(*_columns)
    .where(codes.c.merchant == param("merchant"), codes.c.id < param("before"))
    .order_by(codes.c.id.desc())
    .limit(param("limit")),
)
change = action(
    update(codes)
    .where(codes.c.id == param("code"), codes.c.state == "open")
    .values(state=param("new_state"), intent_id=param("intent"), changed_at=param("now"))
)
