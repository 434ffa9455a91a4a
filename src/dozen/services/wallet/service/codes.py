"""QR codes: a shop's own (static), of one order (dynamic), a person's; and paying what was scanned.

A shop's codes are EMVCo payloads, or UPI links; a person's are UPI links. What a code says of names is not
believed, and of a dynamic code nothing but its number: the amount is the row's, and a payload that says
another one is refused.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit import clock, crypto, ids, money
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors import NoSuchReceiver, NoWallet
from dozen.services.wallet.errors.codes import (
    AmountFixed,
    BadCodeData,
    CodeChanged,
    CodeOver,
    CodeUsed,
    NoSuchCode,
    UnreadableCode,
)
from dozen.services.wallet.errors.merchants import NoSuchMerchant
from dozen.services.wallet.queries import codes as queries
from dozen.services.wallet.service import (
    emv,
    merchants,
    orders,
    paying,
    receivers,
    sending,
    upi,
    wallets,
)
from dozen.services.wallet.service.moving import MOST_AMOUNT, check_amount, checked_note
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Receipt
from dozen.services.wallet.structs.codes import Code, Scanned
from dozen.services.wallet.structs.merchants import Merchant, Shop

LASTS = 15 * clock.MINUTE
LONGEST = 7 * clock.DAY
LONGEST_TEXT = 1_000
"""Characters of what was scanned."""
GUID = "dozen.wallet"
"""Whose account template it is; in 26."""
NUMERIC = {
    "INR": "356", "EUR": "978", "USD": "840", "GBP": "826", "CHF": "756", "JPY": "392", "AED": "784",
    "AUD": "036", "BRL": "986", "CAD": "124", "CNY": "156", "KES": "404", "MXN": "484", "NGN": "566",
    "PLN": "985", "SEK": "752", "SGD": "702", "ZAR": "710",
    "KRW": "410", "VND": "704", "IDR": "360", "PHP": "608", "TRY": "949",
}  # fmt: skip
"""ISO 4217 numbers of the currencies that codes are made in."""
_ALPHA = {number: name for name, number in NUMERIC.items()}
_MCC = {
    "food": "5812", "groceries": "5411", "clothes": "5651", "home": "5712", "health": "5977",
    "services": "7299", "transport": "4121", "culture": "7922", "education": "8299", "digital": "5815",
    "giving": "8398", "other": "5999",
}  # fmt: skip
_SHOPS, _PEOPLE = "@shop.dozen", "@user.dozen"
_SHOP = re.compile(r"m(\d{1,19})")
_SECRET = 16


class NewCode(msgspec.Struct, frozen=True, kw_only=True):
    amount: int
    currency: str
    reference: str = ""
    description: str = ""
    lasts: int = LASTS


# What shops make


def make(tx: Tx, shop: Shop, new: NewCode) -> Code:
    """A code for one order. Raises BadAmount, BadCodeData, MerchantClosed, MerchantBlocked."""
    merchants.must_be_open(shop.merchant)
    check_amount(new.amount)
    reference, description = clean(new.reference), clean(new.description)
    wrong: dict[str, str] = {}
    if not shop.live:
        wrong["live"] = "Codes are for money, not for rehearsals"
    if new.currency not in NUMERIC:
        wrong["currency"] = "There are no codes in this currency"
    if len(reference) > 25 or not reference.isascii():
        wrong["reference"] = "A reference has at most 25 plain letters and digits"
    if len(description) > 140:
        wrong["description"] = "At most 140 characters"
    if not clock.MINUTE <= new.lasts <= LONGEST:
        wrong["expires_in"] = "Between a minute and seven days"
    if wrong:
        raise BadCodeData(fields=wrong)
    made = Code(
        id=tx.next_id(), merchant=shop.id, amount=new.amount, currency=new.currency, reference=reference,
        description=description, state="open", intent_id=None, expires_at=tx.now + new.lasts,
        changed_at=tx.now,
    )  # fmt: skip
    queries.add(tx, **msgspec.structs.asdict(made))
    return made


def cancel(tx: Tx, shop: Shop, code_id: int) -> Code:
    """It can no longer be paid. Raises NoSuchCode, CodeUsed."""
    one(tx, shop, code_id)
    found = _locked(tx, code_id)
    if found.state == "paid":
        raise CodeUsed
    queries.change(tx, code=code_id, new_state="canceled", intent=None, now=tx.now)
    return one(tx, shop, code_id)


def one(tx: Tx, shop: Shop, code_id: int) -> Code:
    """As it is now: an open one whose time is over is expired. Raises NoSuchCode."""
    found = queries.by_id.first(tx, id=code_id)
    if found is None or found.merchant != shop.id or not shop.live:
        raise NoSuchCode
    return _aged(tx, found)


def of(tx: Tx, shop: Shop, before: int = ids.MAX, limit: int = 20) -> list[Code]:
    """The shop's codes, newest first."""
    if not shop.live:
        return []
    found = queries.of_merchant.all(tx, merchant=shop.id, before=before, limit=limit)
    return [_aged(tx, each) for each in found]


