/// What must hold for telemetry, or for those who send it: a rule of `check.yaml`.
package struct CheckRule: Hashable, Sendable {
    package enum Severity: String, CaseIterable, Sendable {
        case error
        case warning
        /// Good to know: such a rule may be broken.
        case note
    }

    /// What a rule looks at.
    package enum Source: String, CaseIterable, Sendable {
        case spans
        case logs
        /// Whatever resources send: spans, log records and points of metrics.
        case resources
        /// Points of the rule's metrics; what has another name of these counts for `present`.
        case metric
    }

    package var name: String
    package var severity: Severity
    package var source: Source
    /// What is looked at, the first that is there counts; of metrics their names.
    package var attributes: [SpanKey]
    package var metrics: [String]
    /// All of them must hold for what is looked at.
    package var conditions: [SpanPredicate]
    /// All of them must hold.
    package var tests: [CheckTest]
    /// What subjects are told apart by; never empty.
    package var subject: [SpanKey]
    /// For people; nil where what was found says enough.
    package var message: String?

    package init(
        name: String, severity: Severity = .error, source: Source, attributes: [SpanKey] = [],
        metrics: [String] = [],
        conditions: [SpanPredicate] = [], tests: [CheckTest], subject: [SpanKey] = CheckRule.usualSubject,
        message: String? = nil
    ) {
        self.name = name
        self.severity = severity
        self.source = source
        self.attributes = attributes
        self.metrics = metrics
        self.conditions = conditions
        self.tests = tests
        self.subject = subject
        self.message = message
    }

    package static let usualSubject: [SpanKey] = [.service, .node]

    /// Whether what is missing breaks the rule.
    var wantsPresence: Bool { tests.contains(.present) }

    var looksAtSpans: Bool { source == .spans || source == .resources }
    var looksAtLogs: Bool { source == .logs || source == .resources }
    var looksAtPoints: Bool { source == .metric || source == .resources }

    /// As the file has it: `resource.service.version`.
    package var looksAt: String {
        (source == .metric ? metrics : attributes.map(\.text)).joined(separator: " or ")
    }

    /// Whether values may be GOPROXY lists, which are shown without passwords: a test says so, or the name that environments
    /// have them by.
    var mayHavePasswords: Bool {
        tests.contains { if case .goproxy = $0 { true } else { false } }
            || attributes.contains { $0.text.uppercased().hasSuffix("GOPROXY") }
    }

    // MARK: Verdicts

    /// What becomes of a value.
    ///
    /// - Parameters:
    ///   - nanosPerUnit: of a number that is an age
    func verdict(_ value: CheckedValue, nanosPerUnit: Double = 1e9) -> CheckVerdict {
        guard !value.isMissing else {
            return wantsPresence ? .broken : tests.contains(.absent) ? .holds : .skipped
        }
        var verdict = CheckVerdict.holds
        for test in tests {
            for element in value.elements {
                verdict = verdict.and(test.verdict(element, nanosPerUnit: nanosPerUnit))
                if verdict == .broken { return .broken }
            }
        }
        return verdict
    }

    /// What is wrong with a value, for people: `is "latest", which fits latest`. Empty for one with which nothing is.
    func reason(_ value: CheckedValue, at time: UnixNanos, nanosPerUnit: Double = 1e9) -> String {
        guard !value.isMissing else { return wantsPresence ? "is missing" : "" }
        for test in tests {
            for element in value.elements {
                if let reason = test.reason(
                    element, at: time, nanosPerUnit: nanosPerUnit, hidesPasswords: mayHavePasswords)
                {
                    return reason
                }
            }
        }
        return ""
    }
}

/// What becomes of a value under a rule.
enum CheckVerdict: Hashable, Sendable {
    /// The rule is not about it.
    case skipped
    case holds
    case broken
    /// It holds for what was sent until then, and not later: a time that grows old.
    case holdsUntil(Int64)

    func holds(at time: UnixNanos) -> Bool {
        switch self {
        case .skipped, .holds: true
        case .broken: false
        case .holdsUntil(let end): time.rawValue <= end
        }
    }

    /// What becomes of a value for which both must hold.
    func and(_ other: CheckVerdict) -> CheckVerdict {
        switch (self, other) {
        case (.broken, _), (_, .broken): .broken
        case (.holdsUntil(let own), .holdsUntil(let other)): .holdsUntil(min(own, other))
        case (.holdsUntil(let end), _), (_, .holdsUntil(let end)): .holdsUntil(end)
        default: .holds
        }
    }
}
