"""Numbers for operators, in Prometheus' text format at ``/metrics``."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import accumulate

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from dozen.kit.env import Env
from dozen.web.routes import Route

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_LABELS = [*map(str, _BOUNDS), "+Inf"]


class _Cell:
    """How often a route answered with a status, and how fast."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * len(_LABELS)
        self.seconds = 0.0


class Requests(Collector):
    """Counts every answer. Called by the event loop only, for the library's own cells lock each time."""

    def __init__(self) -> None:
        self._cells: dict[tuple[Route, int], _Cell] = {}

    def count(self, route: Route, status: int, seconds: float) -> None:
        cell = self._cells.get((route, status))
        if cell is None:
            cell = self._cells[route, status] = _Cell()
        cell.buckets[bisect_left(_BOUNDS, seconds)] += 1
        cell.seconds += seconds

    def collect(self) -> Iterable[CounterMetricFamily | HistogramMetricFamily]:
        labels = ("method", "path", "status")
        counts = CounterMetricFamily("dozen_requests", "Answered requests.", labels=labels)
        times = HistogramMetricFamily("dozen_request_seconds", "Time to answer.", labels=("path",))
        answered: dict[tuple[str, str, str], int] = defaultdict(int)
        spent: dict[str, _Cell] = defaultdict(_Cell)
        for (route, status), cell in list(self._cells.items()):
            answered[route.method, route.path, str(status)] += sum(cell.buckets)
            if not route.streams:
                whole = spent[route.path]
                whole.buckets = [a + b for a, b in zip(whole.buckets, cell.buckets, strict=True)]
                whole.seconds += cell.seconds
        for key, n in answered.items():
            counts.add_metric(key, n)
        for path, cell in spent.items():
            upto = zip(_LABELS, map(float, accumulate(cell.buckets)), strict=True)
            times.add_metric((path,), list(upto), cell.seconds)
        return counts, times


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        requests = Requests()
        self.registry.register(requests)
        self.request = requests.count
        self.gauge = Gauge("dozen_open_streams", "Browsers that are listening.", registry=self.registry)

    @classmethod
    def build(cls, env: Env) -> Metrics:
        return cls()

    def watch_replica(self, fit: Callable[[], bool]) -> None:
        Gauge("dozen_replica_fit", "Whether the replica answers reads.", registry=self.registry).set_function(
            fit
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
