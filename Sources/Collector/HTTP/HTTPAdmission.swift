package import NIOHTTP1

/// What the head of an HTTP request decides, before any of its body is read.
package struct HTTPAdmission: Sendable {
    /// The format of the answer; of the body too when there is no refusal.
    package private(set) var format = ExportFormat.json
    package private(set) var encoding = BodyEncoding.identity
    /// `Content-Length`, if there is one.
    package private(set) var bodyBytes: Int?
    package private(set) var refusal: Refusal?

    package static let tracesPath = "/v1/traces"
    /// Paths of OTLP that lead to signals that are not taken yet.
    private static let otherSignals: Set<String> = ["/v1/metrics", "/v1/logs", "/v1development/profiles"]
    private static let targetBytesMax = 8 << 10

    private init() {}

    /// For a request whose head could not be read.
    static let unreadable = HTTPAdmission()

    package init(head: HTTPRequestHead, maxBodyBytes: Int) {
        let mediaType = Self.mediaType(head.headers)
        if let mediaType { format = mediaType }
        bodyBytes = Self.contentLength(head.headers)
        do throws(Refusal) {
            try Self.checkTarget(head)
            guard mediaType != nil else {
                throw Refusal(
                    .unsupportedMediaType,
                    "unsupported media type: send Content-Type application/x-protobuf or application/json")
            }
            encoding = try Self.bodyEncoding(head.headers)
            if let bodyBytes, bodyBytes > maxBodyBytes { throw Refusal.tooLarge(limitBytes: maxBodyBytes) }
        } catch {
            refusal = error
        }
    }

    /// `Content-Length`, if there is one. A number that is larger than any number here is the largest.
    static func contentLength(_ headers: HTTPHeaders) -> Int? {
        guard let text = headers.first(name: "content-length") else { return nil }
        let isNumber =
            !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(text) ?? (isNumber ? .max : nil)
    }

    private static func checkTarget(_ head: HTTPRequestHead) throws(Refusal) {
        guard head.uri.utf8.count <= targetBytesMax else {
            throw Refusal(.uriTooLong, "the request target is longer than \(targetBytesMax) bytes")
        }
        let hosts = head.headers["host"]
        guard hosts.count == 1, HTTPHost.isValid(hosts[0]) else {
            throw Refusal(.framing, "the request has no Host header, several, or one that names no host")
        }
        guard head.headers["transfer-encoding"].allSatisfy({ $0[...].trimmed.lowercased() == "chunked" })
        else {
            throw Refusal(
                .framing, "Transfer-Encoding other than chunked is not supported; use Content-Encoding")
        }
        let path = path(of: head.uri)
        if otherSignals.contains(path) {
            throw Refusal(
                .notYet, "\(path) is not taken yet: this version takes traces, by POST \(tracesPath)")
        }
        guard path == tracesPath else {
            throw Refusal(.unknownPath, "there is nothing at this path: send traces by POST \(tracesPath)")
        }
        guard head.method == .POST else {
            throw Refusal(.methodNotAllowed, "method not allowed: send traces by POST \(tracesPath)")
        }
    }

    /// The path of a request target, which may be a whole URL (RFC 9112, 3.2.2), without the query.
    private static func path(of target: String) -> String {
        var rest = target[...]
        if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            rest = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
        }
        return String(rest.prefix { $0 != "?" && $0 != "#" })
    }

    /// Nil for a type that is not OTLP's, or for several. Parameters, as of a charset, do not matter.
    private static func mediaType(_ headers: HTTPHeaders) -> ExportFormat? {
        let values = headers["content-type"]
        guard values.count == 1 else { return nil }
        if values[0] == ExportFormat.protobuf.mediaType { return .protobuf }
        let essence = values[0].prefix { $0 != ";" }.trimmed.lowercased()
        switch essence {
        case ExportFormat.protobuf.mediaType: return .protobuf
        case ExportFormat.json.mediaType: return .json
        default: return nil
        }
    }

    private static func bodyEncoding(_ headers: HTTPHeaders) throws(Refusal) -> BodyEncoding {
        let values = headers["content-encoding"]
        guard values.count <= 1 else { throw unsupportedEncoding() }
        switch (values.first ?? "")[...].trimmed.lowercased() {
        case "", "identity": return .identity
        case "gzip", "x-gzip": return .gzip
        default: throw unsupportedEncoding()
        }
    }

    private static func unsupportedEncoding() -> Refusal {
        Refusal(.unsupportedEncoding, "unsupported content encoding: send the body as gzip or uncompressed")
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        return drop(while: isBlank).dropTrailing(while: isBlank)
    }

    private func dropTrailing(while predicate: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, predicate(last) { rest.removeLast() }
        return rest
    }
}
