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

    /// What is called.
    package var method: GRPCMethod

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
        method = try GRPCMethod(path: headers.first(name: ":path") ?? "")
        let name = headers.first(name: "grpc-encoding") ?? "identity"
        guard let encoding = BodyEncoding(name: name), !name.isEmpty else {
            throw Refusal(
                .unsupportedEncoding, "unsupported grpc-encoding: send gzip, zstd, deflate or identity")
        }
        userAgent = headers.first(name: "user-agent")
        compression = encoding == .identity ? nil : encoding
        guard let text = headers.first(name: "grpc-timeout") else { return }
        guard let timeout = GRPCTimeout.parsed(text) else {
            throw Refusal(.malformed, "grpc-timeout is not a time-out: send up to eight digits and a unit")
        }
        deadline = now + timeout
    }
}
