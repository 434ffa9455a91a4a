"""A standby answers for the primary: never with less, and the primary again when it cannot."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dozen.app.doctor import look
from dozen.core.realtime import Hub, publish
from dozen.db import Tx, values
from dozen.db.migrate import upgrade
from dozen.db.postgres import PostgresDatabase
from dozen.db.replica import Replica
from dozen.kit.env import Env
from dozen.kit.errors import NotFound
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from tests.db.things import add_some, ids
from tests.support.people import PASSWORD
from tests.support.services import Postgres, _postgres_bin
from tests.support.site import Site
from tests.support.standby import Standby
from tests.support.town import Town

pytestmark = pytest.mark.fault

ROLE = "town"
WAITS = "?options=-csynchronous_commit%3Don"  # unlike the other test clusters, which are in a hurry
_copied = values(bool, text("SELECT pg_is_in_recovery()"))


def copied(tx: Tx) -> bool:
    """Whether this transaction is on the standby."""
    return bool(_copied.first(tx))


class Pair:
    """A primary and its standby, with one installation on them."""

    def __init__(self) -> None:
        bin_dir = _postgres_bin()
        if bin_dir is None:
            pytest.skip("PostgreSQL is not installed")
        self.primary = Postgres(bin_dir)
        admin = PostgresDatabase(self.primary.url)
        for statement in (
            f"CREATE ROLE {ROLE} LOGIN",
            f"CREATE DATABASE {ROLE} OWNER {ROLE}",
        ):
            admin.connection().execute(statement)
        admin.close()
        self.url = f"postgresql://{ROLE}@127.0.0.1:{self.primary.port}/{ROLE}{WAITS}"
        db = PostgresDatabase(self.url)
        upgrade(db)
        db.connection().execute("CREATE TABLE test_things (id bigint PRIMARY KEY, name text UNIQUE)")
        db.close()
        self.standby = Standby(self.primary)

    @property
    def copy(self) -> str:
        return f"postgresql://{ROLE}@127.0.0.1:{self.standby.port}/{ROLE}"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.standby.remove()
    made.primary.remove()


@pytest.fixture
def town(pair: Pair) -> Iterator[Town]:
    db = PostgresDatabase(pair.url)
    db.connection().execute("TRUNCATE test_things")
    env = Env(Settings(database_url=pair.url), b"a secret for tests only, 32+ bytes", Snowflakes(1))
    env.install(db)
    yield Town(db, env)
    env.close()
    db.close()


@pytest.fixture
def replica(pair: Pair, town: Town) -> Iterator[Replica]:
    assert isinstance(town.db, PostgresDatabase)
    made = Replica(pair.copy, town.db)
    settle(made, town)
    yield made
    made.close()


def settle(replica: Replica, town: Town) -> None:
    """Wait until reads go to the standby."""
    end = time.monotonic() + 20
    while not replica.run_read(town.env, copied):
        assert time.monotonic() < end, replica.standing()
        time.sleep(0.02)


def test_every_read_sees_what_was_committed_before_it(replica: Replica, town: Town) -> None:
    there = 0
    for n in range(200):
        town.write(add_some, n)
        seen, on_copy = replica.run_read(town.env, lambda tx: (ids.all(tx), copied(tx)))
        assert seen == list(range(n + 1))
        there += on_copy
        settle(replica, town)
    assert there > 100  # and mostly there


def test_reads_that_wait_for_others_writes(replica: Replica, town: Town) -> None:
    """Another thread's write that was answered is seen by whoever asks afterwards."""
    answered = -1
    stop = threading.Event()

    def write() -> None:
        nonlocal answered
        for n in range(400):
            if stop.is_set():
                return
            town.write(add_some, n)
            answered = n

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(300):
            before = answered
            assert len(replica.run_read(town.env, ids.all)) > before
    finally:
        stop.set()
        writer.join()


