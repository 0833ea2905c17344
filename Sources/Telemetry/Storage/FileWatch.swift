import Glibc

/// The database file and its log as the writer left them. Between two of its changes nobody may write to them, shorten
/// them, remove or replace them; what can be seen of that for the price of asking the file system is seen before
/// anything more is written.
///
/// What somebody writes to the file and hides (by setting its time back), or in the same tick of the file system's
/// clock as the writer, is not.
final class FileWatch {
    enum Problem: Hashable {
        /// The path leads to no file any more, or to another one.
        case isGone
        /// The same of the log.
        case logIsGone
        case isShorter(from: Int64, to: Int64)
        case isChanged
        case logIsShorter
        case logIsChanged

        /// Whether the file is another one, or what is known of the log, by all who have it open, is of a log that is
        /// not there any more.
        var needsNewSharedMemory: Bool { self == .isGone || self == .logIsGone || self == .logIsShorter }
    }

    private let path: String
    private let logPath: String
    let identity: FileStatus.Identity
    private var known: FileStatus.Facts?
    private var knownLog: FileStatus.Facts?
    private var sharedMemory: FileStatus.Identity?
    /// What the last change of ours found.
    private(set) var problem: Problem?
    /// How often nothing but a time had changed. A file system whose times change by themselves must not keep us from
    /// working.
    private var changesOfTime = 0
    private static let changesOfTimeMax = 8

    init(path: String, identity: FileStatus.Identity) {
        self.path = path
        logPath = path + "-wal"
        self.identity = identity
    }

    /// Begins to watch: the file was opened, and its log is there.
    func begin() {
        known = FileStatus.facts(path)
        knownLog = FileStatus.facts(logPath)
        sharedMemory = FileStatus.identity(path + "-shm")
        problem = known?.identity == identity ? nil : .isGone
    }

    /// Takes note of a change of ours. Where it went to a file that is not in its place, `problem` says so.
    func noteChange() {
        let (file, log) = (FileStatus.facts(path), FileStatus.facts(logPath))
        problem = problemOfPlace(file, log)
        guard problem == nil else { return }
        known = file
        knownLog = log
    }

    /// What somebody else did since the last change of ours; nil in good times.
    func check() -> Problem? {
        if let problem { return problem }
        let (file, log) = (FileStatus.facts(path), FileStatus.facts(logPath))
        if file == known, log == knownLog { return nil }
        problem = problemOfPlace(file, log) ?? problemOfContent(file, log)
        return problem
    }

    private func problemOfPlace(_ file: FileStatus.Facts?, _ log: FileStatus.Facts?) -> Problem? {
        guard file?.identity == identity else { return .isGone }
        return log == nil || log?.identity != knownLog?.identity ? .logIsGone : nil
    }

    private func problemOfContent(_ file: FileStatus.Facts?, _ log: FileStatus.Facts?) -> Problem? {
        let (before, now) = (known?.size ?? 0, file?.size ?? 0)
        if now < before { return .isShorter(from: before, to: now) }
        let (logBefore, logNow) = (knownLog?.size ?? 0, log?.size ?? 0)
        if logNow < logBefore { return .logIsShorter }
        if now == before, logNow == logBefore {
            guard changesOfTime < Self.changesOfTimeMax else { return nil }
            changesOfTime += 1
        }
        return file == known ? .logIsChanged : .isChanged
    }

    /// Whether bytes are missing of what the file had when it was last seen whole.
    var shortening: Problem? {
        guard let known, let now = FileStatus.facts(path), now.identity == identity, now.size < known.size
        else { return nil }
        return .isShorter(from: known.size, to: now.size)
    }

    /// Whether the log that belongs to this file is still at its path, with something in it: another file must not be
    /// opened beside it.
    var hasLogAtItsPath: Bool {
        guard let knownLog, let now = FileStatus.facts(logPath) else { return false }
        return now.identity == knownLog.identity && now.size > 0
    }

    /// Removes the empty log that this file left at its path: another one must begin with its own.
    func removeLog() {
        if let knownLog, FileStatus.identity(logPath) == knownLog.identity { unsafe unlink(logPath) }
    }

    /// Removes the shared memory that belongs to the file and the log as they were, so that it is made anew from what
    /// is there. The file must not be open here.
    func removeSharedMemory() {
        let memoryPath = path + "-shm"
        if let sharedMemory, FileStatus.identity(memoryPath) == sharedMemory { unsafe unlink(memoryPath) }
    }

    /// A problem in words, for the log and for senders.
    func words(_ problem: Problem) -> String {
        switch problem {
        case .isGone: "\(path) was removed or replaced while the collector runs"
        case .logIsGone: "\(logPath) was removed or replaced while the collector runs"
        case .isShorter(let from, let to):
            "\(path) was cut from \(from) to \(to) bytes by another program: stop the collector, and put back "
                + "a copy of the file, or move it away with its log"
        case .isChanged: "\(path) was written to by another program"
        case .logIsShorter: "\(logPath) was cut by another program"
        case .logIsChanged: "\(logPath) was written to by another program"
        }
    }
}
