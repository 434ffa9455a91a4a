"""A follow graph like those of real networks: few whom many follow, a long tail, circles of interest.

Person 0 is followed most, then 1, and so on: the chance to be followed falls with the index as a
Zipf-Mandelbrot law, (index + offset) ** -s with s = 1 / (alpha - 1), so that the numbers of followers have a
power law with the exponent `alpha`. People find whom to follow in three ways: those whom everybody follows,
those known among people who share an interest (the same law, within the list of these people), and those
nearby (close indexes, who follow back: the small world).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from math import exp, log
from random import Random

from dozen.kit.sample.people import interests
from dozen.kit.sample.prose.posts import TOPICS
from dozen.kit.sample.streams import Seed, Stream

_BY_INTEREST = 0.42
_NEARBY = 0.2
"""The parts of those followed who were found by a shared interest, and nearby."""
_REACH = 16
"""How far nearby is, in indexes either way."""
_SPREAD = 0.85
"""Standard deviation of the logarithm of how many a person follows."""
_TOP_SHARE = 0.58
"""The part of all people who follow person 0."""


def power_law(
    seed: Seed, people: int, mean_following: float | None = None, alpha: float = 2.25
) -> Iterator[tuple[int, int]]:
    """Pairs (follower, followee) of indexes below `people`, each once, never oneself; ascending.

    Everybody follows somebody, if there are two people or more.

    `mean_following` is about how many a person follows (default: 50 for some hundred people, 40 for 100,000);
    `alpha` > 1.5 the exponent of the power law of followers. Needs some 20 bytes of memory a person.
    """
    if people < 2:
        return
    mean = min(default_mean(people) if mean_following is None else mean_following, 0.45 * (people - 1))
    tastes, circles = _circles(seed, people)
    slope = 1 - 1 / (alpha - 1)
    if abs(slope) < 1e-6:
        slope = 1e-6
    offset = _offset(people, mean, slope, circles)
    everyone = _Law(people, offset, slope)
    laws = [_Law(max(1, len(circle)), offset * max(1, len(circle)) / people, slope) for circle in circles]
    start = Stream(seed, "graph").word()
    steps = range(1, min(_REACH, (people - 1) // 2) + 1)
    near = int(min(0.5, _NEARBY * mean / (2 * _REACH)) * 0xFFFFFF)
    by_interest = _BY_INTEREST / (1 - _NEARBY)
    random = Random()
    # The mean of a log-normal is exp(mu + spread² / 2).
    mu = log(max(mean, 0.1)) - _SPREAD * _SPREAD / 2
    most = max(1, min(people - 1, int(0.6 * people), 5000))
    for me in range(people):
        random.seed((start << 34) + me)
        draw = random.random
        normal = draw() + draw() + draw() + draw() + draw() + draw() - 3  # deviation 0.707
        wanted = min(most, max(1, round(exp(mu + _SPREAD * normal * 1.4142))))
        chosen = {me}
        for step in steps:
            # Both ends draw the same lot, so both follow.
            before, after = (me - step) % people, (me + step) % people
            if _lot(before, me, start) < near:
                chosen.add(before)
            if _lot(me, after, start) < near:
                chosen.add(after)
        mine = tastes[me]
        tries = wanted * 3 + 12
        while len(chosen) <= wanted and tries:
            tries -= 1
            if draw() < by_interest:
                topic = mine[int(draw() * len(mine))]
                law = laws[topic]
                circle = circles[topic]
                # The remainder: rounding may carry the last place just past the end.
                other = circle[int((law.low + law.width * draw()) ** law.power - law.offset) % len(circle)]
            else:
                other = (
                    int((everyone.low + everyone.width * draw()) ** everyone.power - everyone.offset) % people
                )
            chosen.add(other)
        if len(chosen) == 1:
            chosen.add((me + 1) % people)
        chosen.discard(me)
        for other in sorted(chosen):
            yield me, other


def default_mean(people: int) -> float:
    """How many a person follows in a network of this size."""
    return 50.0 if people <= 1000 else max(40.0, 50.0 - 5.0 * log(people / 1000) / log(10))


def _lot(low: int, high: int, start: int) -> int:
    """24 bits that an unordered pair draws."""
    mixed = (low * 0x9E3779B1 + high * 0x85EBCA77 + start) & 0xFFFFFFFF
    return ((mixed ^ mixed >> 15) * 0x2C1B3C6D & 0xFFFFFFFF) >> 8


class _Law:
    """Inverse of the distribution with density (x + offset) ** (slope - 1) on [0, size)."""

    __slots__ = ("low", "offset", "power", "width")

    def __init__(self, size: int, offset: float, slope: float) -> None:
        self.offset = offset
        self.low = offset**slope
        self.width = (size + offset) ** slope - self.low
        self.power = 1 / slope

    def first(self) -> float:
        """The chance of index 0."""
        return float(((1 + self.offset) ** (1 / self.power) - self.low) / self.width)


def _circles(seed: Seed, people: int) -> tuple[list[bytes], list[array[int]]]:
    """The topics of each person (as indexes), and the persons of each topic, ascending."""
    number = {name: index for index, name in enumerate(TOPICS)}
    circles = [array("l") for _ in TOPICS]
    tastes: list[bytes] = []
    known: dict[bytes, bytes] = {}
    for person in range(people):
        taste = bytes(number[name] for name in interests(seed, person))
        tastes.append(known.setdefault(taste, taste))
        for topic in taste:
            circles[topic].append(person)
    return tastes, circles


def _offset(people: int, mean: float, slope: float, circles: list[array[int]]) -> float:
    """The offset of the law for which person 0 has followers in the wanted part of all people."""
    shares = sum(map(len, circles))
    low, high = 1e-3, 1e6
    for _ in range(60):
        offset = (low * high) ** 0.5
        chance = (1 - _BY_INTEREST - _NEARBY) * _Law(people, offset, slope).first()
        for circle in circles:
            if circle and circle[0] == 0:
                law = _Law(len(circle), offset * len(circle) / people, slope)
                chance += _BY_INTEREST * law.first() * len(circle) / shares
        # Averaged over how many people follow, which spreads by a factor of three either way.
        steps = (0.22, 0.42, 0.7, 1.2, 2.6)
        share = sum(1 - exp(-chance * mean * step * 0.97) for step in steps) / len(steps)
        if share > _TOP_SHARE:
            low = offset
        else:
            high = offset
    return float((low * high) ** 0.5)
