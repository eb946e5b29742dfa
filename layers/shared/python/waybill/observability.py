"""Logs, metrics and the correlation id. Logs carry ids only: no name, address, mail or secret."""

from contextvars import ContextVar
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="waybill", log_uncaught_exceptions=False)
metrics = Metrics(namespace="Waybill", service="waybill")

_correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")


def correlation_id() -> str:
    """The id that ties a request, its events and their logs together; "" outside of work."""
    return _correlation_id.get()


def start_work(room: str, correlation: str) -> None:
    """Begin a request or record: everything logged from here on carries its correlation id."""
    _correlation_id.set(correlation)
    logger.append_keys(room=room, correlation_id=correlation)


def count(name: str, value: int = 1) -> None:
    """Add to a counter metric of the namespace; published by :func:`end_invocation`."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def end_invocation() -> None:
    """Publish what was counted, if anything was: an empty metrics line would cost money."""
    if metrics.metric_set:
        metrics.flush_metrics()


def describe_error(error: BaseException) -> dict[str, Any]:
    """What may be logged of an error: its type and place, never its text, which quotes input."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return {"error_type": type(error).__name__, "error_at": where}
