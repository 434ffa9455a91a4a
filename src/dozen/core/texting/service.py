"""Sending a text: a job in the same transaction as its cause."""

from __future__ import annotations

import re
from typing import Protocol

import msgspec

from dozen.core import jobs
from dozen.core.jobs import Handler
from dozen.core.texting.errors import BadText
from dozen.db import Tx
from dozen.kit import clock, crypto, files
from dozen.kit.env import Env
from dozen.kit.text import clean

KIND = "texting.deliver"
OUTBOX = "texts"
"""The folder in the data folder where texts are written when there is no carrier."""
MOST_TEXT = 480
"""Characters: three parts of a long one."""
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class Text(msgspec.Struct, frozen=True):
    to: str
    """E.164."""
    text: str


class Carrier(Protocol):
    """Whoever brings texts to telephones. It may be asked twice for one ``number``, and should bring it once.

    Raises ``jobs.GiveUp`` for what can never be delivered, anything else for what may be tried again.
    """

    def __call__(self, env: Env, text: Text, number: int, at: int) -> None: ...


class Carriers:
    """The carrier of this process; the folder unless an installation puts another one in."""

    def __init__(self) -> None:
        self.carrier: Carrier = into_folder

    @classmethod
    def build(cls, env: Env) -> Carriers:
        return cls()


def send(tx: Tx, to: str, text: str) -> int:
    """Text somebody once this transaction commits; the id of the job that does. ``to`` is E.164.

    It waits encrypted, for it may hold a code. Raises BadText.
    """
    text = clean(text, lines=True)
    if not _NUMBER.fullmatch(to) or not 0 < len(text) <= MOST_TEXT:
        raise BadText
    sealed = tx.env.keys.seal("texting", msgspec.msgpack.encode(Text(to, text)))
    return jobs.enqueue(tx, KIND, {"text": crypto.b64(sealed)})


def deliver(env: Env, job: jobs.Job) -> None:
    try:
        text = msgspec.msgpack.decode(
            env.keys.unseal("texting", crypto.unb64(job.payload["text"])), type=Text
        )
    except ValueError as error:
        raise jobs.GiveUp("the text cannot be decrypted: was the secret changed?") from error
    env.part(Carriers).carrier(env, text, job.id, job.created)


def into_folder(env: Env, text: Text, number: int, at: int) -> None:
    """Write ``<number>.txt``, whole or not at all; writing it again changes nothing."""
    made = f"To: {text.to}\nAt: {clock.rfc3339(at)}\n\n{text.text}\n"
    files.write_whole(env.settings.data / OUTBOX / f"{number}.txt", made.encode())


JOBS: tuple[Handler, ...] = (jobs.handler(KIND, deliver, attempts=6, lease_seconds=60, backoff_seconds=10),)
