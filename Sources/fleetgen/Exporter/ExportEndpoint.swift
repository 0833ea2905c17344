/// Where telemetry is sent to.
struct ExportEndpoint: Hashable, Sendable {
    /// What is spoken there.
    let transport: ExportTransport
    let host: String
    let port: Int
    /// The path of the requests, from the first slash.
    let path: String
    /// Who sends, as the header `authorization` says it; nil says nothing.
    var authorization: String?

    /// Reads `http://host:port`, `host:port` or `host`; HTTP endpoints may have a path, to which the
    /// path of the signal is appended.
    ///
    /// - Throws: `EndpointError` for anything else.
    init(_ text: String, transport: ExportTransport) throws(EndpointError) {
        var rest = Substring(text)
        if let scheme = rest.firstRange(of: "://") {
            guard rest[..<scheme.lowerBound] == "http" else {
                throw EndpointError(text, "only http:// is spoken")
            }
            rest = rest[scheme.upperBound...]
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let base = rest[slash...].drop(while: { $0 == "/" })
        let authority = rest[..<slash]
        let (host, port) = try Self.split(authority, of: text, defaultPort: transport.defaultPort)
        self.transport = transport
        self.host = host
        self.port = port
        switch transport {
        case .grpc:
            guard base.isEmpty else { throw EndpointError(text, "a gRPC endpoint has no path") }
            path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        case .http:
            path = (base.isEmpty ? "" : "/") + (base.last == "/" ? base.dropLast() : base) + "/v1/traces"
        }
    }

    /// As the `Host` header and messages name it.
    var authority: String {
        (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }

    private static func split(
        _ authority: Substring, of text: String, defaultPort: Int
    ) throws(EndpointError) -> (String, Int) {
        var host = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else {
                throw EndpointError(text, "the bracket is not closed")
            }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            if !after.isEmpty {
                guard after.first == ":" else { throw EndpointError(text, "a port follows a colon") }
                portText = after.dropFirst()
            }
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty else { throw EndpointError(text, "the host is missing") }
        guard let portText else { return (String(host), defaultPort) }
        guard let port = Int(portText), (1...65_535).contains(port) else {
            throw EndpointError(text, "the port has to be a number from 1 to 65535")
        }
        return (String(host), port)
    }
}

/// The two ways in which OTLP's protobuf requests travel here.
enum ExportTransport: String, CaseIterable, Hashable, Sendable {
    case http
    case grpc

    /// The port that OTLP reserves for it.
    var defaultPort: Int { self == .http ? 4318 : 4317 }
}

/// Why a text is no endpoint.
struct EndpointError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ text: String, _ reason: String) {
        description =
            "cannot send to '\(text)': \(reason); give it like 127.0.0.1:4317 or http://127.0.0.1:4318"
    }
}
