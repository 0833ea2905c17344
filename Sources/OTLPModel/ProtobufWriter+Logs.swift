// The canonical protobuf encoding of the log messages. Field numbers are OTLP's.

extension ExportLogsServiceRequest {
    /// The request as an exporter would send it, in canonical protobuf.
    package func protobufBytes() -> [UInt8] {
        var writer = ProtobufWriter()
        for group in resourceLogs { writer.message(1) { group.write(to: &$0) } }
        return writer.bytes
    }
}

extension ResourceLogs {
    package func write(to writer: inout ProtobufWriter) {
        if resource != Resource() { writer.message(1) { resource.write(to: &$0) } }
        for group in scopeLogs { writer.message(2) { group.write(to: &$0) } }
        writer.string(3, schemaURL)
    }
}

extension ScopeLogs {
    package func write(to writer: inout ProtobufWriter) {
        if scope != InstrumentationScope() { writer.message(1) { scope.write(to: &$0) } }
        for record in logRecords { writer.message(2) { record.write(to: &$0) } }
        writer.string(3, schemaURL)
    }
}

extension LogRecord {
    package func write(to writer: inout ProtobufWriter) {
        writer.fixed64(1, timeUnixNano)
        writer.int32(2, severityNumber.rawValue)
        writer.string(3, severityText)
        if body != .empty { writer.message(5) { body.write(to: &$0) } }
        writer.attributes(6, attributes)
        writer.varint(7, UInt64(droppedAttributesCount))
        writer.fixed32(8, flags)
        writer.bytes(9, traceID)
        writer.bytes(10, spanID)
        writer.fixed64(11, observedTimeUnixNano)
        writer.string(12, eventName)
    }
}
