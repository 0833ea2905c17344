"""Reads every span of a database file, or every log record, written from docs/format.md alone.

Shares no code with the product: it is the proof that the specification is complete. Prints one JSON
document with a row a span, in the shape of `traceq trace --format json` without what that computes, and
says of each row whether it was in the journal or a segment. What the specification promises is checked
on the way; what does not hold ends the program with a sentence and status 1.

    .venv/bin/python Tests/EndToEndTests/Scripts/read_format.py telemetry.db [logs]
"""

import collections
import json
import pathlib
import sqlite3
import sys

import format_requests
import format_statistics
from format_values import BOOL, BYTES, DOUBLE, EMPTY, INT, LIST, MASK, STRING, TYPES_IN_DICTIONARY, Damage, Reader
from format_values import any_value, event_row, key_value, link_row, message, mix, require, resource_row, rfc3339, row_value
from format_values import scope_row, text, unzigzag, xxh64

APPLICATION_ID = 0x74726371
KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"]
STATUS_CODES = ["unset", "ok", "error"]
FIELDS = [
    ("name", STRING),
    ("trace_state", STRING),
    ("status.message", STRING),
    ("dropped_attributes_count", INT),
    ("events", BYTES),
    ("dropped_events_count", INT),
    ("links", BYTES),
    ("dropped_links_count", INT),
    ("overflow", LIST),
]
LOG_FIELDS = [
    ("event_name", STRING),
    ("severity_text", STRING),
    ("body", STRING),
    ("dropped_attributes_count", INT),
    ("body", BYTES),
    ("missing_times", INT),
    ("", BYTES),
    ("", INT),
    ("overflow", LIST),
]
OVERFLOW = 8
# What a batch of spans, or of log records, begins with; and what its segments have as their signal.
SPANS, LOGS = 1, 3

Column = collections.namedtuple("Column", "name type")
Arrival = collections.namedtuple("Arrival", "received_at peer")
FIELD_COLUMNS = {
    SPANS: [Column(*field) for field in FIELDS],
    LOGS: [Column(*field) for field in LOG_FIELDS],
}


def word(words, number):
    return words[number] if 0 <= number < len(words) else str(number)


def span_row(place, trace_id, span_id, parent_id, operation, name, start, duration, slots, origin, arrival):
    """One span put together. `slots` are pairs of a column id, with its column, and a value."""
    resource, scope = origin
    row = {
        "place": place,
        "trace_id": trace_id.hex(),
        "span_id": span_id.hex(),
        "parent_span_id": parent_id.hex() if parent_id else None,
        "name": name,
        "kind": word(KINDS, operation.kind),
        "start": rfc3339(start),
        "end": rfc3339((start + duration) & MASK),
        "status": {"code": word(STATUS_CODES, operation.status), "message": ""},
        "attributes": [],
        "events": [],
        "links": [],
        "dropped_attributes_count": 0,
        "dropped_events_count": 0,
        "dropped_links_count": 0,
        "trace_state": "",
        "flags": operation.flags,
        "resource": resource,
        "scope": scope,
        "received_at": rfc3339(arrival.received_at),
        "peer_address": arrival.peer,
    }
    overflow = []
    for column_id, column, value in slots:
        if column_id >= len(FIELDS):
            row["attributes"].append({"key": column.name, "value": row_value(column.type, value)})
        elif column.name == "status.message":
            row["status"]["message"] = text(value)
        elif column.name == "trace_state":
            row["trace_state"] = text(value)
        elif column.name == "events":
            row["events"] = [event_row(event) for event in message(value, {11: "events"}, ["events"])["events"]]
        elif column.name == "links":
            row["links"] = [link_row(link) for link in message(value, {13: "links"}, ["links"])["links"]]
        elif column_id == OVERFLOW:
            overflow = message(value, {1: "values"}, ["values"])["values"]
        else:
            row[column.name] = value
    row["attributes"] += [key_value(pair) for pair in overflow]
    return row


# Section 5.1.


