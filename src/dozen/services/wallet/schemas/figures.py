"""Figures on the wire. Days are dates, UTC; amounts exact decimals of the currency."""

from __future__ import annotations

import msgspec

from dozen.kit import money
from dozen.services.wallet.schemas.desk import date
from dozen.services.wallet.structs.figures import ActiveDay, Funnel, Refusals, ShopSum, Volume


class VolumeDayShape(msgspec.Struct, frozen=True):
    day: str
    payments: int
    amount: str
    refunded: str
    fees: str
    gateway_costs: str


class VolumeKind(msgspec.Struct, frozen=True):
    kind: str
    payments: int
    amount: str


class VolumeShape(msgspec.Struct, frozen=True):
    """What moved each day; refunds are counted apart."""

    currency: str
    days: list[VolumeDayShape]
    kinds: list[VolumeKind]


def volume(found: Volume) -> VolumeShape:
    def plain(amount: int) -> str:
        return money.plain(amount, found.currency)

    return VolumeShape(
        found.currency,
        [
            VolumeDayShape(
                date(each.day),
                each.count,
                plain(each.amount),
                plain(each.refunded),
                plain(each.fees),
                plain(each.costs),
            )
            for each in found.days
        ],
        [VolumeKind(each.kind, each.count, plain(each.amount)) for each in found.kinds],
    )


class ActiveShape(msgspec.Struct, frozen=True):
    day: str
    payers: int
    active: int


def active(found: list[ActiveDay]) -> list[ActiveShape]:
    return [ActiveShape(date(each.day), each.payers, each.active) for each in found]


class FunnelShape(msgspec.Struct, frozen=True):
    """Of those who began to open a wallet in that time, how many came how far by now."""

    opened: int
    verified: int
    funded: int
    paid: int


def funnel(found: Funnel) -> FunnelShape:
    return FunnelShape(found.opened, found.verified, found.funded, found.paid)


class RefusalDay(msgspec.Struct, frozen=True):
    day: str
    count: int


class RefusalCode(msgspec.Struct, frozen=True):
    code: str
    title: str
    count: int


class RefusalsShape(msgspec.Struct, frozen=True):
    days: list[RefusalDay]
    codes: list[RefusalCode]


def refusals(found: Refusals) -> RefusalsShape:
    return RefusalsShape(
        [RefusalDay(date(day), n) for day, n in found.days],
        [RefusalCode(each.code, each.title, each.count) for each in found.codes],
    )


class ShopSumShape(msgspec.Struct, frozen=True):
    merchant_id: str
    name: str
    payments: int
    gross: str
    fees: str
    refunded: str


def shops(found: list[ShopSum], currency: str) -> list[ShopSumShape]:
    return [
        ShopSumShape(
            str(each.merchant),
            each.name,
            each.count,
            *(money.plain(n, currency) for n in (each.gross, each.fees, each.refunded)),
        )
        for each in found
    ]
