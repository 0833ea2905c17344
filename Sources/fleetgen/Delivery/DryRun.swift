import OTLPModel

/// What a run would send, for people to read.
enum DryRun {
    static func text(of stream: SpanStream) -> String {
        var stream = stream
        var kinds: [String: Int] = [:]
        var statuses: [String: Int] = [:]
        var spansBySource = Array(repeating: 0, count: stream.sources.count)
        var sample: (exchange: Exchange, spans: [EmittedSpan])?
        var requests = 0
        while let (exchange, spans) = stream.next(until: .max) {
            requests += 1
            kinds[exchange.target.kind.rawValue, default: 0] += 1
            statuses[String(exchange.status), default: 0] += 1
            for span in spans { spansBySource[span.source] += 1 }
            // The most telling trace: a fetch that a request at the edge caused.
            if spans.count > sample?.spans.count ?? 0 { sample = (exchange, spans) }
        }
        var lines = [
            "\(requests) client requests, \(spansBySource.reduce(0, +)) spans, "
                + "\(stream.cutOff) requests unfinished at the end",
            "by kind: \(list(kinds))",
            "by status: \(list(statuses))",
            "by node:",
        ]
        for (source, count) in zip(stream.sources, spansBySource) {
            let identity = source.node.isIdentified ? "" : " (does not name itself)"
            lines.append("  \(source.node.instance) \(source.node.kind.rawValue)\(identity): \(count) spans")
        }
        if let sample {
            lines.append("sample: GET \(sample.exchange.target.wirePath)")
            lines += tree(sample.spans, sources: stream.sources)
        }
        return lines.joined(separator: "\n")
    }

    private static func list(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    /// The spans indented under their parents, which come before them.
    private static func tree(_ spans: [EmittedSpan], sources: [TelemetrySource]) -> [String] {
        var depths: [[UInt8]: Int] = [:]
        var lines: [String] = []
        for emitted in spans {
            let span = emitted.span
            let depth = depths[span.parentSpanID].map { $0 + 1 } ?? 0
            depths[span.spanID] = depth
            let milliseconds = Double(span.endTimeUnixNano - span.startTimeUnixNano) / 1e6
            let indent = String(repeating: "  ", count: depth + 1)
            let trace = depth == 0 ? " trace \(Hexadecimal.text(span.traceID))" : ""
            lines.append(
                "\(indent)\(span.name) \(Decimals.text(milliseconds, digits: 3)) ms "
                    + "[\(sources[emitted.source].node.instance)]\(trace)")
            for attribute in span.attributes {
                lines.append("\(indent)    \(attribute.key) = \(text(attribute.value))")
            }
        }
        return lines
    }

    private static func text(_ value: AnyValue) -> String {
        switch value {
        case .string(let text): "\"\(text)\""
        case .int(let number): "\(number)"
        case .array(let values): "[" + values.map(text).joined(separator: ", ") + "]"
        default: "\(value)"
        }
    }
}
