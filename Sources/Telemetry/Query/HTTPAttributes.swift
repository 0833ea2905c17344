import OTLPModel

/// What emitters of different age call the same fact about a request (OpenTelemetry's HTTP semantic
/// conventions, stable names first, and what proxies send instead).
enum HTTPAttributes {
    /// Attributes that hold the method of a request, best first.
    static let method = ["http.request.method", "http.method"]

    /// Attributes that hold the path of a request, best first.
    static let path = ["url.path", "http.target", "http.path", "url.full", "http.url"]

    /// Attributes that hold the status of the response, best first.
    static let status = ["http.response.status_code", "http.status_code", "response_code"]

    /// The path in one of the `path` attributes: without scheme, host, query and fragment.
    static func path(_ value: String) -> String? {
        var text = Substring(value)
        if let scheme = text.firstRange(of: "://") {
            let authority = text[scheme.upperBound...]
            text = authority.firstIndex(of: "/").map { authority[$0...] } ?? "/"
        }
        let path = text.prefix { $0 != "?" && $0 != "#" }
        return path.isEmpty || path == "-" ? nil : String(path)
    }

    /// The host that was asked, without a user and the port; empty where nothing says it.
    static func host(of attributes: [KeyValue]) -> String {
        for key in ["url.full", "http.url"] {
            guard let text = attributes.string(of: key), let scheme = text.firstRange(of: "://") else {
                continue
            }
            let authority = text[scheme.upperBound...].prefix { !["/", "?", "#"].contains($0) }
            let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            if !host.isEmpty { return host.split(separator: ":").first.map(String.init) ?? "" }
        }
        for key in ["server.address", "net.peer.name", "http.host"] {
            if let text = attributes.string(of: key), !text.isEmpty { return text }
        }
        return ""
    }

    /// A method; nil when there is none.
    static func method(_ value: AnyValue) -> String? {
        guard case .string(let text) = value, !text.isEmpty, text != "-" else { return nil }
        return text
    }

    /// A status; nil when there is none: some emitters write numbers as text, and "0", "" or "-" for none.
    static func status(_ value: AnyValue) -> Int? {
        switch value {
        case .int(let number): number > 0 && number < 1_000 ? Int(number) : nil
        case .string(let text): Int(text).flatMap { $0 > 0 && $0 < 1_000 ? $0 : nil }
        case .empty, .bool, .double, .array, .keyValueList, .bytes: nil
        }
    }
}
