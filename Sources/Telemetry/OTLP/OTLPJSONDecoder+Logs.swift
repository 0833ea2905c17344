package import OTLPModel

/// Decodes an OTLP/JSON `ExportLogsServiceRequest`, as `decodeTraceRequest(json:limits:)` does one of traces.
package func decodeLogsRequest(
    json body: ByteSpan, limits: DecodeLimits = DecodeLimits()
) throws(DecodeError) -> ExportLogsServiceRequest {
    var decoder = OTLPJSONDecoder(body, limits: limits)
    return try decoder.logsRequest()
}

/// The same, with what is odd about the body.
func decodeNotedLogsRequest(
    json body: ByteSpan, limits: DecodeLimits
) throws(DecodeError) -> (request: ExportLogsServiceRequest, notes: DecodeNotes) {
    var decoder = OTLPJSONDecoder(body, limits: limits)
    let request = try decoder.logsRequest()
    return (request, decoder.allNotes)
}

extension OTLPJSONDecoder {
    mutating func logsRequest() throws(DecodeError) -> ExportLogsServiceRequest {
        var request = ExportLogsServiceRequest()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "resourceLogs":
                request.resourceLogs = []
                try reader.beginArray()
                while try nextMessage(of: ResourceLogs.self) {
                    request.resourceLogs.append(try resourceLogs())
                }
            default: try reader.skipValue()
            }
        }
        try reader.end()
        return request
    }

    private mutating func resourceLogs() throws(DecodeError) -> ResourceLogs {
        var result = ResourceLogs()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "resource": result.resource = try resource()
            case "scopeLogs":
                result.scopeLogs = []
                try reader.beginArray()
                while try nextMessage(of: ScopeLogs.self) { result.scopeLogs.append(try scopeLogs()) }
            case "schemaUrl": result.schemaURL = try reader.string()
            default: try reader.skipValue()
            }
        }
        return result
    }

    private mutating func scopeLogs() throws(DecodeError) -> ScopeLogs {
        var result = ScopeLogs()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "scope": result.scope = try scope()
            case "logRecords":
                result.logRecords = []
                try reader.beginArray()
                while try nextMessage(of: LogRecord.self) { result.logRecords.append(try logRecord()) }
            case "schemaUrl": result.schemaURL = try reader.string()
            default: try reader.skipValue()
            }
        }
        return result
    }

    private mutating func logRecord() throws(DecodeError) -> LogRecord {
        var record = LogRecord()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "timeUnixNano": record.timeUnixNano = try reader.integer(UInt64.self)
            case "observedTimeUnixNano": record.observedTimeUnixNano = try reader.integer(UInt64.self)
            case "severityNumber":
                record.severityNumber = SeverityNumber(
                    rawValue: try enumeration(Self.severityNumbers, of: "severity number"))
            case "severityText": record.severityText = try reader.string()
            case "body": record.body = try anyValue(depth: 1)
            case "attributes": record.attributes = try attributes()
            case "droppedAttributesCount": record.droppedAttributesCount = try reader.integer(UInt32.self)
            case "flags": record.flags = try reader.integer(UInt32.self)
            case "traceId": record.traceID = try identifier()
            case "spanId": record.spanID = try identifier()
            case "eventName": record.eventName = try reader.string()
            default: try reader.skipValue()
            }
        }
        return record
    }

    private static let severityNumbers: [String: Int32] = {
        var numbers: [String: Int32] = ["SEVERITY_NUMBER_UNSPECIFIED": 0]
        for (level, name) in ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].enumerated() {
            for step in 0..<4 {
                let suffix = step == 0 ? "" : String(step + 1)
                numbers["SEVERITY_NUMBER_\(name)\(suffix)"] = Int32(level * 4 + step + 1)
            }
        }
        return numbers
    }()
}
