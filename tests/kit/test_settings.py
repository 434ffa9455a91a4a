"""Settings: every source, in its order, and bad ones named."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_type_hints

import pytest

from dozen.db import open_database
from dozen.db.engine import SqliteDatabase
from dozen.kit.settings import BadSettings, Settings, load

FIELDS = {name: kind for name, kind in get_type_hints(Settings).items() if name in Settings.__struct_fields__}
OTHER: dict[type, tuple[str, Any]] = {str: ("other", "other"), int: ("4242", 4242), bool: ("false", False)}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_setting_from_every_source(name: str, tmp_path: Path) -> None:
    default = getattr(Settings(), name)
    raw, value = OTHER[FIELDS[name]]
    assert value != default, "or else the test shows nothing"
    file = tmp_path / "dozen.toml"
    file.write_text(f"{name} = {raw if FIELDS[name] is not str else repr(raw)}\n")
    assert getattr(load(None, {}), name) == default
    assert getattr(load(file, {}), name) == value
    assert getattr(load(None, {"DOZEN_CONFIG": str(file)}), name) == value
    assert getattr(load(None, {f"DOZEN_{name.upper()}": raw}), name) == value
    assert getattr(load(None, {}, **{name: value}), name) == value
    assert getattr(load(file, {}, **{name: default}), name) == default, "the command wins"
    assert getattr(load(file, {}, **{name: None}), name) == value, "what is not given does not"


def test_the_environment_wins_over_the_file_and_the_named_file_over_the_other(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text("port = 1\nworkers = 1\nthreads = 1\n")
    two.write_text("port = 2\n")
    environ = {"DOZEN_CONFIG": str(two), "DOZEN_WORKERS": "3"}
    found = load(one, environ, threads=4)
    assert (found.port, found.workers, found.threads) == (1, 3, 4)
    assert load(None, environ).port == 2


def test_names_are_exact_and_strangers_in_the_environment_are_no_matter() -> None:
    environ = {"dozen_port": "1", "DOZEN_Port": "2", "PORT": "3", "DOZEN_TEST_REDIS_URL": "x", "DOZEN_": "4"}
    assert load(None, environ) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", ""),
        ("port", "80.5"),
        ("port", "0x50"),
        ("port", "80 "),
        ("workers", "many"),
        ("rate_limits", "perhaps"),
        ("upload_mb", "64MB"),
    ],
)
def test_bad_values_are_named(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        load(None, {f"DOZEN_{name.upper()}": value})
    with pytest.raises(BadSettings, match=name):
        load(None, {}, **{name: value})


@pytest.mark.parametrize(
    "text", ["port = [1]", "port = {a = 1}", "secret = 5", "host = 2026-01-01", "rate_limits = 'x'"]
)
def test_bad_kinds_in_a_file_are_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "dozen.toml"
    file.write_text(text)
    with pytest.raises(BadSettings, match=text.partition(" ")[0]):
        load(file, {})


@pytest.mark.parametrize(
    "raw", [b"port 9000", b"port = ", b"port = 1\nport = 2", b"[", b'host = "\xff"', b"\xff\xfe\0"]
)
def test_a_file_that_cannot_be_read_is_named(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "dozen.toml"
    file.write_bytes(raw)
    with pytest.raises(BadSettings, match=r"dozen\.toml"):
        load(file, {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="nowhere"):
        load(tmp_path / "nowhere", {})
    with pytest.raises(BadSettings, match="nowhere"):
        load(None, {"DOZEN_CONFIG": str(tmp_path / "nowhere")})
    with pytest.raises(BadSettings):
        load(tmp_path, {})
    assert load(None, {"DOZEN_CONFIG": ""}) == Settings()


def test_unknown_settings_are_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"'prot'.*port"):
        load(None, {}, prot=1)
    file = tmp_path / "dozen.toml"
    file.write_text("[server]\nport = 1\n")
    with pytest.raises(BadSettings, match="'server'"):
        load(file, {})


def test_secrets_are_not_in_the_message() -> None:
    with pytest.raises(BadSettings) as caught:
        load(None, {"DOZEN_PORT": "my-secret-value", "DOZEN_SECRET": "hush"})
    assert "hush" not in str(caught.value)


def test_words_of_any_language_come_through(tmp_path: Path) -> None:
    file = tmp_path / "dozen.toml"
    file.write_bytes('mail_from = "Zwölf <dozen@localhost>"\n'.encode())
    assert load(file, {}).mail_from == "Zwölf <dozen@localhost>"


@pytest.mark.parametrize("folder", ["data", "a b", "50%41", "what?", "ü#x"])
def test_what_follows_from_the_data_folder(folder: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / folder))
    db = open_database(settings.database)
    assert isinstance(db, SqliteDatabase)
    assert db.path == tmp_path / folder / "dozen.db"
    assert settings.storage == str(tmp_path / folder / "files")
    db.close()


def test_what_is_said_wins_over_what_follows() -> None:
    settings = Settings(
        data_dir="/x", database_url="postgresql://y", storage_url="s3://z", base_url="https://town/"
    )
    assert (settings.database, settings.storage, settings.url) == ("postgresql://y", "s3://z", "https://town")
    assert Settings(port=81).url == "http://localhost:81"


def test_rooms() -> None:
    assert Settings().rooms == frozenset()
    assert Settings(only=" wallet, ,microblog,").rooms == {"wallet", "microblog"}


def test_settings_do_not_change() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]
