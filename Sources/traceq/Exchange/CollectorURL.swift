import Telemetry

/// Where a collector takes OTLP/HTTP: `http://127.0.0.1:4318`.
struct CollectorURL: Hashable, Sendable {
    var host: String
    var port: String
    /// What was given behind the authority; empty for nothing.
    private let givenPath: String

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
        givenPath = given == "/" ? "" : String(given)
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

    /// Where requests of a signal go. A path that ends as OTLP's paths do is that of one signal, and those of the others
    /// lie beside it; any other is taken as it is.
    func path(of signal: Signal) -> String {
        guard !givenPath.isEmpty else { return "/v1/\(signal.name)" }
        for other in Signal.allCases where givenPath.hasSuffix("/v1/\(other.name)") {
            return givenPath.dropLast(other.name.count) + signal.name
        }
        return givenPath
    }

    /// The authority, as the header `Host` wants it.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":" + port }
}
