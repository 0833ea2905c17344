import OTLPModel

/// An attribute under its stable name (OpenTelemetry's HTTP semantic conventions), with the names that older emitters and
/// proxies of other descent give the same fact: `docs/non-normative/http-migration.md` of the conventions, and what Envoy,
/// nginx and OpenCensus send.
///
/// The stable name counts where a span has both. Numbers that come as text are numbers, and `-`, an empty text and a status
/// of 0, as proxies write them for none, are none.
struct StableAttribute: Sendable {
    /// What becomes of a value.
    enum Reading: Sendable {
        case asItIs
        /// The same, where a proxy may write `-` for none.
        case text
        /// `get` is `GET`.
        case upperCase
        case number
        /// A number from 1 to 999.
        case status
        /// `HTTP/2.0` and `2.0` are `2`.
        case protocolVersion
        /// An address without the port behind it.
        case address
        /// The host of `proxy.example.com:8080`, and its port.
        case host, port
        case part(URLPart)
    }

    enum URLPart: Sendable {
        case scheme, host, port, path, query
    }

    /// Another name of it.
    struct Alias: Sendable {
        var name: String
        var reading: Reading
        /// The only kind of span in which it means this; nil for any.
        var kind: SpanKind?

        init(_ name: String, _ reading: Reading, in kind: SpanKind? = nil) {
            self.name = name
            self.reading = reading
            self.kind = kind
        }
    }

    let name: String
    /// Of a value under the stable name.
    let reading: Reading
    /// The best first.
    let aliases: [Alias]

    private init(_ name: String, _ reading: Reading, _ aliases: [Alias]) {
        self.name = name
        self.reading = reading
        self.aliases = aliases
    }

    /// Nil for a name that has no others.
    init?(_ name: String) {
        if let known = Self.all.first(where: { $0.name == name }) {
            self = known
            return
        }
        // Headers were captured with underscores once.
        for prefix in ["http.request.header.", "http.response.header."] where name.hasPrefix(prefix) {
            let header = name.dropFirst(prefix.count)
            guard header.contains("-") else { return nil }
            let old = prefix + header.map { $0 == "-" ? "_" : String($0) }.joined()
            self.init(name, .asItIs, [Alias(old, .text)])
            return
        }
        return nil
    }

    private static func urls(_ part: URLPart) -> [Alias] {
        [Alias("url.full", .part(part)), Alias("http.url", .part(part))]
    }

    private static let peers = [
        Alias("net.sock.peer.addr", .address), Alias("net.peer.ip", .address),
        Alias("peer.address", .address),
        Alias("peer.ipv4", .address),
    ]

    static let all = [
        StableAttribute("http.request.method", .upperCase, [Alias("http.method", .upperCase)]),
        StableAttribute(
            "http.response.status_code", .status,
            [Alias("http.status_code", .status), Alias("response_code", .status)]),
        StableAttribute(
            "url.path", .asItIs,
            [Alias("http.target", .part(.path)), Alias("http.path", .part(.path))] + urls(.path)),
        StableAttribute("url.query", .asItIs, [Alias("http.target", .part(.query))] + urls(.query)),
        StableAttribute("url.scheme", .asItIs, [Alias("http.scheme", .text)] + urls(.scheme)),
        StableAttribute(
            "server.address", .asItIs,
            [
                Alias("net.peer.name", .host, in: .client), Alias("net.host.name", .host, in: .server),
                Alias("http.host", .host), Alias("http.server_name", .host), Alias(":authority", .host),
            ] + urls(.host)),
        StableAttribute(
            "server.port", .number,
            [
                Alias("net.peer.port", .number, in: .client), Alias("net.host.port", .number, in: .server),
                Alias("http.host", .port), Alias(":authority", .port),
            ] + urls(.port)),
        StableAttribute("network.peer.address", .address, peers),
        StableAttribute(
            "network.peer.port", .number,
            [Alias("net.sock.peer.port", .number), Alias("net.peer.port", .number, in: .server)]),
        StableAttribute(
            "client.address", .address,
            [Alias("http.client_ip", .address)]
                + ([Alias("network.peer.address", .address)] + peers).map {
                    Alias($0.name, $0.reading, in: .server)
                }),
        StableAttribute(
            "network.protocol.version", .protocolVersion,
            [
                Alias("http.flavor", .protocolVersion), Alias("net.protocol.version", .protocolVersion),
                Alias("http.protocol", .protocolVersion),
            ]),
        StableAttribute(
            "user_agent.original", .asItIs,
            [Alias("http.user_agent", .text), Alias("user_agent", .text)]),
        StableAttribute(
            "http.request.body.size", .number,
            [Alias("http.request_content_length", .number), Alias("request_size", .number)]),
        StableAttribute(
            "http.response.body.size", .number,
            [
                Alias("http.response_content_length", .number), Alias("response_size", .number),
                Alias("http.wrote_bytes", .number),
            ]),
        StableAttribute(
            "http.request.resend_count", .number,
            [Alias("http.resend_count", .number), Alias("retry.count", .number)]),
    ]
}

