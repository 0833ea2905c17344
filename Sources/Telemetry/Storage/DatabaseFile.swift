import Glibc
import NIOConcurrencyHelpers

/// The file that a collector writes to, held for this process alone.
///
/// SQLite's own locks let several processes write in turn. Ours may not: only one connection ever writes
/// or checkpoints (docs/format.md says why), so a lock on the file itself, of another kind than SQLite's, keeps
/// a second collector out, whatever path leads it here. The kernel lets go of it when the process ends, however
/// it ends.
///
/// The descriptor stays open until SQLite has closed the file: closing any descriptor of a file drops the locks
/// that the process's SQLite has on it. For the same reason a file that this process holds already is never
/// opened again.
struct DatabaseFile: ~Copyable {
    let path: String
    private let descriptor: Int32
    /// Sees when it is removed, replaced or written to by others.
    let watch: FileWatch
    private var identity: FileStatus.Identity { watch.identity }

    private static let held = NIOLockedValueBox<Set<FileStatus.Identity>>([])

    /// Makes the folder (0700) and the file (0600) where they are missing, and takes the lock.
    /// - Throws: `StoreError.inUse` when another collector has the file, `.unavailable` when the path cannot
    ///   be used, with the reason
    static func claim(_ path: String) throws(StoreError) -> DatabaseFile {
        guard !path.isEmpty else { throw StoreError(.unavailable, "the path of the database is empty") }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeFolder(String(path[..<slash]))
        }
        try checkKind(of: path)
        if let identity = FileStatus.identity(path), held.withLockedValue({ $0.contains(identity) }) {
            throw inUse(path)
        }
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("cannot open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, let identity = FileStatus.identity(path) else {
            close(descriptor)
            throw inUse(path)
        }
        held.withLockedValue { _ = $0.insert(identity) }
        return DatabaseFile(path: path, descriptor: descriptor, identity: identity)
    }

    private init(path: String, descriptor: Int32, identity: FileStatus.Identity) {
        self.path = path
        self.descriptor = descriptor
        watch = FileWatch(path: path, identity: identity)
    }

    deinit {
        // Let go of explicitly: a process that is just being started holds a copy of the descriptor for a
        // moment, and with it the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
        Self.held.withLockedValue { _ = $0.remove(identity) }
    }

    /// Whether the file that was opened is still the one at its path.
    var isAtItsPath: Bool { FileStatus.identity(path) == identity }

    /// Checks that the file still begins as SQLite's files do. SQLite itself may not see it for long: it has the first
    /// page in its log.
    /// - Throws: `StoreError.notADatabase`
    func checkBeginning() throws(StoreError) {
        let expected = Array("SQLite format 3\0".utf8)
        var found = [UInt8](repeating: 0, count: expected.count)
        let count = unsafe found.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard count == expected.count, found == expected else {
            throw StoreError(
                .notADatabase,
                "\(path) is not a database any more: its beginning was overwritten or cut off; put back a copy "
                    + "of it, or move it away with its log")
        }
    }

    private static func inUse(_ path: String) -> StoreError {
        StoreError(.inUse, "\(path) is in use by another collector; stop it, or name another file with --db")
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
