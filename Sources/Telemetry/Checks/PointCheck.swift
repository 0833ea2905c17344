import OTLPModel

/// Holds rules against points of metrics, part after part.
struct PointCheck {
    private let query: CheckQuery
    private let rules: [(number: Int, rule: CheckRule)]

    init(_ query: CheckQuery) {
        self.query = query
        rules = query.rules.enumerated().filter { $0.element.looksAtPoints }.map { ($0.offset, $0.element) }
    }

    var isIdle: Bool { rules.isEmpty }

    /// What a rule says of the points of one series that came from one sender.
    private struct Judgement {
        var rule: Int
        var subject: [SpanValue]
        /// Nil where the value of the point decides.
        var verdict: CheckVerdict?
        var value: CheckedValue
        /// Whether points of another name are looked at only to know who sends nothing of the right one.
        var isOther = false
        var nanosPerUnit = 1e9
    }

    /// Everything of a part is read before the tally is changed.
    func add(_ opened: PointReader.Opened, to tally: inout CheckTally) throws(StoreError) {
        let columns = try opened.columns()
        var known: [UInt64: [Judgement]] = [:]
        var entries: [CheckTally.Key: CheckTally.Entry] = [:]
        for row in 0..<columns.rows.count {
            let time = UnixNanos(clamping: columns.rows.times[row])
            let series = columns.rows.seriesIndexes[row]
            guard query.window.contains(time), let stored = opened.series[Int(series)] else { continue }
            let arrival = columns.arrivalIndexes[row]
            let place = UInt64(series) << 32 | UInt64(arrival)
            let judgements: [Judgement]
            if let made = known[place] {
                judgements = made
            } else {
                judgements = self.judgements(stored, columns.arrivals[Int(arrival)])
                known[place] = judgements
            }
            for judgement in judgements {
                add(judgement, columns.rows, row, at: time, to: &entries)
            }
        }
        for (key, entry) in entries { tally.add(entry, for: key) }
    }

    private func add(
        _ judgement: Judgement, _ rows: PointRows, _ row: Int, at time: UnixNanos,
        to entries: inout [CheckTally.Key: CheckTally.Entry]
    ) {
        var value = judgement.value
        var verdict = judgement.verdict
        if verdict == nil {
            switch PointKind(rawValue: rows.kinds[row]) {
            case .int: value = CheckedValue(.integer(Int64(bitPattern: rows.values[row])))
            case .double: value = CheckedValue(.decimal(rows.values[row]))
            // A distribution is there, and has no value that could be compared.
            default: value = .missing
            }
            let rule = query.rules[judgement.rule]
            if value.isMissing {
                verdict = rule.wantsPresence ? .holds : .skipped
            } else {
                verdict = rule.verdict(value, nanosPerUnit: judgement.nanosPerUnit)
            }
        }
        guard let verdict, verdict != .skipped else { return }
        let key = CheckTally.Key(rule: judgement.rule, subject: judgement.subject)
        var entry = entries[key] ?? CheckTally.Entry()
        entry.addChecked(at: time)
        if judgement.verdict == nil, rows.kinds[row] != PointKind.none.rawValue { entry.hasMetric = true }
        if !verdict.holds(at: time) {
            entry.addBroken(at: time)
            if entry.example.map({ $0.time <= time }) ?? true {
                entry.keep(
                    CheckTally.Example(time: time, value: value, nanosPerUnit: judgement.nanosPerUnit))
            }
        }
        entries[key] = entry
    }

    private func judgements(_ series: StoredSeries, _ arrival: Arrival) -> [Judgement] {
        rules.compactMap { number, rule in
            let isOther = rule.source == .metric && !rule.metrics.contains(series.metric.name)
            guard !isOther || rule.wantsPresence else { return nil }
            let holds = rule.conditions.allSatisfy { predicate in
                Self.value(predicate.key, series, arrival).map { predicate.test.passes(SpanValue($0)) }
                    ?? false
            }
            guard holds else { return nil }
            var judgement = Judgement(
                rule: number,
                subject: rule.subject.map { key in
                    Self.value(key, series, arrival).map { SpanValue($0) } ?? .missing
                }, verdict: nil, value: .missing)
            if isOther {
                judgement.isOther = true
                judgement.verdict = .holds
            } else if rule.source == .resources {
                judgement.value =
                    rule.attributes.lazy.compactMap {
                        Self.value($0, series, arrival).map { CheckedValue($0) }
                    }
                    .first { !$0.isMissing } ?? .missing
                judgement.verdict = rule.verdict(judgement.value)
                if judgement.verdict == .skipped { return nil }
            } else {
                judgement.nanosPerUnit = Self.nanos(ofUnit: series.metric.unit)
            }
            return judgement
        }
    }

    private static func value(_ key: SpanKey, _ series: StoredSeries, _ arrival: Arrival) -> AnyValue? {
        switch key {
        case .service: .string(series.service)
        case .node: .string(series.node(arrival).name)
        case .scope: .string(series.scope.name)
        case .name: .string(series.metric.name)
        case .resource(let name): series.resource.attributes.value(of: name)
        case .attribute(let name): series.attributes.value(of: name)
        case .kind, .status, .traceID, .duration, .moduleKind, .module, .moduleVersion, .cacheResult,
            .outcome, .period:
            nil
        }
    }

    /// Of a metric that is an age: UCUM's words for units of time, as the conventions use them.
    private static func nanos(ofUnit unit: String) -> Double {
        switch unit {
        case "ns": 1
        case "us": 1e3
        case "ms": 1e6
        case "min": 60e9
        case "h": 3600e9
        case "d": 86_400e9
        default: 1e9
        }
    }
}
