"""The values of a database file: numbers, blocks, checksums and canonical protobuf.

The lower half of read_format.py: sections 1, 6.1, 6.2, 6.7 and 7 of docs/format.md.
"""

import base64
import collections
import datetime
import math
import struct

import zstandard

MASK = 2**64 - 1
EMPTY, STRING, BOOL, INT, DOUBLE, ARRAY, LIST, BYTES = range(8)
TYPES_IN_DICTIONARY = {STRING, ARRAY, LIST, BYTES}
Operation = collections.namedtuple("Operation", "name kind status flags layout")


class Damage(Exception):
    """The file is not what docs/format.md says."""


def require(condition, message):
    if not condition:
        raise Damage(message)


# Section 1: values.


def unzigzag(number):
    return (number >> 1) ^ -(number & 1)


def signed64(number):
    return number - 2**64 if number >= 2**63 else number


def double64(number):
    return struct.unpack("<d", struct.pack("<Q", number))[0]


def mix(left, right):
    product = left * right
    return (product >> 64) ^ (product & MASK)


def xxh64(data):
    primes = (
        0x9E3779B185EBCA87,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0x85EBCA77C2B2AE63,
        0x27D4EB2F165667C5,
    )

    def rotate(value, count):
        return ((value << count) | (value >> (64 - count))) & MASK

    def turn(lane, number):
        return rotate((lane + number * primes[1]) & MASK, 31) * primes[0] & MASK

    stripes = len(data) // 32
    if stripes:
        lanes = [(primes[0] + primes[1]) & MASK, primes[1], 0, -primes[0] & MASK]
        for numbers in struct.iter_unpack("<4Q", data[: stripes * 32]):
            lanes = [turn(lane, number) for lane, number in zip(lanes, numbers)]
        value = sum(rotate(lane, count) for lane, count in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ turn(0, lane)) * primes[0] + primes[3]) & MASK
    else:
        value = primes[4]
    value = (value + len(data)) & MASK
    rest = data[stripes * 32 :]
    while len(rest) >= 8:
        value = (rotate(value ^ turn(0, int.from_bytes(rest[:8], "little")), 27) * primes[0] + primes[3]) & MASK
        rest = rest[8:]
    if len(rest) >= 4:
        value ^= int.from_bytes(rest[:4], "little") * primes[0] & MASK
        value = (rotate(value, 23) * primes[1] + primes[2]) & MASK
        rest = rest[4:]
    for byte in rest:
        value = rotate(value ^ (byte * primes[4] & MASK), 11) * primes[0] & MASK
    value = (value ^ (value >> 33)) * primes[1] & MASK
    value = (value ^ (value >> 29)) * primes[2] & MASK
    return value ^ (value >> 32)


class Reader:
    """Bytes that are read from the front."""

    def __init__(self, data):
        self.data = data
        self.index = 0

    def take(self, count):
        require(count <= len(self.data) - self.index, "cut short")
        self.index += count
        return self.data[self.index - count : self.index]

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        value = 0
        for position in range(10):
            byte = self.byte()
            value |= (byte & 0x7F) << (7 * position)
            if byte < 0x80:
                return value & MASK
        raise Damage("a varint of more than ten bytes")

    def signed(self):
        return unzigzag(self.varint())

    def u64(self):
        return struct.unpack("<Q", self.take(8))[0]

    def counted(self):
        return self.take(self.varint())

    def list(self, element):
        return [element() for _ in range(self.varint())]

    def end(self):
        require(self.index == len(self.data), "bytes are left over")

    # Section 6.1 and 6.2.

    def block(self):
        codec, content, stored = self.byte(), self.varint(), self.varint()
        data = self.take(stored)
        require(codec in (0, 1), f"codec {codec}")
        if codec == 1:
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=content)
        require(len(data) == content, "a block of another length")
        return data

    def numbers(self, is_small=False):
        transform, count, planes = self.byte(), self.varint(), self.byte()
        require(transform <= 2 and planes <= 8, f"transform {transform}, {planes} planes")
        require(not is_small or (transform == 0 and planes <= 4), "not numbers of 32 bits")
        values = [0] * count
        for plane in range(planes):
            block = self.block()
            require(len(block) == count, "a plane of another length")
            values = [value | byte << (8 * plane) for value, byte in zip(values, block)]
        if transform == 1:
            return [unzigzag(value) & MASK for value in values]
        if transform == 2:
            sum = 0
            for index, value in enumerate(values):
                sum = values[index] = (sum + unzigzag(value)) & MASK
        return values

    # Section 6.7.

    def strings(self):
        symbols, lengths, content = self.numbers(is_small=True), self.numbers(is_small=True), Reader(self.block())
        entries = [content.take(length) for length in lengths]
        content.end()
        values, previous, known = [], None, 0
        for symbol in symbols:
            if symbol == 1:
                previous, known = known, known + 1
            elif symbol >= 2:
                previous = symbol - 2
            require(previous is not None and previous < len(entries), "a symbol without an entry")
            values.append(entries[previous])
        return values, entries

    # What the journal and segments have in common.

    def layout(self):
        return self.list(self.varint)

    def operation(self):
        return Operation(self.varint(), self.signed(), self.signed(), self.varint(), self.varint())


