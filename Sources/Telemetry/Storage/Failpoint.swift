import Glibc

/// A named boundary at which a process can be made to die, as by a power cut, to prove that nothing is lost there.
///
/// `TRACEQ_FAILPOINT=journal.before_commit:3` in the environment kills the process (SIGKILL) when it reaches that
/// boundary the third time; without `:3`, the first time. Without the variable a boundary costs one load.
package struct Failpoint: Hashable, Sendable {
    package enum Moment: String, CaseIterable, Sendable {
        /// Before the transaction begins.
        case beforeWrite = "before_write"
        /// All is written and nothing is committed.
        case beforeCommit = "before_commit"
        /// Committed, and nobody knows yet.
        case afterCommit = "after_commit"
    }

    package static let variable = "TRACEQ_FAILPOINT"

    package let step: WriteStep
    package let moment: Moment

    package init(_ step: WriteStep, _ moment: Moment) {
        self.step = step
        self.moment = moment
    }

    package var name: String { "\(step.rawValue).\(moment.rawValue)" }

    package static let all = WriteStep.allCases.flatMap { step in
        Moment.allCases.map { Failpoint(step, $0) }
    }

    /// Dies when this is the boundary that the environment names, and it is its turn.
    static func reach(_ step: WriteStep, _ moment: Moment) {
        guard let armed = ArmedFailpoint.fromEnvironment, armed.failpoint == Failpoint(step, moment) else {
            return
        }
        guard armed.countDown() else { return }
        kill(getpid(), SIGKILL)
    }

    /// The boundary that the environment names, if any.
    /// - Throws: `StoreError.unavailable` when the variable names none: a test that kills nothing proves nothing
    static func armedName() throws(StoreError) -> String? {
        guard let text = ArmedFailpoint.environmentText else { return nil }
        if StoreThrottle.fromEnvironment != nil { return text }
        guard let armed = ArmedFailpoint.fromEnvironment else {
            throw StoreError(
                .unavailable,
                "\(variable) is '\(text)': set it to one of \(all.map(\.name).joined(separator: ", ")), "
                    + "with ':n' for the n-th time, to \(StoreThrottle.name), with ':n' for n percent, or unset it"
            )
        }
        return armed.failpoint.name
    }
}
