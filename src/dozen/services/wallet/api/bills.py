"""Bills and recharges by the native JSON door."""

from __future__ import annotations

from dozen.core import accounts
from dozen.services.wallet import acting
from dozen.services.wallet.api.door import MANAGE, MOVING, PAY, READ, api
from dozen.services.wallet.errors import bills as bill_errors
from dozen.services.wallet.schemas import bills as shapes
from dozen.services.wallet.schemas.common import checked_currency, minor, number
from dozen.services.wallet.service import bills
from dozen.services.wallet.structs import Receipt
from dozen.services.wallet.structs.bills import Category, Field
from dozen.web import Call, Cursor, Limit, Listing

FETCHING = (
    bill_errors.BadCustomer,
    bill_errors.BillerClosed,
    bill_errors.NoSuchBiller,
    bill_errors.NoSuchBillCustomer,
)


@api.get("/api/billers", scope=READ)
def billers(call: Call, category: Category | None = None) -> shapes.Billers:
    """Who can be paid, and what each asks for."""
    found = bills.billers(call.tx)
    return shapes.Billers(
        [shapes.biller(each) for each in found if category is None or each.category == category]
    )


@api.post("/api/billers", scope=MANAGE, raises=[bill_errors.BadBiller])
def add(call: Call, data: shapes.NewBillerShape) -> shapes.BillerShape:
    """Add a biller; for administrators."""
    accounts.must_be_admin(call.tx, call.me)
    currency = checked_currency(data.currency, call.env.settings.wallet_currency)
    new = bills.NewBiller(
        name=data.name,
        category=data.category,
        asks=data.asks,
        fields=tuple(Field(each.name, each.label, each.pattern, each.help) for each in data.fields),
        part=data.part,
        least=minor(data.least, currency),
        most=minor(data.most, currency),
        currency=currency,
    )
    return shapes.biller(bills.add_biller(call.tx, call.me, new))


@api.post("/api/bills/fetch", scope=READ, status=200, limit=(60, 600), raises=FETCHING)
def fetch(call: Call, data: shapes.Which) -> shapes.BillShape:
    """What is owed now."""
    found = bills.fetch(call.tx, number(data.biller_id, "biller_id"), data.fields)
    return shapes.bill(found)


@api.post(
    "/api/payments/bills",
    scope=PAY,
    raises=[*MOVING, *FETCHING, bill_errors.BillAmount, bill_errors.NoSuchPlan, bill_errors.NothingDue],
)
async def pay(call: Call, data: shapes.PayBill) -> shapes.PaidShape:
    """Pay a bill, or recharge. Without an amount: all of the bill, or what the plan costs."""
    biller_id = number(data.biller_id, "biller_id")
    of = await call.read(bills.biller, biller_id)
    amount = minor(data.amount, of.currency) if data.amount is not None else None
    receipt = await acting.carry_out(
        call,
        lambda tx, proof, device: bills.pay(
            tx, call.me, biller_id, data.fields, amount, plan_id=data.plan, proof=proof, device_id=device
        ),
        result=Receipt,
        pin=data.pin,
        key=acting.key_of(call),
        asked=[biller_id, data.fields, amount, data.plan],
    )
    found, of = await call.read(bills.paid, call.me, receipt.payment.id)
    return shapes.paid(found, of, receipt.balance)


@api.get("/api/bills", scope=READ)
def listed(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[shapes.PaidShape]:
    """Bills and recharges that you paid, newest first."""
    before = call.cursors.open_id("bills", cursor)
    found = bills.history(call.tx, call.me, **({"before": before} if before is not None else {}), limit=limit)
    more = call.cursors.seal("bills", found[-1][0].payment_id) if len(found) == limit else None
    return Listing([shapes.paid(each, of) for each, of in found], more)


@api.get("/api/bills/saved", scope=READ)
def saved(call: Call) -> shapes.SavedList:
    """Numbers that you keep."""
    return shapes.SavedList([shapes.saved(each, of) for each, of in bills.saved(call.tx, call.me)])


@api.post("/api/bills/saved", scope=MANAGE, raises=[*FETCHING, bill_errors.TooManySaved])
def save(call: Call, data: shapes.Keep) -> shapes.SavedList:
    """Keep a number, or change its name and whether you are reminded before its bill is due."""
    bills.save(
        call.tx, call.me, number(data.biller_id, "biller_id"), data.fields, name=data.name, remind=data.remind
    )
    return saved(call)


@api.delete("/api/bills/saved/{saved_id}", scope=MANAGE, raises=[bill_errors.NoSuchSaved])
def forget(call: Call, saved_id: int) -> None:
    """Keep it no longer."""
    bills.forget(call.tx, call.me, saved_id)
