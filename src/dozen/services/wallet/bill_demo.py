"""Sample billers, and some bills that were paid."""

from __future__ import annotations

from dozen.core.jobs import database
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.kit.errors import Fault
from dozen.kit.money import decimals
from dozen.services.wallet.demo import LOADERS, Town
from dozen.services.wallet.service import bills
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.structs.bills import Field, Plan
from dozen.web import Progress

_NUMBER = Field("number", "Customer number", "[0-9]{8,12}", "8 to 12 digits, on top of your bill")
_MOBILE = Field("number", "Mobile number", "[6-9][0-9]{9}", "Ten digits")
_CARD = Field("number", "Card number", "[0-9]{10,12}", "10 to 12 digits, on your viewing card")


def samples(unit: int) -> list[bills.NewBiller]:
    plans = (
        Plan("m28", "28 days", 299 * unit, 28, "2 GB a day, calls included"),
        Plan("m84", "84 days", 799 * unit, 84, "1.5 GB a day, calls included"),
        Plan("y", "A year", 2_999 * unit, 365, "2.5 GB a day, calls included"),
        Plan("d1", "One day", 19 * unit, 1, "1 GB"),
    )
    packs = (
        Plan("basic", "Basic", 179 * unit, 30, "120 channels"),
        Plan("sport", "Sport", 349 * unit, 30, "160 channels, all matches"),
    )
    return [
        bills.NewBiller(name="Town Power", category="electricity", asks="bill", fields=(_NUMBER,), part=True,
                        least=300 * unit, most=2_400 * unit),
        bills.NewBiller(name="Hill Electric", category="electricity", asks="bill", fields=(_NUMBER,),
                        least=250 * unit, most=1_900 * unit),
        bills.NewBiller(name="River Water Board", category="water", asks="bill", fields=(_NUMBER,),
                        least=90 * unit, most=480 * unit),
        bills.NewBiller(name="Fibre for All", category="broadband", asks="bill", fields=(_NUMBER,),
                        least=499 * unit, most=999 * unit),
        bills.NewBiller(name="Town Mobile", category="mobile", asks="any", fields=(_MOBILE,), plans=plans,
                        least=10 * unit, most=5_000 * unit),
        bills.NewBiller(name="Star Dish", category="dth", asks="plan", fields=(_CARD,), plans=packs,
                        least=100 * unit, most=5_000 * unit),
    ]  # fmt: skip


def load(env: Env, town: Town, progress: Progress) -> None:
    db = database(env)
    db.run_write(env, lambda tx: _load(tx, town))
    progress(1, 1, "Bills")


def _load(tx: Tx, town: Town) -> None:
    unit = 10 ** decimals(town.currency)
    made = [bills.add_biller(tx, 0, each) for each in samples(unit)]
    for n, person in enumerate(town.people[:10]):
        number = f"{4_100_201 + n * 7919:09}1"
        for each in (made[0], made[3]):
            bills.save(tx, person, each.id, {"number": number}, name="Home" if each is made[0] else "")
        if n % 2 == 0:
            try:
                with tx.savepoint():
                    bills.pay(tx, person, made[3].id, {"number": number}, proof=Standing("import"))
            except Fault:  # whose wallet is nearly empty
                continue


LOADERS.append(load)
