"""Proofs of the books that operators asked for."""

from typing import Any

from sqlalchemy import insert, select, update

from dozen.db import action, param, rows
from dozen.services.wallet.structs.books import Verification, Wrong
from dozen.services.wallet.tables.books import verifications

_v = verifications.c
_columns = [_v[name] for name in Verification.__struct_fields__]


def _of_row(*row: Any) -> Verification:
    whole = (*row[:2], bool(row[2]), *row[3:-1], tuple(Wrong(*each) for each in row[-1]))
    return Verification(*whole)


add = action(insert(verifications))
one = rows(_of_row, select(*_columns).where(_v.id == param("id")))
latest = rows(
    _of_row,
    select(*_columns).where(_v.id < param("before")).order_by(_v.id.desc()).limit(param("limit")),
)
advance = action(
    update(verifications)
    .where(_v.id == param("this"), _v.state.in_(("waiting", "running")))
    .values(state="running", stage=param("check"), done=param("thousandths"), changed_at=param("now"))
)
end = action(
    update(verifications)
    .where(_v.id == param("this"), _v.state.in_(("waiting", "running")))
    .values(
        state=param("outcome"),
        stage="",
        done=param("thousandths"),
        changed_at=param("now"),
        ended_at=param("now"),
        accounts=param("n_accounts"),
        postings=param("n_postings"),
        transfers=param("n_transfers"),
        seals=param("n_seals"),
        unsealed=param("n_unsealed"),
        wrong=param("findings"),
    )
)
