"""Sample people who follow each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from dozen.core import accounts, graph, media, search
from dozen.core.jobs import database
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.kit.sample import avatars, pictures
from dozen.kit.sample import graph as ties
from dozen.kit.sample import people as folk
from dozen.services.home.service import document, name
from dozen.web import Progress

PEOPLE = {"small": 300, "large": 100_000}
PICTURED = {"small": 180, "large": 1_000}
"""How many get a drawn portrait; the others show their initials."""
PASSWORD = "dozen-demo"  # noqa: S105 - printed for everybody to try
_BATCH = 5_000


def load(env: Env, *, size: str, seed: int, progress: Progress) -> None:
    """People, their portraits, and who follows whom. The first ten have e-mail addresses and a password."""
    db = database(env)
    count = PEOPLE[size]
    now = clock.now()
    hashed = accounts.hash_password(PASSWORD)
    made: list[int] = []
    for start in range(0, count, _BATCH):
        people = [_person(seed, n, now, hashed) for n in range(start, min(count, start + _BATCH))]
        made += db.run_write(env, lambda tx, people=people: _add(tx, people))  # type: ignore[misc]
        progress(len(made), count, "People")
    _draw(env, made, seed, PICTURED[size], progress)
    pairs = ties.power_law(seed, count)
    done, total = 0, int(ties.default_mean(count) * count)
    while chunk := list(islice(pairs, 200_000)):
        edges = [(made[a], made[b]) for a, b in chunk]
        done += db.run_write(
            env,
            lambda tx, edges=edges: graph.connect_many(
                tx, edges, at=now - 400 * clock.DAY, over=390 * clock.DAY
            ),  # type: ignore[misc]
        )
        progress(min(done, total), total, "Follows")
    db.run_write(env, graph.recount)
    progress(total, total, "Follows")
    _index(env, made, progress)
    logins = [f"@{folk.username(seed, n)}" for n in range(3)]
    (env.settings.data / "demo-logins.txt").write_text(
        "Demo logins (password for all: " + PASSWORD + ")\n" + "".join(f"  {login}\n" for login in logins)
    )


def _person(seed: int, n: int, now: int, hashed: str) -> accounts.NewPerson:
    who = folk.person(seed, n)
    joined = now - who.joined_days_ago * clock.DAY - n % 86_400 * clock.SECOND
    return accounts.NewPerson(
        id=ids.at(joined, node=1023, sequence=n % 4096),
        username=who.username,
        name=who.name,
        email=f"{who.username}@example.org" if n < 10 else None,
        email_verified=n < 10,
        password_hash=hashed if n < 10 else None,
        created_at=joined,
        bio=who.bio,
        location=who.location,
        website=who.website,
        pronouns=who.pronouns or "",
        language=who.languages[0],
        verified=n % 97 == 0,
        role="admin" if n == 0 else "member",
    )


def _add(tx: Tx, people: list[accounts.NewPerson]) -> list[int]:
    return accounts.register_many(tx, people)


def _draw(env: Env, people: list[int], seed: int, count: int, progress: Progress) -> None:
    """Portraits and headers, through the same stages as anybody's upload, a few at a time."""
    count = min(count, len(people))
    with TemporaryDirectory() as folder, ThreadPoolExecutor(4) as threads:

        def portray(n: int) -> None:
            if n % 7 != 3:  # some never upload one
                path = Path(folder) / f"portrait-{n}.png"
                avatars.draw(seed, n, size=400).save(path, compress_level=1)
                _put(env, people[n], path, header=False)
            if n % 4 == 0:
                path = Path(folder) / f"header-{n}.png"
                pictures.header(seed, n).save(path, compress_level=1)
                _put(env, people[n], path, header=True)

        for done, _ in enumerate(threads.map(portray, range(count)), 1):
            progress(done, count, "Portraits")


def _put(env: Env, person: int, path: Path, *, header: bool) -> None:
    prepare = media.prepare_header if header else media.prepare_avatar
    made = media.receive(env, person, path, made_by=prepare)

    def attach(tx: Tx) -> None:
        media.attach(tx, person, [made.id], person)
        (accounts.set_header if header else accounts.set_avatar)(tx, person, made.id)

    database(env).run_write(env, attach)


def _index(env: Env, people: list[int], progress: Progress) -> None:
    db = database(env)
    for start in range(0, len(people), 1_000):
        some = people[start : start + 1_000]

        def put(tx: Tx, some: list[int] = some) -> None:
            counts = graph.counts(tx, some)
            profiles = [accounts.profile(tx, person) for person in some]
            search.put_many(tx, [document(profile) for profile in profiles])
            search.put_names(tx, [name(profile, counts[profile.id].followers) for profile in profiles])

        db.run_write(env, put)
        progress(start + len(some), len(people), "People in the index")
