"""A module proxy that keeps what it fetched and traces it with the OpenTelemetry SDK.

    caching_proxy.py UPSTREAM

It says `port N` when it serves. Where spans go, and who it is, says the environment: `OTEL_…`. Spans are exported within a
tenth of a second.
"""

import http.server
import sys
import urllib.error
import urllib.request

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

upstream = sys.argv[1]
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), schedule_delay_millis=100))
tracer = provider.get_tracer("caching_proxy")
kept = {}


def fetch(path):
    url = upstream + path
    with tracer.start_as_current_span("GET", kind=trace.SpanKind.CLIENT) as span:
        span.set_attributes({"http.request.method": "GET", "url.full": url})
        headers = {}
        propagate.inject(headers)
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        span.set_attribute("http.response.status_code", status)
        return status, body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_GET(self):
        context = propagate.extract({name.lower(): value for name, value in self.headers.items()})
        with tracer.start_as_current_span("GET", context=context, kind=trace.SpanKind.SERVER) as span:
            known = kept.get(self.path)
            status, body = known or fetch(self.path)
            if status == 200:
                kept[self.path] = (status, body)
            result = "proxy; hit" if known else "proxy; fwd=uri-miss"
            span.set_attributes(
                {
                    "http.request.method": "GET",
                    "url.path": self.path,
                    "http.response.status_code": status,
                    "http.response.body.size": len(body),
                    "http.response.header.cache-status": [result],
                }
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Status", result)
            self.end_headers()
            self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("port", server.server_port, flush=True)
server.serve_forever()
