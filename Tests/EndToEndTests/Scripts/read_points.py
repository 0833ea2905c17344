"""Reads every point of a database file, written from docs/format.md alone.

Shares no code with the product: it is the proof that the specification is complete. Given the answer of
`traceq sql --json "SELECT * FROM points"`, it compares each row with what it reads itself; without one, it prints
its rows. What does not hold ends the program with a sentence and status 1.

    .venv/bin/python Tests/EndToEndTests/Scripts/read_points.py telemetry.db [points.json]
"""

import collections
import json
import math
import pathlib
import sqlite3
import struct
import sys

from format_values import MASK, Damage, Reader
from format_values import fields, key_value, message, require, resource_row, rfc3339, scope_row, text, xxh64

TYPES = {5: "gauge", 7: "sum", 9: "histogram", 10: "exponential_histogram", 11: "summary"}
TEMPORALITIES = ["unspecified", "delta", "cumulative"]
INTEGER, REAL, FIRST_DISTRIBUTION, LAST_KIND = 1, 2, 3, 5

Series = collections.namedtuple("Series", "number resource scope metric attributes")
Metric = collections.namedtuple("Metric", "name description unit type temporality monotonic")


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def small(data):
    """A varint field that is a sint32."""
    return data >> 1 ^ -(data & 1)


def doubles(data):
    return [number for (number,) in struct.iter_unpack("<d", data)]


def packed_varints(data):
    reader, values = Reader(data), []
    while reader.index < len(data):
        values.append(reader.varint())
    return values


# Section 7.


def metric_of(data):
    found = dict(name=b"", description=b"", unit=b"")
    names = {1: "name", 2: "description", 3: "unit"}
    kind, temporality, monotonic = None, 0, 0
    for number, value in fields(data):
        if number in names:
            found[names[number]] = value
        elif number in TYPES:
            require(kind is None, "a metric of two types")
            kind = TYPES[number]
            inner = message(value, {2: "temporality", 3: "monotonic"})
            temporality, monotonic = inner.get("temporality", 0), inner.get("monotonic", 0)
        else:
            require(number == 12, f"unknown field {number} of a metric")
    has_temporality = kind not in ("gauge", "summary")
    # An enum is a signed number of 32 bits.
    temporality = (temporality + 2**31) % 2**32 - 2**31
    word = TEMPORALITIES[temporality] if 0 <= temporality < len(TEMPORALITIES) else str(temporality)
    return Metric(
        text(found["name"]), text(found["description"]), text(found["unit"]), kind,
        word if has_temporality else None, monotonic if kind == "sum" else None,
    )


def pairs_of(data):
    pairs = message(data, {1: "values"}, ["values"])["values"]
    keys = [message(pair, {1: "key", 2: "value"}).get("key", b"") for pair in pairs]
    require(keys == sorted(set(keys)), "attributes out of order, or a key twice")
    return plain_pairs([key_value(pair) for pair in pairs])


def plain_pairs(pairs):
    return {pair["key"]: plain(pair["value"]) for pair in pairs}


def plain(value):
    """A value without type wrappers, as SQL shows it."""
    if not value:
        return None
    kind, content = next(iter(value.items()))
    if kind == "intValue":
        return int(content)
    if kind == "arrayValue":
        return [plain(item) for item in content["values"]]
    if kind == "kvlistValue":
        return plain_pairs(content["values"])
    return content


def plain_double(number):
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def exemplar_of(data):
    names = {2: "time", 3: "double", 4: "span", 5: "trace", 6: "int", 7: "attributes"}
    found = message(data, names, ["attributes"])
    row = {"time": rfc3339(int.from_bytes(found.get("time", b""), "little"))}
    if "int" in found:
        row["value"] = int.from_bytes(found["int"], "little", signed=True)
    if "double" in found:
        row["value"] = plain_double(double(int.from_bytes(found["double"], "little")))
    row["trace_id"] = found.get("trace", b"").hex()
    row["span_id"] = found.get("span", b"").hex()
    row["attributes"] = plain_pairs([key_value(pair) for pair in found["attributes"]])
    return row


def buckets_of(data):
    found = message(data, {1: "offset", 2: "counts"})
    return {"offset": small(found.get("offset", 0)), "counts": packed_varints(found.get("counts", b""))}


