"""Statements agree with the ledger, whoever moved the money."""

from __future__ import annotations

import csv
import io

import pytest

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.text import fold
from dozen.services.wallet import errors
from dozen.services.wallet.service import history, papers, sending, statements, wallets
from dozen.services.wallet.service.history import Filters
from dozen.services.wallet.service.movements import Movement, Standing
from dozen.services.wallet.service.moving import move
from tests.services.wallet.folk import make_holders
from tests.support.people import make_people
from tests.support.town import Town


def past(tx: Tx, a: int, b: int, amount: int, at: int, note: str = "") -> None:
    move(
        tx,
        Movement(
            kind="person", actor=a, payer=wallets.party(tx, a), payee=wallets.party(tx, b), amount=amount,
            currency="INR", proof=Standing("import"), id=ids.at(at, node=1000), quiet=True, note=note,
        ),
    )  # fmt: skip


def open_with(town: Town, names: list[str], amount: int) -> list[int]:
    """Wallets whose money came long ago."""
    from tests.services.wallet.folk import open_for

    make_holders(town, 0)
    people = [make_people(town, 1, name=name)[0] for name in names]

    def work(tx: Tx) -> None:
        for n, person in enumerate(people):
            open_for(tx, person)
            found = wallets.wallet(tx, person)
            ledger.transfer(
                tx,
                (
                    ledger.Leg(ledger.house(tx, "wallet.tests", "INR", "expense").id, -amount),
                    ledger.Leg(found.account_id, amount),
                ),
                kind="rides.earnings",
                id=ids.at(clock.now() - 90 * clock.DAY, sequence=n),
            )

    town.write(work)
    return people


def test_opening_and_closing_agree(town: Town) -> None:
    now = clock.now()
    a, b = open_with(town, ["Ada", "Bo"], 100_000)
    for day in range(60, 0, -1):
        town.write(past, a, b, day, now - day * clock.DAY)
    start, end = now - 40 * clock.DAY - clock.HOUR, now - 20 * clock.DAY - clock.HOUR
    found = town.read(statements.statement, a, "INR", start, end)
    assert found.opening == 100_000 - sum(range(41, 61))
    assert found.sent == sum(range(21, 41))
    assert found.closing == found.opening - found.sent + found.received
    assert [line.amount for line in found.lines] == [-day for day in range(40, 20, -1)]
    theirs = town.read(statements.statement, b, "INR", start, end)
    assert theirs.closing == theirs.opening + found.sent
    whole = town.read(statements.statement, a, "INR", now - 100 * clock.DAY, now + clock.DAY)
    assert (whole.opening, whole.closing) == (0, 100_000 - sum(range(1, 61)))
    assert whole.lines[0].kind == "rides.earnings", "what another room moved is there"
    assert whole.lines[0].name == "Rides"
    nothing = town.read(statements.statement, a, "INR", now - 12 * clock.HOUR, now)
    assert (nothing.lines, nothing.opening == nothing.closing) == ((), True)
    for wrong in ((now, now - 1), (now + clock.DAY, now + 2 * clock.DAY), (1, now), (-5, now)):
        with pytest.raises(errors.BadTime):
            town.read(statements.statement, a, "INR", *wrong)
    with pytest.raises(errors.NoWallet):
        town.read(statements.statement, a, "EUR", start, end)


def test_csv_keeps_no_formula(town: Town) -> None:
    a, b = open_with(town, ["Ada", '=HYPERLINK("x")'], 1_000)
    town.write(past, a, b, 250, clock.now() - clock.DAY, '+1 "tea", cake')
    found = town.read(statements.statement, a, "INR", clock.now() - 95 * clock.DAY, clock.now())
    text = (
        statements.csv_head(found.opening, "INR", found.start)
        + statements.csv_lines(list(found.lines))
        + statements.csv_foot(found.closing, "INR", found.end)
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["kind"] for row in rows] == ["opening", "rides.earnings", "person", "closing"]
    assert (rows[2]["name"], rows[2]["note"]) == ('\'=HYPERLINK("x")', '\'+1 "tea", cake')
    assert (rows[2]["amount"], rows[2]["balance"], rows[3]["balance"]) == ("-2.50", "7.50", "7.50")


def test_pdf_in_many_scripts(town: Town) -> None:
    names = ["Ada", "नीलम शर्मा", "Ελένη", "Дарья", "محمد", "สมชาย", "தமிழ்", "తెలుగు", "山田太郎", "🎁 Eve"]
    people = open_with(town, names, 10_000)
    for n, other in enumerate(people[1:]):
        town.write(
            past, people[0], other, 100 + n, clock.now() - (20 - n) * clock.DAY, f"₹ for {names[n + 1]}"
        )
    found = town.read(statements.statement, people[0], "INR", clock.now() - 30 * clock.DAY, clock.now())
    made = papers.pdf(found, town.env.settings.data / "fonts")
    assert made.startswith(b"%PDF-")
    assert 10_000 < len(made) < 1_000_000


def test_history_is_searched_and_paged(town: Town) -> None:
    a, b, c = open_with(town, ["Ada", "Bárbara", "Chen"], 100_000)
    now = clock.now()
    for n in range(30):
        town.write(
            past, a, b if n % 2 else c, 100 + n, now - (40 - n) * clock.DAY, "Čaj" if n % 3 else "rent"
        )
    town.write(past, b, a, 7_777, now - clock.DAY, "back")
    wallet = town.read(wallets.wallet, a)

    def find(limit: int = 5, **given: object) -> list[history.Line]:
        lines: list[history.Line] = []
        before = None
        for _ in range(50):
            page = town.read(
                lambda tx, at=before: history.history(
                    tx,
                    wallet,
                    Filters(**given),
                    before=at,
                    limit=limit,  # type: ignore[arg-type]
                )
            )
            assert len(page.lines) <= limit
            lines += page.lines
            before = page.more
            if before is None:
                return lines
        raise AssertionError("it does not end")

    assert len(find()) == 32
    assert len(find(text="caj")) == 20, "accents do not matter"
    assert len(find(text="BARBARA")) == 16
    assert {line.amount for line in find(direction="in")} == {7_777, 100_000}
    assert [line.note for line in find(smallest=7_777, largest=7_777)] == ["back"]
    assert len(find(kind="person")) == 31
    assert find(kind="bill") == []
    assert len(find(start=now - 15 * clock.DAY - 1, end=now - 12 * clock.DAY)) == 3
    for line in find(text="chen", direction="out"):
        said = f"{line.name} {line.note} {line.other.username if line.other else ''}"
        assert "chen" in fold(said)
    months = town.read(history.months, wallet)
    assert sum(month.sent for month in months) == sum(100 + n for n in range(30))
    kinds = town.read(history.by_kind, wallet, now - 60 * clock.DAY, now)
    assert [(each.kind, each.received) for each in kinds] == [("person", 7_777)]


def test_the_detail_is_for_its_two_sides(town: Town) -> None:
    a, b, c = make_holders(town, 3, money=1_000)
    paid = town.write(
        lambda tx: sending.send(tx, a, b, 100, "INR", note="x", proof=Standing("import"))
    ).payment
    for person, amount in ((a, -100), (b, 100)):
        assert town.read(history.one, person, paid.id).line.amount == amount
    for any_id in (paid.id, 1, 2**62):
        with pytest.raises(errors.NoSuchPayment):
            town.read(history.one, c, any_id)
