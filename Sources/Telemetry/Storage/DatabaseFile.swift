import Glibc

/// The file that a collector writes to, held for this process alone.
///
/// SQLite's own locks let several processes write in turn. Ours may not: only one connection ever writes
/// or checkpoints (docs/format.md says why), so a lock beside the file keeps a second collector out. The
/// kernel lets go of it when the process ends, however it ends.
struct DatabaseFile: ~Copyable {
    let path: String
    private let lock: Int32

    /// Makes the folder (0700) and the file (0600) where they are missing, and takes the lock.
    /// - Throws: `StoreError.inUse` when another collector has the file, `.unavailable` when the path cannot
    ///   be used, with the reason
    static func claim(_ path: String) throws(StoreError) -> DatabaseFile {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try Self.makeFolder(String(path[..<slash]))
        }
        try Self.checkKind(of: path)
        let lockPath = path + "-lock"
        let lock = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw Self.failure("cannot create", lockPath) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw StoreError(
                .inUse, "\(path) is in use by another collector; stop it, or name another file with --db")
        }
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            let error = Self.failure("cannot open", path)
            close(lock)
            throw error
        }
        close(file)
        return DatabaseFile(path: path, lock: lock)
    }

    private init(path: String, lock: Int32) {
        self.path = path
        self.lock = lock
    }

    deinit {
        // Let go of explicitly: a process that is just being started holds a copy of the descriptor for a
        // moment, and with it the lock.
        flock(lock, LOCK_UN)
        close(lock)
    }

    private static func failure(_ what: String, _ path: String) -> StoreError {
        StoreError(.unavailable, "\(what) \(path): \(unsafe String(cString: strerror(errno)))")
    }

    private static func makeFolder(_ path: String) throws(StoreError) {
        if unsafe access(path, F_OK) == 0 { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeFolder(String(path[..<slash]))
        }
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw failure("cannot make folder", path)
        }
    }

    /// A link could lead a privileged collector to somebody else's file; folders, pipes and devices are
    /// no databases.
    private static func checkKind(of path: String) throws(StoreError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFLNK:
            throw StoreError(.unavailable, "\(path) is a symbolic link; name the file itself with --db")
        case S_IFDIR:
            throw StoreError(.unavailable, "\(path) is a folder; name a file in it with --db")
        default:
            throw StoreError(.unavailable, "\(path) is not a regular file; name another with --db")
        }
    }
}
