from __future__ import annotations

import pytest

from dozen.core import ledger
from dozen.core.ledger import reading
from dozen.kit import clock, ids
from tests.core.ledger.books import ADA, Books

THEN = 1_700_000_000_000 // clock.DAY * clock.DAY


def history(books: Books, n: int = 24) -> list[ledger.Transfer]:
    """One movement every six hours, kinds and amounts in turn; each from the gateway to Ada."""
    return [
        books.town.write(
            ledger.pay,
            books.gateway,
            books.ada,
            n + 1,
            kind=("wallet.topup", "wallet.bonus", "wallet.gift")[n % 3],
            id=ids.at(THEN + n * 6 * clock.HOUR, node=3, sequence=n),
        )
        for n in range(n)
    ]


@pytest.mark.parametrize("which", ["ada", "gateway"])
def test_pages_down_and_up_see_everything_once(books: Books, which: str) -> None:
    made = history(books)
    account = getattr(books, which)
    seen: list[int] = []
    before = None
    while True:
        page = books.town.read(ledger.statement, account, before=before, limit=7)
        assert len(page.entries) <= 7
        seen += [each.transfer_id for each in page.entries]
        before = page.more
        if before is None:
            break
    assert seen == [each.id for each in reversed(made)]
    oldest = books.town.read(ledger.statement, account, after=0, limit=5)
    assert [each.transfer_id for each in oldest.entries] == [each.id for each in made[:5]][::-1]
    following = books.town.read(ledger.statement, account, after=oldest.entries[0].position, limit=50)
    assert [each.transfer_id for each in following.entries] == [each.id for each in made[5:]][::-1]
    assert following.more is None


@pytest.mark.parametrize("which", ["ada", "gateway"])
def test_filters(books: Books, which: str) -> None:
    made = history(books)
    account = getattr(books, which)

    def found(**options: int | str) -> list[int]:
        page = books.town.read(ledger.statement, account, limit=100, **options)
        return [each.transfer_id for each in reversed(page.entries)]

    everything = [each.id for each in made]
    assert found() == everything
    assert found(kind="wallet.gift") == everything[2::3]
    assert found(kind="nothing") == []
    assert found(smallest=5, largest=9) == everything[4:9]
    day = clock.DAY
    assert found(start=THEN + day, end=THEN + 2 * day) == everything[4:8]
    assert found(start=THEN + day + 1) == everything[5:]
    assert found(end=THEN + 1) == everything[:1]
    assert found(start=THEN + 100 * day) == []
    assert found(start=THEN + day, kind="wallet.topup", smallest=8) == [
        each.id for n, each in enumerate(made) if n >= 4 and n % 3 == 0 and n + 1 >= 8
    ]


