"""From a verb to a mailbox."""

from __future__ import annotations

import base64
import smtplib
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dozen.core import jobs, mail
from dozen.core.mail import delivery
from dozen.db import Tx
from dozen.kit.crypto import Keyring
from dozen.kit.env import Env
from tests.support.smtp import SmtpServer, running, self_signed
from tests.support.town import Town

FAR = 1 << 60


def runner(town: Town, **settings: Any) -> jobs.Runner:
    town.env.settings = msgspec.structs.replace(town.env.settings, **settings)
    town.env.part(jobs.Registry).add(*mail.JOBS)
    return jobs.Runner(town.env, town.db)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with running(SmtpServer()) as server:
        yield server


def test_mail_leaves_with_its_cause_or_not_at_all(town: Town) -> None:
    works = runner(town)

    def fails(tx: Tx) -> None:
        mail.send(tx, "ada@example.org", "No", "never")
        raise LookupError

    with pytest.raises(LookupError):
        town.write(fails)
    assert works.drain() == 0
    town.write(mail.send, "ada@example.org", "Yes", "once")
    assert works.drain() == 1
    assert len(list((town.env.settings.data / "outbox").iterdir())) == 1


def test_without_a_server_mail_is_put_out(town: Town) -> None:
    works = runner(town, base_url="https://town.example")
    number = town.write(mail.send, "Zoë Ünal <zoe@example.org>", "Grüße", "Hallo", "<b>Hallo</b>")
    works.drain()
    file = town.env.settings.data / "outbox" / f"{number}.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    made = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert made["To"].addresses[0].display_name == "Zoë Ünal"
    assert made["Subject"] == "Grüße"
    assert made["Message-ID"] == f"<{number}@town.example>"
    assert town.read(jobs.overview) == []


def test_an_international_address_is_put_out_too(town: Town) -> None:
    works = runner(town)
    number = town.write(mail.send, "zoë@example.org", "s", "t")
    works.drain()
    raw = (town.env.settings.data / "outbox" / f"{number}.eml").read_bytes()
    assert "To: zoë@example.org\r\n".encode() in raw


def test_bad_mail_is_refused_at_once(town: Town) -> None:
    for to, subject, fault in (
        ("ada@example.org\nBcc: eve@example.org", "s", mail.BadAddress),
        ("ada@example.org", "s\r\nBcc: eve@example.org", mail.BadSubject),
    ):
        with pytest.raises(fault) as caught:
            town.write(mail.send, to, subject, "text")
        assert caught.value.status == 422
    with pytest.raises(mail.MessageTooLarge):
        town.write(mail.send, "ada@example.org", "s", "x" * (mail.MOST_TEXT + 1))
    assert town.read(jobs.waiting) == 0


