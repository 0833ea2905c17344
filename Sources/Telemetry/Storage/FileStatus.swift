import Glibc

/// What the file system says about a path.
enum FileStatus {
    static func isThere(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0
    }

    /// Bytes; 0 when there is no such file.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// The mode of a file, as chmod writes it, when users other than its owner and group may read or write it.
    static func modeOpenToOthers(_ path: String) -> String? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & 0o006 != 0 else { return nil }
        let digits = String(status.st_mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Bytes that are free for us on the file system of a path; nil when it does not say.
    static func freeBytes(_ path: String) -> Int64? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
            by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: bytes)
    }

    /// What tells one file from another, whatever their paths; nil when there is none at the path.
    struct Identity: Hashable, Sendable {
        var device: UInt
        var inode: UInt
    }

    /// What changes when somebody writes to a file.
    struct Facts: Hashable, Sendable {
        var identity: Identity
        /// Bytes.
        var size: Int64
        /// When it was written to last, in nanoseconds of the file system's clock.
        var modified: Int64
    }

    static func facts(_ path: String) -> Facts? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Facts(
            identity: Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino)),
            size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec))
    }

    static func identity(_ path: String) -> Identity? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
    }

    /// Why this process may not read a file, in words; nil when it may.
    static func readObstacle(_ path: String) -> String? {
        guard unsafe access(path, R_OK) != 0, errno == EACCES else { return nil }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return "no permission to look into its folder" }
        let owner = unsafe getpwuid(status.st_uid).map { unsafe String(cString: $0.pointee.pw_name) }
        return
            "no permission to read it: it belongs to \(owner ?? "user \(status.st_uid)"); run this as its owner"
    }
}
