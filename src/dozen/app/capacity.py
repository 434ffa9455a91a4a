"""``dozen capacity``: how many people a machine serves, from what ``dozen bench`` measures."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

import msgspec

from dozen.app import bench, measure
from dozen.app.bench import Measured
from dozen.kit.settings import Settings


class Habits(msgspec.Struct, frozen=True):
    """What is assumed. ``online``: the part of all members that is here in the busiest minute;
    ``per_minute``: what each of them asks for; ``busy``: the part of the machine that may be at work then."""

    online: float = 0.1
    per_minute: float = 6.0
    busy: float = 0.5
    cores: int = 1

    def __post_init__(self) -> None:
        if not (0 < self.online <= 1 and 0 < self.busy <= 1):
            raise ValueError("--online and --busy are parts of a whole: above 0, at most 1")
        if not (0 < self.per_minute <= 6000 and 1 <= self.cores <= 4096):
            raise ValueError("--per-minute is from 0 to 6000, and --cores from 1 to 4096")


class Answer(msgspec.Struct, frozen=True):
    """``mean`` is CPU-seconds per 1,000 requests of the mix; ``cores`` are those that can be used;
    ``by_disk`` is 0 where the disk is not this machine's."""

    mean: float
    cores: int
    per_second: float
    online: int
    by_cpu: int
    by_disk: int
    each_bytes: int

    @property
    def people(self) -> int:
        return min(self.by_cpu, self.by_disk) if self.by_disk else self.by_cpu


def reckon(measured: Measured, habits: Habits, free_bytes: int) -> Answer:
    """The arithmetic, and nothing else. ``free_bytes``: of the disk that the database is on; 0: not known."""
    shares = {each.name: measured.shares[each.name] for each in measured.results}
    whole = sum(shares.values())
    mean = sum(each.cpu * shares[each.name] for each in measured.results) / whole
    cores = min(habits.cores, measured.workers) if measured.dialect == "sqlite" else habits.cores
    per_second = cores * habits.busy * 1000 / mean
    online = math.floor(per_second * 60 / habits.per_minute)
    each_bytes = measured.database_bytes // max(1, measured.people)
    # Half of what is free stays free: for logs, backups, and tables while they are rewritten.
    by_disk = measured.people + free_bytes // 2 // max(1, each_bytes) if free_bytes else 0
    return Answer(mean, cores, per_second, online, math.floor(online / habits.online), by_disk, each_bytes)


def run(
    settings: Settings, habits: Habits, *, seconds: float, connections: int, sample: str, given: Path | None
) -> int:
    """Measure (or read what ``dozen bench --json`` wrote), reckon, and tell with all that was assumed."""
    if given is not None:
        measured = msgspec.json.decode(given.read_bytes(), type=Measured)
    else:
        measured = bench.look(settings, seconds=seconds, connections=connections, writes=True, sample=sample)
    if failed := [each.name for each in measured.results if each.errors]:
        print(measure.table(measured.results))
        raise ValueError(f"some requests failed, so nothing follows: {', '.join(failed)}")
    here = measured.dialect == "sqlite"
    free = shutil.disk_usage(_standing(settings.data)).free if here else 0
    print(measure.table(measured.results))
    print("\n" + told(measured, habits, reckon(measured, habits, free)))
    return 0


def _standing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())


def told(measured: Measured, habits: Habits, answer: Answer) -> str:
    mix = "; ".join(f"{share} {name}" for name, share in measured.shares.items() if share)
    lines = [
        f"About {_round(answer.people):,} members, with {_round(answer.online):,} of them here at once.",
        "",
        "Measured:",
        f"  on {measured.about}, {measured.people:,} people; {os.cpu_count()} cores are here",
        f"  {answer.mean:.2f} CPU-seconds for 1,000 requests of the mix below",
        f"  {answer.each_bytes / 1000:,.0f} kB of database for each person",
        "Assumed (change it with the option named):",
        f"  {habits.online:.0%} of the members are here in the busiest minute (--online)",
        f"  each of them asks {habits.per_minute:g} times in it (--per-minute)",
        f"  of 100 requests (not to be changed): {mix}",
        f"  cores may be at work {habits.busy:.0%} of the time then (--busy): beyond, people begin to wait",
        f"  {habits.cores} cores (--cores)",
    ]
    if answer.cores < habits.cores:
        lines.append(
            f"  of which SQLite's server uses {answer.cores}: it is one process (DOZEN_WORKERS, PostgreSQL)"
        )
    lines += [
        "From which follow:",
        f"  {answer.per_second:,.0f} requests a second, {answer.by_cpu:,} members by CPU",
    ]
    if answer.by_disk:
        lines.append(f"  {answer.by_disk:,} members by disk, when half of what is free now stays free")
    elif measured.whole:
        lines.append("  the cores serve both Dozen and PostgreSQL; its disk was not looked at")
    else:
        lines.append("  PostgreSQL is on another machine, and neither its cores nor its disk were looked at")
    lines += [
        "Not in it: pictures and videos (their bytes, and making them), live pages that stay open, mail,",
        "and what people do that the mix has not. Plan with half of it, and measure again as you grow.",
    ]
    return "\n".join(lines)


def _round(number: int) -> int:
    """Two digits that mean something."""
    return number if number < 100 else round(number, 1 - math.floor(math.log10(number)))
