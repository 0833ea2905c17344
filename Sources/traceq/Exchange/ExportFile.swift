import Glibc
import Telemetry

/// A file that appears under its name when it is whole, readable by its owner alone: what it holds may be private.
/// Until then it lies beside it under another name.
final class ExportFile {
    /// Where the parts are written.
    let temporaryPath: String
    let descriptor: Int32
    private let path: String
    private let replaces: Bool
    private var isFinished = false

    /// - Parameter replaces: whether a file that is there already may go
    /// - Throws: `CommandFailure`
    init(path: String, replaces: Bool) throws(CommandFailure) {
        self.path = path
        self.replaces = replaces
        temporaryPath = path + ".part-\(getpid())"
        guard replaces || access(path, F_OK) != 0 else { throw Self.isThere(path) }
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isFinished, descriptor >= 0 { unlink(temporaryPath) }
    }

    /// Puts the file in its place, on disk.
    /// - Throws: `CommandFailure`
    func finish() throws(CommandFailure) {
        guard fsync(descriptor) == 0 else { throw Self.failure(path) }
        if replaces {
            guard rename(temporaryPath, path) == 0 else { throw Self.failure(path) }
        } else {
            // Unlike renaming, linking never takes the place of a file that came in the meantime.
            guard link(temporaryPath, path) == 0 else {
                throw errno == EEXIST ? Self.isThere(path) : Self.failure(path)
            }
            unlink(temporaryPath)
        }
        isFinished = true
    }

    private static func isThere(_ path: String) -> CommandFailure {
        CommandFailure(.usage, "\(DisplayText.escaped(path)) is there already; --force replaces it")
    }

    static func failure(_ path: String) -> CommandFailure {
        CommandFailure(
            .usage, "cannot write \(DisplayText.escaped(path)): \(String(cString: strerror(errno)))")
    }
}
