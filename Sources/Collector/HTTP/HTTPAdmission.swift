package import NIOHTTP1
import Telemetry

/// What the head of an HTTP request decides, before any of its body is read.
package struct HTTPAdmission: Sendable {
    package private(set) var route = ExportRoute.otlp(.traces)
    /// The format of the body.
    package private(set) var format = ExportFormat.json
    /// The format of the answer.
    package private(set) var answerFormat = HTTPAnswer.Format.otlp(.traces, .json)
    package private(set) var encoding = BodyEncoding.identity
    /// `Content-Length`, if there is one.
    package private(set) var bodyBytes: Int?
    package private(set) var refusal: Refusal?
    /// What the sender should change although its request is taken.
    package private(set) var notice: SenderNotice?

    private static let targetBytesMax = 8 << 10

    private init() {}

    /// For a request whose head could not be read.
    static let unreadable = HTTPAdmission()

    package init(head: HTTPRequestHead, maxBodyBytes: Int) {
        let mediaType = Self.mediaType(head.headers)
        if let mediaType { format = mediaType }
        // Where nobody knows what the sender reads, the two answers about the head itself are text.
        answerFormat = mediaType.map { .otlp(.traces, $0) } ?? .otlp(.traces, .json)
        bodyBytes = Self.contentLength(head.headers)
        do throws(Refusal) {
            try Self.checkFraming(head)
            try admit(head, mediaType)
            encoding = try Self.bodyEncoding(head.headers)
            if let bodyBytes, bodyBytes > maxBodyBytes { throw Refusal.tooLarge(limitBytes: maxBodyBytes) }
        } catch {
            refusal = error
            if mediaType == nil, error.reason == .unsupportedMediaType || error.reason == .methodNotAllowed {
                answerFormat = .text
            }
        }
    }

    /// `Content-Length`, if there is one. A number that is larger than any number here is the largest.
    static func contentLength(_ headers: HTTPHeaders) -> Int? {
        headers.first(name: "content-length").flatMap { contentLength($0) }
    }

    /// Whether the sender waits for a word before it sends the body. Of HTTP/1.0 nobody does, and other expectations may be
    /// passed over (RFC 9110, 10.1.1).
    static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.version != .http1_0 && head.version != .http0_9
            && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }

    static func contentLength(_ text: String) -> Int? {
        let isNumber =
            !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber ? Int(text) ?? .max : nil
    }

    private static func checkFraming(_ head: HTTPRequestHead) throws(Refusal) {
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
    }

    /// Decides by path, method and content type.
    private mutating func admit(_ head: HTTPRequestHead, _ mediaType: ExportFormat?) throws(Refusal) {
        switch HTTPRoute(path: Self.path(of: head.uri)) {
        case .unknown(let message): throw Refusal(.unknownPath, message)
        case .otherProtocol(let other): throw Refusal(other)
        case .export(let route, let notice):
            self.route = route
            self.notice = notice
        }
        if route == .zipkin {
            answerFormat = .zipkin
        } else if let mediaType {
            answerFormat = .otlp(route.signal, mediaType)
        }
        guard head.method == .POST else {
            // Nobody reads anything at the root; it is forgiven only to exporters.
            if route == .root { throw Refusal(.unknownPath, Self.nothingAtRoot) }
            throw Refusal(.methodNotAllowed, "405 method not allowed, supported: [POST]")
        }
        if route == .zipkin {
            // Senders of Zipkin often leave the type out.
            guard mediaType == .json || head.headers["content-type"].isEmpty else {
                throw Refusal(
                    .unsupportedMediaType,
                    "415 unsupported media type, supported: [application/json]: send Zipkin's spans as JSON")
            }
            format = .json
        } else if mediaType == nil {
            throw Refusal(
                .unsupportedMediaType,
                "415 unsupported media type, supported: [application/json, application/x-protobuf]")
        }
    }

    private static let nothingAtRoot =
        "there is nothing to read here: send OTLP by POST to /v1/traces, /v1/metrics and /v1/logs"

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
        guard values.count <= 1,
            let encoding = BodyEncoding(name: (values.first ?? "")[...].trimmed.lowercased())
        else {
            throw Refusal(
                .unsupportedEncoding,
                "unsupported content encoding: send the body as gzip, zstd or deflate, or uncompressed")
        }
        return encoding
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
