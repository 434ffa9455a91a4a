"""The microblog under load: ``python -m bench.microblog [--size small|large] [--data DIR]``.

Starts a server on a demo set, drives it with wrk and prints requests/s, p50/p99 and CPU-seconds per
1,000 requests, beside a bare ASGI application with the same bytes and raw sqlite3 doing the same
query in the same run. Compare within one run: machines differ, and one machine differs by the hour.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from bench.drive import Result, half_load, process, table, wrk
from bench.limits import bare_command, said, slowness, sqlite_cpu
from dozen.app.system import System
from dozen.core import accounts, graph
from dozen.db import Tx
from dozen.kit.settings import Settings

PORT = 8190
PASSWORD = "a bench has no secrets"
BASE = f"http://127.0.0.1:{PORT}"
TARGETS = {
    "home timeline, warm (20 full posts)": 0.35,
    "tweet by id": 0.20,
    "post, fan-out to 200": 2.0,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("small", "large"), default="large")
    parser.add_argument("--data", type=Path, help="keep the demo set here, and use it again")
    parser.add_argument("--seconds", type=int, default=8)
    args = parser.parse_args()
    if args.data is None:
        with tempfile.TemporaryDirectory(prefix="dozen-bench-") as folder:
            run(Path(folder), args.size, args.seconds)
    else:
        run(args.data, args.size, args.seconds)


def run(data: Path, size: str, seconds: int) -> None:
    if not (data / "dozen.db").exists():
        subprocess.run(
            [sys.executable, "-m", "dozen.app.cli", "demo", "--data", str(data), "--size", size], check=True
        )
    cast = Cast(data)
    results: list[Result] = []
    slow = [slowness(PORT)]
    command = [
        sys.executable,
        "-m",
        "dozen.app.cli",
        "serve",
        "--data",
        str(data),
        "--port",
        str(PORT),
        "--demo",
        "none",
    ]
    env = {"DOZEN_RATE_LIMITS": "false"}
    with process(command, f"{BASE}/healthz", env) as pid:

        def load(name: str, path: str, script: str = "") -> Result:
            results.append(wrk(name, pid, BASE + path, script, seconds=seconds))
            print(table(results[-1:], TARGETS).splitlines()[-1], flush=True)
            return results[-1]

        load("bare answer (/healthz)", "/healthz")
        load("tweet by id", "/microblog/tweets", cast.tweets())
        load("home timeline, cold", "/microblog/timeline/home", cast.home(cast.cold))
        cast.warm_up()
        warm = load("home timeline, warm (20 full posts)", "/microblog/timeline/home", cast.home(cast.warm))
        results.append(
            half_load(
                "home timeline at half load",
                pid,
                f"{BASE}/microblog/timeline/home",
                cast.home(cast.warm),
                warm,
                seconds=seconds,
            )
        )
        results.append(
            half_load(
                "home timeline at half load, anybody",
                pid,
                f"{BASE}/microblog/timeline/home",
                cast.home(cast.cold + cast.warm),
                warm,
                seconds=seconds,
            )
        )
        slow.append(slowness(PORT + 1))
        load("profile page (HTML)", "/@x", cast.profiles())
        load("like", "/microblog/tweets", cast.likes())
        load("post, fan-out to 200", "/microblog/tweets", cast.posts("first"))
        load("post, fan-out to 200, again", "/microblog/tweets", cast.posts("second"))
        load("search, newest 20", "/microblog/search", cast.searches())
        load("sign-in", "/api/login", cast.logins())
        home_body = cast.get("/microblog/timeline/home", cast.warm[0])
        tweet_body = cast.get(f"/microblog/tweets/{cast.posts_seen[0]}", None)
    for name, body in (
        ("limit: bare ASGI, the same home bytes", home_body),
        ("limit: bare ASGI, one tweet", tweet_body),
    ):
        file = data / "bare.json"
        file.write_bytes(body)
        with process(bare_command(PORT, file), BASE, {}) as pid:
            results.append(wrk(name, pid, BASE, seconds=seconds))
        file.unlink()
    print(f"\n{size} demo set\n\n" + table(results, TARGETS))
    print(f"\nhome timeline: {len(home_body)} bytes, one tweet: {len(tweet_body)} bytes")
    slow.append(slowness(PORT))
    print(said(*slow))
    print("raw sqlite3, CPU-s per 1,000 of the same reading:")
    for name, cost in raw(data, cast).items():
        print(f"  {name:42} {cost:.3f}")


class Cast:
    """Who takes part: tokens for readers and writers, posts to look at."""

    def __init__(self, data: Path) -> None:
        system = System(Settings(data_dir=str(data)))
        system.lease_ids()
        rnd = random.Random(12)
        driver = sqlite3.connect(data / "dozen.db")
        people = [row[0] for row in driver.execute("SELECT id FROM accounts_people ORDER BY id")]
        self.posts_seen = [
            str(row[0])
            for row in driver.execute(
                "SELECT id FROM microblog_posts WHERE repost_of_id IS NULL ORDER BY id DESC LIMIT 20000"
            )
        ]
        rnd.shuffle(self.posts_seen)
        self.names = [
            row[0]
            for row in driver.execute(
                "SELECT username FROM accounts_people ORDER BY random() LIMIT 500",
            )
        ]
        want = 200 if len(people) > 5000 else 40
        self.authors = [
            row[0]
            for row in driver.execute(
                "SELECT person_id FROM graph_counts WHERE followers BETWEEN ? AND ? "
                "ORDER BY followers LIMIT 4",
                (want - 5, want + 25),
            )
        ]
        driver.close()

        def mint(tx: Tx, persons: list[int]) -> list[str]:
            return [
                accounts.issue_token(tx, p, name="bench", scopes=accounts.ALL, expires_in=86_400).token
                for p in persons
            ]

        def followers(tx: Tx) -> list[int]:
            return sorted({p for author in self.authors for p in graph.follower_ids(tx, author).ids})

        def write(verb: Any) -> Any:
            return system.db.run_write(system.env, verb)

        fans = system.db.run_read(system.env, followers)
        others = rnd.sample(people, min(len(people), 3000))
        self.warm = write(lambda tx: mint(tx, fans))
        self.cold = write(lambda tx: mint(tx, others))
        self.writers = write(lambda tx: mint(tx, self.authors))
        # Nobody signs in eight times at once: attempts in flight count as wrong until they are proven.
        hashed = accounts.hash_password(PASSWORD)
        self.members = [f"bench{n}" for n in range(64)]
        if system.db.run_read(system.env, lambda tx: accounts.by_username(tx, self.members[0])) is None:
            new = [
                accounts.NewPerson(username=name, name=name, email=None, password_hash=hashed)
                for name in self.members
            ]
            write(lambda tx: accounts.register_many(tx, new))
        system.close()

    def get(self, path: str, token: str | None) -> bytes:
        request = urllib.request.Request(BASE + path)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        return bytes(urllib.request.urlopen(request, timeout=10).read())

    def warm_up(self) -> None:
        for token in self.warm:
            self.get("/microblog/timeline/home", token)

    # wrk scripts

    def tweets(self) -> str:
        return f"""
