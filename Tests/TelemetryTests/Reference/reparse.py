"""Reads ExportTraceServiceRequests with Google's protobuf and writes them back.

Usage: reparse.py FILE. Each line of FILE is a body in hex; each line of the output is the same message,
encoded again in hex, without what traceq does not keep: unknown fields, references to the string table of
a profile, and submessages that are there but empty. `-` stands for a body that protobuf refuses.
"""

import sys

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def clean(message):
    for field, value in message.ListFields():
        if field.name.endswith("_strindex"):
            message.ClearField(field.name)
        elif field.message_type is None:
            continue
        elif not hasattr(value, "ListFields"):
            for element in value:
                clean(element)
        else:
            clean(value)
            if field.containing_oneof is None and value.ByteSize() == 0:
                message.ClearField(field.name)


def reparse(body):
    message = ExportTraceServiceRequest()
    try:
        message.ParseFromString(body)
    except DecodeError:
        return "-"
    message.DiscardUnknownFields()
    clean(message)
    return message.SerializeToString(deterministic=True).hex()


with open(sys.argv[1], encoding="ascii") as lines:
    for line in lines:
        print(reparse(bytes.fromhex(line)))
