import NIOCore
import OTLPModel

/// What the receiver said to one request.
enum ExportReply: Hashable, Sendable {
    /// Taken, apart from `rejectedSpans` spans that it refused for good; the message says why, and
    /// may be a warning when none was refused.
    case accepted(rejectedSpans: Int64, message: String)
    /// Not now; the receiver may say after how many seconds to ask again.
    case retryable(reason: String, afterSeconds: Double?)
    /// Never.
    case refused(reason: String)

    /// Reads the answer of an OTLP/HTTP receiver.
    static func http(status: Int, retryAfter: String?, body: ByteBuffer) -> ExportReply {
        let bytes = Array(body.readableBytesView)
        switch status {
        case 200..<300:
            return PartialSuccess.reply(in: bytes)
        case 429, 502, 503, 504:
            return .retryable(
                reason: describe("HTTP status \(status)", bytes),
                afterSeconds: retryAfter.flatMap(Double.init).map { min(max($0, 0), 30) })
        default:
            return .refused(reason: describe("HTTP status \(status)", bytes))
        }
    }

    /// Reads the answer of an OTLP/gRPC receiver; the body still has gRPC's five bytes in front.
    static func grpc(status: Int?, message: String, details: String?, body: ByteBuffer) -> ExportReply {
        guard let status else {
            return .retryable(reason: "the answer has no grpc-status", afterSeconds: nil)
        }
        let reason = message.isEmpty ? "gRPC status \(status)" : "gRPC status \(status): \(message)"
        switch status {
        case 0:
            return PartialSuccess.reply(in: Array(body.readableBytesView.dropFirst(5)))
        case 1, 4, 10, 11, 14, 15:
            return .retryable(reason: reason, afterSeconds: nil)
        case 8 where RetryInfo.isPresent(inBase64: details ?? ""):
            // Resource exhausted: worth another attempt only when the receiver says when.
            return .retryable(reason: reason, afterSeconds: nil)
        default:
            return .refused(reason: reason)
        }
    }

    /// The text of a `google.rpc.Status` body, or the beginning of whatever else it is.
    private static func describe(_ status: String, _ bytes: [UInt8]) -> String {
        var text = ""
        try? ProtobufFields.forEach(in: bytes) { field in
            if field.number == 2, case .bytes(let range) = field.content {
                text = String(decoding: bytes[range], as: UTF8.self)
            }
        }
        if text.isEmpty { text = String(decoding: bytes.prefix(200), as: UTF8.self) }
        let printable = text.filter { !$0.isNewline && $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } }
        return printable.isEmpty ? status : "\(status): \(printable)"
    }
}

/// OTLP's `ExportTracePartialSuccess`.
private enum PartialSuccess {
    /// The reply that a success body means: an empty one is full success.
    static func reply(in bytes: [UInt8]) -> ExportReply {
        var rejected: Int64 = 0
        var message = ""
        do {
            try ProtobufFields.forEach(in: bytes) { outer in
                guard outer.number == 1, case .bytes(let range) = outer.content else { return }
                try ProtobufFields.forEach(in: bytes, range: range) { inner in
                    switch (inner.number, inner.content) {
                    case (1, .varint(let count)): rejected = Int64(bitPattern: count)
                    case (2, .bytes(let text)): message = String(decoding: bytes[text], as: UTF8.self)
                    default: break
                    }
                }
            }
        } catch {
            return .accepted(rejectedSpans: 0, message: "the receiver's answer is no protobuf")
        }
        return .accepted(rejectedSpans: rejected, message: message)
    }
}
