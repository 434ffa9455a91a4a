from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import drawing
from dozen.services.wallet.errors import BadAmount, InsufficientFunds, NoSuchReceiver, OwnWallet
from dozen.services.wallet.errors import codes as errors
from dozen.services.wallet.errors.merchants import MerchantClosed, NoSuchMerchant
from dozen.services.wallet.service import codes, emv, merchants, orders, receivers, tiers, upi, wallets
from dozen.services.wallet.structs import Receipt
from dozen.services.wallet.structs.codes import Code
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def new(town: Town, shop: Shop, amount: int = 4_500, **more: object) -> Code:
    return town.write(codes.make, shop, codes.NewCode(**{"amount": amount, "currency": "INR"} | more))  # type: ignore[arg-type]


def pay(tx: Tx, me: int, text: str, amount: int | None = None) -> Receipt:
    return codes.pay(tx, me, text, amount, proof=proof(tx, me))


def balance(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)).balance)


def test_every_wallets_currency_has_its_number() -> None:
    assert set(tiers.CURRENCIES) <= set(codes.NUMERIC)
    assert len(set(codes.NUMERIC.values())) == len(codes.NUMERIC)


def test_a_static_code(town: Town) -> None:
    shop = make_shop(town, name="चाय House & Söhne")
    (ada,) = make_holders(town, 1, money=10_000)
    text = codes.static_payload(town.env, shop.merchant)
    found = emv.parse(text)
    assert (found["01"], found["53"], found["58"], found["59"]) == ("11", "356", "IN", "House & Sohne")
    for each in (text, codes.link(town.env, shop.merchant)):
        scanned = town.read(codes.read, ada, each)
        assert (scanned.kind, scanned.name, scanned.amount) == ("shop", "चाय House & Söhne", None)
        receipt = town.write(pay, ada, each, 1_250)
        assert (receipt.payment.state, receipt.payment.merchant) == ("done", shop.id)
    assert balance(town, ada) == 7_500
    with pytest.raises(BadAmount):
        town.write(pay, ada, text)
    got = town.read(lambda tx: merchants.balances(tx, shop))
    assert sum(each.balance for each in got) == 2 * (1_250 - 13)  # less the house's one per cent
    assert town.read(ledger.verify).ok


def test_a_dynamic_code_is_paid_once(town: Town) -> None:
    shop = make_shop(town)
    ada, bo = make_holders(town, 2, money=10_000)
    code = new(town, shop, reference="A-17", description="Two teas")
    text = codes.payload(town.env, shop.merchant, code)
    assert emv.parse(text)["54"] == "45.00"
    assert emv.split(emv.parse(text)["62"]) == {"05": "A-17"}
    scanned = town.read(codes.read, ada, text)
    assert (scanned.amount, scanned.reference, scanned.note) == (4_500, "A-17", "Two teas")
    receipt = town.write(pay, ada, text)
    assert receipt.balance == 5_500
    for who in (ada, bo):
        with pytest.raises(errors.CodeUsed):
            town.write(pay, who, text)
        with pytest.raises(errors.CodeUsed):
            town.write(pay, who, codes.link(town.env, shop.merchant, code))
    after = town.read(codes.one, shop, code.id)
    assert after.state == "paid"
    assert after.intent_id is not None
    intent = town.read(orders.get, shop, after.intent_id)
    assert (intent.state, intent.reference, intent.received) == ("succeeded", "A-17", 4_500)
    with pytest.raises(errors.CodeUsed):
        town.write(codes.cancel, shop, code.id)
    assert (balance(town, ada), balance(town, bo)) == (5_500, 10_000)


def test_a_payment_that_fails_leaves_it_open(town: Town) -> None:
    shop = make_shop(town)
    ada, bo = make_holders(town, 2, money=4_000)
    code = new(town, shop)
    text = codes.payload(town.env, shop.merchant, code)
    with pytest.raises((InsufficientFunds, ledger.errors.InsufficientFunds)):
        town.write(pay, ada, text)
    assert town.read(codes.one, shop, code.id).state == "open"
    assert town.read(orders.page, shop) == []
    assert balance(town, bo) == 4_000


def test_the_amount_cannot_be_changed(town: Town) -> None:
    shop, other = make_shop(town), make_shop(town)
    (ada,) = make_holders(town, 1, money=10_000)
    code = new(town, shop)
    objects = emv.parse(codes.payload(town.env, shop.merchant, code))

    def again(**changed: str) -> str:
        body = {name: value for name, value in objects.items() if name not in ("00", "63")}
        return emv.write((body | {name.removeprefix("o"): value for name, value in changed.items()}).items())

    account = emv.split(objects["26"])
    for text in (
        again(o54="1.00"),
        again(o54=""),
        again(o53="978"),
        again(o26=emv.objects((account | {"01": str(other.id)}).items())),
        again(o26=emv.objects((account | {"03": "x" * 16}).items())),
        codes.link(town.env, shop.merchant, code).replace("am=45.00", "am=4.50"),
        codes.link(town.env, shop.merchant, code).replace("tr=", "tr=1"),
    ):
        with pytest.raises((errors.CodeChanged, errors.NoSuchCode)):
            town.write(pay, ada, text)
    with pytest.raises(errors.UnreadableCode):
        town.read(codes.read, ada, codes.payload(town.env, shop.merchant, code).replace("45.00", "44.00"))
    with pytest.raises(errors.AmountFixed):
        town.write(pay, ada, codes.payload(town.env, shop.merchant, code), 4_499)
    assert balance(town, ada) == 10_000
    town.write(pay, ada, again(), 4_500)


