"""The journal as a whole."""

from __future__ import annotations

import pytest

from dozen.core import ledger
from dozen.core.ledger import Key, browsing
from dozen.db import Tx
from dozen.kit import clock
from tests.core.ledger.books import ADA, Books
from tests.core.ledger.test_reading import THEN, history


def all_pages(books: Books, limit: int = 5, **given: object) -> list[int]:
    seen: list[int] = []
    before = None
    while True:
        page = books.town.read(ledger.journal, before=before, limit=limit, **given)  # type: ignore[arg-type]
        assert len(page.transfers) <= limit
        seen += [each.id for each in page.transfers]
        if page.more is None:
            return seen
        assert before is None or page.more < before
        before = page.more


@pytest.mark.parametrize("depth", [2_000, 3])
def test_pages_see_everything_once(books: Books, monkeypatch: pytest.MonkeyPatch, depth: int) -> None:
    monkeypatch.setattr(browsing, "_DEPTH", depth)
    made = history(books)
    newest = [each.id for each in reversed(made)]
    assert all_pages(books) == newest
    assert all_pages(books, kind="wallet.gift") == [
        each.id for each in reversed(made) if each.kind == "wallet.gift"
    ]
    assert all_pages(books, smallest=5, largest=9) == [
        each.id for each in reversed(made) if 5 <= each.volume <= 9
    ]
    assert all_pages(books, currency="USD") == []
    assert len(all_pages(books, currency="EUR")) == len(made)
    day = [each.id for each in reversed(made) if THEN + clock.DAY <= each.at < THEN + 2 * clock.DAY]
    assert all_pages(books, start=THEN + clock.DAY, end=THEN + 2 * clock.DAY) == day
    assert len(day) == 4
    page = books.town.read(ledger.journal, limit=1)
    assert len(page.transfers[0].postings) == 2


def test_what_hangs_on_a_transfer(books: Books) -> None:
    books.fund(books.ada, 1_000)
    hold = books.reserve(books.ada, 600)
    first, second = (
        books.town.write(ledger.capture, hold.id, books.bo, n, actor=ADA, keep_rest=n == 100).transfer
        for n in (100, 200)
    )
    taken = books.town.read(ledger.transfers_of_hold, hold.id)
    assert [each.id for each in taken] == [first.id, second.id]
    assert books.town.read(ledger.transfers_of_hold, 1) == []

    keyed = books.pay(books.ada, books.bo, 5, key=Key("wallet.api", ADA, "own"))
    assert [(each.realm, each.key) for each in books.town.read(ledger.keys_of, keyed)] == [
        ("wallet.api", "own")
    ]

    def wrapped(tx: Tx) -> int:
        return ledger.once(
            tx,
            Key("wallet.page", ADA, "around"),
            "print",
            lambda tx: ledger.pay(tx, books.ada, books.bo, 6, kind="wallet.payment").id,
            int,
        ).get()

    made = books.town.read(ledger.one_transfer, books.town.write(wrapped))
    assert [each.key for each in books.town.read(ledger.keys_of, made)] == ["around"]
    assert books.town.read(ledger.keys_of, first) == []


def test_every_transfer_is_found_under_its_seal(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    from dozen.core.ledger import sealing

    monkeypatch.setattr(sealing, "MOST_IN_ONE", 3)
    assert books.town.read(ledger.newest_seal) is None
    made = [books.fund(books.ada, n + 1) for n in range(11)]
    assert books.town.read(ledger.unsealed) == 11
    assert books.town.read(ledger.seal_of, made[0].id) is None
    ledger.seal_all(books.town.env, books.town.db)
    numbers = [books.town.read(ledger.seal_of, each.id) for each in made]
    assert [each.number for each in numbers if each is not None] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4]
    late = books.fund(books.ada, 1)
    assert books.town.read(ledger.seal_of, late.id) is None
    assert books.town.read(ledger.unsealed) == 1
    newest = books.town.read(ledger.newest_seal)
    assert newest is not None
    assert newest.number == 4
