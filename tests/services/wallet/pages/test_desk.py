"""The operators' desk in a browser."""

from __future__ import annotations

import re

from dozen.core import payments
from dozen.core.jobs import Runner
from dozen.kit import clock
from dozen.services.wallet.pages.desk import HERE, SECTIONS
from dozen.services.wallet.service import wallets
from dozen.web.routes import Route
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.service.test_reconciling import STRANGE, YESTERDAY
from tests.support.site import Client, Site

OURS = ("", "people", "books", "journal", "adjustments", "reconciling", "figures")


def desk_routes(site: Site) -> list[Route]:
    found = [
        route
        for route in site.server.frame.routes
        if (route.path == HERE or route.path.startswith(f"{HERE}/"))
        and [*route.path.split("/"), ""][3] in OURS
    ]
    assert len(found) >= 27
    return found


def visit(client: Client, route: Route) -> int:
    path = route.path.replace("{username}", "ada").replace("{name}", "volume")
    path = "/".join("1" if part.startswith("{") else part for part in path.split("/"))
    if route.method == "GET":
        return client.get(path, headers={"accept": "text/html"}).status_code
    return client.submit(path, reason="because").status_code


def test_nobody_else_gets_in_anywhere(bank: Bank) -> None:
    site = bank.site
    ada = bank.browser("ada", money=100)
    mod = site.browser("mod", role="moderator")
    stranger = site.client(headers={"accept": "text/html"})
    token = site.as_("boss", role="admin")
    for route in desk_routes(site):
        assert visit(ada, route) == 403, route
        assert visit(stranger, route) in (303, 401), route
        assert visit(token, route) in (303, 401), route
        assert (visit(mod, route) == 403) == (route.access == "admin"), route
    open_to_moderators = {route.path for route in desk_routes(site) if route.access == "moderator"}
    assert open_to_moderators == {
        HERE, f"{HERE}/people", f"{HERE}/people/{{username}}", f"{HERE}/people/{{username}}/block",
        f"{HERE}/people/{{username}}/unblock",
    }  # fmt: skip
    assert bank.balance(ada.id) == 100


def test_every_section_opens_empty_and_says_so(bank: Bank) -> None:
    boss = bank.site.browser("boss", role="admin")
    front = boss.get(HERE).text
    for section in SECTIONS:
        assert f'href="{section.path}"' in front
        answer = boss.get(section.path)
        assert answer.status_code == 200, section.path
        assert f'href="{section.path}" aria-current="page"' in answer.text
    assert "The books are empty" in boss.get(f"{HERE}/books").text
    assert "Nothing has moved yet" in boss.get(f"{HERE}/journal").text
    assert "No adjustment was needed yet" in boss.get(f"{HERE}/adjustments").text
    assert "There is no gateway" in boss.get(f"{HERE}/reconciling").text
    assert "Every payment was let through" in boss.get(f"{HERE}/figures").text
    mod = bank.site.browser("mod", role="moderator")
    seen = mod.get(HERE).text
    for section in SECTIONS:
        assert (f'href="{section.path}"' in seen) == (not section.admin)


def test_books_journal_and_accounts(bank: Bank) -> None:
    ada, _ = bank.holder("ada", money=10_000), bank.holder("bo")
    boss = bank.site.browser("boss", role="admin")
    paid = ada.post("/wallet/api/transfers", json={"to": "@bo", "amount": "12.50", "note": "<b>", "pin": PIN})
    payment = paid.json()["id"]
    books = boss.get(f"{HERE}/books").text
    assert "comes to zero" in books
    assert "₹100.00" in books
    file = boss.get(f"{HERE}/books/trial.csv")
    assert "INR,liability,wallet,2,0.00,100.00,0.00" in file.text
    assert "INR,total,,,100.00,100.00,0.00" in file.text
    journal = boss.get(f"{HERE}/journal").text
    assert "@ada → @bo" in journal
    assert "&lt;b&gt;" in journal
    assert "<b>" not in journal
    account = bank.town.read(lambda tx: wallets.wallet(tx, ada.id)).account_id
    for q, to in ((payment, f"{HERE}/journal/{payment}"), (account, f"{HERE}/books/accounts/{account}")):
        answer = boss.get(f"{HERE}/journal", params={"q": str(q)})
        assert (answer.status_code, answer.headers["location"]) == (303, to)
    assert f"{HERE}/books/accounts/{account}" in boss.get(f"{HERE}/journal?q=%40ada").text
    assert "Nothing in the books has this id" in boss.get(f"{HERE}/journal?q=5").text
    assert "nobody by that name" in boss.get(f"{HERE}/journal?q=nobody").text
    entry = boss.get(f"{HERE}/journal/{payment}").text
    assert "−₹12.50" in entry
    assert "not yet" in entry
    page = boss.get(f"{HERE}/books/accounts/{account}").text
    assert "₹87.50" in page
    assert "Nothing found" in boss.get(f"{HERE}/books/accounts/{account}?smallest=900").text
    assert "This is not an amount" in boss.get(f"{HERE}/journal?smallest=lots").text
    assert boss.get(f"{HERE}/books/accounts/5").status_code == 404
    assert boss.get(f"{HERE}/journal/5").status_code == 404
    assert "wallet.tests" in boss.get(f"{HERE}/books/accounts").text


