"""Numbers for operators, in Prometheus' text format at ``/metrics``."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from dozen.kit.env import Env
from dozen.web.routes import Route

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "dozen_requests_total", "Answered requests.", ("method", "path", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "dozen_request_seconds", "Time to answer.", ("path",), buckets=_BUCKETS, registry=self.registry
        )
        self.gauge = Gauge("dozen_open_streams", "Browsers that are listening.", registry=self.registry)
        self._cells: dict[tuple[Route, int], tuple[Counter, Histogram]] = {}

    @classmethod
    def build(cls, env: Env) -> Metrics:
        return cls()

    def request(self, route: Route, status: int, seconds: float) -> None:
        cell = self._cells.get((route, status))
        if cell is None:
            cell = self._cells[route, status] = (
                self._requests.labels(route.method, route.path, str(status)),
                self._seconds.labels(route.path),
            )
        cell[0].inc()
        if not route.streams:
            cell[1].observe(seconds)

    def watch_replica(self, fit: Callable[[], bool]) -> None:
        Gauge("dozen_replica_fit", "Whether the replica answers reads.", registry=self.registry).set_function(
            fit
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
