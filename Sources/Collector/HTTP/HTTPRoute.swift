package import Telemetry

/// What the path of an HTTP request means.
package enum HTTPRoute: Hashable, Sendable {
    /// Where a body goes. The notice says what to change when the path is only nearly right.
    case export(ExportRoute, SenderNotice?)
    /// Nothing is taken there. The message says what is, and how to get there.
    case unknown(message: String)
    /// What others take there is not taken.
    case otherProtocol(OtherProtocol)

    package static let zipkinPath = "/api/v2/spans"
    private static let allPaths = "/v1/traces, /v1/metrics and /v1/logs"
    /// What a notice repeats of a path. Nobody's mistake is longer.
    private static let pathBytesMax = 64

    /// - Parameter path: without query
    package init(path: String) {
        switch path {
        case "/v1/traces": self = .export(.otlp(.traces), nil)
        case "/v1/metrics": self = .export(.otlp(.metrics), nil)
        case "/v1/logs": self = .export(.otlp(.logs), nil)
        case Self.zipkinPath: self = .export(.zipkin, nil)
        case "", "/": self = .export(.root, nil)
        default: self = Self.nearly(path)
        }
    }

    /// Paths that exporters make when an endpoint was given with a path where it should have none, or the other way
    /// round: `/v1/traces/v1/traces`, `/v1/v1/traces`, `/v1/traces/`.
    private static func nearly(_ path: String) -> HTTPRoute {
        let parts = path.split(separator: "/")
        guard path.utf8.count <= pathBytesMax else {
            let begin = String(decoding: path.utf8.prefix(pathBytesMax), as: UTF8.self)
            return advice(parts, at: LogLine.escaped(begin) + "...")
        }
        let words: Set<Substring> = ["v1", "traces", "metrics", "logs"]
        if parts.count >= 2, parts[parts.count - 2] == "v1",
            parts.allSatisfy({ words.contains($0) }),
            let signal = Signal.allCases.first(where: { $0.name == parts[parts.count - 1] })
        {
            return .export(.otlp(signal), notice(path, signal))
        }
        if parts == ["api", "v2", "spans"] {
            let notice = SenderNotice(.wrongPath, "spans of Zipkin go to \(zipkinPath), not to \(path)")
            return .export(.zipkin, notice)
        }
        return advice(parts, at: LogLine.escaped(path))
    }

    private static func notice(_ path: String, _ signal: Signal) -> SenderNotice {
        let variable = "OTEL_EXPORTER_OTLP_\(signal.name.uppercased())_ENDPOINT"
        return SenderNotice(
            .wrongPath,
            "\(signal.name) go to /v1/\(signal.name), not to \(path): set OTEL_EXPORTER_OTLP_ENDPOINT to the "
                + "address without a path, or \(variable) to it with /v1/\(signal.name)")
    }

    /// For the root, to which exporters post when the endpoint of a signal has no path.
    package static func rootNotice(_ signal: Signal) -> SenderNotice {
        let variable = "OTEL_EXPORTER_OTLP_\(signal.name.uppercased())_ENDPOINT"
        return SenderNotice(
            .wrongPath,
            "\(signal.name) go to /v1/\(signal.name), not to /: add the path to \(variable), or set "
                + "OTEL_EXPORTER_OTLP_ENDPOINT, to which exporters add it themselves")
    }

    /// For a path that nothing is taken at, by what others take there.
    /// - Parameter path: as it is repeated, so that its sender knows which of its requests it was
    private static func advice(_ parts: [Substring], at path: String) -> HTTPRoute {
        let wanted = parts.joined(separator: "/")
        if let other = OtherProtocol(path: wanted) { return .otherProtocol(other) }
        let nothing = "there is nothing at \(path)"
        let message =
            switch wanted {
            case "v1development/profiles", "v1/profiles":
                "profiles are not taken: send OTLP to \(allPaths)"
            case "v1/trace", "traces", "v1/spans", "otlp/v1/traces":
                "\(nothing): send traces by POST to /v1/traces"
            case "metrics", "v1/metric": "\(nothing): send metrics by POST to /v1/metrics"
            case "logs", "v1/log": "\(nothing): send logs by POST to /v1/logs"
            default: "\(nothing): send OTLP by POST to \(allPaths)"
            }
        return .unknown(message: message)
    }
}
