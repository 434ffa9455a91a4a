"""A Dozen that takes and makes payments all the time, in a process of its own, to be killed.

``python -m tests.support.payer DATABASE_URL FOLDER HOOK_PORT GATEWAY_PORT``. While the folder has no file
``calm`` it asks for money, gives some back and pays some out; then it only finishes what was begun.
"""

from __future__ import annotations

import contextlib
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from dozen.core import jobs, ledger, payments
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx, nodes, open_database
from dozen.kit.env import Env
from dozen.kit.errors import Fault
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings

SECRET = b"a secret for tests only, 32+ bytes"
ADA = 101
MOST_OPEN = 15
PACE = payments.Pace(head_start=30, lease=3_000, first=150, longest=1_000, poll=400, action=5_000, call=2_000)


def open_env(database_url: str, folder: Path, gateway_port: int) -> tuple[Any, Env]:
    db = open_database(database_url, synchronous="NORMAL")
    address = f"127.0.0.1:{gateway_port}"
    settings = Settings(
        data_dir=str(folder),
        database_url=database_url,
        gateway_url=f"http://{address}",
        outbound_allow=address,
    )
    env = Env(settings, SECRET, Snowflakes(0))
    env.install(db)
    env.install(PACE)
    nodes.bare_env(env, db, f"payer-{random.random()}")
    return db, env


def reward(tx: Tx, charge: payments.Charge) -> None:
    """One point for each payment: as many points as paid charges, or something was told twice."""
    if charge.paid:
        points = ledger.open_account(tx, ADA, "points", "XPT")
        ledger.pay(tx, ledger.house(tx, "promotion", "XPT", "expense").id, points.id, 1, kind="reward")


def serve_webhooks(env: Env, port: int) -> None:
    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                payments.receive_webhook(env, "stripe", headers, body)
                status = 200
            except Fault as fault:
                status = fault.status
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main(argv: list[str]) -> None:
    database_url, folder, hook_port, gateway_port = argv[0], Path(argv[1]), int(argv[2]), int(argv[3])
    db, env = open_env(database_url, folder, gateway_port)
    env.part(Registry).add(*payments.JOBS)
    payments.on_result(env, "shop", reward)
    serve_webhooks(env, hook_port)
    Runner(env, db, poll_seconds=0.1).start(3)
    wallet = db.run_write(env, lambda tx: ledger.open_account(tx, ADA, "wallet", "EUR")).id
    saved = [_saved(db, env, kind) for kind in ("card", "bank_account")]
    (folder / "up").touch()
    while True:
        with contextlib.suppress(Fault):
            db.run_write(env, lambda tx: jobs.enqueue(tx, "payments.recover", {}, key="recover"))
            if not (folder / "calm").exists():
                db.run_write(env, lambda tx: _something(tx, wallet, saved))
        time.sleep(0.05)


def _saved(db: Any, env: Env, kind: Any) -> int | None:
    """The id of what the test has saved beforehand."""
    found = db.run_read(env, lambda tx: payments.methods(tx, ADA))
    return next((each.id for each in found if each.kind == kind), None)


def _something(tx: Tx, wallet: int, saved: list[int | None]) -> None:
    dice, key = random.random(), f"k{tx.next_id()}"
    found = payments.charges(tx, ADA, None, 60)
    if dice < 0.6:
        if sum(not each.final for each in found) > MOST_OPEN:
            return  # people have only so many hands
        payments.charge(
            tx, ADA, random.randint(100, 9_999), "EUR", purpose="shop.order", subject=key, key=key,
            into=wallet, return_url="http://127.0.0.1:9/back", method=random.choice([None, saved[0]]),
            manual=random.random() < 0.3,
        )  # fmt: skip
        return
    if dice < 0.7:
        for each in found:
            if each.state == "authorised" and not each.wish:
                payments.capture(tx, each.id, random.randint(1, each.amount))
    elif dice < 0.8 and saved[1] is not None:
        payments.payout(
            tx, ADA, wallet, random.randint(100, 5_000), destination=saved[1], purpose="shop.out", key=key
        )
    elif dice < 0.95:
        paid = [each for each in found if each.refundable > 0]
        if paid:
            each = random.choice(paid)
            payments.refund(tx, each.id, random.randint(1, each.refundable), key=key)
    elif found:
        payments.cancel(tx, random.choice(found).id)


if __name__ == "__main__":
    main(sys.argv[1:])
