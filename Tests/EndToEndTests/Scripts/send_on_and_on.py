"""Sends spans with the OpenTelemetry SDK, one export after the other, until a file appears.

Writes the id of each span to standard output when its export has succeeded. The exporter tries again by itself; an
export that it gives up ends the program with an error.
"""

import argparse
import os
import sys
import time

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult



def make_exporter(protocol, endpoint, timeout):
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(endpoint=endpoint, insecure=True, timeout=timeout)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=endpoint + "/v1/traces", timeout=timeout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", choices=["grpc", "http"], required=True)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--until", required=True, help="the file that ends it")
    parser.add_argument("--spans", type=int, default=5, help="spans in each export")
    parser.add_argument("--pause", type=float, default=0.005, help="seconds between two exports")
    parser.add_argument("--timeout", type=float, default=60, help="seconds that an export is tried for")
    options = parser.parse_args()
    exporter = make_exporter(options.protocol, options.endpoint, options.timeout)
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("traceq.test")
    while not os.path.exists(options.until):
        spans = [tracer.start_span("restart") for _ in range(options.spans)]
        for span in spans:
            span.end()
        if exporter.export(spans) is not SpanExportResult.SUCCESS:
            sys.exit("the SDK gave an export up")
        for span in spans:
            print(f"{span.get_span_context().span_id:016x}")
        sys.stdout.flush()
        time.sleep(options.pause)
    exporter.shutdown()


if __name__ == "__main__":
    main()
