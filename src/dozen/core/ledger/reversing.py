"""Reversals: giving back what a transfer moved, in part or whole, never more than that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from dozen.core.ledger import queries
from dozen.core.ledger.applying import Change, Movement
from dozen.core.ledger.errors import BadTransfer, NotReversible, RefundTooLarge, Unbalanced
from dozen.core.ledger.keys import fingerprint, once
from dozen.core.ledger.moving import check_amount, encode_data, find_all, write
from dozen.core.ledger.reading import one_transfer, with_postings
from dozen.core.ledger.structs import Key, Leg, Transfer
from dozen.db import Tx
from dozen.kit.money import allocate


def reverse(
    tx: Tx,
    transfer_id: int,
    amount: int | None = None,
    *,
    legs: Sequence[Leg] | None = None,
    kind: str,
    actor: int = 0,
    memo: str = "",
    data: Any = None,
    even_frozen: bool = False,
    key: Key | None = None,
) -> Transfer:
    """Move back what a transfer moved: all that is left of it, or ``amount``, or exactly ``legs``.

    ``amount`` is shared among the accounts as what is left of their sides (largest remainder, see
    ``money.allocate``). With ``legs`` the caller says who gives and gets how much, such as a refund of
    which the house keeps its fee. However it is done, no account ever gives or gets back more than it got
    or gave, also when two do it at the same moment. An exchange can only be reversed whole. A reversal
    cannot be reversed: that is a new transfer. Its subject is the first one's.

    Raises NoSuchTransfer, NotReversible, RefundTooLarge, and what transfers raise.
    """
    if key is not None:
        given: dict[str, Any] = {
            "kind": kind, "actor": actor, "memo": memo, "data": data, "even_frozen": even_frozen
        }  # fmt: skip
        print_ = fingerprint("reverse", transfer_id, amount, legs, given)
        answer = once(
            tx, key, print_, lambda tx: reverse(tx, transfer_id, amount, legs=legs, **given), Transfer
        )
        return msgspec.structs.replace(answer.get(), replayed=answer.replayed)
    tx.must_write()
    first = one_transfer(tx, transfer_id)
    if first.reverses is not None:
        raise NotReversible
    queries.begin_reversal(tx, id=transfer_id, total=first.volume)
    so_far = queries.reversed_so_far.first(tx, id=transfer_id)  # whoever else gives back waits here
    assert so_far is not None
    left = first.volume - so_far
    if not left:
        raise RefundTooLarge(left=0)
    sides = _left(tx, first)
    if legs is None:
        back = _shares(sides, left, amount, whole_only=first.rate is not None)
    else:
        if amount is not None or first.rate is not None:
            raise NotReversible
        back = _given(sides, legs, left)
    currency = first.postings[0].currency
    accounts = find_all(tx, list(back))
    volume = sum(each for where, each in back.items() if each > 0 and accounts[where].currency == currency)
    queries.add_reversed(tx, id=transfer_id, by=volume)
    movement = Movement(
        tx.next_id(), tx.now, kind,
        tuple(Change(accounts[where], each) for where, each in back.items()),
        actor=actor, subject=first.subject, memo=memo, data=encode_data(data), reverses=transfer_id,
        rate=first.rate, forced=even_frozen,
    )  # fmt: skip
    return write(tx, movement)


def _left(tx: Tx, first: Transfer) -> dict[int, int]:
    """What is left of each side: what it got (or gave, negative) and has not been taken back."""
    back = dict(queries.given_back.all(tx, id=first.id))
    return {p.account_id: p.amount + back.get(p.account_id, 0) for p in first.postings}


def _shares(sides: dict[int, int], left: int, amount: int | None, *, whole_only: bool) -> dict[int, int]:
    if amount is None:
        return {where: -each for where, each in sides.items() if each}
    check_amount(amount)
    if amount > left:
        raise RefundTooLarge(left=left)
    if whole_only and amount != left:
        raise NotReversible("An exchange can only be reversed whole")
    if whole_only:
        return {where: -each for where, each in sides.items() if each}
    out = {}
    for sign in (1, -1):
        theirs = {where: sign * each for where, each in sides.items() if sign * each > 0}
        for where, share in zip(theirs, allocate(amount, list(theirs.values())), strict=True):
            if share:
                out[where] = -sign * share
    return out


def _given(sides: dict[int, int], legs: Sequence[Leg], left: int) -> dict[int, int]:
    back = {leg.account_id: leg.amount for leg in legs}
    if len(back) < len(legs) or len(legs) < 2:
        raise BadTransfer("A reversal has two legs or more, one for each account")
    if sum(back.values()):
        raise Unbalanced
    for where, each in back.items():
        check_amount(abs(each))
        side = sides.get(where, 0)
        if each * side >= 0 or abs(each) > abs(side):
            raise RefundTooLarge(left=left, account=where)
    return back


def left_to_reverse(tx: Tx, transfer_id: int) -> int:
    """How much of a transfer can still be given back; 0 for a reversal. Raises NoSuchTransfer."""
    first = one_transfer(tx, transfer_id)
    if first.reverses is not None:
        return 0
    return first.volume - (queries.reversed_of.first(tx, id=transfer_id) or 0)


def reversals_of(tx: Tx, transfer_id: int) -> list[Transfer]:
    """Oldest first."""
    return with_postings(tx, queries.reversals_of.all(tx, id=transfer_id))
