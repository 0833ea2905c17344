"""The last chunk of a segment of spans: what it says of requests, and what it has to say.

A part of read_format.py: section 6.12 of docs/format.md.
"""

from format_values import Reader, require

NUMBER = 65_535
SERVER = 2
NOTHING = 2**64 - 1


def ascending(steps):
    """Numbers of which the steps between them are stored."""
    numbers, next_number = [], 0
    for step in steps:
        numbers.append(next_number + step)
        next_number = numbers[-1] + 1
    return numbers


def numbered(symbols):
    """Numbers that come for the first time in ascending order, 0 for none."""
    numbers, known, last = [], 0, 0
    for symbol in symbols:
        if symbol == 0:
            numbers.append(0)
            continue
        if symbol == 2:
            known += 1
            last = known
        elif symbol > 2:
            last = symbol - 2
        require(0 < last <= known, "a number that did not come before")
        numbers.append(last)
    return numbers, known


def sizes(stored, modules, facts):
    """Sizes of which those are left out that are as large as the last of the same module and kind."""
    last, found = {}, []
    for size, module, fact in zip(stored, modules, facts):
        key = (module, fact & 7)
        if size:
            last[key] = NOTHING if size == 1 else size - 2
        found.append(last.get(key, NOTHING))
    return found


def check(data, counts, operations, parents):
    """Reads the chunk, and holds it against the spans.

    counts: how many spans each trace has; operations and parents: of each span.
    """
    reader = Reader(data)
    if reader.byte() != 1:
        return
    require(reader.varint() <= 1, "unknown flags of requests")
    rows = ascending(reader.numbers(True))
    table = reader.numbers(False)
    facts = [table[code] for code in reader.numbers(True)]
    outers = reader.numbers(True)
    lengths, names = reader.numbers(True), reader.block()
    modules, module_count = numbered(reader.numbers(True))
    clients, _ = numbered(reader.numbers(True))
    response_bytes = sizes(reader.numbers(False), modules, facts)
    waiting, after, nanos = ascending(reader.numbers(True)), reader.numbers(False), reader.numbers(False)
    reader.end()
    for column in (facts, outers, modules, clients, response_bytes):
        require(len(column) == len(rows), "columns of requests differ in length")
    require(module_count == len(lengths) and sum(lengths) == len(names), "names of modules are left over")
    require(len(waiting) == len(after) == len(nanos), "columns of waits differ in length")
    require(all(place < len(rows) for place in waiting), "a wait of no request")
    for fact in facts:
        require(fact & 0xFF <= 16 and fact >> 8 & 0xFF <= 12 and fact >> 24 & 0xFF <= 17, "an unknown code")
    check_rows(rows, outers, counts, operations, parents)


def check_rows(rows, outers, counts, operations, parents):
    traces = [trace for trace, count in enumerate(counts) for _ in range(count)]
    servers = {traces[row] for row, operation in enumerate(operations) if operation.kind == SERVER}
    expected = {row for row, operation in enumerate(operations) if operation.kind == SERVER}
    require(expected <= set(rows), "a server's span that is no request")
    for place, (row, code) in enumerate(zip(rows, outers)):
        if row not in expected:
            require(traces[row] not in servers and parents[row] == 0, "a request that is no server's and no root")
        if code:
            outer = place - (code >> 1 ^ -(code & 1))
            require(0 <= outer < len(rows) and traces[rows[outer]] == traces[row], "a hop of another trace's request")
