"""Disputes by the native JSON door: of both sides, and at the operators' desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dozen.core import media
from dozen.db import Tx
from dozen.kit import ids, money
from dozen.kit.errors import Invalid
from dozen.services.wallet import acting, errors, looking
from dozen.services.wallet.api.door import KEYED, MANAGE, MOVING, PAY, READ, api
from dozen.services.wallet.api.reviews import DESK, OPERATING, once
from dozen.services.wallet.errors import disputes as faults
from dozen.services.wallet.errors import merchants as shop_faults
from dozen.services.wallet.errors.desk import ReasonNeeded
from dozen.services.wallet.errors.risk import OwnMatter
from dozen.services.wallet.schemas import desk as desk_shapes
from dozen.services.wallet.schemas import disputes as shapes
from dozen.services.wallet.schemas.common import minor, number
from dozen.services.wallet.service import decisions, dispute_losses, disputes, evidence
from dozen.services.wallet.showing import MOST_UPLOAD, received
from dozen.services.wallet.structs.adjustments import Adjustment
from dozen.services.wallet.structs.disputes import Dispute, DisputeState
from dozen.web import Call, Cursor, Form, Limit, Listing

FILES = (faults.BadEvidence, media.MediaNotFound, media.AlreadyAttached)
UPLOADING = (
    faults.BadEvidence,
    media.PictureTooLarge,
    media.MediaTooLarge,
    media.AnimationTooLong,
    media.QuotaExceeded,
    media.StorageDown,
)
REFUNDING = (
    *KEYED,
    errors.BadAmount,
    errors.InsufficientFunds,
    errors.NotRefundable,
    errors.ReceiverCannot,
    errors.WalletBlocked,
    errors.WalletClosed,
    errors.WalletFrozen,
    shop_faults.RefundTooLarge,
    shop_faults.WrongState,
)
_ONE = (faults.NoSuchDispute,)


def file_ids(given: Sequence[str]) -> tuple[int, ...]:
    return tuple(number(each, "evidence") for each in given)


def shown(tx: Tx, found: Dispute) -> shapes.DisputeShape:
    """With its files; for who may see it."""
    return shapes.dispute(found, [(each, evidence.link(tx, each)) for each in evidence.shown(tx, found.id)])


@api.post(
    "/api/disputes",
    scope=MANAGE,
    limit=(30, 3600),
    raises=[
        *FILES,
        errors.BadAmount,
        errors.NoSuchPayment,
        faults.BadDispute,
        faults.DisputeExists,
        faults.NotDisputable,
        faults.TooManyDisputes,
    ],
)
def open_dispute(call: Call, data: shapes.NewDisputeShape) -> shapes.DisputeShape:
    """Dispute a payment that you made. Who was paid has a week to answer; then an operator decides."""
    payment = disputes.disputable(call.tx, call.me, number(data.payment_id, "payment_id"))
    new = disputes.NewDispute(
        payment_id=payment.id,
        reason=data.reason,
        words=data.words,
        amount=minor(data.amount, payment.currency) if data.amount is not None else None,
        files=file_ids(data.evidence),
    )
    return shown(call.tx, disputes.open_dispute(call.tx, call.me, new))


@api.get("/api/disputes", scope=READ)
def index(
    call: Call, side: Literal["mine", "against"] = "mine", cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[shapes.DisputeShape]:
    """Those that you opened, or those `against` what you were paid; newest first."""
    name = f"disputes {side}"
    before = call.cursors.open_id(name, cursor) or ids.MAX
    found = disputes.mine(call.tx, call.me, against=side == "against", before=before, limit=limit)
    more = call.cursors.seal(name, found[-1].id) if len(found) == limit else None
    return Listing([shapes.dispute(each) for each in found], more)


@api.get("/api/disputes/{dispute_id}", scope=READ, raises=_ONE)
def show(call: Call, dispute_id: int) -> shapes.DisputeShape:
    """One of yours, with what both sides showed."""
    return shown(call.tx, disputes.one(call.tx, call.me, dispute_id))


@api.post(
    "/api/disputes/{dispute_id}/answer",
    scope=MANAGE,
    status=200,
    raises=[*_ONE, *FILES, faults.BadDispute, faults.DisputeEnded],
)
def answer(call: Call, dispute_id: int, data: shapes.Answer) -> shapes.DisputeShape:
    """Say how it was, as who was paid; once."""
    found = disputes.answer(call.tx, call.me, dispute_id, data.words, file_ids(data.evidence))
    return shown(call.tx, found)


@api.post(
    "/api/disputes/{dispute_id}/accept",
    scope=PAY,
    status=200,
    raises=[
        *_ONE,
        *MOVING,
        errors.NotRefundable,
        faults.DisputeEnded,
        shop_faults.RefundTooLarge,
        shop_faults.WrongState,
    ],
)
async def accept(call: Call, dispute_id: int, data: shapes.Accept) -> shapes.DisputeShape:
    """Give back what is asked for, as who was paid."""
    found = await acting.carry_out(
        call,
        lambda tx, proof, device: disputes.accept(tx, call.me, dispute_id, proof=proof, device_id=device),
        result=Dispute,
        pin=data.pin,
        key=acting.key_of(call),
        asked=[],
    )
    return await call.read(shown, found)


@api.post(
    "/api/disputes/{dispute_id}/withdraw", scope=MANAGE, status=200, raises=[*_ONE, faults.DisputeEnded]
)
def withdraw(call: Call, dispute_id: int) -> shapes.DisputeShape:
    """Take your dispute back."""
    return shown(call.tx, disputes.withdraw(call.tx, call.me, dispute_id))


@api.post(
    "/api/disputes/{dispute_id}/evidence",
    scope=MANAGE,
    status=200,
    upload=True,
    max_body=MOST_UPLOAD,
    limit=(30, 3600),
    raises=[*_ONE, *UPLOADING, faults.DisputeEnded],
)
async def add_evidence(call: Call, dispute_id: int, form: Form) -> shapes.DisputeShape:
    """Show pictures or PDFs: multipart, in the field `files`."""
    await call.read(disputes.one, call.me, dispute_id)
    files = await received(call, form)
    if not files:
        raise Invalid(fields={"files": "Send files in the field named files"})
    found = await call.write(disputes.add_files, call.me, dispute_id, files)
    return await call.read(shown, found)


# At the desk


@api.get("/api/desk/disputes", scope=DESK, access="moderator", raises=OPERATING)
def desk_index(
    call: Call, state: DisputeState = "deciding", cursor: Cursor | None = None, limit: Limit = 30
) -> Listing[shapes.DisputeShape]:
    """Disputes to decide, the oldest first; those in other states newest first."""
    name = f"desk disputes {state}"
    found = decisions.queue(
        call.tx, looking.operator(call), state, before=call.cursors.open_id(name, cursor), limit=limit
    )
    more = call.cursors.seal(name, found[-1].id) if len(found) == limit else None
    return Listing([shapes.dispute(each) for each in found], more)


@api.get("/api/desk/disputes/{dispute_id}", scope=DESK, access="moderator", raises=[*OPERATING, *_ONE])
def desk_show(call: Call, dispute_id: int) -> shapes.DisputeShape:
    """A dispute, with what both sides showed."""
    return shown(call.tx, decisions.look(call.tx, looking.operator(call), dispute_id)[0])


@api.post(
    "/api/desk/disputes/{dispute_id}/decide",
    scope=DESK,
    access="moderator",
    status=200,
    raises=[
        *OPERATING,
        *_ONE,
        *REFUNDING,
        OwnMatter,
        ReasonNeeded,
        faults.DisputeEnded,
        faults.DisputeProposed,
        faults.RespondentGone,
    ],
)
def decide(call: Call, dispute_id: int, data: shapes.Decide) -> shapes.DisputeShape:
    """Give the payer all of it, a part or nothing."""
    actor = looking.operator(call)
    found, _ = decisions.look(call.tx, actor, dispute_id)
    amount = _amount(data.amount, found.currency)
    return shown(
        call.tx,
        once(
            call,
            [amount, data.words],
            Dispute,
            lambda tx: decisions.decide(tx, actor, dispute_id, amount, data.words),
        ),
    )


@api.post(
    "/api/desk/disputes/{dispute_id}/propose",
    scope=DESK,
    access="admin",
    raises=[
        *OPERATING,
        *_ONE,
        *REFUNDING,
        OwnMatter,
        ReasonNeeded,
        faults.DisputeEnded,
        faults.DisputeProposed,
        faults.RespondentPays,
    ],
)
def propose(call: Call, dispute_id: int, data: shapes.ProposeShape) -> desk_shapes.AdjustmentShape:
    """Who was paid is gone: propose that the payer gets money back out of what they left, and of the house's.

    Another administrator approves the adjustment; then the dispute has ended.
    """
    actor = looking.operator(call)
    found, _ = decisions.look(call.tx, actor, dispute_id)
    amount = _amount(data.amount, found.currency)
    left = None if data.left_behind is None else _amount(data.left_behind, found.currency)
    made = once(
        call,
        [amount, left, data.words],
        Adjustment,
        lambda tx: dispute_losses.propose(tx, actor, dispute_id, amount, data.words, left_behind=left),
    )
    return desk_shapes.adjustment(made, call.tx.now)


def _amount(text: str, currency: str) -> int:
    """Minor units; nothing is an amount here. Raises BadAmount."""
    try:
        found = money.parse(text.strip(), currency)
    except ValueError as error:
        raise errors.BadAmount(fields={"amount": errors.BadAmount.title}) from error
    if found < 0:
        raise errors.BadAmount(fields={"amount": errors.BadAmount.title})
    return found
