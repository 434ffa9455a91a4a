"""Settings: every source, in its order, and bad ones named."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_type_hints

import pytest

from dozen.db import open_database
from dozen.db.engine import SqliteDatabase
from dozen.kit.allowed import NUMBERS
from dozen.kit.settings import BadSettings, Settings, environment, load

FIELDS = {name: kind for name, kind in get_type_hints(Settings).items() if name in Settings.__struct_fields__}
OTHER: dict[type, tuple[str, Any]] = {str: ("other", "other"), int: ("42", 42), bool: ("false", False)}
FITTING = {
    "database_url": "postgresql://town@db/town",
    "replica_url": "postgresql://town@copy/town",
    "redis_url": "redis://cache:6379/0",
    "storage_url": "s3://files",
    "base_url": "https://town.example",
    "secret": "quite a long secret of 32 letters",
    "mail_url": "smtp://mail.example",
    "gateway_url": "https://pay.example",
    "wallet_currency": "EUR",
    "registration": "closed",
    "proxies": "10.0.0.2, fd00::2",
    "log_format": "json",
    "sqlite_synchronous": "NORMAL",
}
BESIDE = {"replica_url": {"database_url": FITTING["database_url"]}}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_setting_from_every_source(name: str, tmp_path: Path) -> None:
    default = getattr(Settings(), name)
    raw, value = (FITTING[name],) * 2 if name in FITTING else OTHER[FIELDS[name]]
    over = BESIDE.get(name, {})
    assert value != default, "or else the test shows nothing"
    file = tmp_path / "dozen.toml"
    file.write_text(f"{name} = {raw if FIELDS[name] is not str else repr(raw)}\n")
    assert getattr(load(None, {}), name) == default
    assert getattr(load(file, {}, **over), name) == value
    assert getattr(load(None, {"DOZEN_CONFIG": str(file)}, **over), name) == value
    assert getattr(load(None, {f"DOZEN_{name.upper()}": raw}, **over), name) == value
    assert getattr(load(None, {}, **over, **{name: value}), name) == value
    assert getattr(load(file, {}, **{name: default}), name) == default, "the command wins"
    assert getattr(load(file, {}, **over, **{name: None}), name) == value, "what is not given does not"


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


@pytest.mark.parametrize("name", sorted(name for name, kind in FIELDS.items() if kind is int))
def test_numbers_have_a_least_and_a_most(name: str) -> None:
    least, most = NUMBERS[name]
    for good in (least, most):
        assert getattr(load(None, {}, **{name: good}), name) == good
    for bad in (least - 1, most + 1, -(10**30), 10**30):
        words = f"{name} (DOZEN_{name.upper()}) is {bad}; it may be a whole number from {least} to {most}"
        with pytest.raises(BadSettings) as caught:
            load(None, {}, **{name: bad})
        assert str(caught.value) == words
        with pytest.raises(BadSettings, match=name):
            load(None, {f"DOZEN_{name.upper()}": str(bad)})


GOOD = [
    ("database_url", "sqlite:////srv/dozen.db"),
    ("database_url", "postgresql:///dozen?host=/run/postgresql"),
    ("database_url", "postgresql://a,b:5433/dozen?target_session_attrs=read-write"),
    ("redis_url", "unix:///run/redis.sock"),
    ("redis_url", "rediss://:word@cache/1"),
    ("storage_url", "/srv/files"),
    ("storage_url", "s3://files/town"),
    ("host", "::"),
    ("host", "fe80::1%eth0"),
    ("host", "town.internal"),
    ("base_url", "http://localhost:8000/"),
    ("mail_url", "smtps://user:pass%40word@mail.example:465?verify=no"),
    ("sqlite_synchronous", "normal"),
    ("proxies", ""),
    ("proxies", " ::1 , 127.0.0.1,"),
]
BAD = [
    ("data_dir", "", "a folder"),
    ("database_url", "dozen.db", "postgresql://"),
    ("database_url", "mysql://db/dozen", "sqlite:///"),
    ("database_url", "sqlite://dozen.db", "sqlite:///"),
    ("database_url", "postgresql://", "postgresql://"),
    ("replica_url", "sqlite:///copy.db", "postgresql://"),
    ("replica_url", "postgresql://copy/dozen", "beside"),
    ("redis_url", "cache:6379", "redis://"),
    ("redis_url", "redis://cache:99999", "redis://"),
    ("storage_url", "s3://", "s3://"),
    ("storage_url", "gs://files", "s3://"),
    ("host", "", "address"),
    ("host", "a b", "address"),
    ("base_url", "town.example", "https://host"),
    ("base_url", "ftp://town.example", "https://host"),
    ("base_url", "https://town.example/dozen", "without a path"),
    ("base_url", "https://town.example?x=1", "without a path"),
    ("base_url", "https://town.example:0", "https://host"),
    ("base_url", "https://", "https://host"),
    ("base_url", "https://town .example", "https://host"),
    ("base_url", "https://[::1", "https://host"),
    ("secret", "short", "32"),
    ("registration", "maybe", "open or closed"),
    ("mail_url", "mail.example", "smtp://"),
    ("mail_url", "http://mail.example", "smtp://"),
    ("gateway_url", "pay.example", "https://host"),
    ("wallet_currency", "rupees", "ISO 4217"),
    ("wallet_currency", "", "ISO 4217"),
    ("proxies", "10.0.0.0/8", "no networks"),
    ("proxies", "nginx", "no names"),
    ("log_format", "xml", "text or json"),
    ("sqlite_synchronous", "OFF", "FULL or NORMAL or EXTRA"),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_what_texts_may_be(name: str, value: str) -> None:
    assert getattr(load(None, {f"DOZEN_{name.upper()}": value}), name) == value


@pytest.mark.parametrize(("name", "value", "told"), BAD)
def test_what_texts_may_not_be(name: str, value: str, told: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load(None, {f"DOZEN_{name.upper()}": value})
    words = str(caught.value)
    assert f"DOZEN_{name.upper()}" in words
    assert told in words
    assert (repr(value) in words) != (name == "secret")


def test_every_setting_with_rules_is_one() -> None:
    assert set(NUMBERS) == {name for name, kind in FIELDS.items() if kind is int}
    assert {name for name, *_ in BAD} <= set(FIELDS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("redis_url", "redis://:hush@cache:99999"),
        ("base_url", "https://me:hush@town.example"),
        ("mail_url", "smtp://me:hu/sh@"),
        ("mail_url", "me:hush@mail.example"),
        ("redis_url", "redis://cache:0?password=hush"),
        ("replica_url", "postgresql://me:hush@copy/town"),
        ("secret", "hush"),
    ],
)
def test_passwords_are_not_in_the_message(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load(None, {}, **{name: value})
    assert "hush" not in str(caught.value)
    assert "hu/sh" not in str(caught.value)


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


def test_what_is_handed_on_comes_back_the_same(tmp_path: Path) -> None:
    made = load(None, {}, data_dir=str(tmp_path), port=9000, rate_limits=False, proxies="10.0.0.1,10.0.0.2")
    assert load(None, environment(made)) == made
