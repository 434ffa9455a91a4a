"""The ``dozen`` command. Each subcommand loads only what it needs, so that starting is quick."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import Any

from dozen import __version__
from dozen.kit.settings import BadSettings, Settings, load


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    gc.set_threshold(100_000, 20, 50)  # starting makes much that stays
    try:
        settings = load(
            args.config,
            data_dir=args.data,
            port=getattr(args, "port", None),
            host=getattr(args, "host", None),
            only=getattr(args, "only", None),
        )
        return int(args.run(settings, args) or 0)
    except (BadSettings, ValueError) as error:
        print(f"dozen: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", metavar="DIR", help="the data folder (default: data)")
    common.add_argument("--config", metavar="FILE", type=Path, help="a TOML file with settings")
    parser = argparse.ArgumentParser(prog="dozen", description="Twelve everyday services in one server.")
    parser.add_argument("--version", action="version", version=f"dozen {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, help_: str, run: Any) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_, description=help_, parents=[common])
        made.set_defaults(run=run)
        return made

    serve = add("serve", "Migrate, load demo data once, and serve.", _serve)
    serve.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="the port for http (default: 8000)")
    serve.add_argument(
        "--tls", action="store_true", help="serve https as well, with a certificate of our own"
    )
    serve.add_argument("--demo", choices=("none", "small", "large"), help="sample data for an empty database")
    serve.add_argument("--only", metavar="ROOMS", help="run some rooms only, comma-separated")

    work = add("work", "Run background jobs in a process of their own.", _work)
    work.add_argument("--threads", type=_threads, default=4, metavar="N", help="1 to 100 (default: 4)")

    migrate = add("migrate", "Bring the database to the newest schema.", _migrate)
    migrate.add_argument("--check", action="store_true", help="only say whether something is missing")

    demo = add("demo", "Load sample data into an empty installation.", _demo)
    demo.add_argument(
        "--size", choices=("small", "large"), default="small", help="300 people, or 100,000 (default: small)"
    )
    demo.add_argument("--seed", type=int, default=12, help="another one makes other people (default: 12)")

    user = add("user", "Make and change people from the command line.", _user)
    user_commands = user.add_subparsers(dest="user_command", required=True, metavar="ACTION")
    create = user_commands.add_parser("create", help="make a person", parents=[common])
    create.add_argument("username", help="1 to 20 letters, digits or _")
    create.add_argument("--email", metavar="ADDRESS", help="where letters go; needed to reset the password")
    create.add_argument("--name", help="as others see it (default: the username)")
    create.add_argument("--password", help="asked for when it is not given")
    create.add_argument("--admin", action="store_true", help="an administrator")
    promote = user_commands.add_parser("promote", help="make somebody an administrator", parents=[common])
    promote.add_argument("username", help="who becomes an administrator")

    token = add("token", "Mint credentials for scripts.", _token)
    token_commands = token.add_subparsers(dest="token_command", required=True, metavar="ACTION")
    mint = token_commands.add_parser("create", help="make a token", parents=[common])
    mint.add_argument("--user", required=True, metavar="NAME", help="for whom it acts")
    mint.add_argument(
        "--kind",
        choices=("bearer", "oauth1"),
        default="bearer",
        help="oauth1: four strings (default: bearer)",
    )
    mint.add_argument("--scopes", default="*", help="comma-separated; * is everything")
    mint.add_argument("--days", type=int, default=365, help="how long a bearer token lasts (default: 365)")
    mint.add_argument("--json", action="store_true", help="one line for programs")

    backup = add("backup", "Write everything into one file, while the server runs.", _backup)
    backup.add_argument("file", type=Path, metavar="FILE", help="such as dozen-2027-01-31.tar.gz")
    restore = add("restore", "Put a backup into an empty installation.", _restore)
    restore.add_argument("file", type=Path, metavar="FILE", help="what `dozen backup` wrote")
    reindex = add("reindex", "Put everything into the search index anew, while the server runs.", _reindex)
    reindex.add_argument(
        "--again", action="store_true", help="from the beginning, also where one was interrupted"
    )
    add("doctor", "Look at everything the installation stands on.", _doctor)

    bench = add("bench", "Measure what requests cost here, on a copy that is thrown away.", _bench)
    capacity = add("capacity", "Say how many people this machine serves, from such a measurement.", _capacity)
    for each in (bench, capacity):
        each.add_argument("--seconds", type=float, default=4.0, help="for each kind of request (default: 4)")
        each.add_argument("--connections", type=int, default=8, help="at the same time (default: 8)")
        each.add_argument(
            "--sample", choices=("small", "large"), default="", help="sample data instead of a copy of yours"
        )
    bench.add_argument("--writes", action="store_true", help="measure likes and posts as well")
    bench.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    capacity.add_argument("--from", type=Path, metavar="FILE", dest="given", help="figures of bench --json")
    capacity.add_argument(
        "--online", type=float, default=0.1, help="part of the members at once (default: 0.1)"
    )
    capacity.add_argument("--per-minute", type=float, default=6.0, help="requests of each (default: 6)")
    capacity.add_argument("--busy", type=float, default=0.5, help="part of the cores at work (default: 0.5)")
    capacity.add_argument("--cores", type=int, help="cores to reckon with (default: this machine's)")

    jobs = add("jobs", "Look at background jobs that gave up, and run them again.", _jobs)
    jobs.add_argument("action", choices=("list", "retry", "discard"), nargs="?", default="list")
    jobs.add_argument("id", type=int, nargs="?", help="one job (default: all that gave up)")
    return parser


def _threads(given: str) -> int:
    if not given.isdecimal() or not 1 <= int(given) <= 100:
        raise argparse.ArgumentTypeError(f"{given!r} is not a number from 1 to 100")
    return int(given)


def _serve(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app import serve

    return serve.run(settings, tls=args.tls, demo=args.demo)


def _work(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app import work

    return work.run(settings, threads=args.threads)


def _migrate(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app import setup

    if args.check:
        missing = setup.missing(settings)
        print("The database is up to date." if not missing else f"The database lacks {missing}.")
        return 1 if missing else 0
    setup.migrate(settings)
    return 0


def _demo(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app import setup

    setup.migrate(settings)
    return setup.demo(settings, size=args.size, seed=args.seed)


def _user(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app.people import create, promote

    if args.user_command == "promote":
        return promote(settings, args.username)
    return create(
        settings, args.username, email=args.email, name=args.name, password=args.password, admin=args.admin
    )


def _token(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app.people import token

    return token(
        settings, args.user, kind=args.kind, scopes=args.scopes.split(","), days=args.days, as_json=args.json
    )


def _backup(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app.backup import backup

    return backup(settings, args.file)


def _restore(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app.backup import restore

    return restore(settings, args.file)


def _doctor(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app import doctor

    return doctor.run(settings)


def _reindex(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app import reindex

    return reindex.run(settings, again=args.again)


def _bench(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app import bench

    _must_be_sound(args)
    return bench.run(
        settings,
        seconds=args.seconds,
        connections=args.connections,
        writes=args.writes,
        sample=args.sample,
        to=args.json,
    )


def _capacity(settings: Settings, args: argparse.Namespace) -> int:
    import os

    from dozen.app import capacity

    _must_be_sound(args)
    habits = capacity.Habits(args.online, args.per_minute, args.busy, args.cores or os.cpu_count() or 1)
    return capacity.run(
        settings,
        habits,
        seconds=args.seconds,
        connections=args.connections,
        sample=args.sample,
        given=args.given,
    )


def _must_be_sound(args: argparse.Namespace) -> None:
    if not (0.1 <= args.seconds <= 3600 and 1 <= args.connections <= 1000):
        raise ValueError("--seconds is from 0.1 to 3600, and --connections from 1 to 1000")


def _jobs(settings: Settings, args: argparse.Namespace) -> int:
    from dozen.app import work

    return work.letters(settings, args.action, args.id)


if __name__ == "__main__":
    sys.exit(main())
