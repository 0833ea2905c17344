/// What became of a request.
package enum ExportOutcome: Sendable {
    /// Everything is in the file but the spans that were refused alone. The message says why, or warns when
    /// none was; empty when there is nothing to say.
    case accepted(rejectedSpans: Int, message: String)
    case refused(Refusal)
}

/// How a request's body is written.
package enum ExportFormat: Sendable {
    case protobuf
    case json

    package var mediaType: String {
        switch self {
        case .protobuf: "application/x-protobuf"
        case .json: "application/json"
        }
    }
}

/// How a request's body is compressed.
package enum BodyEncoding: Sendable {
    case identity
    case gzip
}