def test_time_and_calling_off(town: Town) -> None:
    shop, other = make_shop(town), make_shop(town)
    (ada,) = make_holders(town, 1, money=10_000)
    code = new(town, shop, lasts=clock.MINUTE)

    def late(tx: Tx) -> Receipt:
        tx.now += clock.MINUTE
        return pay(tx, ada, codes.payload(town.env, shop.merchant, code))

    with pytest.raises(errors.CodeOver):
        town.write(late)
    with pytest.raises(errors.NoSuchCode):
        town.write(codes.cancel, other, code.id)
    town.write(codes.cancel, shop, code.id)
    with pytest.raises(errors.CodeOver):
        town.write(pay, ada, codes.payload(town.env, shop.merchant, code))
    assert [each.state for each in town.read(codes.of, shop)] == ["canceled"]
    assert town.read(codes.of, other) == []


def test_personal_codes(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=10_000)
    text = town.read(codes.personal, bo, None, 2_500, "tea & cake")
    assert town.read(codes.read, ada, text).note == "tea & cake"
    town.write(pay, ada, text)
    assert (balance(town, ada), balance(town, bo)) == (7_500, 12_500)
    town.write(receivers.take_handle, bo, "bo.pays")
    text = town.read(codes.personal, bo)
    assert upi.parse(text).pa == "bo.pays@dozen"
    town.write(pay, ada, text, 500)
    assert balance(town, bo) == 13_000
    with pytest.raises(OwnWallet):
        town.write(pay, bo, text, 500)
    for pa in ("nobody@user.dozen", "nobody@dozen", "ada@otherbank"):
        with pytest.raises(NoSuchReceiver):
            town.read(codes.read, ada, f"upi://pay?pa={pa}&am=1")
    assert town.read(ledger.verify).ok


def test_shops_that_cannot_be_paid(town: Town) -> None:
    (ada,) = make_holders(town, 1, money=10_000)
    shop = make_shop(town)
    town.write(merchants.close, shop.merchant.owner, shop.id)
    with pytest.raises(MerchantClosed):
        town.read(codes.read, ada, codes.static_payload(town.env, shop.merchant))
    for pa in ("m7@shop.dozen", f"m{10**18}@shop.dozen", f"m{'9' * 19}@shop.dozen", "x@shop.dozen"):
        with pytest.raises((NoSuchMerchant, errors.UnreadableCode)):
            town.read(codes.read, ada, f"upi://pay?pa={pa}")


@pytest.mark.parametrize(
    "text", ["", "hello", "https://town.example", "upi://pay", "0" * 2_000, "upi://pay?pa=m7@shop.dozen&am=x",
             "upi://pay?pa=m7@shop.dozen&am=-1"]
)  # fmt: skip
def test_what_is_no_code(town: Town, text: str) -> None:
    with pytest.raises(errors.UnreadableCode):
        town.read(codes.read, 1, text)


def test_codes_that_cannot_be_made(town: Town) -> None:
    shop = make_shop(town)
    for wrong in (
        {"currency": "XXX"}, {"reference": "x" * 26}, {"reference": "é"}, {"description": "x" * 141},
        {"lasts": 1}, {"lasts": codes.LONGEST + 1},
    ):  # fmt: skip
        with pytest.raises(errors.BadCodeData):
            new(town, shop, **wrong)
    for amount in (0, -1, 10**16):
        with pytest.raises(BadAmount):
            new(town, shop, amount)
    with pytest.raises(errors.BadCodeData):
        new(town, make_shop(town, live=False))


def test_two_pay_the_same_code_at_once(town: Town) -> None:
    shop = make_shop(town)
    people = make_holders(town, 3, money=10_000)
    text = codes.payload(town.env, shop.merchant, new(town, shop))
    said: list[str] = []

    def one(me: int) -> None:
        try:
            town.write(pay, me, text)
            said.append("paid")
        except errors.CodeUsed:
            said.append("used")

    threads = [Thread(target=one, args=(each,)) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["paid", "used", "used"]
    assert sum(balance(town, each) for each in people) == 30_000 - 4_500


def test_drawn_and_read_again(tmp_path: Path) -> None:
    for text in ("000201", "upi://pay?pa=ada@dozen&tn=₹ चाय 茶"):
        path = tmp_path / "code.png"
        path.write_bytes(drawing.png(text))
        assert drawing.decode(path) == text
    assert drawing.svg("x").startswith("<svg")
    assert drawing.svg_file("x").startswith(b"<?xml")
    for junk in (b"", b"nothing", drawing.png("x")[:200]):
        path.write_bytes(junk)
        with pytest.raises(errors.NoCodeFound):
            drawing.decode(path)