def static_payload(env: Env, shop: Merchant) -> str:
    """To be printed: names the shop, the payer says how much."""
    return _payload(env, shop, env.settings.wallet_currency, None)


def payload(env: Env, shop: Merchant, code: Code) -> str:
    """EMVCo text of a dynamic code."""
    return _payload(env, shop, code.currency, code)


def link(env: Env, shop: Merchant, code: Code | None = None) -> str:
    """The same as a UPI link."""
    return upi.write(
        upi.Link(
            pa=f"m{shop.id}{_SHOPS}",
            pn=shop.name,
            mc=_MCC.get(shop.category, ""),
            tr=f"{code.id}-{_secret(env, code)}" if code is not None else "",
            tn=code.reference if code is not None else "",
            am=money.plain(code.amount, code.currency) if code is not None else "",
            cu=code.currency if code is not None else env.settings.wallet_currency,
        )
    )


# What people show


def personal(tx: Tx, me: int, currency: str | None = None, amount: int | None = None, note: str = "") -> str:
    """My own code: a UPI link with my first handle, or my username. Raises NoWallet, BadAmount, BadNote."""
    wallet = wallets.wallet(tx, me, currency)
    if wallet.state == "closed":
        raise NoWallet
    if amount is not None:
        check_amount(amount)
    card = accounts.cards(tx, [me])[me]
    mine = receivers.handles(tx, me)
    return upi.write(
        upi.Link(
            pa=f"{mine[0].handle}{receivers.SUFFIX}" if mine else f"{card.username}{_PEOPLE}",
            pn=card.name or card.username,
            tn=checked_note(note),
            am=money.plain(amount, wallet.currency) if amount is not None else "",
            cu=wallet.currency,
        )
    )


# What was scanned


def read(tx: Tx, me: int, text: str) -> Scanned:
    """What a code asks for; of a dynamic one also whether it can still be paid.

    Raises UnreadableCode, NoSuchCode, CodeChanged, CodeUsed, CodeOver, NoSuchMerchant, NoSuchReceiver,
    MerchantClosed, MerchantBlocked.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise UnreadableCode
    try:
        if text[:6].lower() == "upi://":
            return _of_link(tx, me, upi.parse(text))
        return _of_payload(tx, emv.parse(text))
    except emv.BadPayload as error:
        raise UnreadableCode(
            "This is not a code that can be paid here: it is of another kind, or was not read whole"
        ) from error
    except upi.BadLink as error:
        raise UnreadableCode(f"This is not a code that can be paid here: {error}") from error


def pay(
    tx: Tx,
    me: int,
    text: str,
    amount: int | None = None,
    *,
    note: str = "",
    proof: Proof | None = None,
    device_id: int | None = None,
) -> Receipt:
    """Pay what was scanned. ``amount``: only where the code leaves it open (or the same as it says).

    A dynamic code is paid once, whoever comes first. Raises what :func:`read` raises, BadAmount,
    AmountFixed, and what paying a person or a shop raises.
    """
    tx.must_write()
    found = read(tx, me, text)
    if found.amount is not None and amount not in (None, found.amount):
        raise AmountFixed(amount=found.amount)
    due = found.amount if found.amount is not None else amount
    check_amount(due if due is not None else 0)
    assert due is not None
    if found.person:
        return sending.send(
            tx, me, found.person, due, found.currency, note=note or found.note, proof=proof,
            device_id=device_id,
        )  # fmt: skip
    code = _payable(tx, found.code_id) if found.code_id else None
    intent = paying.pay(
        tx,
        me,
        found.merchant,
        due,
        found.currency,
        reference=found.reference,
        description=code.description if code is not None else checked_note(note),
        metadata={"qr": str(found.code_id) if found.code_id else "static"},
        proof=proof,
        device_id=device_id,
    )
    if code is not None:
        queries.change(tx, code=code.id, new_state="paid", intent=intent.id, now=tx.now)
    payment = orders.payment_of(tx, intent)
    assert payment is not None
    return Receipt(payment, wallets.balance(tx, wallets.wallet(tx, me, found.currency)).balance)


# Inside


def _payload(env: Env, shop: Merchant, currency: str, code: Code | None) -> str:
    number = NUMERIC.get(currency)
    if number is None:
        raise BadCodeData(fields={"currency": "There are no codes in this currency"})
    account = [("00", GUID), ("01", str(shop.id))]
    if code is not None:
        account += [("02", str(code.id)), ("03", _secret(env, code))]
    return emv.write(
        [
            ("01", "12" if code is not None else "11"),
            ("26", emv.objects(account)),
            ("52", _MCC.get(shop.category, "5999")),
            ("53", number),
            ("54", money.plain(code.amount, currency) if code is not None else ""),
            ("58", currency[:2]),  # ISO 4217 begins with the country
            ("59", _plain(shop.name, 25) or f"SHOP {shop.id}"),
            ("60", "ONLINE"),
            ("62", emv.objects([("05", code.reference)]) if code is not None and code.reference else ""),
        ]
    )


def _plain(name: str, size: int) -> str:
    """As it can stand in a payload that the simplest reader shows: ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(plain.split())[:size].strip()


