/// The status codes of gRPC that the collector answers with; google.rpc.Status has the same numbers.
package enum GRPCCode: Int, Sendable {
    case ok = 0
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case permissionDenied = 7
    case resourceExhausted = 8
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case unauthenticated = 16

    /// Of these, senders repeat after UNAVAILABLE and DEADLINE_EXCEEDED. RESOURCE_EXHAUSTED without
    /// RetryInfo tells them to give up, which is right for a request that is too large; one that comes too soon
    /// has it.
    package init(_ reason: Refusal.Reason) {
        switch reason {
        case .malformed, .unsupportedMediaType, .uriTooLong: self = .invalidArgument
        case .tooLarge, .headersTooLarge, .rateLimited: self = .resourceExhausted
        case .unknownService: self = .notFound
        case .unauthenticated: self = .unauthenticated
        case .permissionDenied: self = .permissionDenied
        case .unsupportedEncoding, .unknownPath, .otherProtocol, .methodNotAllowed: self = .unimplemented
        case .overloaded, .unavailable, .stalled: self = .unavailable
        case .deadlineExceeded: self = .deadlineExceeded
        case .framing: self = .invalidArgument
        case .originNotAllowed: self = .permissionDenied
        case .internalFailure: self = .internal
        }
    }
}
