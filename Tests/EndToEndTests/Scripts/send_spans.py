"""Sends spans with the OpenTelemetry SDK and writes down what it sent.

The record is made from the values that go into the SDK, not from what its exporter encodes, in the
shape of the rows of `traceq trace --format json`.
"""

import argparse
import base64
import json
import math
import random
import sys
import time
from datetime import datetime, timezone

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

RESOURCE_SCHEMA = "https://opentelemetry.io/schemas/1.37.0"
SCOPE_SCHEMA = "https://opentelemetry.io/schemas/1.36.0"
ATTRIBUTES_MAX = 24
EVENTS_MAX = 4
LINKS_MAX = 3
KINDS = [SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER]
TEXTS = [
    "",
    "GET",
    "/github.com/!burnt!sushi/toml/@v/v1.3.2.zip",
    "zwölf Boxkämpfer",
    "模块代理",
    "emoji 🚀 family 👨‍👩‍👧",
    "quote \" back\\slash \t tab \n line \x1b[31m escape \x00 nul",
    "x" * 300,
]
INTEGERS = [0, 1, -1, 127, 128, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63)]
DOUBLES = [0.0, -0.0, 1.5, 0.1, -2.2250738585072014e-308, 1.7976931348623157e308, 5e-324, math.inf, -math.inf, math.nan]
BYTES = [b"", b"\x00\x01\xff", bytes(range(256))]


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

    def force_flush(self, timeout_millis=30000):
        return self.inner.force_flush(timeout_millis)


def make_exporter(protocol, endpoint, gzip):
    if protocol == "grpc":
        import grpc
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        compression = grpc.Compression.Gzip if gzip else grpc.Compression.NoCompression
        return OTLPSpanExporter(endpoint=endpoint, insecure=True, compression=compression)
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    compression = Compression.Gzip if gzip else Compression.NoCompression
    return OTLPSpanExporter(endpoint=endpoint + "/v1/traces", compression=compression)


def any_value(value):
    """A value as OTLP/JSON writes an AnyValue."""
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        if math.isnan(value):
            return {"doubleValue": "NaN"}
        if math.isinf(value):
            return {"doubleValue": "Infinity" if value > 0 else "-Infinity"}
        return {"doubleValue": value}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": attributes_row(value)}}
    return {"arrayValue": {"values": [any_value(item) for item in value]}}


def attributes_row(attributes):
    return [{"key": key, "value": any_value(value)} for key, value in attributes.items()]


