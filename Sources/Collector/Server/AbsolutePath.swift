import Glibc

/// Paths as somebody reads them who does not know where the collector was started.
enum AbsolutePath {
    /// The path from the root; one that is relative begins where the process was started.
    static func of(_ path: String) -> String {
        guard !path.isEmpty, !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        var rest = path[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        let start = String(cString: folder)
        return (start.hasSuffix("/") ? start : start + "/") + rest
    }
}
