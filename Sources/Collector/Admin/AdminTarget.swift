/// What a request asks for: a path and a query, and in a whole URL also whom.
struct AdminTarget: Sendable {
    var pathAndQuery: String
    /// The host and port of a target that is a whole URL; nil for one that is a path only.
    var authority: String?

    init(_ target: String) {
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else {
            pathAndQuery = target
            return
        }
        let rest = target[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let path = String(rest[authority.endIndex...])
        self.authority = String(authority)
        pathAndQuery = path.hasPrefix("/") ? path : "/" + path
    }

    /// Whether it asks this machine, by one of its own names.
    /// - Parameter host: the `Host` header, above which a whole URL stands (RFC 9112, 3.2.2)
    func isForThisMachine(host: String) -> Bool { Self.isLoopback(authority ?? host) }

    /// Any port will do: it may be that of a tunnel. In a name case does not matter, nor a dot at its end.
    private static func isLoopback(_ authority: String) -> Bool {
        var name = authority.lowercased()[...]
        if let colon = name.lastIndex(of: ":"),
            name[colon...].utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
        {
            name = name[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") {
            name = name.dropFirst().dropLast()
        } else if name.hasSuffix(".") {
            name = name.dropLast()
        }
        return ListenAddress(host: String(name), port: 0).isLoopback
    }
}
