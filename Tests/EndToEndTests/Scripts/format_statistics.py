"""Chunks 14 and 15 of a segment: what they say, and what they have to say.

A part of read_format.py: sections 6.8 and 6.9 of docs/format.md.
"""

import collections

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


def bucket(duration):
    """Which bucket of a sketch a duration belongs to."""
    if duration < 64:
        return duration
    exponent = duration.bit_length() - 1
    return (duration >> (exponent - 6)) + 64 * (exponent - 6)


def read_rollup(data, sources, names):
    """What chunk 15 says: minute, source, name and kind, with the sums. What the classification of requests tells
    apart is put together again."""
    reader = Reader(data)

    def column(count=None, is_small=True):
        values = reader.numbers(is_small)
        require(count is None or len(values) == count, "columns of a rollup differ in length")
        return values

    groups = column()
    count = len(groups)
    keys = list(zip(groups, column(count), column(count), column(count), column(count), column(count)))
    signed = [key[:2] + ((key[2] ^ 2**31) - 2**31,) + key[3:] for key in keys]
    require(signed == sorted(set(signed)), "groups of a rollup are not distinct or not in order")
    keys = [key for key, rows in zip(signed, column(count)) for _ in range(rows)]
    count = len(keys)
    minutes, errors = column(count, False), column(count)
    require(list(zip(keys, minutes)) == sorted(set(zip(keys, minutes))), "rows of a rollup out of order")
    response_bytes, durations = column(count, False), column(count, False)
    lengths, firsts = column(count), column(count)
    steps, spans = iter(column()), iter(column())
    found = collections.defaultdict(lambda: [0, 0, collections.Counter()])
    for row, (source, name, kind, module_kind, cache_result, outcome) in enumerate(keys):
        require(module_kind <= 16 and cache_result <= 12 and outcome <= 14, "an unknown code")
        require(lengths[row] > 0, "a row of a rollup without a bucket")
        sums = found[minutes[row], sources[source], names[name], kind]
        sums[0] += errors[row]
        sums[1] = min(sums[1] + durations[row], MASK)
        number = firsts[row]
        for place in range(lengths[row]):
            number += next(steps) if place else 0
            sums[2][number] += next(spans) + 1
    require(next(steps, None) is None and next(spans, None) is None, "buckets of a rollup are left over")
    reader.end()
    return dict(found)


def add_up(segment, sources, starts, durations, operations, names):
    """What follows from the columns of spans."""
    found = collections.defaultdict(lambda: [0, 0, collections.Counter()])
    for source, start, duration, number in zip(sources, starts, durations, operations):
        operation = segment.operations[number]
        minute = min(start, 2**63 - 1) // 60_000_000_000
        sums = found[minute, source, names[operation.name], operation.kind]
        sums[0] += operation.status == 2
        sums[1] = min(sums[1] + length(start, duration), MASK)
        sums[2][bucket(length(start, duration))] += 1
    return dict(found)
