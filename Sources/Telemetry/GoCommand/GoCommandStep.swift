/// Something that the go command did over the network: a request, or a run of a tool that reaches a repository.
package struct GoCommandStep: Hashable, Sendable {
    package enum Work: Hashable, Sendable {
        /// A GET.
        case request(url: String)
        /// - Parameters:
        ///   - command: without the folder in which it ran
        ///   - repository: nil where the log does not say
        case tool(command: String, repository: String?)
    }

    package enum Outcome: Hashable, Sendable {
        case answered(status: Int, text: String)
        case failed(reason: String)
        /// A tool has ended, however.
        case ended
        /// The log ends before it did.
        case unfinished
    }

    package var work: Work
    package var outcome: Outcome
    /// What came is not what go.sum or the checksum database says.
    package var isMismatch = false
    /// What came ended before its end.
    package var isTruncated = false
    /// As the log says; nil where it does not.
    package var nanos: Int64?
    /// Numbers of the lines where it begins and ends, from 0; the end is nil for what is not finished.
    package var beginLine: Int
    package var endLine: Int?
    /// When these lines were written, where that is known.
    package var beginTime: UnixNanos?
    package var endTime: UnixNanos?

    init(_ work: Work, line: Int, time: UnixNanos?) {
        self.work = work
        outcome = .unfinished
        beginLine = line
        beginTime = time
    }
}