def test_a_proof_is_watched_and_kept(bank: Bank) -> None:
    bank.holder("ada", money=10_000)
    boss = bank.site.browser("boss", role="admin")
    asked = boss.submit(f"{HERE}/books/verifications", how="full")
    at = asked.headers["location"]
    page = boss.get(at).text
    assert f'data-stream="{at}/stream"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    again = boss.submit(f"{HERE}/books/verifications")
    assert again.headers["location"] == at
    assert "See how far it is" in boss.get(f"{HERE}/books").text
    Runner(bank.town.env, bank.town.db).drain()
    done = boss.get(at).text
    assert "The books are right" in done
    assert "data-stream" not in done
    assert "All is right" in boss.get(f"{HERE}/books/verifications").text
    assert boss.get(f"{HERE}/books/verifications/5").status_code == 404
    assert boss.get(f"{HERE}/books/verifications/5/stream").status_code == 404


def test_proposing_and_approving(bank: Bank) -> None:
    ada = bank.holder("ada", money=1_000)
    boss, bea = (bank.site.browser(name, role="admin") for name in ("boss", "bea"))
    form = boss.get(f"{HERE}/adjustments/new?account=%40ada").text
    assert 'value="@ada"' in form
    given = {"currency": "INR", "reason": "charged <twice>", "account-0": "@ada", "in-0": "1,000.50",
             "account-2": "wallet.adjustments", "out-2": "1000.5"}  # fmt: skip
    wrong = boss.submit(f"{HERE}/adjustments", **(given | {"out-2": "1"}))
    assert wrong.status_code == 422
    assert "₹999.50 more goes in than comes out" in wrong.text
    assert 'value="charged &lt;twice&gt;"' in wrong.text
    assert 'value="1,000.50"' in wrong.text
    both = boss.submit(f"{HERE}/adjustments", **(given | {"out-0": "3"}))
    assert both.status_code == 422
    assert "Write an amount above zero" in both.text
    unknown = boss.submit(f"{HERE}/adjustments", **(given | {"account-0": "@nobody"}))
    assert "@nobody has no wallet in INR" in unknown.text
    made = boss.submit(f"{HERE}/adjustments", **given)
    assert made.status_code == 303, made.text
    at = made.headers["location"]
    mine = boss.get(at).text
    assert "Approve and post" not in mine
    assert "Withdraw it" in mine
    assert boss.submit(f"{at}/approve").status_code == 403
    theirs = bea.get(at).text
    assert "Approve and post" in theirs
    assert "₹1,010.50" in theirs  # what will be in it
    assert '<span class="count">1' in bea.get(HERE).text
    assert bea.submit(f"{at}/reject", reason="").status_code == 422
    assert bea.submit(f"{at}/approve", reason="").status_code == 303
    assert bank.balance(ada.id) == 101_050
    assert bea.submit(f"{at}/approve").status_code == 409
    assert bank.balance(ada.id) == 101_050
    assert "Approve and post" not in bea.get(at).text
    assert boss.get(f"{HERE}/adjustments/5").status_code == 404


