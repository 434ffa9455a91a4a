"""PostgreSQL goes away under load and comes back; nothing that was answered is lost."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.support import loopback
from tests.support.process import Process
from tests.support.services import Postgres, _postgres_bin

pytestmark = pytest.mark.fault


def test_postgresql_restarted_under_load(tmp_path: Path) -> None:
    bin_dir = _postgres_bin()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    cluster = Postgres(bin_dir)
    server = Process(tmp_path / "data", database_url=cluster.url, threads=6)
    try:
        headers = {"authorization": f"Bearer {server.register('ada')}"}
        stop = threading.Event()
        kept: list[str] = []
        refused: list[int] = []

        def write() -> None:
            with loopback.client(base_url=server.url, headers=headers, timeout=30) as client:
                while not stop.is_set():
                    answer = client.post("/microblog/tweets", json={"text": f"at {time.monotonic_ns()}"})
                    if answer.status_code == 201:
                        kept.append(answer.json()["id"])
                    else:
                        refused.append(answer.status_code)
                        time.sleep(0.02)

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(1)
        cluster.stop("fast")
        time.sleep(0.5)
        cluster.start()
        before = len(kept)
        end = time.monotonic() + 30
        while len(kept) < before + 20 and time.monotonic() < end:
            time.sleep(0.05)
        stop.set()
        for writer in writers:
            writer.join()
        assert len(kept) >= before + 20
        assert set(refused) <= {503}
        found: set[str] = set()
        cursor = ""
        while True:
            page = server.client.get(f"/microblog/timeline/ada?limit=200{cursor}", headers=headers).json()
            found |= {each["id"] for each in page["data"]}
            if "next_cursor" not in page:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert set(kept) <= found
    finally:
        server.stop()
        cluster.remove()
