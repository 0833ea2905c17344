#!/usr/bin/env python3
"""Holds proto/ against the schema that OpenTelemetry publishes (PyPI's opentelemetry-proto).

Every message, field, enum and service is compared: number, name, type, label, oneof, packing, reserved
numbers. Our files say `bytes` for `string` and a oneof `_x` for `optional`; nothing else may differ.

    .venv/bin/python scripts/check-otlp-schema.py [--proto FOLDER]

Exit status 0: they agree, and the last line says how much was compared. 1: a line for each difference.
"""

import argparse
import importlib
import pathlib
import subprocess
import sys
import tempfile

try:
    from google.protobuf import descriptor_pb2
except ImportError:
    sys.exit("check-otlp-schema: no protobuf here: run scripts/python-env and use .venv/bin/python")

FieldProto = descriptor_pb2.FieldDescriptorProto

# Our file, and the Python module with the published descriptor.
FILES = {
    f"opentelemetry/proto/{name}.proto": f"opentelemetry.proto.{name.replace('/', '.')}_pb2"
    for name in (
        "common/v1/common",
        "resource/v1/resource",
        "trace/v1/trace",
        "metrics/v1/metrics",
        "logs/v1/logs",
        "collector/trace/v1/trace_service",
        "collector/metrics/v1/metrics_service",
        "collector/logs/v1/logs_service",
    )
}
FILES["google/rpc/status.proto"] = "google.rpc.status_pb2"

# Fields that are messages for them and the encoded messages for us.
ENCODED = {".google.rpc.Status.details"}


class Comparison:
    """Collects differences and counts what was compared."""

    def __init__(self):
        self.differences = []
        self.fields = self.messages = self.enum_values = self.methods = 0

    def expect(self, path, what, ours, theirs):
        if ours != theirs:
            self.differences.append(f"{path}: {what} is {ours!r}, should be {theirs!r}")

    def pairs(self, path, what, ours, theirs):
        """Elements of the same name; complains about those that only one side has."""
        ours = {element.name: element for element in ours}
        theirs = {element.name: element for element in theirs}
        for name in sorted(theirs.keys() - ours.keys()):
            self.differences.append(f"{path}.{name}: this {what} is missing")
        for name in sorted(ours.keys() - theirs.keys()):
            self.differences.append(f"{path}.{name}: there is no such {what}")
        return [(name, ours[name], theirs[name]) for name in theirs if name in ours]

    def file(self, ours, theirs):
        path = "." + theirs.package
        self.expect(theirs.name, "the package", ours.package, theirs.package)
        for name, our, their in self.pairs(path, "message", ours.message_type, theirs.message_type):
            self.message(f"{path}.{name}", our, their)
        for name, our, their in self.pairs(path, "enum", ours.enum_type, theirs.enum_type):
            self.enum(f"{path}.{name}", our, their)
        for name, our, their in self.pairs(path, "service", ours.service, theirs.service):
            for method, our_method, their_method in self.pairs(
                f"{path}.{name}", "method", our.method, their.method
            ):
                self.methods += 1
                self.expect(f"{path}.{name}.{method}", "the call", signature(our_method), signature(their_method))

    def message(self, path, ours, theirs):
        self.messages += 1
        for name, our, their in self.pairs(path, "field", ours.field, theirs.field):
            self.field(f"{path}.{name}", our, their, ours, theirs)
        for name, our, their in self.pairs(path, "message", ours.nested_type, theirs.nested_type):
            self.message(f"{path}.{name}", our, their)
        for name, our, their in self.pairs(path, "enum", ours.enum_type, theirs.enum_type):
            self.enum(f"{path}.{name}", our, their)
        self.expect(path, "the list of reserved numbers", reserved(ours), reserved(theirs))

    def field(self, path, ours, theirs, our_message, their_message):
        self.fields += 1
        self.expect(path, "the number", ours.number, theirs.number)
        self.expect(path, "the label", label(ours), label(theirs))
        self.expect(path, "the oneof", oneof(ours, our_message), oneof(theirs, their_message))
        self.expect(path, "the packing", ours.options.packed, theirs.options.packed)
        their_type = kind(theirs)
        if theirs.type == FieldProto.TYPE_STRING or path in ENCODED:
            their_type = "bytes"
        self.expect(path, "the type", kind(ours), their_type)

    def enum(self, path, ours, theirs):
        for name, our, their in self.pairs(path, "value", ours.value, theirs.value):
            self.enum_values += 1
            self.expect(f"{path}.{name}", "the number", our.number, their.number)


def kind(field):
    return field.type_name or FieldProto.Type.Name(field.type).removeprefix("TYPE_").lower()


def label(field):
    return FieldProto.Label.Name(field.label).removeprefix("LABEL_").lower()


def oneof(field, message):
    return message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None


def reserved(message):
    return sorted(number for span in message.reserved_range for number in range(span.start, span.end))


def signature(method):
    return (method.input_type, method.output_type, method.client_streaming, method.server_streaming)


def our_files(folder):
    """The descriptors of every file below a folder, by name, as protoc reads them."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.proto"))
    with tempfile.NamedTemporaryFile(suffix=".pb") as output:
        try:
            subprocess.run(
                ["protoc", f"--proto_path={folder}", f"--descriptor_set_out={output.name}", *names], check=True
            )
        except FileNotFoundError:
            sys.exit("check-otlp-schema: protoc is missing: run scripts/bootstrap")
        except subprocess.CalledProcessError:
            sys.exit("check-otlp-schema: protoc refuses our files")
        descriptors = descriptor_pb2.FileDescriptorSet()
        descriptors.ParseFromString(pathlib.Path(output.name).read_bytes())
    return {file.name: file for file in descriptors.file}


def published_file(module_name):
    descriptor = descriptor_pb2.FileDescriptorProto()
    importlib.import_module(module_name).DESCRIPTOR.CopyToProto(descriptor)
    return descriptor


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description="Holds proto/ against what OpenTelemetry publishes.")
    parser.add_argument("--proto", type=pathlib.Path, default=root / "proto", help="folder of our files")
    ours = our_files(parser.parse_args().proto)
    comparison = Comparison()
    for name in sorted(ours.keys() - FILES.keys()):
        comparison.differences.append(f"{name}: there is no such file")
    for name, module_name in FILES.items():
        if name in ours:
            comparison.file(ours[name], published_file(module_name))
        else:
            comparison.differences.append(f"{name}: this file is missing")
    for difference in comparison.differences:
        print(f"check-otlp-schema: {difference}", file=sys.stderr)
    print(
        f"check-otlp-schema: compared {comparison.fields} fields of {comparison.messages} messages, "
        f"{comparison.enum_values} enum values, {comparison.methods} methods: "
        f"{len(comparison.differences)} differences"
    )
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
