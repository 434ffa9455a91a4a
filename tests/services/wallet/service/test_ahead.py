"""Payments that are asked for at the same moment come out as if they came one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core import accounts, graph, ledger, notifications
from dozen.db import Companies, Tx, WriteQueue
from dozen.db.engine import SqliteDatabase
from dozen.db.wire import Wire
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.queries import payers
from dozen.services.wallet.queries import people as people_queries
from dozen.services.wallet.service import ahead, devices, limits, pins, receivers, sending, wallets
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Standing, Verdict
from dozen.services.wallet.service.moving import REMEMBERED
from dozen.services.wallet.structs import Receipt
from tests.services.wallet.folk import fund, make_holders, proof, spent_today
from tests.support.people import make_people
from tests.support.town import Town

_handles = count(1)


class Wish(msgspec.Struct, frozen=True):
    """A payment between people by their place in a :class:`Folk`."""

    payer: int
    payee: int
    """One past the last: nobody."""
    amount: int
    form: Literal["name", "at", "number", "handle"] = "name"
    key: str = ""
    proof: Literal["pass", "pin", "none", "another's", "wrong"] = "pass"
    currency: str = "INR"
    device: str = "phone"


class Folk:
    """People with wallets, and the ways in which they pay."""

    def __init__(self, town: Town, n: int = 5, money: int = 1_000) -> None:
        self.town = town
        self.people = make_holders(town, n, money=money)
        self.holders = [town.read(wallets.holder, each) for each in self.people]
        cards = town.read(accounts.cards, self.people)
        self.names = [cards[each].username for each in self.people]
        self.handles = [f"ahead{next(_handles)}" for _ in self.people]
        for person, handle in zip(self.people, self.handles, strict=True):
            town.write(receivers.take_handle, person, handle)

    def to(self, wish: Wish) -> str:
        if wish.payee == len(self.people):
            return {"number": "+919999999999", "handle": "nobody@dozen"}.get(wish.form, "nobody at all")
        holder = self.holders[wish.payee]
        assert holder is not None
        assert holder.phone is not None
        name = self.names[wish.payee]
        return {
            "name": name, "at": f" @{name} ", "number": holder.phone,
            "handle": f"{self.handles[wish.payee]}@dozen",
        }[wish.form]  # fmt: skip

    def secret(self, wish: Wish) -> str:
        return f"{wish.device} of {self.people[wish.payer if wish.device != 'shared' else 0]}"

    def asked(self, wish: Wish) -> tuple[ahead.Wish, Callable[[Tx], ledger.Answer[Receipt]]]:
        """As the door asks for it."""
        me, to, secret = self.people[wish.payer], self.to(wish), self.secret(wish)
        proved = self.proved(wish)

        def send(tx: Tx, device: int) -> Receipt:
            return sending.send(
                tx, me, to, wish.amount, wish.currency, note="tea", proof=proved, device_id=device
            )

        def verb(tx: Tx) -> ledger.Answer[Receipt]:
            device = devices.seen(tx, me, secret, kind="browser", name=wish.device, address="::1")
            if not wish.key:
                return acting._once_without_key(tx, lambda tx: send(tx, device.id), me)
            print_ = ledger.fingerprint(to, wish.amount, wish.currency)
            return ledger.once(
                tx, ledger.Key("wallet.api", me, wish.key), print_,
                lambda tx: send(tx, device.id), Receipt, remember=REMEMBERED,
            )  # fmt: skip

        seen = devices.digest_of("browser", secret)
        return ahead.Wish(me, to, wish.currency, seen, "wallet.api", wish.key), verb

    def proved(self, wish: Wish) -> pins.Proof | None:
        if wish.proof == "none":
            return None
        if wish.proof == "pin":
            return self.town.write(proof, self.people[wish.payer])
        holder = self.holders[(wish.payer + (wish.proof == "another's")) % len(self.people)]
        assert holder is not None
        return pins.Proof(holder.person, holder.pin_version, 0, wish.proof != "wrong", by_pass=True)

    def place(self, person: int) -> int | None:
        return self.people.index(person) if person in self.people else None

    def said(self, found: Any) -> Any:
        """An answer, in terms that are the same for anybody."""
        if isinstance(found, ledger.Answer):
            try:
                receipt = found.get()
            except Fault as fault:
                return self.said(fault)
            p = receipt.payment
            return p.state, self.place(p.payer), self.place(p.payee), p.amount, p.flags, receipt.balance
        if isinstance(found, Fault):
            extra = {name: value for name, value in found.extra.items() if name != "account"}
            return found.code, found.detail, sorted(extra.items(), key=str)
        return found

    def one_by_one(self, wishes: list[Wish]) -> list[Any]:
        out = []
        for wish in wishes:
            _, verb = self.asked(wish)
            try:
                out.append(self.said(self.town.write(verb)))
            except Fault as fault:
                out.append(self.said(fault))
        return out

    def at_once(self, wishes: list[Wish], at_once: int = 1) -> list[Any]:
        return [
            self.said(each) for each in together(self.town, [self.asked(wish) for wish in wishes], at_once)
        ]

    def has(self, place: int) -> tuple[int, int]:
        person = self.people[place]
        found = self.town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)))
        return found.balance, found.held

    def all_money(self) -> int:
        return sum(self.has(n)[0] for n in range(len(self.people)))

    def left_behind(self) -> Any:
        """What is written of each of these people."""

        def of(tx: Tx, person: int) -> Any:
            days = tx.driver.execute(
                f"SELECT currency, kind, sent, received, count FROM wallet_days WHERE owner = {person}"
            ).fetchall()
            made = tx.driver.execute(
                "SELECT state, amount, payee, currency, note, flags FROM wallet_payments "
                f"WHERE payer = {person} ORDER BY id"
            ).fetchall()
            findings = tx.driver.execute(
                f"SELECT kind, amount, state, reasons FROM wallet_risk_findings WHERE person = {person}"
            ).fetchall()
            told = notifications.list_plain(tx, person, limit=200)
            return {
                "days": sorted(map(tuple, days)),
                "made": [(state, amount, self.place(payee), *rest) for state, amount, payee, *rest in made],
                "findings": sorted(map(tuple, findings)),
                "told": Counter((each.kind, each.actor_id and self.place(each.actor_id)) for each in told),
                "unread": notifications.unread(tx, person),
                "devices": sorted((each.name, each.revoked_at is None) for each in devices.mine(tx, person)),
                "used": spent_today(tx, person),
                "tries": people_queries.pin.first(tx, person=person)[2],  # type: ignore[index]
            }

        found = [self.town.read(of, person) for person in self.people]
        for each in found:
            assert each["unread"] == each["told"].total()
        return found, [self.has(n) for n in range(len(self.people))]


def together(town: Town, asked: list[tuple[ahead.Wish, Callable[[Tx], Any]]], at_once: int = 1) -> list[Any]:
    """What became of what was asked for at one moment, as a server brings it together."""
    threads = ThreadPoolExecutor(4)

    async def in_thread(verb: Callable[[Tx], Any]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, town.db.run_write, town.env, verb)

    async def main() -> list[Any]:
        run = WriteQueue(town.db, town.env).run if isinstance(town.db, SqliteDatabase) else in_thread
        companies = Companies(run, at_once=at_once)
        works: list[Awaitable[Any]] = [companies.run(ahead.SENDING, wish, verb) for wish, verb in asked]
        return await asyncio.wait_for(asyncio.gather(*works, return_exceptions=True), 30)

    try:
        return asyncio.run(main())
    finally:
        threads.shutdown()


def side_by_side(town: Town) -> int:
    return 1 if town.db.dialect == "sqlite" else 2


@pytest.fixture
def folk(town: Town) -> Folk:
    return Folk(town)


@pytest.fixture(autouse=True)
def _books_are_right(town: Town) -> Iterator[None]:
    yield
    report = town.read(ledger.verify)
    assert report.ok, report.wrong


N = 5
_wish = st.builds(
    Wish,
    payer=st.integers(0, N - 1),
    payee=st.integers(0, N),
    amount=st.sampled_from([1, 100, 300, 700, 998, 999, 1_000, 1_001, 10**12, 0, -5]),
    form=st.sampled_from(["name", "at", "number", "handle"]),
    key=st.sampled_from(["", "", "k", "l"]),
    proof=st.sampled_from(["pass"] * 6 + ["pin", "none", "another's", "wrong"]),
    currency=st.sampled_from(["INR"] * 6 + ["EUR"]),
    device=st.sampled_from(["phone", "phone", "tablet", "shared"]),
)
_groups = st.lists(
    st.lists(_wish, min_size=1, max_size=N, unique_by=lambda wish: wish.payer), min_size=1, max_size=3
)
_settings = st.lists(
    st.tuples(
        st.sampled_from(["frozen", "blocked", "day", "payment", "revoked", "known", "blocks", "euros"]),
        st.integers(0, N - 1),
        st.integers(0, N - 1),
    ),
    max_size=4,
)


def arrange(folk: Folk, given_: list[tuple[str, int, int]]) -> None:
    def verb(tx: Tx, what: str, me: int, other: int) -> None:
        match what:
            case "frozen":
                wallets.freeze(tx, me, "INR")
            case "blocked":
                wallets.block(tx, me, "INR", "a court order")
            case "day" | "payment":
                limits.set_own(tx, me, "INR", {what: 700}, None)
            case "known" | "revoked":
                secret = f"phone of {me}"
                device = devices.seen(tx, me, secret, kind="browser", name="phone", address="::1")
                if what == "revoked":
                    devices.revoke(tx, me, device.id)
            case "blocks" if me != other:
                graph.block(tx, me, other)
            case "euros":
                wallets.open_wallet(tx, me, "EUR")
                fund(tx, me, 500, "EUR")

    for what, a, b in given_:
        with contextlib.suppress(Fault):  # frozen already, blocked already
            folk.town.write(verb, what, folk.people[a], folk.people[b])


def test_at_once_is_one_after_the_other(town: Town) -> None:
    """The same answers, and the same is written: whoever pays whom, whatever stands against it."""
    make_holders(town, 1)
    refused = Verdict("refuse", ("amount",))
    verdicts = {999: Verdict("review", ("amount",)), 998: refused}
    town.env.part(Hooks).add_risk(lambda tx, draft: verdicts.get(draft.movement.amount, Verdict()))

    @settings(max_examples=40)
    @given(first=_settings, groups=_groups)
    def compare(first: list[tuple[str, int, int]], groups: list[list[Wish]]) -> None:
        one, other = Folk(town, N), Folk(town, N)
        arrange(one, first)
        arrange(other, first)
        for group in groups:
            assert other.at_once(group) == one.one_by_one(group)
        assert other.left_behind() == one.left_behind()

    compare()


@settings(max_examples=15)
@given(wishes=st.lists(_wish, min_size=2, max_size=14), first=_settings)
def test_whatever_comes_at_once_the_books_agree(
    town: Town, wishes: list[Wish], first: list[tuple[str, int, int]]
) -> None:
    """The same people several times, and several transactions side by side: any order is right."""
    folk = Folk(town, N)
    arrange(folk, first)
    wishes = [msgspec.structs.replace(each, proof="pass") if each.proof == "pin" else each for each in wishes]
    answers = folk.at_once(wishes, side_by_side(town))
    assert all(isinstance(each, tuple) for each in answers), answers
    assert folk.all_money() == 1_000 * N
    (written, has), moved = folk.left_behind(), Counter[int]()
    for n, of in enumerate(written):
        sent = Counter[str]()
        for state, amount, payee, currency, *_ in of["made"]:
            if state in ("done", "review"):
                sent[currency] += amount
            if state == "done" and currency == "INR":
                moved[n] -= amount
                moved[payee] += amount
        days = {currency: amount for currency, kind, amount, *_ in of["days"] if kind == "person" and amount}
        assert days == sent
    assert [balance for balance, _ in has] == [1_000 + moved[n] for n in range(N)]
    assert all(balance >= held >= 0 for balance, held in has)


def test_the_same_person_twice_at_once(folk: Folk) -> None:
    """Each payment is looked at for itself: the second sees what the first has spent."""
    wishes = [Wish(0, 1, 400), Wish(0, 2, 400), Wish(0, 3, 400), Wish(1, 0, 100)]
    codes = [each[0] for each in folk.at_once(wishes, side_by_side(folk.town))]
    assert Counter(codes[:3]) == {"done": 2, "insufficient_funds": 1}
    assert codes[3] == "done"
    assert folk.has(0) == (1_000 - 800 + 100, 0)
    assert folk.all_money() == 5_000


def test_a_limit_is_never_exceeded_by_what_comes_at_once(folk: Folk) -> None:
    town, person = folk.town, folk.people[0]
    town.write(lambda tx: limits.set_own(tx, person, "INR", {"day": 1_000}, None))
    town.write(lambda tx: fund(tx, person, 10_000))
    wishes = [Wish(0, 1 + n % 4, 300) for n in range(8)] + [Wish(n, 0, 10) for n in range(1, 5)]
    found = folk.at_once(wishes, side_by_side(town))
    assert Counter(each[0] for each in found[:8]) == {"done": 3, "over_limit": 5}
    assert [each[0] for each in found[8:]] == ["done"] * 4
    assert town.read(spent_today, person) == 900
    assert folk.has(0) == (11_000 - 900 + 40, 0)


def test_the_receivers_cap_is_never_exceeded_by_what_comes_at_once(town: Town) -> None:
    rich = make_holders(town, 4, tier=3)
    (poor,) = make_holders(town, 1)
    for each in rich:
        town.write(fund, each, 20_000_000)

    def asked(payer: int) -> tuple[ahead.Wish, Callable[[Tx], Any]]:
        name = town.read(accounts.cards, [poor])[poor].username
        wish = ahead.Wish(payer, name, "INR", b"", "wallet.api", "")
        return wish, lambda tx: sending.send(tx, payer, name, 4_000_000, "INR", proof=Standing("import"))

    found = together(town, [asked(each) for each in rich], side_by_side(town))
    assert Counter(getattr(each, "code", "done") for each in found) == {"done": 2, "balance_cap": 2}
    assert town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, poor)).balance) == 8_000_000


def test_one_key_twice_at_once_is_one_movement(folk: Folk) -> None:
    same = [Wish(0, 1, 300, key="k")] * 5
    other = [Wish(2, 3, 100, key="k"), Wish(3, 2, 50)]
    found = folk.at_once([*same, *other], side_by_side(folk.town))
    assert {str(each) for each in found[:5]} == {str(("done", 0, 1, 300, (), 700))}
    assert [each[0] for each in found[5:]] == ["done", "done"]
    assert [folk.has(n)[0] for n in range(4)] == [700, 1_300, 950, 1_050]
    assert len(folk.left_behind()[0][0]["made"]) == 1
    again = folk.at_once([*same[:1], Wish(0, 1, 301, key="k"), Wish(1, 0, 1, key="k")])
    assert [each[0] for each in again] == ["done", "idempotency_key_reused", "done"]


def test_a_refusal_under_a_key_is_the_same_for_both(folk: Folk) -> None:
    """Even when there is money by the time of the second."""
    wishes = [Wish(0, 1, 1_500, key="k"), Wish(0, 1, 1_500, key="k"), Wish(2, 0, 1_000)]
    found = folk.at_once(wishes)
    assert found[0][0] == found[1][0] == "insufficient_funds"
    assert found[2][0] == "done"
    assert folk.at_once(wishes[:1])[0][0] == "insufficient_funds"
    assert folk.at_once([Wish(0, 1, 1_500, key="l")])[0][0] == "done"


def test_money_goes_on_within_one_moment(folk: Folk) -> None:
    """One may pay with what another sends at the same moment, or be refused: the books agree either way."""
    chain = [Wish(0, 1, 1_000), Wish(1, 2, 2_000), Wish(2, 3, 3_000), Wish(3, 4, 4_000)]
    assert [each[0] for each in folk.at_once(chain)] == ["done"] * 4, "in one transaction, in their order"
    assert [folk.has(n)[0] for n in range(5)] == [0, 0, 0, 0, 5_000]
    back = [Wish(0, 4, 1), Wish(1, 0, 1), Wish(4, 3, 5_000), Wish(3, 2, 5_000)]
    found = [each[0] for each in folk.at_once(back, side_by_side(folk.town))]
    assert found[:3] == ["insufficient_funds", "insufficient_funds", "done"]
    assert folk.has(4 - 1 - (found[3] == "done"))[0] == 5_000


def test_there_and_back_within_one_moment(folk: Folk) -> None:
    assert [each[0] for each in folk.at_once([Wish(0, 1, 700), Wish(1, 0, 700)])] == ["done"] * 2
    assert (folk.has(0), folk.has(1)) == ((1_000, 0), (1_000, 0))
    assert folk.town.read(spent_today, folk.people[0]) == 700


def test_everybody_pays_everybody(town: Town) -> None:
    """None of them waits for another in a ring, and none is lost."""
    folk = Folk(town, 8, money=10_000)
    wishes = [Wish(a, b, 1 + a) for a in range(8) for b in range(8) if a != b]
    for _ in range(2):
        found = folk.at_once(wishes, side_by_side(town))
        assert [each[0] for each in found] == ["done"] * len(wishes)
    assert folk.all_money() == 80_000
    expected = [10_000 + 2 * (sum(1 + b for b in range(8) if b != a) - 7 * (1 + a)) for a in range(8)]
    assert [folk.has(n)[0] for n in range(8)] == expected
    for n, of in enumerate(folk.left_behind()[0]):
        assert of["unread"] == of["told"].total()
        kinds = Counter(kind for kind, _ in of["told"].elements())
        assert (kinds["wallet.sent"], kinds["wallet.received"]) == (14, 14)
        ((_, _, sent, received, times),) = [row for row in of["days"] if row[1] == "person"]
        assert (sent, times) == (14 * (1 + n), 28)
        assert received == 2 * sum(1 + b for b in range(8) if b != n)


def test_a_new_device_is_noted_and_told(folk: Folk) -> None:
    folk.at_once([Wish(0, 1, 1), Wish(1, 2, 1), Wish(2, 0, 1)])
    found = folk.at_once([Wish(0, 1, 1, device="laptop"), Wish(1, 2, 1, device="laptop"), Wish(2, 0, 1)])
    assert [each[0] for each in found] == ["done"] * 3
    written = folk.left_behind()[0]
    assert [[name for name, _ in of["devices"]] for of in written[:3]] == [
        ["laptop", "phone"], ["laptop", "phone"], ["phone"],
    ]  # fmt: skip
    security = [sum(n for (kind, _), n in of["told"].items() if kind == "wallet.security") for of in written]
    assert security[:3] == [1, 1, 0]


def test_several_pay_from_one_browser(folk: Folk) -> None:
    """It is each one's device for itself: who has it taken away pays no more, and the others do."""
    wishes = [Wish(n, n + 1, 1, device="shared") for n in range(4)]
    for _ in range(2):
        assert [each[0] for each in folk.at_once(wishes)] == ["done"] * 4
    (mine,) = folk.town.read(devices.mine, folk.people[2])
    folk.town.write(devices.revoke, folk.people[2], mine.id)
    assert [each[0] for each in folk.at_once(wishes)] == ["done", "done", "device_revoked", "done"]
    assert [len(folk.town.read(devices.mine, each)) for each in folk.people] == [1, 1, 1, 1, 0]


