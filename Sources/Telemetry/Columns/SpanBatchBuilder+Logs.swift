import OTLPModel

/// Log records, as `LogBatch` lays them out. Order of calls: `beginLogRecord`, the attributes in their order,
/// `endAttributes`, the fields in the order of `FieldColumn`, the name of the event where there is one, `endLogRecord`.
extension SpanBatchBuilder {
    /// What every log record has.
    struct LogCore {
        /// As sent; 0 when it was not.
        var time: UInt64 = 0
        var observed: UInt64 = 0
        var severity: Int32 = 0
        var flags: UInt32 = 0
        var trace = LogIdentifier.absent
        var span = LogIdentifier.absent
    }

    mutating func beginLogRecord() {
        beginSpan()
        // Most have no event name; this also says which attributes to expect.
        let nothing: [UInt8] = []
        setName(nothing.span, 0..<0)
    }

    mutating func textBody(_ text: String) {
        let bytes = Array(text.utf8)
        field(.textBody, bytes.span, bytes.indices)
    }

    /// A body that is no string; an empty one is none.
    mutating func structuredBody(_ value: AnyValue) {
        guard value != .empty else { return }
        var writer = ProtobufWriter()
        value.write(to: &writer)
        let bytes = writer.bytes
        field(.structuredBody, bytes.span, bytes.indices)
    }

    mutating func endLogRecord(_ core: LogCore) {
        var missing: MissingTimes = []
        if core.time == 0 { missing.insert(.time) }
        if core.observed == 0 { missing.insert(.observed) }
        if !missing.isEmpty { field(.missingTimes, number: missing.rawValue) }
        let arrival = UInt64(max(0, batch.arrival.receivedAt.rawValue))
        let time = core.time != 0 ? core.time : core.observed != 0 ? core.observed : arrival
        let trace = core.trace.number
        endSpan(
            SpanCore(
                traceHigh: trace.high, traceLow: trace.low, spanID: core.span.number.low, parentID: 0,
                start: time, end: core.observed != 0 ? core.observed : time, kind: core.severity,
                status: Self.status(ofSeverity: core.severity).rawValue, flags: core.flags))
    }

    private static func status(ofSeverity severity: Int32) -> StatusCode {
        SeverityNumber(rawValue: severity).isError ? .error : .unset
    }

    /// Adds a whole request that was decoded into values.
    /// - Returns: how many records had ids of a wrong length, which are left out, and how many were too many
    mutating func append(_ request: ExportLogsServiceRequest) -> (invalidIDs: Int, rejected: Int) {
        var invalidIDs = 0
        var rejected = 0
        for group in request.resourceLogs {
            setResource(group.resource, schemaURL: group.schemaURL)
            for scoped in group.scopeLogs {
                setScope(scoped.scope, schemaURL: scoped.schemaURL)
                for record in scoped.logRecords {
                    if isFull {
                        rejected += 1
                    } else {
                        invalidIDs += append(record) ? 0 : 1
                    }
                }
            }
        }
        return (invalidIDs, rejected)
    }

    /// - Returns: whether its ids are valid, or absent
    private mutating func append(_ record: LogRecord) -> Bool {
        beginLogRecord()
        for pair in record.attributes {
            let key = Array(pair.key.utf8)
            attribute(pair.value, key.span, key: key.indices)
        }
        endAttributes()
        let severityText = Array(record.severityText.utf8)
        if !severityText.isEmpty { limitedField(.severityText, severityText.span, severityText.indices) }
        var value = record.body
        if case .string(let text) = value {
            textBody(text)
            value = .empty
        }
        count(.droppedAttributesCount, UInt64(record.droppedAttributesCount) + droppedAttributes)
        structuredBody(value)
        let eventName = Array(record.eventName.utf8)
        if !eventName.isEmpty { setName(eventName.span, eventName.indices) }
        let core = LogCore(
            time: record.timeUnixNano, observed: record.observedTimeUnixNano,
            severity: record.severityNumber.rawValue, flags: record.flags,
            trace: LogIdentifier(record.traceID.span, record.traceID.indices, isTrace: true),
            span: LogIdentifier(record.spanID.span, record.spanID.indices, isTrace: false))
        endLogRecord(core)
        return core.trace != .invalid && core.span != .invalid
    }
}
