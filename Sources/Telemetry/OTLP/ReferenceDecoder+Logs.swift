import COTLP
import OTLPModel

// Log records as libprotobuf-c unpacks them.

extension ReferenceDecoder {
    /// Unpacks a body that `WireScan` found sound; `nil` when the arena is full.
    static func unpackLogs(_ body: ByteSpan, in arena: borrowing DecodeArena) -> ExportLogsServiceRequest? {
        var allocator = unsafe allocator(arena)
        // Safe: the unpacked message lives in the arena and is copied before the arena goes.
        return unsafe body.withUnsafeBufferPointer { bytes in
            let unpacked =
                unsafe opentelemetry__proto__collector__logs__v1__export_logs_service_request__unpack(
                    &allocator, bytes.count, bytes.baseAddress)
            guard let message = unsafe unpacked else { return nil }
            var values = ReferenceDecoderValues()
            return unsafe ExportLogsServiceRequest(
                resourceLogs: copies(message.pointee.resource_logs, message.pointee.n_resource_logs) {
                    unsafe values.resourceLogs($0)
                })
        }
    }
}

extension WireScanSchema {
    /// `ExportLogsServiceRequest` and all below it.
    package static let logsRequest: WireScanSchema = {
        var message = unsafe Opentelemetry__Proto__Collector__Logs__V1__ExportLogsServiceRequest()
        unsafe opentelemetry__proto__collector__logs__v1__export_logs_service_request__init(&message)
        return unsafe WireScanSchema(root: message.base.descriptor)
    }()
}

extension ReferenceDecoderValues {
    mutating func resourceLogs(_ message: Opentelemetry__Proto__Logs__V1__ResourceLogs) -> ResourceLogs {
        var result = ResourceLogs()
        if let resource = unsafe message.resource { unsafe result.resource = self.resource(resource.pointee) }
        unsafe result.scopeLogs = copies(message.scope_logs, message.n_scope_logs) { unsafe scopeLogs($0) }
        unsafe result.schemaURL = text(message.schema_url)
        return result
    }

    private mutating func scopeLogs(_ message: Opentelemetry__Proto__Logs__V1__ScopeLogs) -> ScopeLogs {
        var result = ScopeLogs()
        if let scope = unsafe message.scope { unsafe result.scope = self.scope(scope.pointee) }
        unsafe result.logRecords = copies(message.log_records, message.n_log_records) { unsafe logRecord($0) }
        unsafe result.schemaURL = text(message.schema_url)
        return result
    }

    private mutating func logRecord(_ message: Opentelemetry__Proto__Logs__V1__LogRecord) -> LogRecord {
        var record = LogRecord()
        record.timeUnixNano = unsafe message.time_unix_nano
        record.observedTimeUnixNano = unsafe message.observed_time_unix_nano
        record.severityNumber = unsafe SeverityNumber(
            rawValue: Int32(truncatingIfNeeded: message.severity_number.rawValue))
        unsafe record.severityText = text(message.severity_text)
        if let body = unsafe message.body { unsafe record.body = anyValue(body.pointee) }
        unsafe record.attributes = attributes(message.attributes, message.n_attributes)
        record.droppedAttributesCount = unsafe message.dropped_attributes_count
        record.flags = unsafe message.flags
        unsafe record.traceID = bytes(message.trace_id)
        unsafe record.spanID = bytes(message.span_id)
        unsafe record.eventName = text(message.event_name)
        return record
    }
}
