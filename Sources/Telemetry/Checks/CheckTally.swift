import OTLPModel

/// Counts who keeps rules and who breaks them.
struct CheckTally: Sendable {
    /// Somebody, under one rule.
    struct Key: Hashable, Sendable {
        var rule: Int
        var subject: [SpanValue]
    }

    /// The last one that breaks a rule.
    struct Example: Sendable {
        var time: UnixNanos
        var value: CheckedValue
        var nanosPerUnit = 1e9
        var traceID: TraceID?
        var spanID: SpanID?

        /// Of two at one time, chance must not decide.
        func isBefore(_ other: Example) -> Bool {
            if time != other.time { return time < other.time }
            let (own, theirs) = (traceID?.hex ?? "", other.traceID?.hex ?? "")
            if own != theirs { return own < theirs }
            let (span, otherSpan) = (spanID?.rawValue ?? 0, other.spanID?.rawValue ?? 0)
            return span != otherSpan ? span < otherSpan : value.text < other.value.text
        }
    }

    struct Entry: Sendable {
        var checked = 0
        var broken = 0
        var firstChecked = UnixNanos.distantFuture
        var lastChecked = UnixNanos.distantPast
        var first = UnixNanos.distantFuture
        var last = UnixNanos.distantPast
        var example: Example?
        /// Whether there is a point of the rule's metrics.
        var hasMetric = false

        mutating func addChecked(at time: UnixNanos) {
            checked += 1
            firstChecked = min(firstChecked, time)
            lastChecked = max(lastChecked, time)
        }

        mutating func addBroken(at time: UnixNanos) {
            broken += 1
            first = min(first, time)
            last = max(last, time)
        }

        mutating func keep(_ other: Example?) {
            guard let other else { return }
            if example.map({ $0.isBefore(other) }) ?? true { example = other }
        }

        mutating func merge(_ other: Entry) {
            checked += other.checked
            broken += other.broken
            firstChecked = min(firstChecked, other.firstChecked)
            lastChecked = max(lastChecked, other.lastChecked)
            first = min(first, other.first)
            last = max(last, other.last)
            hasMetric = hasMetric || other.hasMetric
            keep(other.example)
        }
    }

    private(set) var entries: [Key: Entry] = [:]

    mutating func add(_ entry: Entry, for key: Key) { entries[key, default: Entry()].merge(entry) }

    mutating func merge(_ other: CheckTally) {
        for (key, entry) in other.entries { add(entry, for: key) }
    }

    func check(_ query: CheckQuery) throws(StoreError) {
        guard entries.count > query.subjectsMax else { return }
        var counts = [Int](repeating: 0, count: query.rules.count)
        for key in entries.keys { counts[key.rule] += 1 }
        let worst = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        throw StoreError(
            .limit,
            "the rules tell apart more than \(HumanUnits.count(Int64(query.subjectsMax))) subjects, which is the "
                + "most, and \"\(query.rules[worst].name)\" most of them: give it a subject with fewer values, or "
                + "choose a shorter window with --since and --until")
    }

    // MARK: In the end

    func result(_ query: CheckQuery, notes: [QualityNote]) -> CheckResult {
        var findings: [(rule: Int, finding: CheckFinding)] = []
        var counts = [(checked: Int, broken: Int, subjects: Int, brokenSubjects: Int)](
            repeating: (0, 0, 0, 0), count: query.rules.count)
        for (key, found) in entries {
            let rule = query.rules[key.rule]
            let entry = Self.withoutMetric(found, rule) ?? found
            guard entry.checked > 0 else { continue }
            counts[key.rule].checked += entry.checked
            counts[key.rule].broken += entry.broken
            counts[key.rule].subjects += 1
            guard entry.broken > 0 else { continue }
            counts[key.rule].brokenSubjects += 1
            findings.append((key.rule, Self.finding(rule, key.subject, entry)))
        }
        findings.sort { left, right in
            let (severity, other) = (left.finding.rule.severity.rank, right.finding.rule.severity.rank)
            if severity != other { return severity < other }
            if left.rule != right.rule { return left.rule < right.rule }
            if left.finding.broken != right.finding.broken {
                return left.finding.broken > right.finding.broken
            }
            return left.finding.subject.lexicographicallyPrecedes(right.finding.subject)
        }
        let outcomes = zip(query.rules, counts).map { rule, counts in
            CheckOutcome(
                rule: rule, checked: counts.checked, broken: counts.broken, subjects: counts.subjects,
                brokenSubjects: counts.brokenSubjects)
        }
        return CheckResult(outcomes: outcomes, findings: findings.map(\.finding), notes: notes)
    }

    /// Of a rule that wants a metric, whoever does not send it; nil for all else.
    private static func withoutMetric(_ entry: Entry, _ rule: CheckRule) -> Entry? {
        guard rule.source == .metric, rule.wantsPresence, !entry.hasMetric else { return nil }
        var entry = entry
        entry.broken = entry.checked
        (entry.first, entry.last) = (entry.firstChecked, entry.lastChecked)
        entry.example = Example(time: entry.lastChecked, value: .missing)
        return entry
    }

    private static func finding(_ rule: CheckRule, _ subject: [SpanValue], _ entry: Entry) -> CheckFinding {
        let example = entry.example ?? Example(time: entry.last, value: .missing)
        let text = example.value.text
        return CheckFinding(
            rule: rule, subject: subject, broken: entry.broken, checked: entry.checked, first: entry.first,
            last: entry.last,
            value: example.value.isMissing ? nil : rule.mayHavePasswords ? GoProxyList(text).shownText : text,
            reason: rule.reason(example.value, at: example.time, nanosPerUnit: example.nanosPerUnit),
            traceID: example.traceID, spanID: example.spanID)
    }
}

extension CheckRule.Severity {
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