def test_a_revoked_device_does_not_pay_among_others(folk: Folk) -> None:
    folk.at_once([Wish(0, 1, 1), Wish(1, 2, 1)])
    (mine,) = folk.town.read(devices.mine, folk.people[0])
    folk.town.write(devices.revoke, folk.people[0], mine.id)
    found = [each[0] for each in folk.at_once([Wish(0, 1, 1), Wish(1, 0, 1), Wish(2, 1, 1)])]
    assert found == ["device_revoked", "done", "done"]


@pytest.mark.parametrize("town", ["postgresql"], indirect=True)
def test_how_much_is_asked_does_not_grow_with_how_many(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    folk = Folk(town, 12)
    asked: list[str] = []
    execute = Wire.execute

    def asking(self: Wire, sql: str, *args: Any, **more: Any) -> Any:
        asked.append(sql)
        return execute(self, sql, *args, **more)

    def trips(n: int) -> int:
        ready = [folk.asked(Wish(a, (a + 1) % 12, 1)) for a in range(n)]
        asked.clear()
        assert len(together(town, ready)) == n
        return len(asked)

    trips(12)  # devices are noted, accounts are known
    monkeypatch.setattr(Wire, "execute", asking)
    few, many = trips(2), trips(12)
    assert many <= few + 2, "\n".join(asked)


@pytest.mark.parametrize("town", ["postgresql"], indirect=True)
def test_payers_are_locked_in_one_order_whatever_they_pay_in(town: Town) -> None:
    """Two who read ahead at once never wait for each other in a ring: none is run a second time."""
    folk = Folk(town, 3)
    arrange(folk, [("euros", n, n) for n in range(3)])
    barrier, runs = threading.Barrier(2), Counter[int]()

    def asked(payer: int, currency: str) -> ahead.Wish:
        to = folk.names[2]
        return ahead.Wish(folk.people[payer], to, currency, b"", "wallet.api", "")

    def work(me: int) -> None:
        wishes = [asked(me, "INR"), asked(1 - me, "EUR")]

        def verb(tx: Tx) -> None:
            runs[me] += 1
            ahead.ready(tx, wishes)

        for _ in range(12):
            barrier.wait(20)
            town.write(verb)

    threads = [threading.Thread(target=work, args=(me,)) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert runs == {0: 12, 1: 12}


# What is read of payers at once


@pytest.mark.parametrize("town", ["postgresql"], indirect=True)
def test_payers_are_as_each_would_be_read(town: Town) -> None:
    folk = Folk(town, 6, money=100_000)
    ada, bo, cy, dee, eve, fay = folk.people
    strangers = make_people(town, 2)
    now = clock.now()
    since = {"today": limits.day_of(now), "start": limits.month_of(now)}

    def arrange(tx: Tx) -> None:
        limits.set_own(tx, ada, "INR", {"payment": 5_000, "day": 6_000}, None)
        limits.set_own(tx, bo, "EUR", {"month": 100}, None)
        limits.set_own(tx, bo, "INR", {"month": 90_000}, None)
        people_queries.set_tier(tx, who=cy, level=3)
        for owner, kind, at, sent in (
            (ada, "person", now, 10),
            (ada, "bill", now, 20),
            (ada, "refund", now, 40),  # limits do not count it
            (ada, "person", since["start"], 80),
            (ada, "person", since["start"] - clock.DAY, 160),
            (bo, "withdraw", since["start"], 320),
            (cy, "person", now + clock.DAY, 640),
        ):
            limits.count(tx, owner, "INR", kind, at, sent=sent)
        limits.count(tx, ada, "EUR", "person", now, sent=1_280)

    town.write(arrange)
    for wish in (Wish(0, 1, 5), Wish(1, 2, 5), Wish(2, 0, 5, device="tablet")):
        assert folk.one_by_one([wish])[0][0] == "done"

    def shared(person: int) -> Callable[[Tx], int]:
        """Several pay from one device: its digest is the same."""

        def verb(tx: Tx) -> int:
            found = devices.seen(tx, person, "in the kitchen", kind="browser", name="x", address="")
            receiver = eve if person != eve else fay
            sending.send(tx, person, receiver, 1, "INR", proof=proof(tx, person), device_id=found.id)
            return found.id

        return verb

    kitchen = {person: town.write(shared(person)) for person in (dee, eve, fay)}
    phones = {person: town.read(devices.mine, person)[0].id for person in (ada, bo, cy)}
    asked = [
        (ada, bo, phones[ada]), (bo, ada, 0), (cy, strangers[0], phones[cy]), (dee, eve, kitchen[dee]),
        (eve, cy, kitchen[eve]), (fay, fay, 4711), (strangers[0], ada, 0), (strangers[1], 0, kitchen[fay]),
        (17, 18, 19),
    ]  # fmt: skip

    def compare(tx: Tx, currency: str, some: list[tuple[int, int, int]]) -> None:
        each = [
            payers.payer.first(tx, person=person, payee=payee, device=device, currency=currency, **since)
            for person, payee, device in some
        ]
        people, payees, used = zip(*some, strict=True)
        found = payers.payers.all(tx, people=people, payees=payees, devices=used, currency=currency, **since)
        by_person = {one.holder.person: one for one in found}
        assert len(by_person) == len(found)
        assert [by_person.get(person) for person, _, _ in some] == each

    for currency in ("INR", "EUR", "JPY"):
        for some in (asked, asked[::-1], asked[:1], asked[6:]):
            town.read(compare, currency, some)

    def of(person: int, currency: str = "INR") -> Any:
        (payee, device) = next((p, d) for who, p, d in asked if who == person)
        return town.read(
            lambda tx: payers.payer.first(
                tx, person=person, payee=payee, device=device, currency=currency, **since
            )
        )

    assert (of(ada).used.day, of(ada).own.payment, of(ada, "EUR").used.day) == (35, 5_000, 1_280)
    assert (of(dee).others, of(ada).others, of(ada).payee_tier, of(cy).payee_tier) == (2, 0, 1, None)

    @settings(max_examples=25)
    @given(
        some=st.lists(
            st.tuples(
                st.sampled_from([*folk.people, *strangers, 17]),
                st.sampled_from([*folk.people, 0, 18]),
                st.sampled_from([0, *phones.values(), *kitchen.values(), 4711]),
            ),
            min_size=1,
            unique_by=lambda each: each[0],
        ),
        currency=st.sampled_from(["INR", "EUR"]),
    )
    def any_of_them(some: list[tuple[int, int, int]], currency: str) -> None:
        town.read(compare, currency, some)

    any_of_them()
