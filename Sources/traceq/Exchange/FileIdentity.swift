import Glibc

/// Which file a path leads to, whatever its name.
struct FileIdentity: Hashable {
    private let device: dev_t
    private let number: ino_t

    /// Nil when there is none.
    init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        device = facts.st_dev
        number = facts.st_ino
    }
}
