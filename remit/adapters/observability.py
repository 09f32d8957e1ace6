"""Logging, tracing and metrics, the same for every function."""

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from remit.ports import Meter

logger = Logger()
# Only the calls to AWS: patching every library there is takes a tenth of a cold start.
tracer = Tracer(patch_modules=["botocore"])
metrics = Metrics()


class EmfMeter(Meter):
    def count(self, name: str, times: int) -> None:
        metrics.add_metric(name, MetricUnit.Count, times)
