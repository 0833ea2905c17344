/// What must hold for a value.
package enum CheckTest: Hashable, Sendable {
    /// There is one.
    case present
    /// There is none.
    case absent
    /// It is one of these, letter for letter; numbers by their value.
    case oneOf([String])
    /// It fits one of these; `*` stands for any text.
    case matches([String])
    /// It fits none of these.
    case matchesNone([String])
    case atMost(CheckBound)
    case atLeast(CheckBound)
    /// `1.24` is older than `go1.24.1` and `v1.25.0`.
    case versionAtLeast(VersionOrder)
    case goproxy(GoProxyPolicy)
    /// It is not older than so many nanoseconds: a number of seconds, a duration, or a time.
    case ageAtMost(Int64)

    func verdict(_ value: SpanValue, nanosPerUnit: Double) -> CheckVerdict {
        if case .ageAtMost(let nanos) = self {
            switch CheckedAge(value, nanosPerUnit: nanosPerUnit) {
            case .nanos(let age): return age <= nanos ? .holds : .broken
            case .since(let time):
                let (end, overflow) = time.rawValue.addingReportingOverflow(nanos)
                return .holdsUntil(overflow ? .max : end)
            case nil: return .broken
            }
        }
        return holds(value) ? .holds : .broken
    }

    private func holds(_ value: SpanValue) -> Bool {
        switch self {
        case .present, .ageAtMost: true
        case .absent: false
        case .oneOf(let words): words.contains { Self.isEqual(value, $0) }
        case .matches(let patterns): Self.fitting(value, patterns) != nil
        case .matchesNone(let patterns): Self.fitting(value, patterns) == nil
        case .atMost(let bound): bound.place(of: value).map { $0 <= 0 } ?? false
        case .atLeast(let bound): bound.place(of: value).map { $0 >= 0 } ?? false
        case .versionAtLeast(let least): VersionOrder(value.text).map { $0 >= least } ?? false
        case .goproxy(let policy): policy.objection(to: value.text) == nil
        }
    }

    private static func isEqual(_ value: SpanValue, _ word: String) -> Bool {
        if value.text == word { return true }
        switch value {
        case .integer, .decimal:
            guard let number = ExactNumber(word) else { return false }
            return value.exactNumber?.place(to: number) == 0
        case .missing, .text, .bool, .time: return false
        }
    }

    private static func fitting(_ value: SpanValue, _ patterns: [String]) -> String? {
        let text = Array(value.text.utf8)[...]
        return patterns.first { GlobPattern($0).matches(text) }
    }

    // MARK: Words

    /// What is wrong with a value; nil for one that is as it must be.
    ///
    /// - Parameter hidesPasswords: whether the value is shown as a GOPROXY list is
    func reason(
        _ value: SpanValue, at time: UnixNanos, nanosPerUnit: Double, hidesPasswords: Bool
    ) -> String? {
        let words = Self.quoted(hidesPasswords ? GoProxyList(value.text).shownText : value.text)
        if case .ageAtMost(let nanos) = self {
            guard let age = CheckedAge(value, nanosPerUnit: nanosPerUnit) else {
                return "is \(words), which is no age and no time"
            }
            let found = age.nanos(at: time)
            return found > nanos
                ? "is \(HumanUnits.duration(found)) old, more than \(HumanUnits.duration(nanos))" : nil
        }
        guard !holds(value) else { return nil }
        let shown = "is \(words)"
        switch self {
        case .present, .ageAtMost: return nil
        case .absent: return "is there: \(words)"
        case .oneOf(let words):
            return words.count == 1
                ? "\(shown) and not \(words[0])" : "\(shown), none of \(words.joined(separator: ", "))"
        case .matches(let patterns): return "\(shown), which does not fit \(patterns.joined(separator: ", "))"
        case .matchesNone(let patterns):
            return "\(shown), which fits \(Self.fitting(value, patterns) ?? "")"
        case .atMost(let bound), .atLeast(let bound):
            guard let place = bound.place(of: value) else { return "\(shown), which is no number" }
            return "\(shown), \(place > 0 ? "more" : "less") than \(bound.text)"
        case .versionAtLeast(let least):
            return VersionOrder(value.text) == nil
                ? "\(shown), which is no version" : "\(shown), older than \(least.text)"
        case .goproxy(let policy): return policy.objection(to: value.text)
        }
    }

    /// Long texts lose their end: a reason is one line.
    private static func quoted(_ text: String) -> String {
        let shown = text.count > 120 ? text.prefix(120) + "…" : text[...]
        return "\"\(shown)\""
    }
}

/// A number that is a limit.
package struct CheckBound: Hashable, Sendable {
    /// As it was written.
    package let text: String
    private let number: ExactNumber

    /// - Parameter text: a number, or a size like 512MiB
    package init?(_ text: String) {
        guard let number = ExactNumber(text) ?? ByteExpression.bytes(text).map({ .integer(Int64($0)) }),
            !number.isNaN
        else { return nil }
        self.text = text
        self.number = number
    }

    /// Below, at or above the limit; nil for what is no number.
    func place(of value: SpanValue) -> Int? { value.exactNumber?.place(to: number) }
}

/// How old something is, as an attribute or a metric says it.
enum CheckedAge: Hashable {
    case nanos(Int64)
    case since(UnixNanos)

    /// A number from here on counts seconds since 1970: nobody has a configuration of 31 years.
    private static let unixSecondsMin = 1e9
    private static let negativeNanosMax: Int64 = 60_000_000_000

    /// - Parameter nanosPerUnit: of a number that is an age
    init?(_ value: SpanValue, nanosPerUnit: Double) {
        if let number = value.number {
            guard number.isFinite else { return nil }
            guard number < Self.unixSecondsMin else {
                // Seconds, milliseconds, microseconds or nanoseconds, by how many digits there are.
                let factor = number < 1e11 ? 1e9 : number < 1e14 ? 1e6 : number < 1e17 ? 1e3 : 1
                self = .since(UnixNanos(rawValue: Self.clamped(number * factor)))
                return
            }
            // Little may come of a clock that was set; more is no age.
            let nanos = Self.clamped(number * nanosPerUnit)
            guard nanos >= -Self.negativeNanosMax else { return nil }
            self = .nanos(max(0, nanos))
        } else if let nanos = DurationExpression.nanoseconds(value.text) {
            self = .nanos(nanos)
        } else if let found = try? CalendarTimeParser.parse(value.text), let time = found.absolute {
            self = .since(time)
        } else {
            return nil
        }
    }

    private static func clamped(_ nanos: Double) -> Int64 { Int64(min(max(nanos, -0x1p62), 0x1p62)) }

    func nanos(at time: UnixNanos) -> Int64 {
        switch self {
        case .nanos(let nanos): return nanos
        case .since(let start):
            let (nanos, overflow) = time.rawValue.subtractingReportingOverflow(start.rawValue)
            return overflow ? .max : nanos
        }
    }
}

extension TimeExpression {
    /// Without a zone it is UTC: the machine that wrote it is another one.
    fileprivate var absolute: UnixNanos? {
        switch self {
        case .absolute, .local: resolve(now: .distantPast, zone: .utc)
        default: nil
        }
    }
}
