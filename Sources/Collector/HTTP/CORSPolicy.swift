package import NIOHTTP1

/// Which web pages may send: those whose origin is named. Only browsers send an `Origin`, and they send it with every
/// POST, so that nothing else is concerned; a page that nobody named cannot even write to a collector on the machine of
/// who looks at it, by whatever name it reaches it.
package struct CORSPolicy: Hashable, Sendable {
    /// `https://app.example.com`, `https://*.example.com`, or `*` for all. Empty: no page may send.
    package var allowedOrigins: [String]
    /// Header fields that pages may send beside those that OTLP needs, in lower case.
    package var allowedHeaders: [String]
    /// How long a browser may remember that a page may send.
    package var maxAgeSeconds: Int64

    /// What OTLP's exporters in browsers send.
    private static let exporterHeaders = [
        "authorization", "content-encoding", "content-type", "traceparent", "tracestate", "user-agent",
    ]

    package init(allowedOrigins: [String] = [], allowedHeaders: [String] = [], maxAgeSeconds: Int64 = 7_200) {
        self.allowedOrigins = allowedOrigins
        self.allowedHeaders = allowedHeaders
        self.maxAgeSeconds = maxAgeSeconds
    }

    package var isEnabled: Bool { !allowedOrigins.isEmpty }

    /// Whether a page of that origin may send.
    package func allows(_ origin: String) -> Bool {
        let origin = origin.lowercased()
        guard WebOrigin.isValid(origin) else { return false }
        return allowedOrigins.contains { WebOrigin.matches(origin, $0.lowercased()) }
    }

    /// Why a request is not taken; nil for one that comes from no page, or from one that may send.
    package func refusal(of headers: HTTPHeaders) -> Refusal? {
        let origins = headers["origin"]
        guard !origins.isEmpty, origins.count > 1 || !allows(origins[0]) else { return nil }
        return Refusal(
            .originNotAllowed,
            "a web page of this origin may not send here: name the origin in the collector's cors settings")
    }

    /// Whether it is a browser's question whether a page may send (Fetch, "CORS-preflight request").
    package static func isPreflight(_ head: HTTPRequestHead) -> Bool {
        head.method == .OPTIONS && head.headers.contains(name: "origin")
            && head.headers.contains(name: "access-control-request-method")
    }

    /// The answer to that question for an origin that may send.
    package func preflightHeaders(_ origin: String) -> HTTPHeaders {
        var headers = answerHeaders(origin)
        headers.add(name: "access-control-allow-methods", value: "POST")
        headers.add(
            name: "access-control-allow-headers",
            value: (Self.exporterHeaders + allowedHeaders).joined(separator: ", "))
        headers.add(name: "access-control-max-age", value: String(maxAgeSeconds))
        return headers
    }

    /// What lets a page read an answer.
    package func answerHeaders(_ origin: String) -> HTTPHeaders {
        ["access-control-allow-origin": origin, "vary": "Origin"]
    }
}
