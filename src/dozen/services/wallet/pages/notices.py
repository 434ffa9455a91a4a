"""From a notice to what it is about."""

from __future__ import annotations

from dozen.core import notifications
from dozen.services.wallet.pages.door import pages
from dozen.services.wallet.service import catalogue
from dozen.web import Call, Redirect

_DISPUTES = frozenset(("wallet.disputed", "wallet.dispute_answered", "wallet.dispute_ended"))
_REQUESTS = frozenset(("wallet.asked", "wallet.reminded", "wallet.request_ended"))
_SHOPPING = {"wallet.purchase_": "purchases", "wallet.return_": "returns", "wallet.review_": "products"}


@pages.get("/notices/{item_id}")
def open_notice(call: Call, item_id: int) -> Redirect:
    item = notifications.item(call.tx, call.me, item_id)
    if item.kind in _REQUESTS and item.subject_id:
        return Redirect(f"/wallet/requests/{item.subject_id}")
    if item.kind in _DISPUTES and item.subject_id:
        return Redirect(f"/wallet/disputes/{item.subject_id}")
    if item.kind == "wallet.identity":
        return Redirect("/wallet/identity")
    if item.kind == "wallet.reminder":
        return Redirect("/wallet/reminders")
    if item.kind == "wallet.security":
        return Redirect("/wallet/settings")
    if item.kind == "wallet.topup_failed" and item.subject_id:
        return Redirect(f"/wallet/add/{item.subject_id}")
    if item.kind == "wallet.product_lifted" and item.subject_id:
        shop = catalogue.view(call.tx, item.subject_id, call.me).shop
        return Redirect(f"/wallet/merchants/{shop.id}/products/{item.subject_id}")
    for begins, path in _SHOPPING.items():
        if item.kind.startswith(begins) and item.subject_id:
            return Redirect(f"/wallet/shop/{path}/{item.subject_id}")
    return Redirect(f"/wallet/payments/{item.subject_id}" if item.subject_id else "/wallet")