def log_row(place, trace_id, span_id, parent_id, operation, name, start, duration, slots, origin, arrival):
    """One log record put together from what it has in the place of a span's parts."""
    require(parent_id is None, "a log record with a parent")
    require(operation.status == (2 if 17 <= operation.kind <= 24 else 0), "a status that is not that of the severity")
    fields = {}
    attributes, overflow = [], []
    for column_id, column, value in slots:
        if column_id >= len(LOG_FIELDS):
            attributes.append({"key": column.name, "value": row_value(column.type, value)})
        elif column_id == OVERFLOW:
            overflow = message(value, {1: "values"}, ["values"])["values"]
        elif column_id == 4:
            fields["body"] = any_value(value)
        elif column_id == 2:
            fields["body"] = row_value(STRING, value)
        else:
            fields[column.name] = text(value) if column.type == STRING else value
    missing = fields.get("missing_times", 0)
    return {
        "place": place,
        "trace_id": trace_id.hex() if any(trace_id) else None,
        "span_id": span_id.hex() if any(span_id) else None,
        "time_ns": start,
        "observed_time_ns": None if missing & 2 else (start + duration) & MASK,
        "has_time": not missing & 1,
        "severity_number": operation.kind,
        "severity_text": fields.get("severity_text", ""),
        "body": fields.get("body"),
        "event_name": name,
        "flags": operation.flags,
        "dropped_attributes_count": fields.get("dropped_attributes_count", 0),
        "attributes": attributes + [key_value(pair) for pair in overflow],
        "resource": origin[0],
        "scope": origin[1],
        "received_at": rfc3339(arrival.received_at),
        "peer_address": arrival.peer,
    }


ROW = {SPANS: span_row, LOGS: log_row}


# Section 5.


def journal_slot(reader, column_id, column, entries):
    if column.type == EMPTY:
        return 0
    if column.type == BOOL:
        return reader.varint()
    if column.type == INT:
        return reader.signed() & MASK
    if column.type == DOUBLE:
        return reader.u64()
    entry_column, value = entries[reader.varint()]
    require(entry_column == column_id, "a slot refers to an entry of another column")
    return value


def batch_rows(data):
    reader = Reader(data)
    signal = reader.byte()
    require(signal in ROW, "a batch of another version")
    arrival = Arrival(reader.signed(), text(reader.counted()))

    def column():
        type = reader.byte()
        return Column(text(reader.counted()), type)

    columns = FIELD_COLUMNS[signal] + reader.list(column)
    layouts = reader.list(reader.layout)
    heads = reader.list(lambda: (reader.varint(), reader.varint()))
    entries = [(column_id, reader.take(length)) for column_id, length in heads]
    resources = [resource_row(data) for data in reader.list(reader.counted)]
    scopes = [scope_row(data) for data in reader.list(reader.counted)]
    origins = reader.list(lambda: (resources[reader.varint()], scopes[reader.varint()]))
    operations = reader.list(reader.operation)
    traces = reader.list(lambda: reader.u64().to_bytes(8, "big") + reader.u64().to_bytes(8, "big"))
    count = reader.varint()
    span_ids = [reader.u64().to_bytes(8, "big") for _ in range(count)]
    parent_ids = [reader.u64() for _ in range(count)]
    start = 0
    for span_id, parent_id in zip(span_ids, parent_ids):
        trace, operation, origin = traces[reader.varint()], operations[reader.varint()], origins[reader.varint()]
        start = (start + reader.signed()) & MASK
        duration = reader.signed()
        slots = []
        for column_id in layouts[operation.layout]:
            slots.append((column_id, columns[column_id], journal_slot(reader, column_id, columns[column_id], entries)))
        name_column, name = entries[operation.name]
        require(name_column == 0, "a name of another column")
        parent = parent_id.to_bytes(8, "big") if parent_id else None
        yield ROW[signal](
            "journal", trace, span_id, parent, operation, text(name), start, duration, slots, origin, arrival
        )
    reader.end()


def journal_rows(database, signal):
    select = "SELECT id, spans, min_start, max_start, digests, checksum, data FROM journal ORDER BY id"
    for number, spans, first, last, digests, checksum, data in database.execute(select):
        require(xxh64(data) == checksum & MASK, f"journal row {number} does not match its checksum")
        reader = Reader(data)
        batches = reader.list(reader.counted)
        reader.end()
        require(len(digests) == 16 * len(batches), f"journal row {number} has another number of digests")
        if signal != SPANS:
            yield from (row for batch in batches if batch[0] == signal for row in batch_rows(batch))
            continue
        # What the row says of itself is about its spans.
        rows = [row for batch in batches if batch[0] == SPANS for row in batch_rows(batch)]
        require(len(rows) == spans, f"journal row {number} has {len(rows)} spans and says {spans}")
        latest = rfc3339(2**63 - 1)
        starts = [min(row["start"], latest) for row in rows]
        require(not rows or (min(starts), max(starts)) == (rfc3339(first), rfc3339(last)), "times of a journal row")
        yield from rows


# Section 6.


