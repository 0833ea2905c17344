"""Sends metrics and logs with the OpenTelemetry SDK, over one transport and compression.

What it sends is known beforehand: `--count` log records with the bodies `record 0` and so on, a counter that is
raised to 6, a gauge of 0.5 and a histogram of three values.
"""

import argparse
import logging
import sys

from opentelemetry.metrics import Observation
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource


def make_exporters(protocol, endpoint, gzip):
    if protocol == "grpc":
        import grpc
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

        compression = grpc.Compression.Gzip if gzip else grpc.Compression.NoCompression
        options = {"insecure": True, "compression": compression, "endpoint": endpoint}
        return OTLPMetricExporter(**options), OTLPLogExporter(**options)
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    compression = Compression.Gzip if gzip else Compression.NoCompression
    return (
        OTLPMetricExporter(endpoint=endpoint + "/v1/metrics", compression=compression),
        OTLPLogExporter(endpoint=endpoint + "/v1/logs", compression=compression),
    )


def send_metrics(exporter, resource):
    # One collection, at the end.
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=600_000)
    provider = MeterProvider(resource=resource, metric_readers=[reader], shutdown_on_exit=False)
    meter = provider.get_meter("traceq.test", "1.2.3")
    counter = meter.create_counter("test.requests", unit="{request}", description="requests")
    counter.add(2, {"route": "list"})
    counter.add(4, {"route": "list"})
    meter.create_observable_gauge("test.free", callbacks=[lambda options: [Observation(0.5)]], unit="1")
    histogram = meter.create_histogram("test.duration", unit="s")
    for value in [0.1, 0.2, 30.0]:
        histogram.record(value)
    if not provider.force_flush(60_000):
        sys.exit("the export of metrics failed")


def send_logs(exporter, resource, count):
    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = logging.getLogger("traceq.test")
    logger.setLevel(logging.INFO)
    logger.addHandler(LoggingHandler(logger_provider=provider))
    for index in range(count):
        logger.log(logging.ERROR if index % 10 == 0 else logging.INFO, "record %d", index, extra={"number": index})
    if not provider.force_flush(60_000):
        sys.exit("the export of logs failed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", choices=["grpc", "http"], required=True)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    metrics, logs = make_exporters(options.protocol, options.endpoint, options.gzip)
    resource = Resource({"service.name": "sdk", "service.instance.id": "edge-1"})
    send_metrics(metrics, resource)
    send_logs(logs, resource, options.count)


if __name__ == "__main__":
    main()
