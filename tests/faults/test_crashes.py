"""What was answered is there, whatever happened in between."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.support import loopback
from tests.support.process import Process

pytestmark = pytest.mark.fault


def write_until_it_breaks(url: str, token: str, many: int, done: list[str], tried: list[int]) -> None:
    with loopback.client(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=10) as client:
        for n in range(many):
            tried.append(n)
            try:
                answer = client.post("/microblog/tweets", json={"text": f"{token[-6:]} says number {n}"})
            except httpx.TransportError:
                return
            if answer.status_code == 201:
                done.append(answer.json()["id"])


def test_kill_9_in_the_middle_of_a_thousand_posts(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = Process(data)
    tokens = [server.register(f"writer{n}") for n in range(4)]
    acknowledged: list[str] = []
    tried: list[int] = []
    writers = [
        threading.Thread(target=write_until_it_breaks, args=(server.url, token, 250, acknowledged, tried))
        for token in tokens
    ]
    for writer in writers:
        writer.start()
    while len(acknowledged) < 120:
        time.sleep(0.01)
    server.kill()
    for writer in writers:
        writer.join()

    began = time.monotonic()
    again = Process(data)
    try:
        assert time.monotonic() - began < 30  # a bound against hanging; the figure itself is in bench/
        db = sqlite3.connect(data / "dozen.db")
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = {str(row[0]) for row in db.execute("SELECT id FROM microblog_posts")}
        assert set(acknowledged) <= stored
        # At most what was on its way may be there without an answer having arrived.
        assert len(stored) <= len(acknowledged) + len(tokens)
        # A post is whole: on its author's page, counted, findable.
        assert {str(row[0]) for row in db.execute("SELECT item_id FROM feeds_items")} == stored
        assert db.execute("SELECT sum(posts) FROM microblog_profiles").fetchone()[0] == len(stored)
        assert {str(r[0]) for r in db.execute("SELECT id FROM search_documents WHERE kind='post'")} == stored
        db.close()
        page = again.client.get(
            "/microblog/timeline/home?limit=200", headers={"authorization": f"Bearer {tokens[0]}"}
        ).json()["data"]
        assert len(page) == sum(1 for each in page if each["author"]["username"] == "writer0") > 0
    finally:
        assert again.stop() == 0


def test_two_servers_on_one_sqlite_file(tmp_path: Path) -> None:
    one = Process(tmp_path / "data")
    two = Process(tmp_path / "data")
    try:
        ada, bo = one.register("ada"), two.register("bo")
        a, b = {"authorization": f"Bearer {ada}"}, {"authorization": f"Bearer {bo}"}
        bo_id = one.client.get("/api/me", headers=b).json()["id"]
        assert one.client.post(f"/microblog/users/{bo_id}/follow", headers=a).status_code == 200
        ids: list[str] = []
        for n in range(40):
            server = (one, two)[n % 2]
            answer = server.client.post("/microblog/tweets", headers=b, json={"text": f"number {n}"})
            assert answer.status_code == 201
            ids.append(answer.json()["id"])
            other = (two, one)[n % 2]
            newest = other.client.get("/microblog/timeline/home?limit=1", headers=a).json()["data"]
            assert newest[0]["id"] == ids[-1]
        assert len(set(ids)) == 40
        # A token that one revokes is refused by the other.
        one.client.post("/api/logout", headers=b)
        assert two.client.get("/api/me", headers=b).status_code == 401
    finally:
        assert one.stop() == 0
        assert two.stop() == 0


def test_a_full_disk_refuses_and_recovers(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = Process(data, sqlite_max_pages=0)
    token = server.register("ada")
    server.stop()
    pages = sqlite3.connect(data / "dozen.db").execute("PRAGMA page_count").fetchone()[0]
    full = Process(data, sqlite_max_pages=pages + 6)
    headers = {"authorization": f"Bearer {token}"}
    try:
        statuses = []
        for n in range(400):
            answer = full.client.post(
                "/microblog/tweets", headers=headers, json={"text": f"{n} " + "word " * 40}
            )
            statuses.append(answer.status_code)
            if answer.status_code != 201:
                assert answer.status_code == 507
                assert answer.json()["code"] == "storage_full"
                break
        assert 507 in statuses
        assert full.client.get("/microblog/timeline/home", headers=headers).status_code == 200
    finally:
        full.stop()
    db = sqlite3.connect(data / "dozen.db")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("SELECT count(*) FROM microblog_posts").fetchone()[0] == statuses.count(201)
    db.close()
    roomy = Process(data)
    try:
        assert (
            roomy.client.post("/microblog/tweets", headers=headers, json={"text": "at last"}).status_code
            == 201
        )
    finally:
        roomy.stop()
