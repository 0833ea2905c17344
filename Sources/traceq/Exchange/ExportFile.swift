import Glibc
import Telemetry

/// A file that appears under its name when it is whole, readable by its owner alone: what it holds may be private.
/// Until then it lies beside it under another name. A pipe or a device is written to where it is.
final class ExportFile {
    /// Where the parts are written.
    let temporaryPath: String
    let descriptor: Int32
    /// Whether this is a pipe or a device, which no file may take the place of.
    let isInPlace: Bool
    private let path: String
    private let replaces: Bool
    /// Nil for a file that is none of SQLite.
    private let database: DatabaseFiles?
    private var isFinished = false

    /// - Parameters:
    ///   - replaces: whether a file that is there already may go
    ///   - isDatabase: whether it will be one of SQLite, which takes journals beside it for its own
    /// - Throws: `CommandFailure`
    init(path: String, replaces: Bool, isDatabase: Bool = false) throws(CommandFailure) {
        self.path = path
        self.replaces = replaces
        let database = isDatabase ? DatabaseFiles(path: path) : nil
        self.database = database
        let kind = Self.kind(path)
        isInPlace = kind == S_IFIFO || kind == S_IFCHR
        if isInPlace {
            temporaryPath = path
            descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY)
            guard descriptor >= 0 else { throw Self.failure(path) }
            var facts = stat()
            guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == kind else {
                throw CommandFailure(.usage, "\(DisplayText.escaped(path)) is something else now; try again")
            }
            return
        }
        temporaryPath = path + ".part-\(getpid())"
        try Self.checkReplaceable(path, kind)
        guard replaces || kind == nil else { throw Self.isThere(path) }
        if let database { try Self.checkJournals(of: database, replaces: replaces) }
        // Before it is there: a signal may come at any moment.
        UnfinishedFile.begin(temporaryPath)
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let failure = Self.failure(path)
            UnfinishedFile.end()
            throw failure
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        guard !isFinished, !isInPlace, descriptor >= 0 else { return }
        unlink(temporaryPath)
        UnfinishedFile.end()
    }

    /// Puts the file in its place, on disk.
    /// - Throws: `CommandFailure`
    func finish() throws(CommandFailure) {
        guard !isInPlace else { return }
        guard fsync(descriptor) == 0 else { throw Self.failure(path) }
        if let database { try Self.checkJournals(of: database, replaces: replaces) }
        if replaces {
            try Self.checkReplaceable(path, Self.kind(path))
            // Before the new database has the name: with the journal of the old one, it would be neither.
            for journal in database?.leftovers ?? [] {
                guard unlink(journal) == 0 || errno == ENOENT else { throw Self.failure(journal) }
            }
            guard rename(temporaryPath, path) == 0 else { throw Self.failure(path) }
        } else {
            // Unlike renaming, linking never takes the place of a file that came in the meantime.
            guard link(temporaryPath, path) == 0 else {
                throw errno == EEXIST ? Self.isThere(path) : Self.failure(path)
            }
            unlink(temporaryPath)
        }
        isFinished = true
        UnfinishedFile.end()
    }

    /// Journals of another database go with it, and only then, and not while a program writes to it.
    private static func checkJournals(
        of database: DatabaseFiles, replaces: Bool
    ) throws(CommandFailure) {
        if replaces, database.isInUse {
            throw CommandFailure(
                .usage,
                "\(DisplayText.escaped(database.path)) is open in another program; end it, or name another file"
            )
        }
        for journal in database.leftovers {
            let shown = DisplayText.escaped(journal)
            guard kind(journal) == S_IFREG else {
                throw CommandFailure(
                    .usage, "\(shown) is no file, and SQLite would take it for one; move it away")
            }
            guard replaces else {
                throw CommandFailure(
                    .usage,
                    "\(shown) is left of another database, and would damage this one; --force removes it"
                )
            }
        }
    }

    /// What lies under a name, not followed where it is a link; nil for nothing.
    private static func kind(_ path: String) -> mode_t? {
        var facts = stat()
        return lstat(path, &facts) == 0 ? facts.st_mode & S_IFMT : nil
    }

    /// Only a regular file is ever replaced by another one.
    private static func checkReplaceable(_ path: String, _ kind: mode_t?) throws(CommandFailure) {
        let shown = DisplayText.escaped(path)
        switch kind {
        case nil, S_IFREG: return
        case S_IFLNK:
            throw CommandFailure(
                .usage, "\(shown) is a symbolic link; name the file itself (- is standard output)")
        case S_IFDIR: throw CommandFailure(.usage, "\(shown) is a folder; name a file in it")
        default: throw CommandFailure(.usage, "\(shown) is no file; name a file, or - for standard output")
        }
    }

    private static func isThere(_ path: String) -> CommandFailure {
        CommandFailure(.usage, "\(DisplayText.escaped(path)) is there already; --force replaces it")
    }

    static func failure(_ path: String) -> CommandFailure {
        CommandFailure(
            .usage, "cannot write \(DisplayText.escaped(path)): \(String(cString: strerror(errno)))")
    }
}