# Section 7: canonical protobuf.


def fields(data):
    """The fields of a message: number and value, the bytes of fixed numbers not yet interpreted."""
    reader, last = Reader(data), 0
    while reader.index < len(data):
        tag = reader.varint()
        number, wire = tag >> 3, tag & 7
        require(number >= last, "fields out of order")
        last = number
        if wire == 0:
            yield number, reader.varint()
        else:
            require(wire in (1, 2, 5), f"wire type {wire}")
            yield number, reader.counted() if wire == 2 else reader.take(8 if wire == 1 else 4)


def message(data, names, repeated=()):
    """A message as a dictionary by the names of its fields."""
    values = {name: [] for name in repeated}
    for number, value in fields(data):
        require(number in names, f"unknown field {number}")
        name = names[number]
        if name in repeated:
            values[name].append(value)
        else:
            require(name not in values, f"field {name} is there twice")
            values[name] = value
    return values


def text(data):
    return data.decode("utf-8")


def rfc3339(nanos):
    seconds, rest = divmod(nanos, 10**9)
    time = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def any_value(data):
    found = list(fields(data))
    require(len(found) <= 1, "a value of two types")
    if not found:
        return {}
    kind, value = found[0]
    return row_value(kind, int.from_bytes(value, "little") if kind == DOUBLE else value)


def row_value(kind, value):
    """A value as OTLP/JSON writes it: numbers come as their 64 bits, everything else as bytes."""
    if kind == EMPTY:
        return {}
    if kind == STRING:
        return {"stringValue": text(value)}
    if kind == BOOL:
        return {"boolValue": value != 0}
    if kind == INT:
        return {"intValue": str(signed64(value))}
    if kind == DOUBLE:
        number = struct.unpack("<d", struct.pack("<Q", value))[0]
        if math.isnan(number):
            return {"doubleValue": "NaN"}
        if math.isinf(number):
            return {"doubleValue": "Infinity" if number > 0 else "-Infinity"}
        return {"doubleValue": number}
    if kind == ARRAY:
        values = message(value, {1: "values"}, ["values"])["values"]
        return {"arrayValue": {"values": [any_value(item) for item in values]}}
    if kind == LIST:
        values = message(value, {1: "values"}, ["values"])["values"]
        return {"kvlistValue": {"values": [key_value(item) for item in values]}}
    require(kind == BYTES, f"type {kind}")
    return {"bytesValue": base64.b64encode(value).decode()}


def key_value(data):
    pair = message(data, {1: "key", 2: "value"})
    return {"key": text(pair.get("key", b"")), "value": any_value(pair.get("value", b""))}


def attributes(values):
    return [key_value(value) for value in values["attributes"]]


def event_row(data):
    event = message(data, {1: "time", 2: "name", 3: "attributes", 4: "dropped"}, ["attributes"])
    return {
        "time": rfc3339(int.from_bytes(event.get("time", b""), "little")),
        "name": text(event.get("name", b"")),
        "attributes": attributes(event),
        "dropped_attributes_count": event.get("dropped", 0),
    }


def link_row(data):
    names = {1: "trace_id", 2: "span_id", 3: "trace_state", 4: "attributes", 5: "dropped", 6: "flags"}
    link = message(data, names, ["attributes"])
    return {
        "trace_id": link.get("trace_id", b"").hex(),
        "span_id": link.get("span_id", b"").hex(),
        "trace_state": text(link.get("trace_state", b"")),
        "attributes": attributes(link),
        "dropped_attributes_count": link.get("dropped", 0),
        "flags": int.from_bytes(link.get("flags", b""), "little"),
    }


def entity_row(data):
    names = {1: "schema_url", 2: "type", 3: "id_keys", 4: "description_keys"}
    entity = message(data, names, ["id_keys", "description_keys"])
    return {
        "schema_url": text(entity.get("schema_url", b"")),
        "type": text(entity.get("type", b"")),
        "id_keys": [text(key) for key in entity["id_keys"]],
        "description_keys": [text(key) for key in entity["description_keys"]],
    }


def resource_row(data):
    envelope = message(data, {1: "resource", 3: "schema_url"})
    names = {1: "attributes", 2: "dropped", 3: "entity_refs"}
    resource = message(envelope.get("resource", b""), names, ["attributes", "entity_refs"])
    return {
        "attributes": attributes(resource),
        "dropped_attributes_count": resource.get("dropped", 0),
        "schema_url": text(envelope.get("schema_url", b"")),
        "entity_refs": [entity_row(entity) for entity in resource["entity_refs"]],
    }


def scope_row(data):
    envelope = message(data, {1: "scope", 3: "schema_url"})
    names = {1: "name", 2: "version", 3: "attributes", 4: "dropped"}
    scope = message(envelope.get("scope", b""), names, ["attributes"])
    return {
        "name": text(scope.get("name", b"")),
        "version": text(scope.get("version", b"")),
        "attributes": attributes(scope),
        "dropped_attributes_count": scope.get("dropped", 0),
        "schema_url": text(envelope.get("schema_url", b"")),
    }
