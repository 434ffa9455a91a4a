"""A small real SMTP server on loopback, to see what arrives."""

from __future__ import annotations

import base64
import contextlib
import datetime
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mail:
    """One message as it arrived."""

    sender: str
    recipients: list[str]
    data: bytes
    tls: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.data, policy=policy.default)


@dataclass
class SmtpServer:
    """``replies`` answers a command (``RCPT``, ``DATA``, ``.`` for the message) with a line of one's own."""

    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    users: dict[str, str] = field(default_factory=dict)
    extensions: list[str] = field(default_factory=lambda: ["8BITMIME"])
    replies: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0


class _Session(socketserver.StreamRequestHandler):
    timeout = 10

    def setup(self) -> None:
        self.smtp: SmtpServer = self.server.smtp  # type: ignore[attr-defined]
        self.tls = False
        if self.smtp.implicit_tls:
            self._encrypt()
        super().setup()
        self.user: str | None = None
        self.sender, self.recipients = "", list[str]()

    def _encrypt(self) -> None:
        assert self.smtp.context is not None
        self.request = self.smtp.context.wrap_socket(self.request, server_side=True)
        self.tls = True

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def line(self) -> str:
        got = self.rfile.readline()
        if not got:
            raise ConnectionResetError
        return got.decode().rstrip("\r\n")

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # a client that hangs up, or dislikes our certificate
            self.say("220 here ESMTP")
            while self.answer(self.line()):
                pass

    def answer(self, line: str) -> bool:
        self.smtp.commands.append(line)
        verb = line.partition(" ")[0].upper()
        if verb in self.smtp.replies:
            self.say(self.smtp.replies[verb])
            return True
        match verb:
            case "EHLO":
                offers = list(self.smtp.extensions)
                if self.smtp.context and not self.tls:
                    offers.append("STARTTLS")
                if self.smtp.users:
                    offers.append("AUTH PLAIN")
                for offer in offers:
                    self.say(f"250-{offer}")
                self.say("250 HELP")
            case "STARTTLS" if self.smtp.context and not self.tls:
                self.say("220 go on")
                self._encrypt()
                self.rfile = self.connection = self.request.makefile("rb")
                self.wfile = self.request.makefile("wb", 0)
            case "AUTH":
                _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                if self.smtp.users.get(user) == password:
                    self.user = user
                    self.say("235 welcome")
                else:
                    self.say("535 who are you")
            case "MAIL":
                self.sender, self.recipients = line.split(":", 1)[1], []
                self.say("250 ok")
            case "RCPT":
                self.recipients.append(line.split(":", 1)[1].strip("<>"))
                self.say("250 ok")
            case "DATA":
                self.say("354 go on")
                self.data()
            case "QUIT":
                self.say("221 bye")
                return False
            case "RSET" | "NOOP" | "HELO":
                self.say("250 ok")
            case _:
                self.say("502 what?")
        return True

    def data(self) -> None:
        lines: list[bytes] = []
        while (got := self.rfile.readline()) != b".\r\n":
            if not got:
                raise ConnectionResetError
            lines.append(got[1:] if got.startswith(b"..") else got)
        if "." in self.smtp.replies:
            self.say(self.smtp.replies["."])
            return
        self.smtp.mails.append(Mail(self.sender, self.recipients, b"".join(lines), self.tls, self.user))
        self.say("250 taken")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, smtp: SmtpServer) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.smtp = smtp


@contextlib.contextmanager
def running(smtp: SmtpServer) -> Iterator[SmtpServer]:
    """Serve on a free port of 127.0.0.1, which is put into ``port``."""
    server = _Server(smtp)
    smtp.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield smtp
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a fresh certificate for ``host``, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = folder / "key.pem"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file
