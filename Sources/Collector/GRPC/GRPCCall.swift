package import NIOCore
package import NIOHPACK

/// What the headers of a call ask for.
package struct GRPCCall: Sendable {
    /// The encoding of compressed messages; nil when the call announces none.
    package var compression: BodyEncoding?
    /// When the caller stops waiting.
    package var deadline: NIODeadline?
    /// What the caller calls itself; nil where it does not say.
    package var userAgent: String?

    package static let tracesPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    private static let otherSignals: Set<String> = [
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
    ]

    /// Whether a request is gRPC of whatever kind: `application/grpc`, also with a suffix or parameters.
    package static func isGRPC(_ headers: HPACKHeaders) -> Bool {
        guard let type = headers.first(name: "content-type") else { return false }
        let base = "application/grpc"
        guard type.utf8.count >= base.utf8.count, type.prefix(base.count).lowercased() == base else {
            return false
        }
        let next = type.utf8.dropFirst(base.utf8.count).first
        return next == nil || next == UInt8(ascii: "+") || next == UInt8(ascii: ";")
    }

    /// The HTTP status for a request that is not gRPC at all, and so cannot be answered in gRPC's way.
    package static func httpRejection(_ headers: HPACKHeaders) -> String? {
        guard headers.first(name: ":method") == "POST" else { return "405" }
        guard let type = headers.first(name: "content-type")?.lowercased() else { return "415" }
        let base = "application/grpc"
        let isProtobuf =
            type == base || type.hasPrefix(base + "+proto") || type.hasPrefix(base + ";")
        return isProtobuf ? nil : "415"
    }

    /// Reads the headers of a request that is gRPC.
    package init(headers: HPACKHeaders, now: NIODeadline = .now()) throws(Refusal) {
        let path = headers.first(name: ":path") ?? ""
        if Self.otherSignals.contains(path) {
            throw Refusal(.notYet, "this signal is not taken yet: this version takes traces")
        }
        guard path == Self.tracesPath else {
            throw Refusal(.unknownPath, "unknown method: traces go to \(Self.tracesPath)")
        }
        switch headers.first(name: "grpc-encoding") {
        case nil, "identity": compression = nil
        case "gzip": compression = .gzip
        default:
            throw Refusal(.unsupportedEncoding, "unsupported grpc-encoding: send gzip or identity")
        }
        userAgent = headers.first(name: "user-agent")
        guard let text = headers.first(name: "grpc-timeout") else { return }
        guard let timeout = GRPCTimeout.parsed(text) else {
            throw Refusal(.malformed, "grpc-timeout is not a time-out: send up to eight digits and a unit")
        }
        deadline = now + timeout
    }
}
