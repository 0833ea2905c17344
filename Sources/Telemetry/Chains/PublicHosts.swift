/// Who is asked for modules in public: the mirrors that are known to be, and Go's checksum databases.
struct PublicHosts: Sendable {
    private let mirrors: [ModuleMirror]
    private static let checksumDatabases: Set<String> = ["sum.golang.org", "sum.golang.google.cn"]

    init(_ mirrors: MirrorList) {
        self.mirrors = mirrors.mirrors.filter { $0.visibility == .public }
    }

    /// Whether a host is one of them.
    ///
    /// - Parameter host: as telemetry has it: in lower case, with the port where it is not the usual one
    func contains(_ host: String) -> Bool {
        if Self.isChecksumDatabase(host) { return true }
        guard let address = try? GoProxyAddress("https://" + host) else { return false }
        return mirrors.contains { $0.has(address) }
    }

    static func isChecksumDatabase(_ host: String) -> Bool { checksumDatabases.contains(host) }
}
