import Glibc
import Telemetry

/// The files that SQLite keeps for one database: writing over any of them loses spans.
struct DatabaseFiles {
    private static let endings = ["-wal", "-shm", "-journal"]

    let path: String

    /// Takes away a database that was just made and holds nothing.
    func remove() { for ending in [""] + Self.endings { unlink(path + ending) } }

    /// What is left beside a database by whoever had it last. SQLite takes it for a part of whatever database has the name.
    var leftovers: [String] { Self.endings.map { path + $0 }.filter { access($0, F_OK) == 0 } }

    /// Whether a program has the database open: by the locks that SQLite has on the file and on the memory that is shared.
    var isInUse: Bool {
        Self.isLocked(path, at: 0x4000_0000, count: 512) || Self.isLocked(path + "-shm", at: 120, count: 9)
    }

    private static func isLocked(_ path: String, at start: Int, count: Int) -> Bool {
        let file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return false }
        defer { close(file) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = start
        lock.l_len = count
        return fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    /// Why a path must not be written to; nil when it is another file, by whatever name.
    func objection(to target: String) -> CommandFailure? {
        guard let database = FileIdentity(path) else { return nil }
        let shown = DisplayText.escaped(target)
        if FileIdentity(target) == database {
            return CommandFailure(.usage, "\(shown) is the database itself; name another file")
        }
        for ending in Self.endings {
            // By name: the file may not be there at the moment, and the database may have several names.
            let isNamedSo =
                target.hasSuffix(ending) && FileIdentity(String(target.dropLast(ending.count))) == database
            let isSame = FileIdentity(target).map { $0 == FileIdentity(path + ending) } ?? false
            guard isNamedSo || isSame else { continue }
            return CommandFailure(.usage, "\(shown) belongs to the database; name another file")
        }
        return nil
    }
}