def _secret(env: Env, code: Code) -> str:
    """Binds a code's number to its shop and amount, so that none can be guessed or changed."""
    said = f"{code.id} {code.merchant} {code.amount} {code.currency}".encode()
    return crypto.b64(env.keys.sign("wallet.code", said, size=12))


def _of_payload(tx: Tx, found: emv.Objects) -> Scanned:
    accounts_ = [emv.split(value) for name, value in found.items() if "26" <= name <= "51"]
    ours = next((each for each in accounts_ if each.get("00", "").lower() == GUID), None)
    currency = _ALPHA.get(found["53"])
    if ours is None or currency is None:
        raise UnreadableCode("This code belongs to another house, or another currency")
    amount = _amount(found["54"], currency) if "54" in found else None
    return _shop(tx, ours.get("01", ""), ours.get("02", ""), ours.get("03", ""), amount, currency)


def _of_link(tx: Tx, me: int, found: upi.Link) -> Scanned:
    currency = found.cu.upper() or tx.env.settings.wallet_currency
    amount = _amount(found.am, currency) if found.am else None
    address = found.pa.lower()
    if address.endswith(_SHOPS):
        shop = _SHOP.fullmatch(address.removesuffix(_SHOPS))
        number, _, secret = found.tr.partition("-")
        return _shop(tx, shop[1] if shop else "", number, secret, amount, currency)
    if address.endswith(_PEOPLE):
        payee = receivers.find(tx, me, f"@{address.removesuffix(_PEOPLE)}", currency)
    elif address.endswith(receivers.SUFFIX):
        payee = receivers.find(tx, me, address, currency)
    else:
        raise NoSuchReceiver("This address belongs to another house")
    if payee.merchant:
        return _shop(tx, str(payee.merchant), "", "", amount, currency)
    name = payee.card.name or f"@{payee.card.username}"
    return Scanned("person", name, currency, amount, person=payee.person, note=clean(found.tn)[:140])


def _shop(tx: Tx, shop: str, code: str, secret: str, amount: int | None, currency: str) -> Scanned:
    found = merchants.merchant(tx, _number(shop, NoSuchMerchant()))
    merchants.must_be_open(found)
    if not code:
        return Scanned("shop", found.name, currency, amount, merchant=found.id)
    row = queries.by_id.first(tx, id=_number(code, NoSuchCode()))
    if row is None:
        raise NoSuchCode
    if not crypto.same(secret, _secret(tx.env, row)) or row.merchant != found.id:
        raise CodeChanged
    if (amount, currency) != (row.amount, row.currency):
        raise CodeChanged
    _must_be_open(tx, row)
    return Scanned(
        "shop", found.name, row.currency, row.amount, merchant=found.id, code_id=row.id,
        reference=row.reference, note=row.description,
    )  # fmt: skip


def _amount(text: str, currency: str) -> int:
    try:
        found = money.parse(text, currency)
    except ValueError as error:
        raise UnreadableCode("The code's amount cannot be read") from error
    if not 0 < found <= MOST_AMOUNT:
        raise UnreadableCode("The code's amount cannot be paid")
    return found


def _number(text: str, otherwise: Exception) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > ids.MAX:
        raise otherwise
    return int(text)


def _locked(tx: Tx, code_id: int) -> Code:
    tx.must_write()
    found = queries.by_id_for_update.first(tx, id=code_id)
    if found is None:
        raise NoSuchCode
    return found


def _payable(tx: Tx, code_id: int) -> Code:
    found = _locked(tx, code_id)
    _must_be_open(tx, found)
    return found


def _must_be_open(tx: Tx, found: Code) -> None:
    state = _aged(tx, found).state
    if state == "paid":
        raise CodeUsed
    if state != "open":
        raise CodeOver


def _aged(tx: Tx, found: Code) -> Code:
    over = found.state == "open" and found.expires_at <= tx.now
    return msgspec.structs.replace(found, state="expired") if over else found