def details_of(data, kind):
    """Buckets or quantiles, and exemplars."""
    if kind in ("gauge", "sum"):
        found = message(data, {5: "exemplars"}, ["exemplars"])
        return None, [exemplar_of(item) for item in found["exemplars"]]
    if kind == "histogram":
        found = message(data, {6: "counts", 7: "bounds", 8: "exemplars"}, ["exemplars"])
        counts = [count for (count,) in struct.iter_unpack("<Q", found.get("counts", b""))]
        bounds = [plain_double(bound) for bound in doubles(found.get("bounds", b""))] + ["Infinity"]
        buckets = [{"le": bound, "count": count} for bound, count in zip(bounds, counts)]
        return buckets, [exemplar_of(item) for item in found["exemplars"]]
    if kind == "exponential_histogram":
        names = {6: "scale", 7: "zero", 8: "positive", 9: "negative", 11: "exemplars", 14: "threshold"}
        found = message(data, names, ["exemplars"])
        buckets = {
            "scale": small(found.get("scale", 0)),
            "zero_count": int.from_bytes(found.get("zero", b""), "little"),
            "zero_threshold": double(int.from_bytes(found.get("threshold", b""), "little")),
            "positive": buckets_of(found.get("positive", b"")),
            "negative": buckets_of(found.get("negative", b"")),
        }
        return buckets, [exemplar_of(item) for item in found["exemplars"]]
    found = message(data, {6: "quantiles"}, ["quantiles"])
    rows = []
    for item in found["quantiles"]:
        inner = message(item, {1: "quantile", 2: "value"})
        bits = [int.from_bytes(inner.get(name, b""), "little") for name in ("quantile", "value")]
        rows.append({"quantile": plain_double(double(bits[0])), "value": plain_double(double(bits[1]))})
    return rows, []


def clamped(number):
    return min(number, 2**63 - 1)


def real(present, bit, bits):
    """What JSON shows of a double that may be missing: what is no finite number is null there."""
    number = double(bits) if present >> bit & 1 else None
    return number if number is not None and math.isfinite(number) else None


def point_row(segment, series, time, start, flags, kind, value, present, sums, details, arrival):
    require(kind <= LAST_KIND, f"kind {kind}")
    metric = series.metric
    buckets, exemplars = details_of(details, metric.type)
    is_distribution = kind >= FIRST_DISTRIBUTION
    number = None
    if kind == INTEGER:
        number = value - 2**64 if value >> 63 else value
    elif kind == REAL and math.isfinite(double(value)):
        number = double(value)
    return {
        "time": rfc3339(time),
        "time_ns": clamped(time),
        "start_ns": clamped(start) if start else None,
        "name": metric.name,
        "type": metric.type,
        "unit": metric.unit,
        "temporality": metric.temporality,
        "monotonic": metric.monotonic,
        "description": metric.description,
        "scope": series.scope["name"],
        "attributes": series.attributes,
        "value": number,
        "count": clamped(value) if is_distribution else None,
        "sum": real(present, 0, sums[0]),
        "min": real(present, 1, sums[1]),
        "max": real(present, 2, sums[2]),
        "flags": flags,
        "buckets": buckets,
        "exemplars": exemplars or None,
        "peer": arrival[1],
        "received_at_ns": arrival[0],
        "resource": plain_pairs(series.resource["attributes"]),
        "series": series.number,
        "segment": segment,
    }


# Section 5.2.


def batch_rows(data):
    reader = Reader(data)
    require(reader.byte() == 2, "a batch of another signal")
    arrival = (reader.signed(), text(reader.counted()))
    resources = [resource_row(data) for data in reader.list(reader.counted)]
    scopes = [scope_row(data) for data in reader.list(reader.counted)]
    metrics = [metric_of(data) for data in reader.list(reader.counted)]
    attributes = [pairs_of(data) for data in reader.list(reader.counted)]
    origins = reader.list(lambda: (resources[reader.varint()], scopes[reader.varint()]))

    def one_series():
        origin, metric, pairs = reader.varint(), reader.varint(), reader.varint()
        return Series(None, *origins[origin], metrics[metric], attributes[pairs])

    series = reader.list(one_series)
    time = start = 0
    for _ in range(reader.varint()):
        own = series[reader.varint()]
        time, start = (time + reader.signed()) & MASK, (start + reader.signed()) & MASK
        flags, kind = reader.varint(), reader.byte()
        value, present, sums = 0, 0, [0, 0, 0]
        if kind == INTEGER:
            value = reader.signed() & MASK
        elif kind == REAL:
            value = reader.u64()
        elif kind >= FIRST_DISTRIBUTION:
            value, present = reader.varint(), reader.byte()
            sums = [reader.u64() if present >> bit & 1 else 0 for bit in range(3)]
        yield point_row(None, own, time, start, flags, kind, value, present, sums, reader.counted(), arrival)
    reader.end()


def journal_rows(database):
    for number, checksum, data in database.execute("SELECT id, checksum, data FROM journal ORDER BY id"):
        require(xxh64(data) == checksum & MASK, f"journal row {number} does not match its checksum")
        reader = Reader(data)
        for batch in reader.list(reader.counted):
            if batch[0] == 2:
                yield from batch_rows(batch)
        reader.end()


# Section 6.11.


def all_series(database):
    def table(name, parse):
        return {number: parse(data) for number, data in database.execute(f"SELECT id, otlp FROM {name}")}

    resources, scopes = table("resource", resource_row), table("scope", scope_row)
    found = {}
    select = "SELECT id, hash, resource, scope, metric, otlp, name, type FROM series"
    for number, hash, resource, scope, metric, otlp, name, kind in database.execute(select):
        counted = b"".join(varint(len(part)) + part for part in (metric, otlp))
        content = struct.pack("<QQ", resource, scope) + counted
        require(xxh64(content) == hash & MASK, f"series {number} does not match its hash")
        series = Series(number, resources[resource], scopes[scope], metric_of(metric), pairs_of(otlp))
        require((series.metric.name, series.metric.type) == (name, kind), f"series {number} has another metric")
        found[number] = series
    return found


