"""Disputes, and what is proposed where who was paid is gone."""

from sqlalchemy import exists, func, insert, or_, select, update

from dozen.db import action, param, rows, values
from dozen.services.wallet.structs.disputes import Dispute, Proposal
from dozen.services.wallet.tables.adjustments import adjustments, payouts
from dozen.services.wallet.tables.disputes import disputes, proposals

_columns = tuple(getattr(disputes.c, name) for name in Dispute.__struct_fields__)

add = action(insert(disputes))
by_id = rows(Dispute, select(*_columns).where(disputes.c.id == param("id")))
by_id_for_update = rows(Dispute, select(*_columns).where(disputes.c.id == param("id")).with_for_update())
of_payment = rows(
    Dispute,
    select(*_columns).where(disputes.c.payment_id == param("payment"), disputes.c.state != "withdrawn"),
)
of_payment_for_update = rows(
    Dispute,
    select(*_columns)
    .where(disputes.c.payment_id == param("payment"), disputes.c.state != "withdrawn")
    .with_for_update(),
)
of_payer = rows(
    Dispute,
    select(*_columns)
    .where(disputes.c.payer == param("person"), disputes.c.id < param("before"))
    .order_by(disputes.c.id.desc())
    .limit(param("limit")),
)
of_respondent = rows(
    Dispute,
    select(*_columns)
    .where(disputes.c.respondent == param("person"), disputes.c.id < param("before"))
    .order_by(disputes.c.id.desc())
    .limit(param("limit")),
)
in_state = rows(
    Dispute,
    select(*_columns)
    .where(disputes.c.state == param("state"), disputes.c.id < param("before"))
    .order_by(disputes.c.id.desc())
    .limit(param("limit")),
)
to_decide = rows(
    Dispute,
    select(*_columns)
    .where(disputes.c.state == "deciding", disputes.c.id > param("after"))
    .order_by(disputes.c.id)
    .limit(param("limit")),
)
"""Those that wait longest come first."""
how_many_to_decide = values(
    int,
    select(func.count()).select_from(
        select(disputes.c.id).where(disputes.c.state == "deciding").limit(1_000).subquery()
    ),
)
opened_since = values(
    int,
    select(func.count()).where(disputes.c.payer == param("person"), disputes.c.id > param("after")),
)
due = rows(
    Dispute,
    select(*_columns)
    .where(disputes.c.state == "open", disputes.c.due_at <= param("now"))
    .order_by(disputes.c.due_at, disputes.c.id)
    .limit(param("limit")),
)
change = action(
    update(disputes)
    .where(disputes.c.id == param("dispute"))
    .values(
        state=param("new_state"),
        due_at=param("due"),
        answer=param("words"),
        answered_at=param("answered"),
        refund_id=param("refund"),
        refunded=param("given"),
        decided_by=param("by"),
        decided_at=param("at"),
        decision=param("said"),
        changed_at=param("now"),
    )
)
of_person = rows(
    Dispute,
    select(*_columns)
    .where(
        or_(disputes.c.payer == param("person"), disputes.c.respondent == param("person")),
        disputes.c.id > param("after"),
    )
    .order_by(disputes.c.id)
    .limit(param("limit")),
)
forget_words = action(update(disputes).where(disputes.c.payer == param("who")).values(words=""))
forget_answers = action(update(disputes).where(disputes.c.respondent == param("who")).values(answer=""))

_proposal = select(*(proposals.c[name] for name in Proposal.__struct_fields__))
_posted = proposals.join(adjustments, adjustments.c.id == proposals.c.adjustment)

add_proposal = action(insert(proposals))
proposal = rows(Proposal, _proposal.where(proposals.c.adjustment == param("adjustment")))
open_proposal = rows(
    Proposal,
    _proposal.select_from(_posted)
    .where(
        proposals.c.dispute == param("dispute"),
        adjustments.c.state == "proposed",
        adjustments.c.expires_at > param("now"),
    )
    .limit(1),
)
taken = values(
    int,
    select(func.coalesce(func.sum(proposals.c.left_behind), 0))
    .select_from(_posted)
    .where(
        proposals.c.person == param("person"),
        adjustments.c.currency == param("currency"),
        adjustments.c.state == "approved",
        ~exists().where(payouts.c.adjustment == proposals.c.adjustment),
    ),
)
"""Of what somebody left behind, how much went to those who had paid them, as far as :mod:`adjustments` does
not know it: decided before it was noted there."""
