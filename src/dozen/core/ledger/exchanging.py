"""Exchanges: where two currencies meet, at a rate that stands in the journal."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

from dozen.core.ledger.applying import Change, Movement
from dozen.core.ledger.errors import BadRate, BadTransfer
from dozen.core.ledger.keys import check_key, fingerprint
from dozen.core.ledger.moving import check_amount, encode_data, find_all, write
from dozen.core.ledger.opening import house
from dozen.core.ledger.structs import Key, Transfer
from dozen.db import Tx
from dozen.kit.money import decimals

PURPOSE = "exchange"
_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_exactly = Context(prec=80)


def converted(amount: int, source: str, target: str, rate: str, *, up: bool = False) -> int:
    """``amount`` minor units of ``source`` in minor units of ``target``, rounded down (or ``up``).

    ``rate`` is decimal text: so many whole units of ``target`` for one whole unit of ``source``. BadRate.
    """
    if not _RATE.fullmatch(rate) or not (factor := Decimal(rate)):
        raise BadRate("A rate is a decimal number above zero, such as 1.0832")
    whole = _exactly.multiply(Decimal(amount).scaleb(decimals(target) - decimals(source), _exactly), factor)
    return int(whole.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR))


def exchange(
    tx: Tx,
    source: int,
    target: int,
    *,
    rate: str,
    sell: int | None = None,
    buy: int | None = None,
    kind: str = "exchange",
    actor: int = 0,
    subject: int = 0,
    memo: str = "",
    data: Any = None,
    key: Key | None = None,
) -> Transfer:
    """Move money between accounts of two currencies, through the house's ``exchange`` account of each.

    Give either ``sell`` (what goes out of ``source``; what comes in is rounded down) or ``buy`` (what comes
    into ``target``; what goes out is rounded up): rounding is the house's, less than one minor unit.
    ``rate`` is as in :func:`converted`. Raises what transfers raise, and BadRate.
    """
    if (sell is None) == (buy is None):
        raise BadTransfer("Give either what is sold or what is bought")
    accounts = find_all(tx, [source, target])
    out, into = accounts[source], accounts[target]
    if out.currency == into.currency:
        raise BadTransfer("An exchange is between two currencies")
    if sell is not None:
        check_amount(sell)
        buy = converted(sell, out.currency, into.currency, rate)
    else:
        assert buy is not None
        check_amount(buy)
        sell = _price(buy, out.currency, into.currency, rate)
    check_amount(sell)
    check_amount(buy)
    print_ = ""
    if key is not None:
        check_key(key)
        print_ = fingerprint("exchange", source, target, rate, sell, buy, kind, actor, subject, memo, data)
    changes = (
        Change(out, -sell),
        Change(house(tx, PURPOSE, out.currency, "asset"), sell),
        Change(house(tx, PURPOSE, into.currency, "asset"), -buy),
        Change(into, buy),
    )
    movement = Movement(
        tx.next_id(), tx.now, kind, changes, actor=actor, subject=subject, memo=memo,
        data=encode_data(data), rate=rate, key=key, print=print_,
    )  # fmt: skip
    return write(tx, movement)


def _price(buy: int, source: str, target: str, rate: str) -> int:
    """The least that buys at least ``buy``."""
    if not converted(1, source, target, rate, up=True):
        raise BadRate
    scaled = Decimal(buy).scaleb(decimals(source) - decimals(target), _exactly)
    return int(_exactly.divide(scaled, Decimal(rate)).to_integral_value(ROUND_CEILING))
