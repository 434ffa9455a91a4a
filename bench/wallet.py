"""Payments between people through HTTP, durable: ``python -m bench.wallet [--only sqlite|postgresql]``.

Starts a server on a fresh database (SQLite ``synchronous=FULL``; a PostgreSQL cluster of its own with all
settings as they come), gives some thousand people wallets with money in, and has wrk send
``POST /wallet/api/transfers``, each with a token, a pass for the PIN and an idempotency key of its own:
between random wallets, and from random wallets to ten that everybody pays, on 128 connections (what arrives
together shares a transaction, so on fewer each costs more). Nothing is counted until everybody has paid: each
of PostgreSQL's connections plans its statements then, and who calls is read for the first time. CPU-seconds
are those of all processes that serve, the database's too. What moved is proved in the end. Beside it:
pgbench TPC-B on the same cluster.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench.drive import process, table, wrk
from bench.ledger import Server
from bench.limits import said, slowness
from dozen.app.system import System
from dozen.core import accounts, ledger
from dozen.db import Tx
from dozen.kit.settings import Settings
from dozen.services.wallet.queries import people as people_queries
from dozen.services.wallet.service import pins, wallets
from dozen.services.wallet.service.movements import Movement, Standing
from dozen.services.wallet.service.moving import move

PORT = 8191
BASE = f"http://127.0.0.1:{PORT}"
TARGET = 1.2
"""CPU-seconds per 1,000 payments."""
_WARM = 5
"""Seconds; again, before anything is counted, until everybody has paid."""
_PEOPLE = 8_000
_SHOPS = 10
_PIN = "4826"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--connections", type=int, default=128, help="that send at the same time")
    parser.add_argument("--workers", type=int, default=1, help="of the server")
    args = parser.parse_args()
    if args.only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="dozen-bench-") as folder:
            run(Path(folder), {"DOZEN_WORKERS": str(args.workers)}, args.seconds, args.connections, None)
    if args.only != "sqlite":
        cluster = Server()
        try:
            cluster.pgbench(args.seconds, 8)
            with tempfile.TemporaryDirectory(prefix="dozen-bench-") as folder:
                env = {"DOZEN_DATABASE_URL": cluster.url, "DOZEN_WORKERS": str(args.workers)}
                run(Path(folder), env, args.seconds, args.connections, cluster)
        finally:
            cluster.close()


def run(data: Path, env: dict[str, str], seconds: int, connections: int, cluster: Server | None) -> None:
    name = "PostgreSQL" if cluster else "SQLite"
    env = env | {"DOZEN_RATE_LIMITS": "false"}
    command = [sys.executable, "-m", "dozen.app.cli"]
    at = ["--data", str(data), "--port", str(PORT), "--demo", "none"]
    os.environ.update(env)
    status = os.spawnvp(os.P_WAIT, command[0], [*command, "migrate", "--data", str(data)])
    assert status == 0
    town = Town(data, env.get("DOZEN_DATABASE_URL", ""))
    with process([*command, "serve", *at], f"{BASE}/healthz", env) as pid:
        called = 0
        while called < 1.2 * _PEOPLE:
            script = town.script(town.everybody, f"w{called}-", called)
            called += wrk("warm", pid, BASE, script, seconds=_WARM, connections=connections).requests
        for what, script in (
            ("random pairs", town.script(town.everybody, "a")),
            ("ten that everybody pays", town.script(town.everybody[:_SHOPS], "b")),
        ):
            before = cluster.cpu() if cluster else 0.0
            made = wrk(f"{name}, {what}", pid, BASE, script, seconds=seconds, connections=connections)
            note = ""
            if cluster:
                theirs = 1000 * (cluster.cpu() - before) / max(1, made.requests)
                note = f"    (server {made.cpu:.3f}, database {theirs:.3f})"
                made = msgspec.structs.replace(made, cpu=made.cpu + theirs)
            print(table([made], {made.name: TARGET}).splitlines()[-1] + note, flush=True)
        slow = slowness(PORT + 1)
    print(f"  {said(slow)}")
    town.prove()


class Town:
    """People with wallets, tokens and passes."""

    def __init__(self, data: Path, url: str) -> None:
        given: dict[str, Any] = {"database_url": url} if url else {}
        self._settings = Settings(data_dir=str(data), **given)
        system = System(self._settings)
        system.lease_ids()
        hashed, names = accounts.hash_password("a bench has no secrets"), [f"w{n}" for n in range(_PEOPLE)]
        proof_hash = pins.hash_pin(_PIN)

        def register(tx: Tx) -> list[int]:
            return list(
                accounts.register_many(
                    tx,
                    [
                        accounts.NewPerson(username=name, name=name, email=None, password_hash=hashed)
                        for name in names
                    ],
                )
            )

        people = system.db.run_write(system.env, register)
        self.everybody: list[str] = [f"@{name}" for name in names]
        self.callers: list[tuple[str, str]] = []

        def give(tx: Tx, some: list[int], first: int) -> list[tuple[str, str]]:
            out = []
            for n, person in enumerate(some, first):
                people_queries.add_holder(tx, person=person, now=tx.now)
                people_queries.tie(tx, who=person, phone=f"+9198{n:08}", now=tx.now)
                people_queries.set_tier(tx, who=person, level=3)
                people_queries.set_pin(tx, who=person, hash=proof_hash, now=tx.now)
                wallets.open_wallet(tx, person, "INR")
                source = wallets.house_party(tx, "wallet.bench", "INR", "expense")
                party = wallets.party(tx, person, "INR")
                move(
                    tx,
                    Movement(
                        kind="adjustment", actor=0, payer=source, payee=party, amount=1_000_000,
                        currency="INR", proof=Standing("operator"), quiet=True,
                    ),
                )  # fmt: skip
                token = accounts.issue_token(tx, person, name="b", scopes=accounts.ALL, expires_in=86_400)
                version = people_queries.pin.first(tx, person=person)
                assert version is not None
                proof = pins.Proof(person, version[1], 1, True)
                out.append((token.token, pins.make_pass(tx, proof, person, token.id).word))
            return out

        for start in range(0, _PEOPLE, 500):
            some = people[start : start + 500]
            self.callers += system.db.run_write(system.env, partial(give, some=some, first=start))
        system.close()

    def script(self, receivers: list[str], round_: str, start: int = 0) -> str:
        tokens = ",".join(f'"{token}"' for token, _ in self.callers)
        passes = ",".join(f'"{word}"' for _, word in self.callers)
        to = ",".join(f'"{name}"' for name in receivers)
        return f"""
local tokens, passes, to = {{{tokens}}}, {{{passes}}}, {{{to}}}
local n = {_SHOPS + start}
function request()
  n = n + 1
  local i = n % (#tokens - {_SHOPS}) + {_SHOPS} + 1
  local r = (n * 7919) % #to + 1
  if r == i then r = 1 end
  return wrk.format("POST", "/wallet/api/transfers", {{["Authorization"] = "Bearer " .. tokens[i],
    ["Wallet-Pass"] = passes[i], ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = "{round_}" .. n}}, '{{"to":"' .. to[r] .. '","amount":"1"}}')
end
"""

    def prove(self) -> None:
        system = System(self._settings)
        began = time.monotonic()
        wrong = ledger.doctor(system.db, system.env).wrong
        print(f"  proof: {wrong or 'the books are right'} ({time.monotonic() - began:.1f} s)")
        system.close()


if __name__ == "__main__":
    main()