def rfc3339(nanos):
    seconds = datetime.fromtimestamp(nanos // 10**9, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{seconds}.{nanos % 10**9:09d}Z"


class Source:
    """Everything random, from one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def scalar(self):
        pick = self.random.randrange(6)
        if pick == 0:
            return self.random.choice(TEXTS)
        if pick == 1:
            return self.random.choice(INTEGERS)
        if pick == 2:
            return self.random.choice(DOUBLES)
        if pick == 3:
            return self.random.choice(BYTES)
        if pick == 4:
            return self.random.random() < 0.5
        return None

    def value(self, depth):
        if depth == 0 or self.random.random() < 0.6:
            return self.scalar()
        count = self.random.randrange(4)
        if self.random.random() < 0.5:
            return [self.value(depth - 1) for _ in range(count)]
        return {f"key.{index}": self.value(depth - 1) for index in range(count)}

    def attributes(self, count_max):
        count = self.random.randrange(count_max + 1)
        return {f"test.attribute.{self.random.randrange(40)}": self.value(3) for _ in range(count)}

    def linked_context(self):
        return SpanContext(
            self.random.getrandbits(128) | 1,
            self.random.getrandbits(64) | 1,
            is_remote=self.random.random() < 0.5,
            trace_flags=TraceFlags(1),
        )


def kept(attributes, limit):
    """What the SDK keeps of too many attributes: the last ones."""
    return dict(list(attributes.items())[-limit:])


def send_span(source, tracer, parent, start, index):
    """Starts and ends one span; gives its context and its row without what the trace shares."""
    name = source.random.choice(TEXTS) or f"span {index}"
    kind = source.random.choice(KINDS)
    end = start + source.random.randrange(5 * 10**9)
    attributes = source.attributes(ATTRIBUTES_MAX + 4)
    links = [(source.linked_context(), source.attributes(4)) for _ in range(source.random.randrange(LINKS_MAX + 2))]
    events = [
        (f"event {number}", start + source.random.randrange(10**9), source.attributes(5))
        for number in range(source.random.randrange(EVENTS_MAX + 2))
    ]
    status = source.random.choice([StatusCode.UNSET, StatusCode.OK, StatusCode.ERROR])
    message = source.random.choice(TEXTS) if status is StatusCode.ERROR else ""

    parent_context = trace.set_span_in_context(trace.NonRecordingSpan(parent)) if parent else None
    span = tracer.start_span(
        name,
        context=parent_context,
        kind=kind,
        links=[Link(context, given) for context, given in links],
        start_time=start,
    )
    for key, value in attributes.items():
        span.set_attribute(key, value)
    for event_name, event_time, given in events:
        span.add_event(event_name, given, timestamp=event_time)
    span.set_status(Status(status, message or None) if message else Status(status))
    span.end(end_time=end)

    context = span.get_span_context()
    row = {
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "parent_span_id": f"{parent.span_id:016x}" if parent else None,
        "name": name,
        "kind": kind.name.lower(),
        "start": rfc3339(start),
        "end": rfc3339(end),
        "status": {"code": status.name.lower(), "message": message},
        "attributes": attributes_row(kept(attributes, ATTRIBUTES_MAX)),
        "dropped_attributes_count": max(0, len(attributes) - ATTRIBUTES_MAX),
        "events": [
            {
                "time": rfc3339(event_time),
                "name": event_name,
                "attributes": attributes_row(given),
                "dropped_attributes_count": 0,
            }
            for event_name, event_time, given in events[-EVENTS_MAX:]
        ],
        "dropped_events_count": max(0, len(events) - EVENTS_MAX),
        "links": [
            {
                "trace_id": f"{linked.trace_id:032x}",
                "span_id": f"{linked.span_id:016x}",
                "attributes": attributes_row(given),
                "dropped_attributes_count": 0,
                "flags": 0x300 if linked.is_remote else 0x100,
            }
            for linked, given in links[-LINKS_MAX:]
        ],
        "dropped_links_count": max(0, len(links) - LINKS_MAX),
        "trace_state": ",".join(f"{key}={value}" for key, value in parent.trace_state.items()) if parent else "",
        "flags": 0x300 if parent and parent.is_remote else 0x100,
    }
    return context, row


def send_all(options):
    source = Source(options.seed)
    exporter = CheckedExporter(make_exporter(options.protocol, options.endpoint, options.gzip))
    resource_attributes = {
        "service.name": f"sdk-{options.protocol}",
        "service.instance.id": "edge-sha-01",
        "cloud.region": "cn-east-2",
        "test.nested": {"list": [1, "two", [3.5, None, True]], "bytes": b"\x00\xfe", "empty": {}},
    }
    scope_attributes = {"test.scope": "value", "test.nested": {"list": [1, [2]]}}
    provider = TracerProvider(
        resource=Resource(resource_attributes, RESOURCE_SCHEMA),
        span_limits=SpanLimits(max_span_attributes=ATTRIBUTES_MAX, max_events=EVENTS_MAX, max_links=LINKS_MAX),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(
        BatchSpanProcessor(exporter, max_queue_size=2 * options.count, max_export_batch_size=137)
    )
    tracer = provider.get_tracer("traceq.test", "1.2.3", SCOPE_SCHEMA, scope_attributes)
    shared = {
        "service": resource_attributes["service.name"],
        "resource": {
            "attributes": attributes_row(resource_attributes),
            "dropped_attributes_count": 0,
            "schema_url": RESOURCE_SCHEMA,
        },
        "scope": {
            "name": "traceq.test",
            "version": "1.2.3",
            "attributes": attributes_row(scope_attributes),
            "dropped_attributes_count": 0,
            "schema_url": SCOPE_SCHEMA,
        },
    }

    rows = []
    now = time.time_ns()
    while len(rows) < options.count:
        # A trace of up to 25 spans, each below one that came before it; some continue a remote trace.
        parents = [None]
        if source.random.random() < 0.3:
            parents = [
                SpanContext(
                    source.random.getrandbits(128) | 1,
                    source.random.getrandbits(64) | 1,
                    is_remote=True,
                    trace_flags=TraceFlags(1),
                    trace_state=TraceState([("vendor", "a:b"), ("other", "1")]),
                )
            ]
        for _ in range(min(25, options.count - len(rows))):
            start = now - source.random.randrange(600 * 10**9)
            context, row = send_span(source, tracer, source.random.choice(parents), start, len(rows))
            rows.append(row | shared)
            parents = (parents if parents[0] else []) + [context]

    if not provider.force_flush(60000) or exporter.has_failed:
        sys.exit("an export failed")
    provider.shutdown()
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", choices=["grpc", "http"], required=True)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--record", required=True)
    options = parser.parse_args()
    rows = send_all(options)
    with open(options.record, "w", encoding="utf-8") as record:
        json.dump(rows, record)


if __name__ == "__main__":
    main()
