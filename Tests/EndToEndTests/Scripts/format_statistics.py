"""Chunk 14 of a segment: what it says, and what it has to say.

A part of read_format.py: section 6.8 of docs/format.md.
"""

from format_values import BOOL, DOUBLE, INT, MASK, Reader, double64, require, signed64, text

# What the values of columns with a least and a greatest one are ordered by.
ORDERED = {BOOL: bool, INT: signed64, DOUBLE: double64}


def length(start, duration):
    """A duration as the catalogue counts it."""
    return min(duration, 2**63 - 1) if start + duration <= MASK else 0


def read(data, columns):
    """What the chunk says of sources, operations and columns."""
    reader = Reader(data)
    peers = [text(peer) for peer in reader.list(reader.counted)]
    require(len(set(peers)) == len(peers), "an address comes twice")

    def source():
        origin, peer, spans, errors = (reader.varint() for _ in range(4))
        first = reader.signed()
        return (origin, peers[peer]), (spans, errors, first, first + reader.signed())

    sources = reader.list(source)
    require(len(dict(sources)) == len(sources), "a source comes twice")
    operations = reader.list(lambda: (reader.varint(), reader.varint()))
    require(reader.varint() == len(columns), "statistics of another number of columns")
    totals = []
    for column in columns:
        values, has_range = reader.varint(), reader.byte()
        require(has_range == 0 or has_range == 1 and column.type in ORDERED, "a range without an order")
        totals.append((values, [ORDERED[column.type](reader.signed() & MASK) for _ in range(2 * has_range)]))
    reader.end()
    return {"sources": dict(sources), "operations": operations, "columns": totals}


def count(segment, sources, starts, durations, operations, values):
    """What follows from the columns of spans."""
    totals = [(0, 0)] * len(segment.operations)
    by_source = {}
    for source, start, duration, operation in zip(sources, starts, durations, operations):
        spans, longest = totals[operation]
        totals[operation] = (spans + 1, max(longest, length(start, duration)))
        time = min(start, 2**63 - 1)
        spans, errors, first, last = by_source.get(source, (0, 0, time, time))
        errors += segment.operations[operation].status == 2
        by_source[source] = (spans + 1, errors, min(first, time), max(last, time))
    columns = []
    for column, column_values in zip(segment.columns, values):
        ordered = [ORDERED[column.type](value) for value in column_values] if column.type in ORDERED else []
        # NaN alone is not itself.
        ordered = [value for value in ordered if value == value]
        columns.append((len(column_values), [min(ordered), max(ordered)] if ordered else []))
    return {"sources": by_source, "operations": totals, "columns": columns}
