"""The numbers as Prometheus reads them, for its text file collector or for an HTTP edge."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from linkwright.monitoring.caches import Cache
from linkwright.monitoring.fingerprints import fingerprint
from linkwright.monitoring.overview import SHOWN, Overview
from linkwright.monitoring.report import process_caches_of
from linkwright.monitoring.sketches import Sketch
from linkwright.monitoring.statements import Numbers

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def exposition(found: Overview, *, shown: int = SHOWN) -> str:
    """Return an overview in the text format: of statements, those that took most time.

    They are named by their fingerprints; `linkwright monitor --json` has the texts. What is counted by day
    begins anew at midnight, UTC, as it would if a process were started anew.
    """
    registry = CollectorRegistry()
    registry.register(_Found(found, shown))
    return generate_latest(registry).decode()


class _Found(Collector):
    def __init__(self, found: Overview, shown: int) -> None:
        self._found, self._shown = found, shown

    def collect(self) -> Iterator[Metric]:
        """Yield every family of numbers."""
        found = self._found
        if found.statements is not None:
            yield from _statements(found.statements, self._shown)
        yield from _caches(found)
        faults = GaugeMetricFamily("linkwright_index_faults", "Indexes to look at.", labels=["fault"])
        for fault in ("unused", "duplicate", "missing"):
            faults.add_metric([fault], len(getattr(found.indexes, fault)))
        yield faults
        yield from _ai(found)


def _statements(numbers: Numbers, shown: int) -> Iterator[Metric]:
    labels = ["fingerprint", "issuer"]
    seconds = HistogramMetricFamily(
        "linkwright_statement_seconds", "Time of statements, as their callers saw it.", labels=labels
    )
    rows = CounterMetricFamily("linkwright_statement_rows", "Rows given or changed.", labels=labels)
    errors = CounterMetricFamily("linkwright_statement_errors", "Statements that failed.", labels=labels)
    for asked, statement in numbers.by_time()[:shown]:
        named = [fingerprint(asked.sql), asked.issuer]
        seconds.add_metric(named, _buckets(statement.times), statement.times.total)
        rows.add_metric(named, statement.rows)
        errors.add_metric(named, statement.errors)
    yield from (seconds, rows, errors)


def _buckets(times: Sketch) -> list[tuple[str, float]]:
    counted: list[tuple[str, float]] = [(str(end), times.count_to(end)) for end in _SECONDS]
    return [*counted, ("+Inf", times.count)]


def _caches(found: Overview) -> Iterator[Metric]:
    hits = CounterMetricFamily("linkwright_cache_hits", "What was there already.", labels=["cache"])
    misses = CounterMetricFamily("linkwright_cache_misses", "What had to be made or read.", labels=["cache"])
    caches = dict(process_caches_of(found.statements))
    if found.pages.hits is not None:
        caches["database pages"] = Cache(found.pages.hits, found.pages.misses or 0)
    for name, cache in caches.items():
        hits.add_metric([name], cache.hits)
        misses.add_metric([name], cache.misses)
    yield from (hits, misses)


def _ai(found: Overview) -> Iterator[Metric]:
    labels = ["kind", "provider", "model", "version"]
    calls = CounterMetricFamily("linkwright_ai_calls", "Calls to models.", labels=labels)
    errors = CounterMetricFamily("linkwright_ai_errors", "Calls that failed.", labels=labels)
    cost = CounterMetricFamily("linkwright_ai_cost", "What calls cost.", labels=[*labels, "currency"])
    quantiles = GaugeMetricFamily("linkwright_ai_seconds", "Time of calls.", labels=[*labels, "quantile"])
    for each in found.ai:
        named = [each.kind, each.provider or "", each.model or "", each.version or ""]
        calls.add_metric(named, each.number)
        errors.add_metric(named, each.errors)
        for currency, paid in each.cost.items():
            cost.add_metric([*named, currency], paid)
        for share in (0.5, 0.95):
            milliseconds = each.quantile(share)
            if milliseconds is not None:
                quantiles.add_metric([*named, str(share)], milliseconds / 1000)
    yield from (calls, errors, cost, quantiles)