def test_the_largest_message_fits_into_a_job(town: Town) -> None:
    town.write(
        mail.send, "ada@example.org", "s", '"' * mail.MOST_TEXT, '\n"' * (mail.MOST_HTML // 2 - 1) + "x"
    )
    assert town.read(jobs.waiting) == 1


def test_waiting_mail_cannot_be_read_in_the_database(town: Town) -> None:
    town.write(mail.send, "ada@example.org", "Your link", "https://town.example/reset/secret")

    def fails(env: Env, job: jobs.Job) -> None:
        raise jobs.GiveUp

    town.env.part(jobs.Registry).add(jobs.handler("mail.deliver", fails))
    jobs.Runner(town.env, town.db).drain()
    [letter] = town.read(jobs.dead)
    sealed = letter.payload["letter"]
    raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    assert all(word not in raw for word in (b"secret", b"ada", b"link"))


def test_mail_of_another_secret_is_given_up(town: Town) -> None:
    works = runner(town)
    town.write(mail.send, "ada@example.org", "s", "t")
    town.env.keys = Keyring(b"another secret, which is long enough")
    works.drain()
    assert "decrypted" in town.read(jobs.dead)[0].error


def test_a_server_takes_it(town: Town, smtp: SmtpServer) -> None:
    works = runner(town, mail_url=f"smtp://127.0.0.1:{smtp.port}", mail_from="Städtchen <post@town.example>")
    number = town.write(mail.send, "Zoë <zoe@example.org>", "Grüße", "Hallo\n.\n..\nEnde", "<p>Hallo</p>")
    works.drain()
    [got] = smtp.mails
    assert got.sender.startswith("<post@town.example>")
    assert got.recipients == ["zoe@example.org"]
    assert (got.tls, got.user) == (False, None)
    assert got.message["From"].addresses[0].display_name == "Städtchen"
    assert got.message["Subject"] == "Grüße"
    plain = got.message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == "Hallo\n.\n..\nEnde\n"
    assert got.message["Message-ID"] == f"<{number}@localhost>"
    assert town.read(jobs.overview) == []


def test_a_try_after_a_failure_is_the_same_message(town: Town, smtp: SmtpServer) -> None:
    works = runner(town, mail_url=f"smtp://127.0.0.1:{smtp.port}")
    smtp.replies["."] = "451 later"
    number = town.write(mail.send, "ada@example.org", "s", "t")
    works.drain()
    assert smtp.mails == []
    [waits] = town.read(jobs.overview)
    assert (waits.waiting, waits.dead) == (1, 0)
    del smtp.replies["."]
    works.drain(until=FAR)
    town.write(mail.send, "ada@example.org", "s", "t")
    works.drain()
    first, second = [mail.message["Message-ID"] for mail in smtp.mails]
    assert first == f"<{number}@localhost>"
    assert first != second


@pytest.mark.parametrize(
    ("command", "reply", "dead"),
    [
        ("RCPT", "550 nobody here", True),
        ("RCPT", "450 greylisted", False),
        ("DATA", "554 no spam", True),
        (".", "552 too large", True),
        (".", "452 disk full", False),
        ("MAIL", "421 busy", False),
        ("MAIL", "530 sign in first", False),
        ("EHLO", "421 busy", False),
    ],
)
def test_what_is_tried_again_and_what_is_not(
    town: Town, smtp: SmtpServer, command: str, reply: str, dead: bool
) -> None:
    works = runner(town, mail_url=f"smtp://127.0.0.1:{smtp.port}")
    smtp.replies[command] = reply
    if command == "EHLO":
        smtp.replies["HELO"] = reply
    town.write(mail.send, "ada@example.org", "s", "t")
    assert works.drain() == 1
    [counts] = town.read(jobs.overview)
    assert (counts.waiting, counts.dead) == ((0, 1) if dead else (1, 0))


def test_a_server_that_is_away_is_tried_again(town: Town) -> None:
    with running(SmtpServer()) as gone:
        pass
    works = runner(town, mail_url=f"smtp://127.0.0.1:{gone.port}")
    town.write(mail.send, "ada@example.org", "s", "t")
    works.drain()
    assert town.read(jobs.overview)[0].waiting == 1


def test_an_international_address_needs_a_server_that_knows_them(town: Town, smtp: SmtpServer) -> None:
    works = runner(town, mail_url=f"smtp://127.0.0.1:{smtp.port}")
    town.write(mail.send, "zoë@example.org", "s", "t")
    works.drain()
    [letter] = town.read(jobs.dead)
    smtp.extensions.append("SMTPUTF8")
    town.write(jobs.retry, letter.id)
    works.drain()
    assert smtp.mails[0].recipients == ["zoë@example.org"]


def test_starttls_and_sign_in(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, file = self_signed(tmp_path, "mail.test")
    monkeypatch.setattr(delivery.Server, "near", property(lambda self: False))
    real = smtplib.SMTP._get_socket  # type: ignore[attr-defined]
    monkeypatch.setattr(  # mail.test is this machine
        smtplib.SMTP, "_get_socket", lambda self, host, port, timeout: real(self, "127.0.0.1", port, timeout)
    )
    with running(SmtpServer(context=context, users={"town": "p@ss:word/"})) as server:
        url = f"smtp://town:p%40ss%3Aword%2F@mail.test:{server.port}"
        works = runner(town, mail_url=url)
        town.write(mail.send, "ada@example.org", "s", "t")
        works.drain()
        assert server.mails == []  # nobody vouches for the certificate
        assert "CERTIFICATE_VERIFY_FAILED" in error_of(town)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        works.drain(until=FAR)
        [got] = server.mails
        assert (got.tls, got.user) == (True, "town")
        assert not any(
            line.startswith("AUTH") for line in server.commands[: server.commands.index("STARTTLS")]
        )

        monkeypatch.delenv("SSL_CERT_FILE")
        runner(town, mail_url=url + "?verify=no")
        town.write(mail.send, "ada@example.org", "s", "t")
        works.drain()
        assert len(server.mails) == 2


def error_of(town: Town) -> str:
    [[found]] = town.read(lambda tx: tx.driver.execute("SELECT last_error FROM jobs_queue").fetchall())
    return str(found)


def test_a_password_is_not_sent_in_the_open(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(SmtpServer(users={"town": "secret"})) as server:
        works = runner(town, mail_url=f"smtp://town:secret@127.0.0.1:{server.port}")
        town.write(mail.send, "ada@example.org", "s", "t")
        works.drain()
        assert server.mails[0].user == "town"  # on this machine it may
        monkeypatch.setattr(delivery.Server, "near", property(lambda self: False))
        town.write(mail.send, "ada@example.org", "s", "t")
        works.drain()
        assert len(server.mails) == 1
        assert len([line for line in server.commands if line.startswith("AUTH")]) == 1
        assert "no encryption" in error_of(town)
        assert "secret@" not in error_of(town)


def test_a_wrong_password_is_tried_again(town: Town) -> None:
    with running(SmtpServer(users={"town": "secret"})) as server:
        works = runner(town, mail_url=f"smtp://town:wrong@127.0.0.1:{server.port}")
        town.write(mail.send, "ada@example.org", "s", "t")
        works.drain()
        assert town.read(jobs.overview)[0].waiting == 1


def test_tls_from_the_first_byte(town: Town, tmp_path: Path) -> None:
    context, _ = self_signed(tmp_path, "localhost")
    with running(SmtpServer(context=context, implicit_tls=True)) as server:
        works = runner(town, mail_url=f"smtps://127.0.0.1:{server.port}")
        town.write(mail.send, "ada@example.org", "s", "t")
        works.drain()
        assert server.mails[0].tls


def test_a_bad_sender_is_the_operators_to_change(town: Town) -> None:
    works = runner(town, mail_from="nobody")
    town.write(mail.send, "ada@example.org", "s", "t")
    works.drain()
    assert "mail_from" in error_of(town)


PLAIN = delivery.Server("mail.example", 25, tls=False, user="", password="", verify=True)


def replace_server(**changes: Any) -> delivery.Server:
    return msgspec.structs.replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://mail.example", PLAIN),
        ("smtp://u:p%40@mail.example", replace_server(port=587, user="u", password="p@")),
        ("smtps://u:p@mail.example/", replace_server(port=465, tls=True, user="u", password="p")),
        ("smtp://mail.example:2525?verify=no", replace_server(port=2525, verify=False)),
    ],
)
def test_urls(url: str, found: delivery.Server) -> None:
    assert delivery.server(url) == found


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://h:port", "smtp://h/path", "smtp://h?tls=no",
            "smtp://h?verify=maybe", "smtp://[::1", "smtp://u:p%C3%B6@h"],
)  # fmt: skip
def test_bad_urls(url: str) -> None:
    with pytest.raises(mail.BadMailUrl):
        delivery.server(url)


def test_which_servers_are_on_this_machine() -> None:
    near = {
        host: replace_server(host=host).near
        for host in ("localhost", "127.0.0.1", "::1", "10.0.0.1", "h.example")
    }
    assert near == {"localhost": True, "127.0.0.1": True, "::1": True, "10.0.0.1": False, "h.example": False}
