"""Files that people show: pictures, made anew as all pictures are, and PDFs, kept as they are and never
opened by the server. Private: only their owner loads them, and who is handed a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dozen.core import media
from dozen.core.media import Media, Prepared
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet.errors.disputes import BadEvidence

MOST_FILES = 5
"""Of each side."""
MOST_BYTES = 10 << 20
_PDF = b"%PDF-"


def prepare(path: Path, *, claimed: str = "", filename: str = "") -> Prepared:
    """Check a file and make it ready to be stored. Slow: in a thread. Raises BadEvidence, and what
    ``media.prepare_image`` raises."""
    if path.stat().st_size > MOST_BYTES:
        raise BadEvidence(fields={"files": "Files may have at most 10 MB"})
    with path.open("rb") as file:
        start = file.read(len(_PDF))
    if start == _PDF:
        return media.prepare_file(path, filename=filename or "paper.pdf", most=MOST_BYTES)
    try:
        return media.prepare_image(path, claimed=claimed, filename=filename)
    except (media.UnknownType, media.TypeMismatch, media.BrokenMedia) as error:
        raise BadEvidence(fields={"files": "This is neither a picture nor a PDF"}) from error


def receive(env: Env, me: int, path: Path, claimed: str = "", filename: str = "") -> Media:
    """Check and store a file; slow, and with a transaction of its own. Raises what :func:`prepare` raises,
    QuotaExceeded, StorageDown."""
    return media.receive(
        env, me, path, made_by=lambda path: prepare(path, claimed=claimed, filename=filename)
    )


def attach(tx: Tx, me: int, files: Sequence[int], subject: int) -> list[Media]:
    """Make files of mine part of a subject. Raises BadEvidence, MediaNotFound, AlreadyAttached."""
    if not files:
        return []
    have = sum(each.owner_id == me for each in shown(tx, subject))
    if have + len(files) > MOST_FILES or len(set(files)) != len(files):
        raise BadEvidence(fields={"files": f"At most {MOST_FILES} files"})
    found = media.get(tx, files)
    if any(each.kind not in ("image", "file") or each.size > 4 * MOST_BYTES for each in found.values()):
        raise BadEvidence(fields={"files": BadEvidence.title})
    return media.attach(tx, me, files, subject, audience="private")


def shown(tx: Tx, subject: int) -> list[Media]:
    """A subject's files. Whoever shows them has asked whether the reader may see them."""
    return media.attached_to(tx, [subject]).get(subject, [])


def link(tx: Tx, item: Media) -> str:
    """Where a file is loaded, with a ticket; only for who may see it."""
    ticket = media.ticket(tx.env, item.id, tx.now)
    name = "file" if item.kind == "file" else _picture(item)
    return f"/media/{item.id}/{name}?ticket={ticket}"


def _picture(item: Media) -> str:
    found = media.variant_for(item, 1_600, animated=False)
    return found.name if found is not None else next(iter(item.variants))


def drop(tx: Tx, subject: int, owner: int) -> int:
    """Delete what somebody showed with a subject, and its files; the number."""
    found = [each for each in shown(tx, subject) if each.owner_id == owner]
    for each in found:
        media.delete(tx, owner, each.id)
    return len(found)
