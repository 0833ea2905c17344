import Glibc

/// How many files and sockets the process may have open.
enum OpenFiles {
    /// Enough for the connections of a fleet, the database and some to spare.
    private static let wanted: rlim_t = 65_536

    /// Raises the limit as far as the system lets us: the usual 1,024 is less than a fleet needs.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted
        else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
