import OTLPModel

/// Rules to be held against what is stored of a window.
package struct CheckQuery: Sendable {
    package var rules: [CheckRule]
    /// By start of a span, time of a log record, and time of a point.
    package var window: TimeWindow
    /// How many subjects all rules together may tell apart: each takes about 500 bytes.
    package var subjectsMax = 500_000

    package init(_ rules: [CheckRule], window: TimeWindow) {
        self.rules = rules
        self.window = window
    }
}

/// Somebody who breaks a rule.
package struct CheckFinding: Sendable {
    package let rule: CheckRule
    /// One for each key of the rule's subject.
    package let subject: [SpanValue]
    /// How many spans, log records and points break the rule, and of how many that the rule is about.
    package let broken: Int
    package let checked: Int
    /// When the rule was broken for the first and the last time in the window.
    package let first: UnixNanos
    package let last: UnixNanos
    /// What the last one has, without what may be a password; nil for what is missing.
    package let value: String?
    /// What is wrong with it, for people: `is "latest", which fits latest`.
    package let reason: String
    /// The trace of the last one, and the span; nil for points, and for log records without.
    package let traceID: TraceID?
    package let spanID: SpanID?
}

/// What became of a rule.
package struct CheckOutcome: Sendable {
    package enum Verdict: String, Sendable {
        case holds
        case broken
        /// There was nothing that the rule is about.
        case nothing = "nothing_to_check"
    }

    package let rule: CheckRule
    package let checked: Int
    package let broken: Int
    package let subjects: Int
    package let brokenSubjects: Int

    package var verdict: Verdict { broken > 0 ? .broken : checked > 0 ? .holds : .nothing }
}

package struct CheckResult: Sendable {
    /// In the order of the rules.
    package let outcomes: [CheckOutcome]
    /// The gravest first, then in the order of the rules, then who breaks it most often.
    package let findings: [CheckFinding]
    package let notes: [QualityNote]

    /// Whether anything is broken that is more than a note.
    package var isViolated: Bool {
        outcomes.contains { $0.verdict == .broken && $0.rule.severity != .note }
    }
}