extension StableAttribute.Reading {
    /// A value as the stable attribute has it.
    func value(_ value: SpanValue) -> SpanValue {
        switch self {
        case .asItIs: return value
        case .text: return Self.text(value) { $0 }
        case .upperCase: return Self.text(value) { $0.uppercased() }
        case .number: return Self.number(value, .min ... .max)
        case .status: return Self.number(value, 1...999)
        case .protocolVersion: return Self.text(.text(value.text), Self.version)
        case .address: return Self.text(value) { FleetNames.withoutPort($0) }
        case .host: return Self.text(value) { Self.hostAndPort($0).host }
        case .port: return Self.number(.text(Self.hostAndPort(value.text).port), 0...65_535)
        case .part(let part):
            let text = Self.part(part, of: value.text)
            return part == .port ? Self.number(.text(text), 0...65_535) : Self.text(.text(text)) { $0 }
        }
    }

    private static func text(_ value: SpanValue, _ change: (String) -> String) -> SpanValue {
        guard case .text(let text) = value else { return value }
        let changed = text == "-" ? "" : change(text)
        return changed.isEmpty ? .missing : .text(changed)
    }

    private static func number(_ value: SpanValue, _ range: ClosedRange<Int64>) -> SpanValue {
        let number: Int64?
        switch value {
        case .integer(let integer): number = integer
        case .text(let text): number = Int64(text)
        case .missing, .bool, .decimal, .time: number = nil
        }
        guard let number else {
            if case .text = value { return .missing }
            return value
        }
        return range.contains(number) ? .integer(number) : .missing
    }

    private static func version(_ text: String) -> String {
        let version = text.lowercased().hasPrefix("http/") ? String(text.dropFirst(5)) : text
        return version == "2.0" ? "2" : version == "3.0" ? "3" : version
    }

    private static func hostAndPort(_ text: String) -> (host: String, port: String) {
        let host = FleetNames.withoutPort(text)
        let rest = text.dropFirst(host.count + (text.hasPrefix("[") ? 2 : 0))
        return (host, rest.hasPrefix(":") ? String(rest.dropFirst()) : "")
    }

    /// Without user names and passwords.
    private static func part(_ part: StableAttribute.URLPart, of url: String) -> String {
        let bytes = Array(url.utf8)
        let parts = URLText(bytes.span, bytes.indices)
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        switch part {
        case .scheme: return url.firstRange(of: "://").map { String(url[..<$0.lowerBound]) } ?? ""
        case .host:
            let host = text(parts.host)
            return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        case .port: return text(parts.host.upperBound..<parts.path.lowerBound).filter(\.isNumber)
        case .path: return text(parts.path)
        case .query: return text(parts.query)
        }
    }
}
