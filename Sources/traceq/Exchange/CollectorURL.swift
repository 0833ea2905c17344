import Telemetry

/// Where a collector takes OTLP/HTTP: `http://127.0.0.1:4318`.
struct CollectorURL: Hashable, Sendable {
    var host: String
    var port: String
    var path: String

    /// - Throws: `CommandFailure` that says what such a URL looks like
    init(_ text: String) throws(CommandFailure) {
        let shown = DisplayText.escaped(text)
        guard text.hasPrefix("http://") else {
            let why =
                text.hasPrefix("https://")
                ? "TLS is not supported here; name a collector that is reached without it"
                : "write it like http://127.0.0.1:4318"
            throw CommandFailure(.usage, "--to is '\(shown)': \(why)")
        }
        let rest = text.dropFirst(7)
        let authority = rest.prefix { $0 != "/" }
        let given = rest[authority.endIndex...]
        path = given.isEmpty || given == "/" ? "/v1/traces" : String(given)
        var name = authority
        port = "4318"
        if let colon = authority.lastIndex(of: ":"), authority.last != "]" {
            port = String(authority[authority.index(after: colon)...])
            name = authority[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        host = String(name)
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "@") }
        guard isPlain, !host.isEmpty, let number = UInt16(port), number > 0 else {
            throw CommandFailure(.usage, "--to is '\(shown)': write it like http://127.0.0.1:4318")
        }
    }

    /// The authority, as the header `Host` wants it.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":" + port }
}
