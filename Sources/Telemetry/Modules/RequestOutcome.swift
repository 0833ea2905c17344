import OTLPModel

/// How a request ended, as far as its own span tells. The numbers are stored: rollups are keyed by them.
package enum RequestOutcome: UInt8, CaseIterable, Sendable {
    case ok = 1
    case notFound = 2
    /// 410: the proxy says that it will not have it. The go command goes on as after 404.
    case gone = 3
    /// "Not found" for a path above every module: the go command asks for each prefix of an import path.
    case probe = 4
    case forbidden = 5
    case rateLimited = 6
    case timeout = 7
    /// "Not found" after ten seconds or more: proxies answer so when a fetch took too long.
    case maskedTimeout = 8
    case upstreamError = 9
    case internalError = 10
    /// A `.zip` smaller than an empty archive.
    case empty = 11
    /// The client or the proxy went away before there was an answer.
    case aborted = 12
    case redirected = 13
    /// Another 4xx: what was asked for cannot be asked for.
    case badRequest = 14
    /// 200 for a file without a body: a server recorded it for an error that it made up itself, as Caddy does.
    case false200 = 15
    /// What came ended before its end.
    case truncated = 16
    /// What came is not what the checksum database, or go.sum, says.
    case checksumMismatch = 17

    /// Its name in the attribute `goproxy.fetch.outcome`, in answers and in filters.
    package var name: String {
        switch self {
        case .ok: "ok"
        case .notFound: "not_found"
        case .gone: "gone"
        case .probe: "probe"
        case .forbidden: "forbidden"
        case .rateLimited: "rate_limited"
        case .timeout: "timeout"
        case .maskedTimeout: "masked_timeout"
        case .upstreamError: "upstream_error"
        case .internalError: "internal_error"
        case .empty: "empty"
        case .aborted: "aborted"
        case .redirected: "redirected"
        case .badRequest: "bad_request"
        case .false200: "false_200"
        case .truncated: "truncated"
        case .checksumMismatch: "checksum_mismatch"
        }
    }

    init?(name: String) {
        guard let known = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = known
    }

    /// What a word in `error.type` says besides a status; nil for one that says no more.
    init?(errorType: String) {
        switch errorType {
        case "checksum_mismatch": self = .checksumMismatch
        case "truncated": self = .truncated
        case "timeout": self = .timeout
        // Who was to be asked could not be.
        case "name_resolution", "connection_refused", "connection_reset", "tls": self = .upstreamError
        // The log of a go command ends before the answer: nobody knows what became of it.
        case "unfinished": self = .aborted
        default: return nil
        }
    }

    /// Whether who asked did not get what there should have been. A probe and a client that went away are no failures,
    /// nor is "not found": who is asked cannot know whether it should be there.
    package var isFailure: Bool {
        switch self {
        case .rateLimited, .timeout, .maskedTimeout, .upstreamError, .internalError, .empty, .false200,
            .truncated, .checksumMismatch:
            true
        case .ok, .notFound, .gone, .probe, .forbidden, .aborted, .redirected, .badRequest: false
        }
    }

    /// From when on "not found" is taken for a timeout: a healthy one takes milliseconds, a fetch that a proxy
    /// gave up 15 seconds to 10 minutes.
    static let maskedTimeoutNanos: UInt64 = 10_000_000_000

    /// The smallest zip archive, one without files.
    static let zipBytesMin: UInt64 = 22

    /// What one span tells of a request.
    struct Signs {
        var kind: ModuleKind?
        /// 0 when the span has none.
        var httpStatus: UInt16 = 0
        /// The span says "0" where a status belongs (Envoy): there was no response.
        var saysNoResponse = false
        /// The proxy says that the client went away (Envoy's flag `DC`).
        var saysClientGone = false
        var spanStatus: Int32 = 0
        /// End minus start, modulo 2^64.
        var durationNanos: UInt64 = 0
        var responseBytes: UInt64?
        var isHead = false
        /// See `ModulePathScan.isAboveModules`.
        var isAboveModules = false
    }

    /// Nil when the span does not tell.
    init?(_ signs: Signs) {
        if signs.saysClientGone || signs.saysNoResponse {
            self = .aborted
            return
        }
        switch signs.httpStatus {
        case 200:
            let isEmpty =
                signs.kind == .zip && !signs.isHead
                && signs.responseBytes.map { $0 < Self.zipBytesMin } == true
            self = isEmpty ? .empty : .ok
        case 0:
            switch signs.spanStatus {
            case StatusCode.ok.rawValue: self = .ok
            case StatusCode.error.rawValue: self = .internalError
            default: return nil
            }
        case 304: self = .ok
        case 100..<300: self = .ok
        case 300..<400: self = .redirected
        case 404, 410:
            let isNegative = signs.durationNanos > UInt64(Int64.max)
            if signs.durationNanos >= Self.maskedTimeoutNanos, !isNegative {
                self = .maskedTimeout
            } else if signs.isAboveModules {
                self = .probe
            } else {
                self = signs.httpStatus == 404 ? .notFound : .gone
            }
        case 401, 403, 407, 451: self = .forbidden
        case 429: self = .rateLimited
        case 408, 504, 522, 524: self = .timeout
        case 499: self = .aborted
        case 400..<500: self = .badRequest
        case 502, 503, 520...527, 530: self = .upstreamError
        default: self = .internalError
        }
    }
}
