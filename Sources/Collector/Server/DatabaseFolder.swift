import Glibc

/// The directory that the database lies in.
enum DatabaseFolder {
    /// Creates the directory of a file, and those above it, for the owner alone. What exists stays as it is.
    static func create(forFileAt path: String) throws(CollectorError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        var missing: [Substring] = []
        var folder = path[..<slash]
        while !folder.isEmpty, access(String(folder), F_OK) != 0 {
            missing.append(folder)
            guard let parent = folder.lastIndex(of: "/") else { break }
            folder = folder[..<parent]
        }
        for folder in missing.reversed() {
            guard mkdir(String(folder), 0o700) == 0 || errno == EEXIST else {
                let reason = String(cString: strerror(errno))
                throw CollectorError(
                    .database,
                    "cannot create the directory \(LogLine.escaped(String(folder))) (\(reason)): "
                        + "choose another place with --db")
            }
        }
    }
}
