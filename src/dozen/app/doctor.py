"""``dozen doctor``: looks at everything an installation stands on, and says what to do where it ails."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table

from dozen.app.reindex import file_of
from dozen.app.system import System
from dozen.core import jobs, ledger, media
from dozen.core.outbound import Outbound
from dozen.db.engine import SqliteDatabase
from dozen.db.migrate import current, newest
from dozen.kit import clock, ids
from dozen.kit.settings import Settings

console = Console()
Grade = Literal["good", "note", "bad"]
_SIGNS: dict[Grade, str] = {"good": "[green]✓[/]", "note": "[yellow]•[/]", "bad": "[red]✗[/]"}
_LATE = 300  # seconds that a replica may be behind without anybody having to look
_LITTLE = 1 << 30  # bytes of free disk that are too few


class Finding(msgspec.Struct, frozen=True):
    """``words`` say what was found; of a bad one, what to do as well."""

    about: str
    grade: Grade
    words: str


Check = Callable[[System], Iterator[Finding]]


def run(settings: Settings) -> int:
    """Look, tell, and give 1 when something is bad."""
    if not settings.data.exists():
        console.print(f"There is no installation in {settings.data} yet; `dozen serve` makes one.")
        return 1
    table = Table(show_header=False, box=None, padding=(0, 1))
    bad = 0
    system = System(settings)
    try:
        for finding in look(system):
            bad += finding.grade == "bad"
            table.add_row(_SIGNS[finding.grade], f"[bold]{finding.about}[/]", finding.words)
    finally:
        system.close()
    console.print(table)
    console.print("\nEverything is well." if not bad else f"\n{bad} of these want your attention.")
    return 1 if bad else 0


def look(system: System) -> Iterator[Finding]:
    """Every check, one after the other; one that breaks is a finding itself."""
    for check in CHECKS:
        name = (check.__doc__ or check.__name__).split(".")[0]
        try:
            yield from check(system)
        except Exception as error:
            yield Finding(name, "bad", f"could not be looked at: {error}")


def _database(system: System) -> Iterator[Finding]:
    """Database."""
    has = current(system.db)
    if has != newest():
        yield Finding(
            "Database", "bad", f"is at revision {has or 'none'}, not {newest()}: run `dozen migrate`"
        )
        return
    yield Finding("Database", "good", f"{system.db.dialect}, revision {has}")
    if isinstance(system.db, SqliteDatabase):
        driver = system.db.connection()
        found = [row[0] for row in driver.execute("PRAGMA quick_check(3)")]
        if found != ["ok"]:
            yield Finding("Pages", "bad", f"{found[0]}: restore a backup, or recover with sqlite3's .recover")
        else:
            yield Finding("Pages", "good", "SQLite finds the file sound")


def _replica(system: System) -> Iterator[Finding]:
    """Replica."""
    if system.replica is None:
        return
    found = system.replica.standing()
    if found.wrong:
        yield Finding(
            "Replica",
            "bad",
            f"{found.wrong}: mend it or unset DOZEN_REPLICA_URL; the primary answers meanwhile",
        )
    elif found.behind:
        words = f"{found.behind:,} bytes behind, its newest transaction is {found.since:,} s old"
        late = found.since > _LATE
        what = ": see pg_stat_replication on the primary" if late else "; the primary answers meanwhile"
        yield Finding("Replica", "bad" if late else "note", words + what)
    else:
        yield Finding("Replica", "good", "has all that the primary has, and answers for it")


def _clock(system: System) -> Iterator[Finding]:
    """Clock."""
    rows = system.db.connection().execute("SELECT max(until_ms) FROM db_nodes").fetchone()  # type: ignore[attr-defined]
    ahead = (rows[0] or 0) - clock.now() if rows else 0
    if ahead > clock.HOUR:
        yield Finding(
            "Clock",
            "bad",
            "is far behind what this installation has seen: set it right (NTP) before you serve",
        )
    else:
        yield Finding("Clock", "good", f"{clock.rfc3339(clock.now())}; ids go on to {_year()}")


def _year() -> str:
    return clock.rfc3339(ids.moment(ids.MAX))[:4]


def _secret(system: System) -> Iterator[Finding]:
    """Secret."""
    path = system.settings.data / "secret"
    if system.settings.secret:
        yield Finding("Secret", "good", "from the settings")
    elif stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("Secret", "bad", f"others on this machine can read {path}: chmod 600 {path}")
    else:
        yield Finding("Secret", "good", f"{path}, readable to its owner only")


def _storage(system: System) -> Iterator[Finding]:
    """Files."""
    storage = system.env.part(media.Storage)
    key = "doctor/check.txt"
    storage.put(key, b"dozen")
    same = storage.get(key) == b"dozen"
    storage.delete_tree(key.partition("/")[0])
    where = system.settings.storage
    yield Finding("Files", "good" if same else "bad", f"{where} takes, gives and drops files")
    if not where.startswith("s3://"):
        free = shutil.disk_usage(system.settings.data).free
        grade: Grade = "bad" if free < _LITTLE else "good"
        yield Finding(
            "Disk", grade, f"{free / 1e9:,.1f} GB are free" + (": make room" if grade == "bad" else "")
        )


def _redis(system: System) -> Iterator[Finding]:
    """Redis."""
    url = system.settings.redis_url
    if not url:
        yield Finding("Redis", "note", "not used; needed when several machines serve together")
        return
    import redis

    client = redis.Redis.from_url(url, socket_timeout=3)
    client.ping()
    yield Finding("Redis", "good", "answers")


def _work(system: System) -> Iterator[Finding]:
    """Background work."""
    dead = system.db.run_read(system.env, jobs.dead)
    if dead:
        yield Finding("Background work", "bad", f"{len(dead)} jobs gave up: see `dozen jobs`")
    else:
        yield Finding("Background work", "good", "no job has given up")


def _search(system: System) -> Iterator[Finding]:
    """Search index."""
    if file_of(system.settings).exists():
        yield Finding("Search index", "bad", "reindexing was interrupted: `dozen reindex` goes on with it")


def _ledger(system: System) -> Iterator[Finding]:
    """Books."""
    with console.status("Adding up the books…") as status:

        def tell(what: str, part: float) -> None:
            status.update(f"Adding up the books: {what}, {part:.0%}")

        report = ledger.doctor(system.db, system.env, progress=tell)
    for wrong in report.wrong:
        words = f"{wrong.check} at {wrong.where}: kept {wrong.kept}, but {wrong.true} is right"
        yield Finding("Books", "bad", words + "; stop serving and restore, or ask who changed the database")
    if report.ok:
        yield Finding(
            "Books",
            "good",
            f"{report.accounts:,} accounts, {report.postings:,} postings, {report.seals:,} seals agree",
        )


def _programs(system: System) -> Iterator[Finding]:
    """Video."""
    if shutil.which("ffmpeg"):
        yield Finding("Video", "good", "ffmpeg is here")
    else:
        yield Finding("Video", "note", "ffmpeg is not installed, so videos are refused")


def _ways_out(system: System) -> Iterator[Finding]:
    """Mail and calls."""
    settings = system.settings
    if settings.mail_url:
        yield Finding("Mail", "good", f"through {settings.mail_url.rpartition('@')[2]}")
    else:
        yield Finding("Mail", "note", "is written to the outbox folder, not sent (DOZEN_MAIL_URL)")
    system.env.part(Outbound)  # raises when its rules cannot be read
    allowed = settings.outbound_allow or "nowhere (DOZEN_OUTBOUND_ALLOW)"
    yield Finding("Calls to other servers", "good" if settings.outbound_allow else "note", allowed)


CHECKS: tuple[Check, ...] = (
    _database,
    _replica,
    _clock,
    _secret,
    _storage,
    _redis,
    _work,
    _search,
    _ledger,
    _programs,
    _ways_out,
)
