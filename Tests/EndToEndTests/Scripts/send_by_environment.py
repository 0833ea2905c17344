"""Sends one span, made by the OpenTelemetry SDK, to wherever the environment says: `OTEL_EXPORTER_OTLP_…`.

Nothing is set in code, as in a program that is instrumented without changing it.
"""

import argparse
import sys

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult


class CheckedExporter(SpanExporter):
    """Remembers a failed export, which the SDK itself only logs."""

    def __init__(self, inner):
        self.inner = inner
        self.has_failed = False

    def export(self, spans):
        result = self.inner.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self.has_failed = True
        return result

    def shutdown(self):
        self.inner.shutdown()


def make_exporter(protocol):
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    return OTLPSpanExporter()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", choices=["grpc", "http"], required=True)
    options = parser.parse_args()
    exporter = CheckedExporter(make_exporter(options.protocol))
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("traceq.test").start_as_current_span("by environment"):
        pass
    provider.shutdown()
    if exporter.has_failed:
        sys.exit("the export failed")


if __name__ == "__main__":
    main()