def test_reconciling(bank: Bank) -> None:
    ada = bank.holder("ada")
    boss = bank.site.browser("boss", role="admin")
    bank.town.env.part(payments.Gateways)._known["stripe"] = None  # type: ignore[assignment]
    day = clock.rfc3339(YESTERDAY)[:10]
    at = f"{HERE}/reconciling"
    assert "No day was compared yet" in boss.get(at).text
    wrong = boss.submit(
        f"{at}/compare", gateway="stripe", day=day, files={"file": ("day.csv", b"a,b\n", "text/csv")}
    )
    assert (wrong.status_code, "The file has no column" in wrong.text) == (422, True)
    done = boss.submit(
        f"{at}/compare", gateway="stripe", day=day, files={"file": ("day.csv", STRANGE.encode(), "text/csv")}
    )
    assert done.status_code == 303, done.text
    page = boss.get(done.headers["location"]).text
    assert "In the file, not in our books" in page
    difference = re.findall(rf'href="({at}/differences/\d+)"', page)[0]
    assert difference in boss.get(at).text
    assert "₹49.00" in boss.get(difference).text
    assert boss.submit(f"{difference}/resolve", reason="").status_code == 422
    missing = boss.submit(f"{difference}/resolve", reason="theirs, late", account="@nobody")
    assert missing.status_code == 422
    assert 'value="theirs, late"' in missing.text
    alone = boss.submit(f"{difference}/resolve", reason="theirs, late", account="@ada")
    assert (alone.status_code, "a second administrator approves" in alone.text) == (422, True)
    assert boss.submit(f"{difference}/resolve", reason="theirs, late").status_code == 303
    assert bank.balance(ada.id) == 0
    assert "theirs, late" in boss.get(difference).text
    assert boss.submit(f"{difference}/resolve", reason="once more").headers["location"] == difference
    none = {"file": ("", b"", "application/octet-stream")}  # as browsers send one that was not chosen
    future = boss.submit(f"{at}/compare", gateway="stripe", day="2999-01-01", files=none)
    assert (future.status_code, "Choose a day that is over" in future.text) == (422, True)
    assert boss.submit(f"{at}/compare", gateway="stripe", day=day, files=none).status_code == 303
    assert boss.submit(f"{at}/compare", gateway="nobody", day=day, files=none).status_code == 404


def test_figures_and_their_files(bank: Bank) -> None:
    bank.holder("ada", money=1_000)
    boss = bank.site.browser("boss", role="admin")
    page = boss.get(f"{HERE}/figures")
    assert page.status_code == 200
    files = re.findall(rf'href="({HERE}/figures/\w+/csv\?[^"]+)"', page.text)
    assert len(files) >= 3
    for file in files:
        answer = boss.get(file.replace("&amp;", "&"))
        assert answer.headers["content-type"].startswith("text/csv"), file
    assert boss.get(f"{HERE}/figures/nothing/csv").status_code == 404
    assert "week" in boss.get(f"{HERE}/figures?start=2026-01-01&end=2026-06-01").text
    bad = boss.get(f"{HERE}/figures?start=never")
    assert "This is not a date" in bad.text


def test_blocking_by_a_moderator(bank: Bank) -> None:
    ada = bank.holder("ada", money=1_000)
    mod = bank.site.browser("mod", role="moderator")
    at = f"{HERE}/people/ada"
    found = mod.get(f"{HERE}/people?q=%40ada")
    assert (found.status_code, found.headers["location"]) == (303, at)
    assert "nobody by that name" in mod.get(f"{HERE}/people?q=nobody").text
    page = mod.get(at).text
    assert "₹10.00" not in page
    assert mod.submit(f"{at}/block", currency="INR", reason="").status_code == 422
    assert mod.submit(f"{at}/block", currency="INR", reason="stolen <phone>").status_code == 303
    assert bank.town.read(lambda tx: wallets.wallet(tx, ada.id)).state == "blocked"
    page = mod.get(at).text
    assert "stolen &lt;phone&gt;" in page
    assert "wallet.block" in page
    assert at in mod.get(f"{HERE}/people").text
    assert mod.submit(f"{at}/unblock", currency="INR", reason="it was found").status_code == 303
    assert bank.town.read(lambda tx: wallets.wallet(tx, ada.id)).state == "frozen"
    assert mod.submit(f"{at}/block", currency="EUR", reason="no such").status_code == 404
    assert mod.submit(f"{HERE}/people/mod/block", currency="INR", reason="myself").status_code in (403, 404)
    boss = bank.site.browser("boss", role="admin")
    assert "₹10.00" in boss.get(at).text
