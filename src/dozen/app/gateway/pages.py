"""The hosted pages, where a person "types" a card, approves a payment, or is at their bank. Plain HTML."""

from __future__ import annotations

import hmac
from html import escape
from urllib.parse import parse_qsl, urlencode

from dozen.app.gateway.desk import MOST_TRIES, Desk, Problem
from dozen.app.gateway.store import Doc
from dozen.kit import money

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title} - payment simulator</title><style>
:root {{ color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; }}
body {{ max-width: 32rem; margin: 0 auto; padding: 1rem; }}
.note {{ border: 2px solid; border-radius: .5rem; padding: .5rem 1rem; }}
.bad {{ border-left: .4rem solid #c62828; padding: .25rem .75rem; }}
label {{ display: block; margin-top: .75rem; font-weight: 600; }}
input, select {{ font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; }}
button {{ font: inherit; padding: .6rem 1.2rem; margin: 1rem .5rem 0 0; min-height: 2.75rem; }}
table {{ border-collapse: collapse; width: 100%; margin-top: 1rem; }}
th, td {{ text-align: left; padding: .3rem; border-bottom: 1px solid #8888; }}
</style></head><body><main>
<p class="note"><strong>This is a simulator.</strong> No money moves here. Never enter a real card.</p>
<h1>{title}</h1>
"""
_TAIL = "</main></body></html>"
_CARDS = """<table><caption>Test cards (any future date, any CVC)</caption>
<thead><tr><th scope="col">Number</th><th scope="col">What happens</th></tr></thead><tbody>
<tr><td>4242 4242 4242 4242</td><td>paid</td></tr>
<tr><td>5555 5555 5555 4444</td><td>paid (another brand)</td></tr>
<tr><td>4000 0025 0000 3155</td><td>asks for approval (3-D Secure)</td></tr>
<tr><td>4000 0000 0000 9995</td><td>declined: insufficient funds</td></tr>
<tr><td>4000 0000 0000 0002</td><td>declined</td></tr></tbody></table>"""
_CARD_FIELDS = """
<label for="number">Card number</label>
<input id="number" name="number" inputmode="numeric" autocomplete="off" required maxlength="23">
<label for="month">Expiry month</label>
<input id="month" name="month" inputmode="numeric" autocomplete="off" required maxlength="2" value="12">
<label for="year">Expiry year</label>
<input id="year" name="year" inputmode="numeric" autocomplete="off" required maxlength="4" value="2034">
<label for="cvc">CVC</label>
<input id="cvc" name="cvc" inputmode="numeric" autocomplete="off" maxlength="4" value="123">"""

Answer = tuple[int, str, str]
"""Status, page, and where to go instead (or nothing)."""


def show(desk: Desk, page: str, object_id: str, secret: str) -> Answer:
    """GET."""
    doc = _find(desk, page, object_id, secret)
    if doc["status"] != "requires_action":
        return _over(doc)
    return 200, _page(doc, page), ""


def act(desk: Desk, page: str, object_id: str, body: str) -> Answer:
    """POST."""
    form = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=20))
    doc = _find(desk, page, object_id, form.get("secret", ""))
    if doc["status"] != "requires_action":
        return _over(doc)
    try:
        _do(desk, page, doc, form)
    except Problem as problem:
        return 402, _page(doc, page, problem.body["error"]["message"]), ""
    if doc["status"] == "requires_action":
        wanted: str = doc["next_action"]["redirect_to_url"]["url"]
        if f"/{page}/" not in wanted:
            return 303, "", wanted
        error = doc.get("last_payment_error") or {}
        return 402, _page(doc, page, error.get("message", "That did not work.")), ""
    return _over(doc)


def _find(desk: Desk, page: str, object_id: str, secret: str) -> Doc:
    kind = "setup_intent" if page == "save" else "payment_intent"
    found = desk.books.get(object_id, kind)
    if found is None or not hmac.compare_digest(found["client_secret"].encode(), secret.encode()):
        raise Problem(404, "resource_missing", "There is no such payment")
    return found


def _do(desk: Desk, page: str, doc: Doc, form: dict[str, str]) -> None:
    choice = form.get("do", "")
    if page == "save":
        _save(desk, doc, form)
    elif choice == "cancel":
        desk.cancel(doc, "requested_by_customer")
    elif page == "approve":
        if choice == "approve":
            desk.paid(doc)
        else:
            desk.decline(doc, "authentication_failed")
            _back_to_page(desk, doc)
    elif doc["payment_method_types"][0] == "netbanking":
        if choice == "approve":
            desk.paid(doc)
        else:
            doc["tries"] = MOST_TRIES  # a bank's no is the end of it
            desk.decline(doc, "bank_refused")
    else:
        card = desk.create_card(form.get("number", ""), _number(form, "month"), _number(form, "year"))
        desk.charge(doc, card["behaviour"])


def _back_to_page(desk: Desk, doc: Doc) -> None:
    """Somebody who did not approve may try another card, unless a saved one was charged."""
    if doc["status"] == "requires_action":
        doc["next_action"]["redirect_to_url"]["url"] = (
            f"{desk.page_url}/pay/{doc['id']}?{urlencode({'secret': doc['client_secret']})}"
        )
        desk.books.put(doc)


def _save(desk: Desk, doc: Doc, form: dict[str, str]) -> None:
    if form.get("do") == "cancel":
        desk.call_off_setup(doc)
    elif doc["payment_method_types"][0] == "card":
        card = desk.create_card(form.get("number", ""), _number(form, "month"), _number(form, "year"))
        desk.saved(doc, card)
    else:
        desk.saved(doc, desk.create_bank_account(form.get("account", "")))


def _number(form: dict[str, str], name: str) -> int:
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _page(doc: Doc, page: str, problem: str = "") -> str:
    secret = f'<input type="hidden" name="secret" value="{escape(doc["client_secret"])}">'
    bad = f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""
    cancel = '<button name="do" value="cancel" formnovalidate>Cancel</button>'
    if page == "save":
        if doc["payment_method_types"][0] == "card":
            title, fields, after = "Save a card", _CARD_FIELDS, _CARDS
        else:
            title, after = "Save a bank account", "<p>An account that ends with 0002 refuses payouts.</p>"
            fields = (
                '<label for="account">Account number or IBAN</label>'
                '<input id="account" name="account" autocomplete="off" required maxlength="40">'
            )
        body = f'{fields}<button name="do" value="save">Save</button>{cancel}'
        return _whole(title, f'{bad}<form method="post">{secret}{body}</form>{after}')
    amount = money.text(doc["amount"], doc["currency"].upper())
    what = f"<p>{escape(doc['description'] or 'Payment')}: <strong>{escape(amount)}</strong></p>"
    if page == "approve":
        title, after = "Approve the payment", ""
        body = (
            '<button name="do" value="approve">Approve</button>'
            '<button name="do" value="refuse">Refuse</button>'
        )
    elif doc["payment_method_types"][0] == "netbanking":
        title, after = "Your bank", ""
        body = (
            '<label for="bank">Bank</label><select id="bank" name="bank"><option>Simulated Bank</option>'
            "<option>Another Bank</option></select>"
            '<button name="do" value="approve">Approve the payment</button>'
            '<button name="do" value="refuse">Refuse</button>' + cancel
        )
    else:
        title, after = "Pay by card", _CARDS
        body = f'{_CARD_FIELDS}<button name="do" value="pay">Pay {escape(amount)}</button>{cancel}'
    return _whole(title, f'{what}{bad}<form method="post">{secret}{body}</form>{after}')


def _whole(title: str, body: str) -> str:
    return _HEAD.format(title=escape(title)) + body + _TAIL


def _over(doc: Doc) -> Answer:
    """Back to where the person came from."""
    if not doc["return_url"]:
        return 200, _whole("Done", "<p>You can close this page.</p>"), ""
    ends = {"succeeded": "succeeded", "requires_capture": "succeeded", "canceled": "canceled"}
    result = ends.get(doc["status"], "failed")
    joint = "&" if "?" in doc["return_url"] else "?"
    values = urlencode({doc["object"]: doc["id"], "redirect_status": result})
    return 303, "", f"{doc['return_url']}{joint}{values}"


def problem_page(message: str) -> str:
    return _whole("That did not work", f'<p class="bad" role="alert">{escape(message)}</p>')