def varint(number):
    data = b""
    while number >= 0x80:
        data, number = data + bytes([number & 0x7F | 0x80]), number >> 7
    return data + bytes([number])


def segment_rows(database):
    series = all_series(database)
    select = "SELECT id, spans, traces, min_start, max_start, max_end, format FROM segment WHERE signal = 2 ORDER BY id"
    for number, count, series_count, first, last, end, format in database.execute(select).fetchall():
        require(format == 2, f"segment {number} has format {format}")
        keys = (number << 16, (number + 1) << 16)
        chunks = {}
        for chunk, checksum, data in database.execute(
            "SELECT id - ?1, checksum, data FROM chunk WHERE id >= ?1 AND id < ?2", keys
        ):
            require(xxh64(data) == checksum & MASK, f"segment {number}: chunk {chunk} does not match its checksum")
            chunks[chunk] = Reader(data)
        require(sorted(chunks) == list(range(15)), f"segment {number} has other chunks: {sorted(chunks)}")
        tables = Reader(chunks[0].block())
        arrivals, received_at = [], 0
        for _ in range(tables.varint()):
            received_at += tables.signed()
            arrivals.append((received_at, text(tables.counted())))
        tables.end()
        own, id = [], 0
        for _ in range(chunks[1].varint()):
            id += chunks[1].signed()
            own.append(series[id])
        counts = chunks[2].numbers(True)
        times, starts = chunks[3].numbers(), chunks[4].numbers()
        flags, kinds, values = chunks[5].numbers(True), chunks[6].numbers(True), chunks[7].numbers()
        present = chunks[8].numbers(True)
        sums = list(zip(present, chunks[9].numbers(), chunks[10].numbers(), chunks[11].numbers()))
        lengths, details = chunks[12].numbers(True), Reader(chunks[13].block())
        arrival_of = chunks[14].numbers(True)
        for chunk, reader in chunks.items():
            reader.end()
        require(len(own) == len(counts) == series_count, f"segment {number} has another number of series")
        require(sum(counts) == count, f"segment {number} has another number of points")
        for column in (times, starts, flags, kinds, values, lengths, arrival_of):
            require(len(column) == count, f"segment {number}: columns differ in length")
        require(min(counts) > 0, f"segment {number} has a series without points")
        distributions = iter(sums)
        owners = [each for each, many in zip(own, counts) for _ in range(many)]
        require(clamped(min(times)) == first, f"segment {number}: min_start")
        require(clamped(max(times)) == last == end, f"segment {number}: max_start or max_end")
        for row in range(count):
            if row and owners[row] is owners[row - 1]:
                require(times[row - 1] < times[row] or times[row] == 0, f"segment {number}: times out of order")
            others = next(distributions) if kinds[row] >= FIRST_DISTRIBUTION else (0, 0, 0, 0)
            yield point_row(
                number, owners[row], times[row], starts[row], flags[row], kinds[row], values[row], others[0],
                others[1:], details.take(lengths[row]), arrivals[arrival_of[row]],
            )
        require(next(distributions, None) is None, f"segment {number}: sums are left over")
        details.end()


def read(path):
    database = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True, isolation_level=None)
    require(database.execute("PRAGMA user_version").fetchone()[0] == 3, "not of version 3")
    database.execute("BEGIN")
    return list(segment_rows(database)) + list(journal_rows(database))


def compare(rows, answer):
    """Each row of the product's answer with the row that was read: those of segments in the order of the file."""
    require(len(rows) == len(answer), f"{len(rows)} points are stored, and the answer has {len(answer)}")
    found = []
    for other in answer:
        row = {key: other[key] for key in rows[0]}
        for key in ("attributes", "resource", "buckets", "exemplars"):
            row[key] = row[key] and json.loads(row[key])
        found.append(row)

    def place(row):
        # In which order the journal's points come is not said.
        return (row["segment"] is None, "" if row["segment"] else json.dumps(row, sort_keys=True))

    for number, (row, other) in enumerate(zip(sorted(rows, key=place), sorted(found, key=place))):
        for key, value in row.items():
            require(other[key] == value, f"point {number}: {key} is {value!r}, and the answer has {other[key]!r}")


def main():
    try:
        rows = read(sys.argv[1])
        if len(sys.argv) > 2:
            answer = json.loads(pathlib.Path(sys.argv[2]).read_text())
            compare(rows, answer["rows"])
            print(f"{len(rows)} points agree")
        else:
            print(json.dumps({"rows": rows}))
    except Damage as damage:
        sys.exit(f"read_points: {damage}")


if __name__ == "__main__":
    main()
