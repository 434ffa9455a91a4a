"""Addresses, subjects and bodies: what gets in, and that nothing else does."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dozen.core import mail
from dozen.core.mail import letters
from dozen.kit.errors import Fault

SENDER = letters.address("Dozen <dozen@localhost>")


def arrived(letter: letters.Letter) -> EmailMessage:
    made = letters.message(letter, SENDER, number=7, at=1_700_000_000_000, host="town.example")
    return message_from_bytes(made, policy=policy.default)


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("ada@example.org", "", "ada@example.org"),
        ("  Ada Lovelace <ada@Example.ORG> ", "Ada Lovelace", "ada@example.org"),
        ('"Lovelace, Ada" <ada@example.org>', "Lovelace, Ada", "ada@example.org"),
        ("Zoë Ünal <zoe@example.org>", "Zoë Ünal", "zoe@example.org"),
        ("山田太郎 <taro@例え.jp>", "山田太郎", "taro@xn--r8jz45g.jp"),
        ("zoë@example.org", "", "zoë@example.org"),
        ("ada@localhost", "", "ada@localhost"),
        ("ada@mail.town.local", "", "ada@mail.town.local"),
        ("o'brien+tag@example.org", "", "o'brien+tag@example.org"),
    ],
)
def test_addresses(text: str, name: str, address: str) -> None:
    found = letters.address(text)
    assert (found.display_name, found.addr_spec) == (name, address)
    back = arrived(letters.letter(text, "s", "t", None))
    if address.isascii():
        [there] = back["To"].addresses
        assert (there.display_name, there.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@@example.org",
        "ada@example.org, eve@example.org",
        "ada@example.org eve@example.org",
        "<ada@example.org> <eve@example.org>",
        "Ada <ada@example.org>, Eve <eve@example.org>",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\nBcc: eve@example.org",
        "Ada\r\nBcc: eve@example.org\r\n <ada@example.org>",
        "Ada\u2028Bcc: eve@example.org <ada@example.org>",
        "Ada\x85Bcc: eve@example.org <ada@example.org>",
        "Ada\0 <ada@example.org>",
        "ada@exam\nple.org",
        "ada@-example.org",
        "ada@example..org",
        "ada@[127.0.0.1]",
        '"a b"@example.org',
        "a" * 250 + "@example.org",
        "x" * 200 + " <ada@example.org>",
        "\ud800 <ada@example.org>",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(mail.BadAddress):
        letters.address(text)


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "  ",
        "x" * 201,
        "a\nb",
        "a\rb",
        "Hi\r\nBcc: e@h.org",
        "a\x0bb",
        "a\x85b",
        "a\u2028b",
        "a\0b",
        "\ud800",
    ],
)
def test_what_is_no_subject(subject: str) -> None:
    with pytest.raises(mail.BadSubject):
        letters.letter("ada@example.org", subject, "text", None)


def test_bodies_are_bounded() -> None:
    letters.letter("ada@example.org", "s", "x" * mail.MOST_TEXT, "y" * mail.MOST_HTML)
    for text, html in (("ü" * (mail.MOST_TEXT // 2 + 1), None), ("x", "y" * (mail.MOST_HTML + 1))):
        with pytest.raises(mail.MessageTooLarge):
            letters.letter("ada@example.org", "s", text, html)


def test_a_message() -> None:
    made = letters.letter("Zoë <zoe@example.org>", "Grüße 👋", "Liebe Zoë,\n.\nbye", "<p>Liebe Zoë</p>")
    back = arrived(made)
    assert back["From"] == "Dozen <dozen@localhost>"
    assert back["Subject"] == "Grüße 👋"
    assert back["Date"].datetime.timestamp() == 1_700_000_000
    assert back["Message-ID"] == "<7@town.example>"
    assert back["Auto-Submitted"] == "auto-generated"
    plain, html = back.get_body(("plain",)), back.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == "Liebe Zoë,\n.\nbye\n"
    assert "<p>Liebe Zoë</p>" in html.get_content()
    raw = letters.message(made, SENDER, number=7, at=0, host="h")
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
           "Content-Transfer-Encoding", "MIME-Version"]  # fmt: skip
ODD = st.text(st.sampled_from('aB,:;<>@()[]"\\ \r\n\t\0\x0b\x85\u2028é👋=?_.') | st.characters(), max_size=80)


def decoded(header: str) -> str:
    return str(make_header(decode_header(header)))


@given(ODD, ODD, ODD)
@example("Ada", "=?utf-8?q?a=0D=0ABcc:_eve@example.org?=", "")
@example("=?utf-8?q?a=0D=0ABcc:_eve@example.org?=", "s", "Bcc: eve@example.org\n\nx")
@example("a, " + "x" * 90, " s ", "")
def test_nothing_gets_out_of_its_header(name: str, subject: str, text: str) -> None:
    try:
        made = letters.letter(f"{name} <ada@example.org>", subject, text, None)
    except Fault:
        return
    raw = letters.message(made, SENDER, number=7, at=0, host="h")
    head, _, _ = raw.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        assert line[:1] in (b" ", b"\t") or line.split(b":")[0].decode() in HEADERS
        assert not set(line) & {10, 13, 0}
    back = message_from_bytes(raw, policy=policy.default)
    assert sorted(back.keys()) == sorted(HEADERS)
    assert [each.addr_spec for each in back["To"].addresses] == ["ada@example.org"]
    # Decoded as RFC 2047 says: the newer parser puts a space between two encoded words of a name.
    plain = message_from_bytes(raw, policy=policy.compat32)
    assert decoded(plain["Subject"]) == subject
    phrase, _, address = plain["To"].rpartition("<")
    assert address.rstrip(">") == "ada@example.org"
    assert decoded(phrase.strip()) == letters.address(made.to).display_name
    assert max(len(line) for line in head.split(b"\r\n")) <= 78
