"""Proving the books: everything that is kept is computed again from the journal, page by page.

A page is one short query or two, so a proof of any size can run while people pay: each page sees one
consistent state. An incremental proof goes on from checkpoints, which a proof without findings leaves
behind: per chain the last link that was proved, under a key that the database does not have.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from typing import Any

from dozen.core.ledger import proof_queries as queries
from dozen.core.ledger.sealing import digest_of, gather, mac_of
from dozen.core.ledger.structs import Report, Seal, Wrong
from dozen.db import Database, Tx
from dozen.kit.env import Env
from dozen.kit.ids import MAX

MOST_WRONG = 50
_CHAINS = 500
_LINKS = 50_000
_ROWS = 2_000
_SEALS = 20
_SEAL_POINT = (0, 0)
"""Where, among the checkpoints, the last proved seal stands."""

Page = Callable[[Tx], None]
Progress = Callable[[str, float], None]


def verify(tx: Tx, *, full: bool = True) -> Report:
    """Prove the books in one transaction, for small ones; use a read transaction, which sees one state."""
    proof = Proof(full)
    for _, page in proof.pages():
        page(tx)
    return proof.report()


def doctor(db: Database, env: Env, *, full: bool = True, progress: Progress | None = None) -> Report:
    """Prove the books page by page in read transactions of its own, and keep checkpoints when all is right.

    ``full``: from the first posting on; else only what came since the checkpoints. A change to something
    older than these is found by a full proof alone. ``progress`` is told the check's name and how much of
    it is done, 0 to 1.
    """
    proof = Proof(full)
    for name, page in proof.pages():
        db.run_read(env, page)
        if progress is not None:
            progress(name, proof.fraction)
        if proof.proved and not proof.wrong:
            db.run_write(env, proof.keep)
    return proof.report()


class Proof:
    """The state of a proof between its pages."""

    def __init__(self, full: bool) -> None:
        self.full = full
        self.wrong: list[Wrong] = []
        self.fraction = 0.0
        self.proved: list[tuple[int, int, int, int]] = []
        """Chains that are right up to a seq, with the balance there, and are not yet kept."""
        self.accounts = self.postings = self.transfers = self.seals = self.unsealed = 0
        self._work = 0

    def report(self) -> Report:
        return Report(
            tuple(self.wrong[:MOST_WRONG]), self.accounts, self.postings, self.transfers, self.seals,
            self.unsealed, self.full,
        )  # fmt: skip

    def pages(self) -> Iterator[tuple[str, Page]]:
        """What is to be done, in order, each in one transaction."""
        yield "sums", self._sums
        for name, steps in (
            ("seals", self._seal_pages()),
            ("chains", self._chain_pages()),
            ("postings", self._posting_pages() if self.full else iter(())),
            ("reversals", self._reversal_pages() if self.full else iter(())),
        ):
            self.fraction = 0.0
            for step in steps:
                yield name, step

    def keep(self, tx: Tx) -> None:
        """Store checkpoints of what was proved."""
        queries.put_checkpoint.many(
            tx,
            [
                {
                    "account_id": account_id,
                    "lane": lane,
                    "seq": seq,
                    "balance": balance,
                    "mac": _mac(tx.env, account_id, lane, seq, balance),
                }
                for account_id, lane, seq, balance in self.proved
            ],
        )
        self.proved.clear()

    def _add(self, check: str, where: str, kept: Any, true: Any) -> None:
        if len(self.wrong) < MOST_WRONG:
            self.wrong.append(Wrong(check, where, str(kept), str(true)))

    # Sums

    def _sums(self, tx: Tx) -> None:
        for currency, total in queries.zero_sums.all(tx):
            self._add("sum_zero", f"currency {currency}", total, 0)
        found = (queries.work if self.full else queries.work_since).first(tx)
        self._work = max(1, found or 0)
        self.fraction = 1.0

    # Seals, and transfers as wholes

    def _seal_pages(self) -> Iterator[Page]:
        state: dict[str, Any] = {"seal": None, "started": False, "more": True}

        def begin(tx: Tx) -> None:
            point = None if self.full else queries.checkpoint.first(tx, account_id=0, lane=0)
            if point is not None and self._trusted(tx, 0, 0, *point):
                found = queries.seals_after.all(tx, number=point[0] - 1, limit=1)
                if not found or found[0].number != point[0]:
                    self._add("seal_missing", f"seal {point[0]}", "none", "a seal that was proved before")
                else:
                    state["seal"] = found[0]
            newest = queries.last_seal.first(tx)
            state["newest"] = newest.number if newest else 0

        def some(tx: Tx) -> None:
            before: Seal | None = state["seal"]
            found = queries.seals_after.all(tx, number=before.number if before else 0, limit=_SEALS)
            for each in found:
                self._prove_seal(tx, before, each)
                before = each
            state["seal"], state["more"] = before, len(found) == _SEALS
            self.fraction = min(1.0, (before.number if before else 0) / max(1, state["newest"]))

        yield begin
        while state["more"]:
            yield some
        last: Seal | None = state["seal"]
        after = {"turn": last.last_turn if last else 0}

        def rest(tx: Tx) -> None:
            found = gather(tx, after["turn"], MAX, _ROWS)
            for transfer, sides in found:
                self._prove_transfer(transfer, sides)
            self.unsealed += len(found)
            after["turn"] = found[-1][0][0] if len(found) == _ROWS else -1

        while after["turn"] >= 0:
            yield rest
        if last is not None and not self.wrong:
            self.proved.append((*_SEAL_POINT, last.number, last.last_turn))

    def _prove_seal(self, tx: Tx, before: Seal | None, each: Seal) -> None:
        where = f"seal {each.number}"
        self.seals += 1
        number, turn = (before.number, before.last_turn) if before else (0, 0)
        if each.number != number + 1 or each.after_turn != turn:
            self._add("seal_order", where, f"after {each.after_turn}", f"after {turn}")
        gathered = gather(tx, each.after_turn, each.last_turn, each.transfers + 1)
        for transfer, sides in gathered:
            self._prove_transfer(transfer, sides)
        rows = sum(len(sides) for _, sides in gathered)
        if (len(gathered), rows) != (each.transfers, each.postings):
            self._add(
                "seal_count", where, f"{each.transfers} transfers, {each.postings} postings",
                f"{len(gathered)} transfers, {rows} postings",
            )  # fmt: skip
        true = digest_of(before.digest if before else b"", gathered)
        if true != each.digest:
            self._add("seal_digest", where, each.digest.hex(), true.hex())
        if not hmac.compare_digest(mac_of(tx.env, each.digest), each.mac):
            self._add("seal_mac", where, each.mac.hex(), "a seal of this installation")

    def _prove_transfer(self, transfer: Any, sides: Any) -> None:
        self.transfers += 1
        sums: dict[str, int] = {}
        for side in sides:
            sums[side[6]] = sums.get(side[6], 0) + side[7]
        where = f"transfer {transfer[1]}"
        if len(sides) != transfer[11]:
            self._add("legs", where, transfer[11], len(sides))
        for currency, total in sums.items():
            if total:
                self._add("transfer_zero", where, f"{total} {currency}", 0)
        if len(sums) > 1 and transfer[10] is None:
            self._add("currencies", where, ", ".join(sorted(sums)), "one, or a rate")

    # Chains of postings, balances and holds

    def _chain_pages(self) -> Iterator[Page]:
        state: dict[str, Any] = {"at": (-1, -1), "long": None, "more": True}

        def some(tx: Tx) -> None:
            found = queries.chains.all(tx, account_id=state["at"][0], lane=state["at"][1], limit=_CHAINS)
            page: list[Any] = []
            links = 0
            for row in found:
                start = self._start(tx, row)
                if page and links + row[2] - start[0] > _LINKS:
                    break
                page.append((row, start))
                links += row[2] - start[0]
            state["more"] = bool(page)
            if not page:
                return
            first, last = page[0][0], page[-1][0]
            state["at"] = (last[0], last[1])
            between = {
                "account_id": first[0], "lane": first[1], "last_id": last[0], "last_lane": last[1],
                "limit": MOST_WRONG,
            }  # fmt: skip
            before = len(self.wrong)
            if len(page) == 1 and links > _LINKS:
                state["long"] = (*page[0][0][:4], *page[0][1])
            else:
                self._torn(tx, between)
                self.postings += links
            for account_id, lane, seq, kept, true in queries.wrong_ends.all(tx, **between):
                self._add("balance", f"account {account_id} lane {lane} seq {seq}", kept, true)
            for account_id, lane, kept, true in queries.wrong_holds.all(tx, **between):
                self._add("held", f"account {account_id} lane {lane}", kept, true)
            self.accounts += len(page)
            if len(self.wrong) == before and state["long"] is None:
                self.proved += [(row[0], row[1], row[2], row[3]) for row, _ in page]
            self.fraction = min(1.0, self.postings / self._work)

        while state["more"]:
            yield some
            if state["long"] is not None:
                yield from self._long(*state["long"])
                state["long"] = None

    def _torn(self, tx: Tx, between: dict[str, int]) -> None:
        for account_id, lane, seq, kept, true, expected in queries.torn.all(
            tx, **between, full=int(self.full)
        ):
            self._torn_link(account_id, lane, seq, kept, true, expected)

    def _torn_link(self, account_id: int, lane: int, seq: int, kept: int, true: int, expected: int) -> None:
        where = f"account {account_id} lane {lane} seq {seq}"
        if seq != expected:
            self._add("posting_missing", where, f"after seq {expected - 1} comes {seq}", expected)
        else:
            self._add("balance_after", where, kept, true)

    def _long(
        self, account_id: int, lane: int, last: int, end: int, seq: int, balance: int
    ) -> Iterator[Page]:
        """A chain that is too long for a page, stretch by stretch."""
        before = len(self.wrong)
        state = {"seq": seq, "balance": balance}

        def some(tx: Tx) -> None:
            to = min(last, state["seq"] + _LINKS)
            for found, kept, true, expected in queries.torn_in_one.all(
                tx, account_id=account_id, lane=lane, seq=state["seq"], balance=state["balance"], last=to,
                limit=MOST_WRONG,
            ):  # fmt: skip
                self._torn_link(account_id, lane, found, kept, true, expected)
            self.postings += to - state["seq"]
            at_end = queries.balance_at.first(tx, account_id=account_id, lane=lane, seq=to)
            if at_end is None:
                self._add("posting_missing", f"account {account_id} lane {lane} seq {to}", "none", to)
            state["seq"], state["balance"] = to, at_end or 0
            self.fraction = min(1.0, self.postings / self._work)

        while state["seq"] < last:
            yield some
        if len(self.wrong) == before:
            self.proved.append((account_id, lane, last, end))

    def _start(self, tx: Tx, row: Any) -> tuple[int, int]:
        account_id, lane, _, _, seq, balance, mac = row
        if self.full or seq is None:
            return 0, 0
        self._trusted(tx, account_id, lane, seq, balance, mac)
        return seq, balance

    def _trusted(self, tx: Tx, account_id: int, lane: int, seq: int, balance: int, mac: bytes) -> bool:
        if hmac.compare_digest(_mac(tx.env, account_id, lane, seq, balance), bytes(mac)):
            return True
        self._add("checkpoint", f"account {account_id} lane {lane}", f"seq {seq}", "one of this installation")
        return False

    # Rows that hang in the air

    def _posting_pages(self) -> Iterator[Page]:
        state: dict[str, Any] = {"at": (-1, -1)}

        def some(tx: Tx) -> None:
            found = queries.posting_page.all(tx, transfer_id=state["at"][0], leg=state["at"][1], limit=_ROWS)
            for transfer_id, leg, turn, currency in found:
                if turn is None:
                    self._add(
                        "posting_without_transfer", f"transfer {transfer_id} leg {leg}", "none", "a row"
                    )
                if currency is None:
                    self._add("posting_without_account", f"transfer {transfer_id} leg {leg}", "none", "a row")
            state["at"] = found[-1][:2] if len(found) == _ROWS else None
            self.fraction = 0.0 if state["at"] else 1.0

        while state["at"] is not None:
            yield some

    def _reversal_pages(self) -> Iterator[Page]:
        state: dict[str, Any] = {"at": 0}

        def some(tx: Tx) -> None:
            found = queries.reversal_page.all(tx, after=state["at"], limit=_ROWS)
            ids = [row[0] for row in found]
            sums = dict(queries.reversal_sums.all(tx, ids=ids))
            skipped = set(queries.rated.all(tx, ids=ids))
            for transfer_id, kept in found:
                if transfer_id not in skipped and kept != sums.get(transfer_id, 0):
                    self._add("reversed", f"transfer {transfer_id}", kept, sums.get(transfer_id, 0))
            state["at"] = ids[-1] if len(found) == _ROWS else None
            self.fraction = 0.0 if state["at"] else 1.0

        while state["at"] is not None:
            yield some


def _mac(env: Env, account_id: int, lane: int, seq: int, balance: int) -> bytes:
    return env.keys.sign("ledger.checkpoint", b"%d,%d,%d,%d" % (account_id, lane, seq, balance), size=16)
