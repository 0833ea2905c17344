import OTLPModel

/// What a report says of itself for programs: what it was made from, and its evidence. In Markdown and HTML it stands in a
/// comment at the end.
package struct ReportRecord: Sendable {
    package static let schema = "traceq.report/1"

    package var parameters: ReportParameters
    package var evidence: [ReportEvidence]

    package init(_ document: ReportDocument) {
        parameters = document.parameters
        evidence = document.evidence
    }

    static let begin = "<!-- \(schema) "
    static let end = " -->"

    /// As a comment of HTML, which Markdown knows, too: within it nothing that ends it.
    var comment: String {
        let json = node.text.replacing("--", with: "-\\u002d").replacing("<", with: "\\u003c")
            .replacing(">", with: "\\u003e")
        return Self.begin + json + Self.end
    }

    var node: JSONNode {
        .object([
            JSONMember("parameters", parametersNode),
            JSONMember("evidence", .array(evidence.map(Self.node))),
        ])
    }

    var parametersNode: JSONNode {
        var members = [
            JSONMember("version", .string(parameters.version)),
            JSONMember("since_ns", .integer(parameters.window.since.rawValue)),
            JSONMember("until_ns", .integer(parameters.window.until.rawValue)),
            JSONMember("baseline_ns", .integer(parameters.baselineNanos)),
            JSONMember("incident", parameters.incident.map { .string($0) } ?? .null),
            JSONMember("zone", .string(parameters.zone)),
            JSONMember("private", .bool(parameters.isPrivate)),
            JSONMember("private_patterns", .string(String(parameters.privatePatterns, radix: 16))),
        ]
        if let objectives = parameters.objectives {
            members.append(JSONMember("objectives", .string(String(objectives, radix: 16))))
        }
        members.append(JSONMember("data_digest", .string(String(parameters.dataDigest, radix: 16))))
        return .object(members)
    }

    static func node(_ evidence: ReportEvidence) -> JSONNode {
        .object([
            JSONMember("id", .string(evidence.name)), JSONMember("command", .string(evidence.command)),
            JSONMember(
                "values",
                .array(
                    evidence.values.map {
                        .object([
                            JSONMember("name", .string($0.name)), JSONMember("value", .string($0.value)),
                        ])
                    })),
            JSONMember("trace_ids", .array(evidence.traceIDs.map { .string($0.hex) })),
        ])
    }

    /// From a report.
    /// - Returns: nil where it has no record, or one that cannot be read
    package init?(report text: String, _ format: ReportFormat) {
        let json: Substring
        if format == .json {
            json = text[...]
        } else {
            guard let begin = text.ranges(of: Self.begin).last,
                let end = text[begin.upperBound...].ranges(of: Self.end).first
            else { return nil }
            json = text[begin.upperBound..<end.lowerBound]
        }
        guard let node = JSONNode(parsing: json),
            format != .json || node["schema"]?.stringValue == Self.schema,
            let parameters = Self.parameters(node["parameters"]),
            case .array(let items)? = node["evidence"]
        else { return nil }
        self.parameters = parameters
        evidence = []
        for item in items {
            guard let evidence = Self.evidence(item, number: self.evidence.count + 1) else { return nil }
            self.evidence.append(evidence)
        }
    }

    private static func parameters(_ node: JSONNode?) -> ReportParameters? {
        guard let node, let version = node["version"]?.stringValue,
            let since = node["since_ns"]?.integerValue, let until = node["until_ns"]?.integerValue,
            let baseline = node["baseline_ns"]?.integerValue, baseline >= 0, since < until,
            let zone = node["zone"]?.stringValue, case .bool(let isPrivate)? = node["private"],
            let patterns = node["private_patterns"]?.stringValue.flatMap({ UInt64($0, radix: 16) }),
            let digest = node["data_digest"]?.stringValue.flatMap({ UInt64($0, radix: 16) })
        else { return nil }
        return ReportParameters(
            version: version,
            window: TimeWindow(since: UnixNanos(rawValue: since), until: UnixNanos(rawValue: until)),
            baselineNanos: baseline, incident: node["incident"]?.stringValue, zone: zone,
            isPrivate: isPrivate, privatePatterns: patterns,
            objectives: node["objectives"]?.stringValue.flatMap { UInt64($0, radix: 16) }, dataDigest: digest)
    }

    private static func evidence(_ node: JSONNode, number: Int) -> ReportEvidence? {
        guard let command = node["command"]?.stringValue, case .array(let values)? = node["values"],
            case .array(let ids)? = node["trace_ids"]
        else { return nil }
        return ReportEvidence(
            number: number, command: command,
            values: values.compactMap { value in
                guard let name = value["name"]?.stringValue, let text = value["value"]?.stringValue else {
                    return nil
                }
                return ReportValue(name, text)
            },
            traceIDs: ids.compactMap { $0.stringValue.flatMap(Self.traceID) })
    }

    private static func traceID(_ hex: String) -> TraceID? {
        guard hex.utf8.count == 32, let high = UInt64(hex.prefix(16), radix: 16),
            let low = UInt64(hex.suffix(16), radix: 16)
        else { return nil }
        return TraceID(high: high, low: low)
    }
}
