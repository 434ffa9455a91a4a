from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core.media.errors import MediaNotFound, StorageDown
from dozen.core.media.storage import CHUNK, Storage, new_blob
from dozen.kit import clock

DATA = bytes(range(256)) * 3000


def test_what_is_put_can_be_read(storage: Storage, tmp_path: Path) -> None:
    key = f"{new_blob()}/320.webp"
    storage.put(key, DATA)
    assert storage.get(key) == DATA
    assert storage.size(key) == len(DATA)
    assert b"".join(storage.open_range(key)) == DATA
    storage.fetch(key, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == DATA


def test_files_are_copied_from_disk(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(os.urandom(11_000_000))  # more than one part of a multipart upload
    key = f"{new_blob()}/source"
    storage.put(key, source)
    assert b"".join(storage.open_range(key)) == source.read_bytes()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, None), (0, 0), (0, 1), (5, 5), (100, 200), (CHUNK - 1, CHUNK + 1), (len(DATA) - 1, None),
        (3, 10**9), (10**9, None),
    ],
)  # fmt: skip
def test_ranges(storage: Storage, start: int, end: int | None) -> None:
    key = f"{new_blob()}/file"
    storage.put(key, DATA)
    assert b"".join(storage.open_range(key, start, end)) == DATA[start:end]


def test_a_range_that_is_none(storage: Storage) -> None:
    for start, end in ((-1, 3), (5, 2)):
        with pytest.raises(ValueError):
            storage.open_range("a/b", start, end)


def test_what_is_not_there(storage: Storage) -> None:
    key = f"{new_blob()}/nothing"
    for read in (storage.get, storage.size, storage.open_range):
        with pytest.raises(MediaNotFound):
            read(key)
    storage.delete(key)
    storage.delete_tree(key)


def test_deleting(storage: Storage) -> None:
    one, other = new_blob(), new_blob()
    for key in (f"{one}/a", f"{one}/b", f"{other}/a"):
        storage.put(key, b"x")
    storage.delete(f"{one}/a")
    with pytest.raises(MediaNotFound):
        storage.get(f"{one}/a")
    assert storage.get(f"{one}/b") == b"x"
    storage.delete_tree(one)
    with pytest.raises(MediaNotFound):
        storage.get(f"{one}/b")
    assert storage.get(f"{other}/a") == b"x"


def test_many_files_are_deleted_at_once(storage: Storage) -> None:
    blob = new_blob()
    storage.put_all({f"{blob}/{n}": b"x" for n in range(120)})
    storage.delete_tree(blob)
    for n in (0, 60, 119):
        with pytest.raises(MediaNotFound):
            storage.size(f"{blob}/{n}")


def test_blobs_are_listed_by_day(storage: Storage) -> None:
    blobs = {new_blob() for _ in range(5)}
    for blob in blobs:
        storage.put_all({f"{blob}/a": b"1", f"{blob}/b": b"2"})
    storage.put("parts/77/0", b"a part of an upload")
    days = storage.days()
    assert set(days) == {blob[:8] for blob in blobs}
    assert {blob for day in days for blob in storage.blobs(day)} == blobs


def test_putting_again_replaces_the_whole(storage: Storage) -> None:
    storage.put("parts/1/0", DATA)
    storage.put("parts/1/0", b"short")
    assert storage.get("parts/1/0") == b"short"


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", ".hidden", "a\\b", "a/b\0", "a b"]
)
def test_keys_stay_inside(tmp_path: Path, key: str) -> None:
    storage = Storage(str(tmp_path / "files"))
    for act in (
        storage.get,
        storage.delete,
        storage.delete_tree,
        storage.size,
        storage.local_path,
        storage.open_range,
    ):
        with pytest.raises(ValueError):
            act(key)
    with pytest.raises(ValueError):
        storage.put(key, b"x")


@settings(max_examples=30)
@given(data=st.binary(max_size=2000), start=st.integers(0, 2500), length=st.integers(0, 2500))
def test_ranges_are_slices(tmp_path: Path, data: bytes, start: int, length: int) -> None:
    storage = Storage(str(tmp_path / "files"))
    storage.put("a/b", data)
    assert b"".join(storage.open_range("a/b", start, start + length)) == data[start : start + length]


def test_a_folder_tells_the_path(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "files"))
    storage.put("a/b", b"x")
    path = storage.local_path("a/b")
    assert path is not None
    assert path.read_bytes() == b"x"
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


def test_empty_folders_go_too(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "files"))
    blob = new_blob()
    storage.put(f"{blob}/a", b"x")
    storage.delete_tree(blob)
    assert list((tmp_path / "files").iterdir()) == []


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "files"))
    versions = [bytes([n]) * 3_000_000 for n in range(4)]
    storage.put("a/b", versions[0])
    seen: set[bytes] = set()
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            seen.add(storage.get("a/b"))

    reader = threading.Thread(target=look)
    reader.start()
    for version in versions * 3:
        storage.put("a/b", version)
    over.set()
    reader.join()
    assert seen <= set(versions)


def test_a_full_or_broken_disk_is_told(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "files"))
    (tmp_path / "files" / "a").write_bytes(b"a file where a folder should be")
    with pytest.raises(StorageDown):
        storage.put("a/b", b"x")


def test_an_s3_server_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from dozen.app.measure import free_port

    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "x",
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with pytest.raises(StorageDown):
        Storage("s3://bucket/prefix").get("a/b")


def test_blobs_carry_their_day_and_nobody_guesses_them() -> None:
    made = {new_blob() for _ in range(100)}
    assert len(made) == 100
    day, spread, rest = next(iter(made)).split("/")
    assert day == clock.rfc3339(clock.now())[:10].replace("-", "")
    assert len(spread) == 2
    assert len(rest) == 30
