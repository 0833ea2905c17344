/// What a place in a GOPROXY chain said to a request, as the go command understands it.
package enum SourceAnswer: Hashable, Sendable {
    /// 200, and nothing else.
    case found
    /// 404 or 410: the next element is asked, whatever the separator.
    case notFound
    /// Any other status, and everything that keeps an answer from coming: the next element is asked after `|` alone.
    case failed

    /// What the go command makes of a status. Redirects are followed before: one that is seen here led nowhere.
    package init(httpStatus: Int) {
        switch httpStatus {
        case 200: self = .found
        case 404, 410: self = .notFound
        default: self = .failed
        }
    }

    /// The same of a request that telemetry tells of; nil where its outcome says nothing about the answer: the client
    /// went away itself, or was sent elsewhere.
    package init?(_ outcome: RequestOutcome) {
        switch outcome {
        case .ok, .empty, .checksumMismatch: self = .found
        case .notFound, .gone, .probe, .maskedTimeout: self = .notFound
        case .forbidden, .rateLimited, .timeout, .upstreamError, .internalError, .badRequest, .false200,
            .truncated:
            self = .failed
        case .aborted, .redirected: return nil
        }
    }
}
