"""Puts the figures of Benchmarks/ingest together.

join LOAD INFO SLOWEST TRACE   one JSON object from the parts of a run
line                           a run on standard input as one line of text
table FILE                     median, minimum and maximum of the runs in FILE
"""

import json
import statistics
import sys

FIGURES = [
    # Key, title, digits after the point.
    ("cpu", "server CPU-s per 1M spans", 2),
    ("settled_cpu", "the same when settled", 2),
    ("spans_per_second", "spans/s", 0),
    ("p50_ms", "latency p50, ms", 1),
    ("p99_ms", "latency p99, ms", 1),
    ("bytes_per_span", "bytes a span on disk", 1),
    ("journal_rows", "requests not sealed", 0),
    ("peak_rss_mb", "server peak memory, MB", 0),
    ("slowest_ms", "traceq slowest --since 24h, ms", 1),
    ("trace_ms", "traceq trace, ms", 1),
]


def join(load_path, info_path, slowest_ms, trace_ms):
    with open(load_path) as file:
        load = json.load(file)
    with open(info_path) as file:
        info = json.load(file)["rows"][0]
    if info["spans"] != load["spans"]:
        sys.exit(f"{load['spans']} spans were acknowledged, but the database has {info['spans']}")
    return {
        "spans": load["spans"],
        "requests": load["requests"],
        "retries": load["retries"],
        "cpu": load["server_cpu_seconds_per_million_spans"],
        "settled_cpu": load["settled_server_cpu_seconds_per_million_spans"],
        "spans_per_second": load["spans_per_second"],
        "p50_ms": load["latency_p50_ms"],
        "p99_ms": load["latency_p99_ms"],
        "wire_bytes": load["wire_bytes"],
        "bytes_per_span": info["size_bytes"] / info["spans"],
        "size_bytes": info["size_bytes"],
        "segments": info["segments"],
        "journal_rows": info["journal_rows"],
        "peak_rss_mb": load["server_peak_resident_bytes"] / 1e6,
        "slowest_ms": float(slowest_ms),
        "trace_ms": float(trace_ms),
    }


def line(run):
    return ", ".join(f"{title} {run[key]:.{digits}f}" for key, title, digits in FIGURES[:3] + FIGURES[5:6])


def table(path):
    with open(path) as file:
        runs = [json.loads(text) for text in file]
    first = runs[0]
    print(f"{len(runs)} runs of {first['requests']} requests, {first['spans']} spans, "
          f"{first['wire_bytes'] / first['spans']:.0f} bytes a span on the wire")
    print(f"{'':32}{'median':>12}{'minimum':>12}{'maximum':>12}")
    for key, title, digits in FIGURES:
        values = [run[key] for run in runs]
        columns = (statistics.median(values), min(values), max(values))
        print(f"{title:32}" + "".join(f"{value:12.{digits}f}" for value in columns))


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "join" and len(sys.argv) == 6:
        print(json.dumps(join(*sys.argv[2:])))
    elif command == "line":
        print(line(json.load(sys.stdin)))
    elif command == "table" and len(sys.argv) == 3:
        table(sys.argv[2])
    else:
        sys.exit(__doc__)


main()
