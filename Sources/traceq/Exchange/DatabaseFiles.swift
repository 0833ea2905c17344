import Glibc
import Telemetry

/// The files that SQLite keeps for one database: writing over any of them loses spans.
struct DatabaseFiles {
    private static let endings = ["-wal", "-shm", "-journal"]

    let path: String

    /// Takes away a database that was just made and holds nothing.
    func remove() { for ending in [""] + Self.endings { unlink(path + ending) } }

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
