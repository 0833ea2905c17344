package import OTLPModel

extension JSONNode {
    /// A request of log records in OTLP's JSON encoding, as those of spans are.
    package init(_ request: ExportLogsServiceRequest) {
        self = .object([JSONMember("resourceLogs", .array(request.resourceLogs.map(Self.resourceLogs)))])
    }

    private static func resourceLogs(_ group: ResourceLogs) -> JSONNode {
        var members = Members()
        members.list.append(JSONMember("resource", resource(group.resource)))
        members.list("scopeLogs", group.scopeLogs.map(scopeLogs))
        members.text("schemaUrl", group.schemaURL)
        return members.node
    }

    private static func scopeLogs(_ group: ScopeLogs) -> JSONNode {
        var members = Members()
        members.list.append(JSONMember("scope", scope(group.scope)))
        members.list("logRecords", group.logRecords.map(logRecord))
        members.text("schemaUrl", group.schemaURL)
        return members.node
    }

    private static func logRecord(_ record: LogRecord) -> JSONNode {
        var members = Members()
        members.time("timeUnixNano", record.timeUnixNano)
        members.time("observedTimeUnixNano", record.observedTimeUnixNano)
        members.number("severityNumber", record.severityNumber.rawValue)
        members.text("severityText", record.severityText)
        if record.body != .empty { members.list.append(JSONMember("body", JSONNode(record.body))) }
        members.attributes(record.attributes)
        members.count("droppedAttributesCount", record.droppedAttributesCount)
        members.count("flags", record.flags)
        members.text("traceId", hexadecimal(record.traceID))
        members.text("spanId", hexadecimal(record.spanID))
        members.text("eventName", record.eventName)
        return members.node
    }
}
