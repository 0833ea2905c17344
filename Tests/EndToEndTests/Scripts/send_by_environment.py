"""Sends one span, one point and one log record, made by the OpenTelemetry SDK, to wherever the environment says:
`OTEL_EXPORTER_OTLP_…`.

Nothing is set in code, as in a program that is instrumented without changing it. `--signals` leaves some out.
"""

import argparse
import importlib
import logging
import sys

from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

EXPORTERS = {
    "traces": ("trace_exporter", "OTLPSpanExporter"),
    "metrics": ("metric_exporter", "OTLPMetricExporter"),
    "logs": ("_log_exporter", "OTLPLogExporter"),
}


def make_exporter(protocol, signal, failures):
    module, name = EXPORTERS[signal]
    module = importlib.import_module(f"opentelemetry.exporter.otlp.proto.{protocol}.{module}")
    exporter = getattr(module, name)()
    export = exporter.export

    # The SDK itself only logs a failed export.
    def checked(*arguments, **options):
        result = export(*arguments, **options)
        if result.name != "SUCCESS":
            failures.append(signal)
        return result

    exporter.export = checked
    return exporter


def send_span(exporter):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("traceq.test").start_as_current_span("by environment"):
        pass
    provider.shutdown()


def send_point(exporter):
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=600_000)
    provider = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
    provider.get_meter("traceq.test").create_counter("by.environment").add(1)
    provider.shutdown()


def send_record(exporter):
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    logger = logging.getLogger("traceq.test")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(LoggingHandler(logger_provider=provider))
    logger.info("by environment")
    provider.shutdown()


SENDERS = {"traces": send_span, "metrics": send_point, "logs": send_record}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", choices=["grpc", "http"], required=True)
    parser.add_argument("--signals", default="traces")
    options = parser.parse_args()
    failures = []
    for signal in options.signals.split(","):
        SENDERS[signal](make_exporter(options.protocol, signal, failures))
    if failures:
        sys.exit(f"the export failed: {', '.join(failures)}")


if __name__ == "__main__":
    main()
