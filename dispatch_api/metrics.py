"""What the web application counts, for Prometheus."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from incidents.lifecycle.states import CandidateAction, ReportAction

# One name for every unknown path and method: a scanner must not make a series of each.
UNROUTED = "(none)"
OTHER = "(other)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """A registry of its own, so that two applications in one process count apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "mastwatch_http_requests",
            "Requests by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "mastwatch_http_request_seconds",
            "Time to the first byte of the answer.",
            ["route"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
        )
        self.decisions = Counter(
            "mastwatch_decisions",
            "Decisions by officers and units that were saved.",
            ["action"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "mastwatch_candidates_waiting",
            "Candidates that wait for an officer or are being looked at.",
            registry=self.registry,
        )
        self.pages_live = Gauge(
            "mastwatch_live_pages", "Pages that listen for changes.", registry=self.registry
        )

    def decided(self, action: CandidateAction | ReportAction) -> None:
        self.decisions.labels(action).inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)


class CountRequests:
    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_s = perf_counter()

        async def counting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = template_of(scope)
                method = scope["method"] if scope["method"] in METHODS else OTHER
                self._metrics.requests.labels(method, route, message["status"]).inc()
                self._metrics.latency.labels(route).observe(perf_counter() - started_s)
            await send(message)

        await self._app(scope, receive, counting_send)


def template_of(scope: Scope) -> str:
    """The path with the values in it replaced by their names, "/ward/{report_id}"; of a file, its folder's.

    The matched route knows only its own part of the path, without the prefixes it was included under.
    """
    if "endpoint" not in scope:
        return UNROUTED
    if "route" not in scope:
        return str(scope["root_path"] or scope["path"])
    template: str = scope["route"].path_format
    own = template.format(**scope["path_params"])
    return str(scope["path"]).removesuffix(own) + template
