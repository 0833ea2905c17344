/// A Go module and the versions of it that clients ask for.
struct CatalogueModule: Hashable, Sendable {
    let path: String
    /// Oldest first, never empty.
    let versions: [ModuleVersion]
    /// What `go get` of its packages probes besides the module itself: the shorter path prefixes.
    let probedPrefixes: [String]

    init(path: String, versions: [ModuleVersion]) {
        precondition(!versions.isEmpty, "a module of the catalogue needs a version")
        self.path = path
        self.versions = versions
        let elements = path.split(separator: "/", omittingEmptySubsequences: false)
        probedPrefixes = (1..<max(1, elements.count)).map { elements[..<$0].joined(separator: "/") }
    }

    /// The path as proxies see it once percent-decoded: upper-case letters written `!x`.
    var escapedPath: String { Self.escape(path, marker: "!") }

    /// The path as the go command puts it on the wire: upper-case letters written `%21x`.
    var wirePath: String { Self.escape(path, marker: "%21") }

    /// Case-encodes a module path or version.
    static func escape(_ text: String, marker: String) -> String {
        guard text.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return text }
        var escaped = ""
        for character in text {
            if character.isASCII, character.isUppercase {
                escaped += marker + character.lowercased()
            } else {
                escaped.append(character)
            }
        }
        return escaped
    }
}

/// A version of a module with the sizes of its files, which are the same wherever they are served.
struct ModuleVersion: Hashable, Sendable {
    let version: String
    let zipBytes: Int64
    let modBytes: Int64
    let infoBytes: Int64
}
