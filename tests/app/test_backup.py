"""Backups: made while people write, restored elsewhere, refused when damaged or misplaced."""

from __future__ import annotations

import io
import tarfile
import threading
from pathlib import Path

import pytest

from dozen.app import backup as packing
from dozen.app import doctor, setup
from dozen.app.backup import Unusable, backup, restore
from dozen.app.system import System
from dozen.core import accounts, media
from dozen.core.accounts import Person
from dozen.db import Tx
from dozen.kit.settings import Settings
from tests.support.town import bare_database


def place(kind: str, folder: Path) -> Settings:
    """An installation that is not there yet."""
    url = bare_database(kind, folder, folder.name) if kind == "postgresql" else ""
    return Settings(data_dir=str(folder), database_url=url, job_threads=0)


def register(tx: Tx, name: str) -> Person:
    return accounts.register(tx, username=name, name=name, email=None, password_hash="x", invited=True)


@pytest.fixture
def made(tmp_path: Path) -> Settings:
    settings = place("sqlite", tmp_path / "one")
    setup.migrate(settings)
    system = System(settings)
    system.lease_ids()
    system.db.run_write(system.env, lambda tx: register(tx, "ann"))
    system.env.part(media.Storage).put("20270101/aa/bb/x.webp", b"a picture")
    system.close()
    return settings


def names(settings: Settings) -> list[str]:
    system = System(settings)
    try:
        found = system.db.connection().execute("SELECT username FROM accounts_people ORDER BY id")  # type: ignore[attr-defined]
        return [row[0] for row in found.fetchall()]
    finally:
        system.close()


def test_all_comes_back(made: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b" / "dozen.tar.gz"
    assert backup(made, file) == 0
    assert file.stat().st_mode & 0o077 == 0, "it holds secrets"
    other = place("sqlite", tmp_path / "two")
    assert restore(other, file) == 0
    assert names(other) == ["ann"]
    system = System(other)
    assert system.env.part(media.Storage).get("20270101/aa/bb/x.webp") == b"a picture"
    system.close()
    assert (other.data / "secret").read_bytes() == (made.data / "secret").read_bytes()
    assert (other.data / "secret").stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in other.data.iterdir()) == ["dozen.db", "files", "secret"]


def test_a_backup_is_of_one_moment_while_people_write(made: Settings, tmp_path: Path) -> None:
    """Each transaction makes two people: a backup never has one of them."""
    system = System(made)
    system.lease_ids()
    ended = threading.Event()

    def write() -> None:
        n = 0
        while not ended.is_set():
            n += 1
            system.db.run_write(
                system.env,
                lambda tx, n=n: (register(tx, f"a{n}"), register(tx, f"b{n}")),  # type: ignore[misc]
            )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            backup(made, tmp_path / f"{n}.tar.gz")
    finally:
        ended.set()
        writer.join()
        system.close()
    for n in range(3):
        other = place("sqlite", tmp_path / f"other{n}")
        restore(other, tmp_path / f"{n}.tar.gz")
        found = names(other)
        assert len([name for name in found if name[0] == "a"]) - 1 == len([x for x in found if x[0] == "b"])


def test_nothing_is_overwritten(made: Settings, tmp_path: Path) -> None:
    file = tmp_path / "dozen.tar.gz"
    backup(made, file)
    with pytest.raises(Unusable, match="there already"):
        backup(made, file)
    with pytest.raises(Unusable, match="in use"):
        restore(made, file)
    other = place("sqlite", tmp_path / "two")
    other.data.mkdir()
    (other.data / "secret").write_text("another installation's secret, quite long")
    with pytest.raises(Unusable, match="another installation"):
        restore(other, file)
    assert not (other.data / "dozen.db").exists()
    third = place("sqlite", tmp_path / "three")
    (third.data / "files" / "x").mkdir(parents=True)
    (third.data / "files" / "x" / "y").write_text("somebody's")
    with pytest.raises(Unusable, match="files"):
        restore(third, file)


def test_an_empty_installation_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="empty"):
        backup(place("sqlite", tmp_path / "none"), tmp_path / "x.tar.gz")
    assert not (tmp_path / "x.tar.gz").exists()
    with pytest.raises(Unusable, match="no file"):
        restore(place("sqlite", tmp_path / "two"), tmp_path / "x.tar.gz")


def repacked(
    file: Path, to: Path, change: dict[str, bytes | None], add: dict[str, bytes] | None = None
) -> None:
    with tarfile.open(file) as old, tarfile.open(to, "w:gz") as new:
        for member in old:
            data = old.extractfile(member).read()  # type: ignore[union-attr]
            if member.name in change:
                changed = change[member.name]
                if changed is None:
                    continue
                data = changed
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
        for name, data in (add or {}).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))


def test_damage_is_seen_before_anything_is_put_in_place(made: Settings, tmp_path: Path) -> None:
    file = tmp_path / "dozen.tar.gz"
    backup(made, file)
    whole = file.read_bytes()
    picture = "files/20270101/aa/bb/x.webp"
    cases: list[Path] = []
    for n, (change, add) in enumerate(
        [
            ({picture: b"A picture"}, None),
            ({picture: None}, None),
            ({}, {"files/more": b"more"}),
            ({"sums.json": None}, None),
            ({"about.json": b"{}"}, None),
            ({}, {"../outside": b"x"}),
        ]
    ):
        cases.append(tmp_path / f"bad{n}.tar.gz")
        repacked(file, cases[-1], change, add)  # type: ignore[arg-type]
    cases.append(tmp_path / "cut.tar.gz")
    cases[-1].write_bytes(whole[: len(whole) // 2])
    cases.append(tmp_path / "text.tar.gz")
    cases[-1].write_bytes(b"this is no backup")
    for n, bad in enumerate(cases):
        other = place("sqlite", tmp_path / f"other{n}")
        with pytest.raises(Unusable):
            restore(other, bad)
        assert not any(other.data.iterdir()), bad.name
    assert not (tmp_path / "outside").exists()


def test_a_backup_of_a_newer_dozen_is_refused(
    made: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dozen.tar.gz"
    backup(made, file)
    monkeypatch.setattr(packing, "newest", lambda: "0000")
    with pytest.raises(Unusable, match="newer"):
        restore(place("sqlite", tmp_path / "two"), file)


def test_postgresql_comes_back(tmp_path: Path) -> None:
    settings = place("postgresql", tmp_path / "one")
    setup.migrate(settings)
    system = System(settings)
    system.lease_ids()
    system.db.run_write(system.env, lambda tx: register(tx, "ann"))
    system.close()
    file = tmp_path / "dozen.tar.gz"
    backup(settings, file)
    with pytest.raises(Unusable, match="in use"):
        restore(settings, file)
    with pytest.raises(Unusable, match="postgresql"):
        restore(place("sqlite", tmp_path / "lite"), file)
    fresh = place("postgresql", tmp_path / "two")
    restore(fresh, file)
    assert names(fresh) == ["ann"]


def test_the_doctor_finds_a_good_house_and_an_ailing_one(made: Settings) -> None:
    system = System(made)
    try:
        found = list(doctor.look(system))
        assert not [each for each in found if each.grade == "bad"], found
        assert {each.about for each in found} >= {"Database", "Pages", "Clock", "Secret", "Files"}
        (made.data / "secret").chmod(0o644)
        assert "Secret" in {each.about for each in doctor.look(system) if each.grade == "bad"}
    finally:
        system.close()
    assert doctor.run(made) == 1
    (made.data / "secret").chmod(0o600)
    assert doctor.run(made) == 0
