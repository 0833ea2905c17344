import Telemetry

/// Answers to a connection that cannot be taken at all, made without the handlers that it will not get.
enum PlainAnswer {
    /// Why HTTP/2 is not spoken (RFC 9113, 7): the connection is not as secure as it must be.
    static let inadequateSecurity: UInt8 = 0x0c
    /// Why HTTP/2 is not spoken: there is HTTP/1.1 only.
    static let http11Required: UInt8 = 0x0d

    /// HTTP/1.1 400 with a `google.rpc.Status`.
    static func http1(_ message: String) -> [UInt8] {
        let code = GRPCCode.invalidArgument.rawValue
        let body = ExportResponse.statusJSON(code: code, message: message)
        let head =
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: \(body.count)\r\n"
            + "connection: close\r\n\r\n"
        return Array(head.utf8) + body
    }

    /// The settings that every HTTP/2 connection begins with, and GOAWAY with the message as its debug data, which
    /// gRPC's clients show (RFC 9113, 6.8).
    static func http2(_ message: String, error: UInt8 = PlainAnswer.inadequateSecurity) -> [UInt8] {
        let text = Array(message.utf8.prefix(255 - 8))
        let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
        let goAway: [UInt8] = [0, 0, UInt8(8 + text.count), 7, 0, 0, 0, 0, 0]
        return settings + goAway + [0, 0, 0, 0, 0, 0, 0, error] + text
    }
}
