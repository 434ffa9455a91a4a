"""Handing a message to a mail server, or to a folder where there is none."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from dozen.core.jobs import GiveUp
from dozen.core.mail.errors import BadMailUrl
from dozen.kit import files

_TIMEOUT = 30.0  # seconds for each answer of the server
_QUERY = {"verify": ("yes", "no")}


class Server(msgspec.Struct, frozen=True):
    """Where mail goes. ``tls`` is from the first byte; STARTTLS is used wherever a server offers it."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    verify: bool

    @property
    def near(self) -> bool:
        """On this machine, where nobody listens in between."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def server(url: str) -> Server:
    """``smtp://user:password@host:587`` or ``smtps://…``; ``?verify=no`` takes any certificate.

    Raises BadMailUrl, which does not repeat the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        options = parse_qs(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True)
    except ValueError:
        raise BadMailUrl("mail_url is not a URL") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
        raise BadMailUrl("mail_url must look like smtp://user:password@host:587 or smtps://…")
    for name, given in options.items():
        if given[-1] not in _QUERY.get(name, ()):
            raise BadMailUrl("the only option of mail_url is verify=yes or verify=no")
    tls = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():  # smtplib cannot send others
        raise BadMailUrl("the user and password in mail_url must be ASCII")
    return Server(
        host=parts.hostname,
        port=port or (465 if tls else 587 if user else 25),
        tls=tls,
        user=user,
        password=password,
        verify=options.get("verify", ["yes"])[-1] == "yes",
    )


def hand_over(made: bytes, sender: Address, to: Address, server: Server, *, name: str) -> None:
    """Give the message to the server; ``name`` is what we call ourselves there.

    Raises GiveUp when the server will never take it, and smtplib's errors or OSError when it may later.
    """
    context = ssl.create_default_context()
    if not server.verify or server.near:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        with _connected(server, context, name) as smtp:
            smtp.ehlo_or_helo_if_needed()
            if not server.tls and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
                smtp.ehlo_or_helo_if_needed()
            elif not server.tls and server.user and not server.near:
                raise BadMailUrl("the mail server offers no encryption; the password was not sent to it")
            if server.user:
                smtp.login(server.user, server.password)
            international = not (sender.addr_spec + to.addr_spec).isascii()
            options = ("SMTPUTF8", "BODY=8BITMIME") if international else ()
            smtp.sendmail(sender.addr_spec, [to.addr_spec], made, options)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        if code >= 500:
            raise GiveUp(f"the mail server refused the address: {code} {words!r}") from error
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            raise GiveUp(f"the mail server refused the message: {error}") from error
        raise
    except smtplib.SMTPNotSupportedError as error:
        raise GiveUp(f"the mail server cannot take this message: {error}") from error


def _connected(server: Server, context: ssl.SSLContext, name: str) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=_TIMEOUT, context=context
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=_TIMEOUT)


def put_out(made: bytes, folder: Path, number: int) -> None:
    """Write ``<number>.eml``, whole or not at all; writing it again changes nothing."""
    files.write_whole(folder / f"{number}.eml", made)
