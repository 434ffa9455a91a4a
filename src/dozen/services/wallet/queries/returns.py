"""Returns and what is in them."""

from functools import cache
from typing import Any

from sqlalchemy import func, insert, select, update

from dozen.db import action, member, param, rows, values
from dozen.services.wallet.structs.returns import Return, ReturnLine
from dozen.services.wallet.tables.returns import lines, returns

_return = tuple(getattr(returns.c, name) for name in Return.__struct_fields__)
_line = tuple(getattr(lines.c, name) for name in ReturnLine.__struct_fields__)

add = action(insert(returns))
add_line = action(insert(lines))
by_id = rows(Return, select(*_return).where(returns.c.id == param("id")))
by_id_for_update = rows(Return, select(*_return).where(returns.c.id == param("id")).with_for_update())
of_purchase = rows(
    Return, select(*_return).where(returns.c.purchase == param("purchase")).order_by(returns.c.id.desc())
)
lines_of = rows(
    ReturnLine,
    select(*_line).where(member(lines.c.return_id, "returns")).order_by(lines.c.return_id, lines.c.line),
)


@cache
def page(whose: str, in_state: bool) -> Any:
    test = returns.c[whose] == param("whose")
    if in_state:
        test &= returns.c.state == param("state")
    statement = select(*_return).where(test, returns.c.id < param("before"))
    return rows(Return, statement.order_by(returns.c.id.desc()).limit(param("limit")))


waiting = values(
    int,
    select(func.count()).select_from(returns).where(
        returns.c.merchant == param("merchant"), returns.c.state.in_(("asked", "accepted"))
    ),
)  # fmt: skip
change = action(
    update(returns)
    .where(returns.c.id == param("back"))
    .values(
        state=param("new_state"),
        answer=param("new_answer"),
        refund_id=param("refund"),
        refunded=param("amount"),
        restocked=param("restock", returns.c.restocked.type),
        changed_at=param("now"),
    )
)