local ids = {_lua(self.posts_seen[:5000])}
local n = 0
function request() n = n + 1; return wrk.format("GET", "/microblog/tweets/" .. ids[n % #ids + 1]) end
"""

    def home(self, tokens: list[str]) -> str:
        return f"""
local tokens = {_lua(tokens)}
local n = 0
function request()
  n = n + 1
  return wrk.format("GET", nil, {{["Authorization"] = "Bearer " .. tokens[n % #tokens + 1]}})
end
"""

    def profiles(self) -> str:
        return f"""
local names = {_lua(self.names)}
local n = 0
function request()
  n = n + 1
  return wrk.format("GET", "/@" .. names[n % #names + 1], {{["Accept"] = "text/html"}})
end
"""

    def likes(self) -> str:
        return f"""
local ids = {_lua(self.posts_seen)}
local tokens = {_lua(self.warm)}
local n, all = 0, #ids * #tokens
function request()
  n = n + 1
  local how = math.floor(n / all) % 2 == 0 and "POST" or "DELETE"  -- the same like twice would be refused
  return wrk.format(how, "/microblog/tweets/" .. ids[n % #ids + 1] .. "/like",
    {{["Authorization"] = "Bearer " .. tokens[math.floor(n / #ids) % #tokens + 1]}})
end
"""

    def posts(self, round_: str) -> str:
        return f"""
local tokens = {_lua(self.writers)}
local n = 0
function request()
  n = n + 1
  return wrk.format("POST", nil, {{["Authorization"] = "Bearer " .. tokens[n % #tokens + 1],
    ["Content-Type"] = "application/json"}},
    string.format('{{"text":"A few words about the {round_} morning, number %d, with a #tag or two"}}', n))
end
"""

    def searches(self) -> str:
        words = ["coffee", "morning", "train", "music", "garden", "bread", "python", "rain", "book", "city"]
        return f"""
local words = {_lua(words)}
local n = 0
function request() n = n + 1; return wrk.format("GET", "/microblog/search?q=" .. words[n % #words + 1]) end
"""

    def logins(self) -> str:
        return f"""
local names = {_lua(self.members)}
local n = 0
function request()
  n = n + 1
  return wrk.format("POST", nil, {{["Content-Type"] = "application/json"}},
    string.format('{{"username":"%s","password":"{PASSWORD}"}}', names[n % #names + 1]))
end
"""


def _lua(words: list[str]) -> str:
    return "{" + ",".join(f'"{word}"' for word in words) + "}"


def raw(data: Path, cast: Cast) -> dict[str, float]:
    """The same reading without us: what SQLite itself costs."""
    path = data / "dozen.db"
    posts = [int(post) for post in cast.posts_seen]

    def tweet(db: sqlite3.Connection, n: int) -> object:
        return db.execute(
            "SELECT p.*, a.username, a.name, c.* FROM microblog_posts p "
            "JOIN accounts_people a ON a.id = p.author_id "
            "LEFT JOIN engagement_counts c ON c.subject_id = p.id WHERE p.id = ?",
            (posts[n % len(posts)],),
        ).fetchone()

    def page(db: sqlite3.Connection, n: int) -> object:
        some = posts[20 * n % 10_000 : 20 * n % 10_000 + 20]
        marks = ",".join("?" * len(some))
        return db.execute(
            f"SELECT p.*, a.username, a.name, c.* FROM microblog_posts p "
            f"JOIN accounts_people a ON a.id = p.author_id "
            f"LEFT JOIN engagement_counts c ON c.subject_id = p.id WHERE p.id IN ({marks})",
            some,
        ).fetchall()

    return {
        "one tweet with author and counts": sqlite_cpu(path, tweet, 5000),
        "20 tweets with authors and counts": sqlite_cpu(path, page, 2000),
    }


if __name__ == "__main__":
    main()
