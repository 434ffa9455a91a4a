"""``python -m dozen.app.gateway``: the gateway simulator as a program."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from dozen.app.gateway.past import learn
from dozen.app.gateway.server import Simulator
from dozen.app.gateway.store import Store


def main(argv: list[str] | None = None) -> int:
    """Serve until told to stop. The key and the secret come from the environment, where nobody lists them:
    ``GATEWAY_KEY``, ``GATEWAY_WEBHOOK_SECRET``."""
    parser = argparse.ArgumentParser(prog="dozen-gateway", description="A payment gateway to try things on.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="its SQLite file")
    parser.add_argument("--webhook-url", default="", metavar="URL", help="who is told of everything")
    parser.add_argument("--page-url", default="", metavar="URL", help="how people reach its pages")
    parser.add_argument(
        "--known", type=Path, metavar="FILE", help="what it has charged before, if it is there"
    )
    parser.add_argument("--retry-seconds", type=float, default=2.0, help="until a webhook is tried again")
    parser.add_argument("--with-parent", action="store_true", help="end when who started it has ended")
    args = parser.parse_args(argv)
    parent = os.getppid()
    key, secret = os.environ.get("GATEWAY_KEY", ""), os.environ.get("GATEWAY_WEBHOOK_SECRET", "")
    if not key or not secret:
        print("GATEWAY_KEY and GATEWAY_WEBHOOK_SECRET must be set", file=sys.stderr)
        return 2
    store = Store(args.data)
    if args.known is not None and args.known.exists():
        learn(store, args.known)
    server = Simulator(
        store, host=args.host, port=args.port, key=key, secret=secret,
        webhook_url=args.webhook_url, page_url=args.page_url, retry=args.retry_seconds,
    )  # fmt: skip
    server.begin()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    while not over.wait(1.0):
        if args.with_parent and os.getppid() != parent:
            break
    server.shutdown()
    server.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
