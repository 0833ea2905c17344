import Glibc

/// A file that is written under a name of its own and takes its real one when it is whole. It never takes the place
/// of another file, and what was not published goes with the value.
struct NewFile: ~Copyable {
    let path: String
    /// Where to write until then.
    let temporaryPath: String

    /// Makes an empty file (0600).
    /// - Throws: `StoreError.exists` when there is something at the path, `.target` when it cannot be made
    init(_ path: String) throws(StoreError) {
        let temporaryPath = "\(path).partial-\(getpid())"
        var status = stat()
        guard unsafe lstat(path, &status) != 0 else { throw Self.exists(path) }
        let descriptor = unsafe open(temporaryPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot make", temporaryPath) }
        close(descriptor)
        self.path = path
        self.temporaryPath = temporaryPath
    }

    deinit {
        for suffix in ["", "-journal"] { unsafe unlink(temporaryPath + suffix) }
    }

    /// Syncs the file and gives it its name.
    /// - Throws: `StoreError.exists` when there is something at the path by now, `.target`
    consuming func publish() throws(StoreError) {
        try Self.sync(temporaryPath)
        // Unlike a rename, a link does not replace what is there.
        guard unsafe link(temporaryPath, path) == 0 else {
            throw errno == EEXIST ? Self.exists(path) : Self.failure("cannot name the file", path)
        }
        if let slash = path.lastIndex(of: "/") {
            try Self.sync(slash == path.startIndex ? "/" : String(path[..<slash]))
        } else {
            try Self.sync(".")
        }
    }

    private static func sync(_ path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("cannot sync", path) }
    }

    private static func exists(_ path: String) -> StoreError {
        StoreError(.exists, "\(path) is there already; name a file that is not")
    }

    private static func failure(_ what: String, _ path: String) -> StoreError {
        StoreError(.target, "\(what) \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