class Segment:
    """Reads the chunks of a segment."""

    def __init__(self, database, number, signal):
        self.number = number
        self.signal = signal
        keys = (number << 16, (number + 1) << 16)
        select = "SELECT id - ?1, checksum, data FROM chunk WHERE id >= ?1 AND id < ?2"
        self.chunks = {}
        for chunk, checksum, data in database.execute(select, keys):
            require(xxh64(data) == checksum & MASK, f"segment {number}: chunk {chunk} does not match its checksum")
            self.chunks[chunk] = data
        self.read_tables()

    def reader(self, chunk):
        require(chunk in self.chunks, f"segment {self.number} has no chunk {chunk}")
        return Reader(self.chunks.pop(chunk))

    def read(self, chunk, *read):
        """What a chunk holds, all of it."""
        reader = self.reader(chunk)
        values = [step(reader) for step in read]
        reader.end()
        return values[0]

    def numbers(self, chunk, is_small=False):
        return self.read(chunk, lambda reader: reader.numbers(is_small))

    def ids(self, chunk, length):
        block = self.read(chunk, Reader.block)
        require(len(block) % length == 0, "ids of another length")
        return [block[index : index + length] for index in range(0, len(block), length)]

    def read_tables(self):
        reader = Reader(self.read(0, Reader.block))

        def column():
            role, type = reader.byte(), reader.byte()
            return role, Column(text(reader.counted()), type)

        columns = reader.list(column)
        roles = [role for role, _ in columns]
        require(roles == [1] * len(FIELDS) + [0] * (len(columns) - len(FIELDS)), "roles of columns")
        self.columns = [column for _, column in columns]
        require(self.columns[: len(FIELDS)] == FIELD_COLUMNS[self.signal], "the fields are not the first columns")
        self.layouts = reader.list(reader.layout)
        self.operations = reader.list(reader.operation)
        self.arrivals, received_at = [], 0
        for _ in range(reader.varint()):
            received_at += reader.signed()
            self.arrivals.append(Arrival(received_at, text(reader.counted())))
        reader.end()

    def read_columns(self, operations):
        """The values of each column, and the dictionary of the names."""
        counts = collections.Counter()
        for operation, spans in collections.Counter(operations).items():
            for column_id in self.layouts[self.operations[operation].layout]:
                counts[column_id] += spans
        values, names = [], []
        for column_id, column in enumerate(self.columns):
            column_values = []
            if column.type in TYPES_IN_DICTIONARY and 16 + column_id in self.chunks:
                column_values, entries = self.read(16 + column_id, Reader.strings)
                names = entries if column_id == 0 else names
            elif 16 + column_id in self.chunks:
                column_values = self.numbers(16 + column_id)
            require(len(column_values) == counts[column_id], f"column {column.name} has another number of values")
            values.append(column_values)
        return values, names

    def parent(self, code, row, trace_rows, span_ids, external):
        if code == 0:
            return None
        if code == 1:
            return next(external)
        place = row - unzigzag(code - 2)
        require(place in trace_rows, "a parent in another trace")
        return span_ids[place]

    def check_filter(self, traces):
        data = self.chunks.pop(13)
        require(len(data) == max(8, (10 * len(traces) + 7) // 8), "a trace filter of another size")
        for trace in traces:
            high, low = int.from_bytes(trace[:8], "big"), int.from_bytes(trace[8:], "big")
            number = mix(high ^ 0x9E3779B97F4A7C15, low ^ 0xC2B2AE3D27D4EB4F)
            probe, step = number & 0xFFFFFFFF, number >> 32 | 1
            for _ in range(7):
                bit = ((probe & 0xFFFFFFFF) * len(data) * 8) >> 32
                require(data[bit >> 3] >> (bit & 7) & 1, f"trace {trace.hex()} is not in the filter")
                probe += step

    def rows(self, resources, scopes, catalogue):
        origins = self.read(1, lambda reader: reader.list(lambda: (reader.varint(), reader.varint())))
        origins = [(resources[resource], scopes[scope]) for resource, scope in origins]
        traces, counts, first_starts = self.ids(2, 16), self.numbers(3, True), self.numbers(4)
        span_ids, parents = self.ids(5, 8), self.numbers(6, True)
        external = iter(self.ids(7, 8) if 7 in self.chunks else [])
        offsets, durations = self.numbers(8), self.numbers(9)
        operations, origin_of, arrival_of = (self.numbers(chunk, True) for chunk in (10, 11, 12))
        self.check_filter(traces)
        values, names = self.read_columns(operations)
        has_statistics = catalogue["format"] >= 2
        statistics = format_statistics.read(self.read(14, Reader.block), self.columns) if has_statistics else None
        has_rollup = has_statistics and self.signal == SPANS
        rollup = self.chunks.pop(15) if has_rollup else None
        requests = self.chunks.pop(format_requests.NUMBER, None) if has_rollup else None
        require(not self.chunks, f"segment {self.number} has unknown chunks {sorted(self.chunks)}")
        require(len(traces) == len(counts) == len(first_starts), "columns of traces differ in length")
        require(sum(counts) == len(span_ids), "the traces have another number of spans")
        if requests is not None:
            spans_operations = [self.operations[number] for number in operations]
            format_requests.check(requests, counts, spans_operations, parents)
        for column in (parents, offsets, durations, operations, origin_of, arrival_of):
            require(len(column) == len(span_ids), "columns of spans differ in length")
        starts = [first for first, count in zip(first_starts, counts) for _ in range(count)]
        starts = [first + offset & MASK for first, offset in zip(starts, offsets)]
        self.check_catalogue(catalogue, traces, starts, durations, operations)
        if statistics:
            sources = [(origin, self.arrivals[arrival].peer) for origin, arrival in zip(origin_of, arrival_of)]
            found = format_statistics.count(self, sources, starts, durations, operations, values)
            for name, value in found.items():
                require(statistics[name] == value, f"segment {self.number}: {name} are {statistics[name]}, not {value}")
        if has_rollup:
            found = format_statistics.add_up(self, sources, starts, durations, operations, names)
            sums = format_statistics.read_rollup(rollup, list(statistics["sources"]), names)
            require(sums == found, f"segment {self.number}: the rollup has {sums}, not {found}")
        require(sorted(zip(first_starts, traces)) == list(zip(first_starts, traces)), "traces out of order")

        next_values = [iter(column) for column in values]
        row = 0
        for trace, count in zip(traces, counts):
            trace_rows = range(row, row + count)
            require(starts[row : row + count] == sorted(starts[row : row + count]), "spans out of order")
            for row in trace_rows:
                operation = self.operations[operations[row]]
                slots = [
                    (column_id, self.columns[column_id], next(next_values[column_id]))
                    for column_id in self.layouts[operation.layout]
                ]
                parent = self.parent(parents[row], row, trace_rows, span_ids, external)
                yield ROW[self.signal](
                    f"segment {self.number}", trace, span_ids[row], parent, operation, text(names[operation.name]),
                    starts[row], durations[row], slots, origins[origin_of[row]], self.arrivals[arrival_of[row]],
                )
            row = trace_rows.stop
        require(next(external, None) is None, "a parent id is left over")

    def check_catalogue(self, catalogue, traces, starts, durations, operations):
        def clamped(number):
            return min(number, 2**63 - 1)

        lengths = [format_statistics.length(start, duration) for start, duration in zip(starts, durations)]
        ends = [start + duration & MASK for start, duration in zip(starts, durations)]
        found = {
            "spans": len(starts),
            "traces": len(traces),
            "min_start": clamped(min(starts)),
            "max_start": clamped(max(starts)),
            "max_end": clamped(max(ends)),
            "min_duration": min(lengths),
            "max_duration": max(lengths),
            "errors": sum(self.operations[operation].status == 2 for operation in operations),
        }
        for name, value in found.items():
            require(catalogue[name] == value, f"segment {self.number}: {name} is {catalogue[name]}, not {value}")


def segment_rows(database, signal):
    tables = []
    for table, parse in (("resource", resource_row), ("scope", scope_row)):
        origins = {}
        for number, hash, data in database.execute(f"SELECT id, hash, otlp FROM {table}"):
            require(xxh64(data) == hash & MASK, f"{table} {number} does not match its hash")
            origins[number] = parse(data)
        tables.append(origins)
    cursor = database.execute("SELECT * FROM segment WHERE signal = ? ORDER BY id", (signal,))
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        catalogue = dict(zip(names, row))
        require(catalogue["format"] in (1, 2), f"segment {catalogue['id']} has format {catalogue['format']}")
        yield from Segment(database, catalogue["id"], signal).rows(*tables, catalogue)


def read(path, signal=SPANS):
    database = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True, isolation_level=None)
    require(database.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID, "not a traceq database")
    require(database.execute("PRAGMA user_version").fetchone()[0] in (1, 2, 3), "not of version 1, 2 or 3")
    database.execute("BEGIN")
    for (digests,) in database.execute("SELECT digests FROM receipt"):
        require(len(digests) % 16 == 0, "digests of another length")
    if signal == LOGS:
        # Records that look the same are all kept.
        return list(segment_rows(database, signal)) + list(journal_rows(database, signal))
    rows, known = list(segment_rows(database, signal)), set()
    sameness = ("trace_id", "span_id", "kind", "name", "start", "end")
    known.update(tuple(row[name] for name in sameness) for row in rows)
    for row in journal_rows(database, signal):
        key = tuple(row[name] for name in sameness)
        if key not in known:
            rows.append(row)
        known.add(key)
    return rows


def main():
    try:
        rows = read(sys.argv[1], LOGS if sys.argv[2:] == ["logs"] else SPANS)
    except Damage as damage:
        sys.exit(f"read_format: {damage}")
    # A row a line: who reads this line by line never waits for all of it.
    print('{"rows":[\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}")


if __name__ == "__main__":
    main()