@pytest.mark.parametrize("which", ["ada", "gateway"])
def test_a_search_goes_on_where_it_stopped(books: Books, which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks at a bounded number of entries, and says where to go on."""
    made = history(books)
    account = getattr(books, which)
    monkeypatch.setattr(reading, "_DEPTH", 4)
    for up in (False, True):
        seen: list[int] = []
        where = 0 if up else None
        pages = 0
        while True:
            options = {"after": where} if up else {"before": where}
            page = books.town.read(ledger.statement, account, smallest=20, limit=3, **options)
            part = [each.transfer_id for each in page.entries]
            seen += part[::-1] if up else part
            pages += 1
            assert pages < 30
            if page.more is None:
                break
            where = page.more
        wanted = [each.id for each in made[19:]]
        assert seen == (wanted if up else wanted[::-1])
        assert pages > 2


def test_an_entry_shows_the_other_sides(books: Books) -> None:
    books.fund(books.ada, 100)
    made = books.move((books.ada, -100), (books.shop, 97), (books.fees, 3), memo="Tea", data=[1], actor=5)
    entry = books.town.read(ledger.statement, books.ada).entries[0]
    assert (entry.amount, entry.balance_after, entry.memo, entry.data) == (-100, 0, "Tea", [1])
    assert {(each.account_id, each.amount) for each in entry.others} == {(books.shop, 97), (books.fees, 3)}
    assert (entry.transfer_id, entry.kind, entry.actor) == (made.id, "wallet.payment", 5)
    shops = books.town.read(ledger.statement, books.shop).entries[0]
    assert {(each.account_id, each.amount) for each in shops.others} == {(books.ada, -100), (books.fees, 3)}


def test_days_of_both_sorts_of_accounts(books: Books) -> None:
    history(books)
    wanted = [(THEN + n * clock.DAY, sum(range(4 * n + 1, 4 * n + 5)), 4) for n in range(6)]
    between = {"start": THEN, "end": THEN + 6 * clock.DAY}

    def adas() -> list[tuple[int, int, int]]:
        return [
            (d.day, d.credit, d.count) for d in books.town.read(ledger.daily_totals, books.ada, **between)
        ]

    def gateways() -> list[tuple[int, int, int]]:
        found = books.town.read(ledger.daily_totals, books.gateway, **between)
        return [(d.day, d.debit, d.count) for d in found]

    assert adas() == wanted
    assert gateways() == wanted  # nothing is sealed yet
    ledger.seal_all(books.town.env, books.town.db)
    assert gateways() == wanted
    extra = ids.at(THEN + 5 * clock.DAY + 23 * clock.HOUR, node=4)
    books.town.write(ledger.pay, books.gateway, books.ada, 1000, kind="x", id=extra)
    wanted[5] = (wanted[5][0], wanted[5][1] + 1000, 5)
    assert gateways() == wanted  # some sealed, some not
    assert adas() == wanted
    part = books.town.read(ledger.daily_totals, books.ada, start=THEN + clock.DAY, end=THEN + 3 * clock.DAY)
    assert [each.day for each in part] == [THEN + clock.DAY, THEN + 2 * clock.DAY]


def test_balances_of_somebody(books: Books) -> None:
    books.town.write(ledger.open_account, ADA, "savings", "EUR")
    books.fund(books.ada, 100)
    found = books.town.read(ledger.balances, ADA)
    assert [(each.account.purpose, each.balance) for each in found] == [("savings", 0), ("wallet", 100)]
    both = books.town.read(ledger.balances_by_id, [books.ada, books.gateway, 4711])
    assert {key: each.balance for key, each in both.items()} == {books.ada: 100, books.gateway: -100}
    assert both[books.gateway].normal == 100
    assert both[books.ada].normal == 100
    for verb in (ledger.balance, ledger.statement, ledger.account):
        with pytest.raises(ledger.errors.NoSuchAccount):
            books.town.read(verb, 4711)


def test_what_was_moved_for_something(books: Books) -> None:
    books.fund(books.ada, 100)
    made = [books.pay(books.ada, books.bo, 1, subject=77) for _ in range(5)]
    books.pay(books.ada, books.bo, 1, subject=78)
    page = books.town.read(ledger.transfers_about, 77, limit=3)
    assert page == made[:1:-1]
    rest = books.town.read(ledger.transfers_about, 77, before=page[-1].id)
    assert rest == made[1::-1]
    assert books.town.read(ledger.transfers_about, 0) == []


def test_the_trial_balance(books: Books) -> None:
    books.fund(books.ada, 100)
    books.reserve(books.ada, 20)
    books.move((books.ada, -50), (books.bo, 48), (books.fees, 2))
    lines = {line.purpose: line for line in books.town.read(ledger.trial_balance)}
    assert (lines["wallet"].accounts, lines["wallet"].credit, lines["wallet"].held) == (3, 98, 20)
    assert (lines["gateway.card"].debit, lines["gateway.card"].credit) == (100, 0)
    assert lines["fees"].credit == 2
    assert sum(line.debit for line in lines.values()) == sum(line.credit for line in lines.values())


def test_statements_go_by_the_index(books: Books) -> None:
    history(books, 3)
    if books.town.db.dialect != "sqlite":
        return
    sql, _, _ = reading.lines.ORDINARY.down.compiled("sqlite")
    plan = books.town.read(
        lambda tx: tx.driver.execute("EXPLAIN QUERY PLAN " + sql, [1] * sql.count("?")).fetchall()
    )
    text = " ".join(row[3] for row in plan)
    assert "uq_ledger_postings_chain" in text
    assert "TEMP B-TREE" not in text