def test_a_standby_that_lags_is_left_alone_and_comes_back(
    pair: Pair, replica: Replica, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.write(add_some, 1)
    settle(replica, town)
    pair.standby.hold()
    try:
        town.write(add_some, 2)
        with caplog.at_level(logging.INFO, "dozen.db"):
            for _ in range(20):
                assert replica.run_read(town.env, lambda tx: (ids.all(tx), copied(tx))) == ([1, 2], False)
        assert [each.getMessage() for each in caplog.records] == [
            "the replica is behind; its reads go to the primary"
        ]
        assert not replica.fit
        standing = replica.standing()
        assert standing.behind > 0
        assert not standing.wrong
    finally:
        pair.standby.let_go()
    settle(replica, town)
    assert replica.run_read(town.env, ids.all) == [1, 2]
    assert replica.standing().behind == 0


def test_a_standby_that_is_killed_costs_no_answer(
    pair: Pair, replica: Replica, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.write(add_some, 1)
    refused: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                assert replica.run_read(town.env, ids.all) == [1]
            except BaseException as error:
                refused.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    time.sleep(0.3)
    pair.standby.stop("immediate")
    time.sleep(0.5)
    assert not replica.run_read(town.env, copied)
    assert "is away" in replica.standing().wrong
    pair.standby.start()
    settle(replica, town)
    stop.set()
    for reader in readers:
        reader.join()
    assert refused == []
    assert any("away" in each.getMessage() for each in caplog.records)


def test_a_read_in_the_middle_of_which_it_dies_is_done_again(
    pair: Pair, replica: Replica, town: Town
) -> None:
    town.write(add_some, 1)
    settle(replica, town)
    tries = 0

    def read(tx: Tx) -> list[int]:
        nonlocal tries
        tries += 1
        first = ids.all(tx)
        if tries == 1:
            assert copied(tx)
            pair.standby.ask(
                f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{ROLE}'"
            )
        return first + ids.all(tx)

    assert replica.run_read(town.env, read) == [1, 1]
    assert tries == 2


def test_faults_of_verbs_are_told_and_not_tried_again(replica: Replica, town: Town) -> None:
    tries = 0

    def read(tx: Tx) -> None:
        nonlocal tries
        tries += 1
        raise NotFound

    with pytest.raises(NotFound):
        replica.run_read(town.env, read)
    assert tries == 1
    assert replica.fit


def test_what_is_no_standby_of_ours_is_never_asked(pair: Pair, town: Town) -> None:
    assert isinstance(town.db, PostgresDatabase)
    for url, why in (
        (pair.url, "a primary itself"),
        (f"postgresql://postgres@127.0.0.1:{pair.standby.port}/postgres", "another database"),
        ("postgresql://town@127.0.0.1:1/town", "is away"),
    ):
        wrong = Replica(url, town.db)
        assert why in wrong.standing().wrong
        assert wrong.run_read(town.env, copied) is False
        assert not wrong.fit
        wrong.close()


def test_a_server_that_does_not_say_who_it_is_costs_no_answer(pair: Pair, town: Town) -> None:
    assert isinstance(town.db, PostgresDatabase)
    admin = PostgresDatabase(pair.primary.url.rpartition("/")[0] + f"/{ROLE}")
    admin.connection().execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    refused = Replica(pair.copy, town.db)
    try:
        assert refused.run_read(town.env, copied) is False
        assert "permission denied" in refused.standing().wrong
    finally:
        admin.connection().execute("GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC")
        admin.close()
    settle(refused, town)
    refused.close()


def test_the_hub_hears_the_same_through_both(pair: Pair, replica: Replica, town: Town) -> None:
    hub = town.env.part(Hub)
    heard: list[int] = []
    hub.listen("test", lambda event: heard.append(event.key))
    replica.run_read(town.env, hub.catch_up)

    def say(tx: Tx, key: int) -> None:
        publish(tx, "test", key)

    for key in range(60):
        town.write(say, key)
        (town.read if key % 3 else lambda verb: replica.run_read(town.env, verb))(hub.catch_up)
    pair.standby.hold()
    try:
        town.write(say, 60)
        town.read(hub.catch_up)
        replica.run_read(town.env, hub.catch_up)  # a copy that is behind must not take it back
    finally:
        pair.standby.let_go()
    settle(replica, town)
    replica.run_read(town.env, hub.catch_up)
    assert heard == list(range(61))


def test_a_whole_server_reads_from_it(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        data_dir=str(tmp_path), database_url=pair.url, replica_url=pair.copy, rate_limits=False, threads=4
    )
    site = Site(settings)
    try:
        replica = site.app.system.replica
        assert replica is not None
        ada = site.as_("ada")
        settle(replica, site.town)
        inner = replica._standby.run_read
        there = 0

        def counted(env: Env, verb: Callable[[Tx], Any]) -> Any:
            nonlocal there
            found = inner(env, verb)
            there += 1
            return found

        monkeypatch.setattr(replica._standby, "run_read", counted)
        for n in range(30):
            made = ada.post("/microblog/tweets", json={"text": f"number {n}"})
            assert made.status_code == 201
            page = ada.get("/microblog/timeline/ada").json()
            assert page["data"][0]["text"] == f"number {n}"
            settle(replica, site.town)
        assert there >= 60  # what settled, and what was asked
        before = there
        answer = site.anonymous.post("/api/login", json={"username": "ada", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        assert there == before  # what decides a write is read where it is written
        assert "dozen_replica_fit 1.0" in site.anonymous.get("/metrics").text
        pair.standby.hold()
        try:
            for n in range(30, 40):
                assert ada.post("/microblog/tweets", json={"text": f"number {n}"}).status_code == 201
                assert ada.get("/microblog/timeline/ada").json()["data"][0]["text"] == f"number {n}"
            assert not replica.fit
            findings = [each for each in look(site.app.system) if each.about == "Replica"]
            assert [each.grade for each in findings] == ["note"]
        finally:
            pair.standby.let_go()
        settle(replica, site.town)
        assert [each.grade for each in look(site.app.system) if each.about == "Replica"] == ["good"]
    finally:
        site.close()
