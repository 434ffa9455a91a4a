"""Sending mail: a job in the same transaction as its cause."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from dozen.core import jobs
from dozen.core.mail import delivery, letters
from dozen.core.mail.errors import BadAddress, BadMailUrl
from dozen.core.mail.letters import Letter
from dozen.db import Tx
from dozen.kit import crypto
from dozen.kit.env import Env

KIND = "mail.deliver"
OUTBOX = "outbox"

_seal = msgspec.msgpack.Encoder().encode
_unseal = msgspec.msgpack.Decoder(Letter).decode


def send(tx: Tx, to: str, subject: str, text: str, html: str | None = None) -> int:
    """Write to one person once this transaction commits; the id of the job that does.

    ``to`` is an address, or a name and an address in ``<>``. The message waits encrypted: it may hold a
    link that opens an account. Raises BadAddress, BadSubject or MessageTooLarge.
    """
    made = _seal(letters.letter(to, subject, text, html))
    return jobs.enqueue(tx, KIND, {"letter": crypto.b64(tx.env.keys.seal("mail", made))})


def deliver(env: Env, job: jobs.Job) -> None:
    """Hand one message over. It may arrive twice when this process dies at the wrong moment: with one id."""
    try:
        letter = _unseal(env.keys.unseal("mail", crypto.unb64(job.payload["letter"])))
    except ValueError as error:
        raise jobs.GiveUp("the message cannot be decrypted: was the secret changed?") from error
    try:
        sender = letters.address(env.settings.mail_from)
    except BadAddress as error:
        raise BadMailUrl("mail_from is not an address") from error
    host = urlsplit(env.settings.url).hostname or "localhost"
    made = letters.message(letter, sender, number=job.id, at=job.created, host=host)
    if env.settings.mail_url:
        server = delivery.server(env.settings.mail_url)
        delivery.hand_over(made, sender, letters.address(letter.to), server, name=host)
    else:
        delivery.put_out(made, env.settings.data / OUTBOX, job.id)
