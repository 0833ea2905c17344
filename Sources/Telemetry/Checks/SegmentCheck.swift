import OTLPModel

/// Holds rules against the spans, or the log records, of one segment. What several rules look at is read once.
struct SegmentCheck {
    private let query: CheckQuery
    private let view: SegmentView
    private let rows: SegmentRows
    private let starts: [UInt64]
    /// The rows of the window; nil when it is all.
    private let inWindow: [UInt32]?
    private var conditions: [SpanKey: CodedRows?] = [:]
    private var values: [SpanKey: CheckedRows?] = [:]

    init(_ query: CheckQuery, _ view: SegmentView) throws(StoreError) {
        self.query = query
        self.view = view
        rows = try SegmentRows(view)
        starts = try view.starts()
        let window = query.window
        if view.summary.minStart < window.since || view.summary.maxStart >= window.until {
            var kept: [UInt32] = []
            for (row, start) in starts.enumerated() where window.contains(UnixNanos(clamping: start)) {
                kept.append(UInt32(row))
            }
            inWindow = kept
        } else {
            inWindow = nil
        }
    }

    /// Everything is read before the tally is changed.
    func add(_ isMeant: (CheckRule) -> Bool, to tally: inout CheckTally) throws(StoreError) {
        var part = self
        var found: [(CheckTally.Key, CheckTally.Entry)] = []
        for (number, rule) in query.rules.enumerated() where isMeant(rule) {
            found += try part.entries(rule, number)
        }
        for (key, entry) in found { tally.add(entry, for: key) }
    }

    // MARK: One rule

    private mutating func entries(
        _ rule: CheckRule, _ number: Int
    ) throws(StoreError) -> [(CheckTally.Key, CheckTally.Entry)] {
        var sources: [CheckedRows] = []
        for key in rule.attributes {
            if let known = try checkedRows(key) { sources.append(known) }
        }
        let ofNothing = rule.verdict(.missing)
        guard !sources.isEmpty || ofNothing != .skipped else { return [] }
        let chosen = try chosenRows(rule.conditions)
        let count = chosen?.count ?? rows.count
        guard count > 0 else { return [] }
        var groups = RowGroups(rowCount: count)
        var subjects: [CodedRows?] = []
        for key in rule.subject {
            let coded = try coded(key)
            groups.split(by: coded, rows: chosen)
            subjects.append(coded)
        }
        let judged = sources.map { JudgedRows($0, rule) }
        var entries = [CheckTally.Entry](repeating: CheckTally.Entry(), count: groups.codes.count)
        var lastBroken = [Int](repeating: -1, count: groups.codes.count)
        for position in 0..<count {
            let row = chosen.map { Int($0[position]) } ?? position
            let verdict = judged.lazy.compactMap { $0.verdict(row) }.first ?? ofNothing
            guard verdict != .skipped else { continue }
            let group = Int(groups.groups[position])
            let time = UnixNanos(clamping: starts[row])
            entries[group].addChecked(at: time)
            guard !verdict.holds(at: time) else { continue }
            entries[group].addBroken(at: time)
            if lastBroken[group] < 0 || starts[row] >= starts[lastBroken[group]] { lastBroken[group] = row }
        }
        for group in entries.indices where lastBroken[group] >= 0 {
            entries[group].example = try example(lastBroken[group], judged)
        }
        return entries.indices.filter { entries[$0].checked > 0 }.map { group in
            let subject = groups.codes[group].enumerated().map { place, code in
                subjects[place]?.value(of: code) ?? .missing
            }
            return (CheckTally.Key(rule: number, subject: subject), entries[group])
        }
    }

    private func example(_ row: Int, _ judged: [JudgedRows]) throws(StoreError) -> CheckTally.Example {
        let trace = try view.traceID(ofRow: row)
        let span = SpanID(rawValue: try view.spanIDs()[row])
        let value = judged.first { $0.verdict(row) != nil }?.value(row) ?? .missing
        return CheckTally.Example(
            time: UnixNanos(clamping: starts[row]), value: value,
            traceID: trace == TraceID(high: 0, low: 0) ? nil : trace, spanID: span.rawValue == 0 ? nil : span)
    }

    // MARK: Columns

    private mutating func coded(_ key: SpanKey) throws(StoreError) -> CodedRows? {
        if let known = conditions[key] { return known }
        let coded = try rows.normalized(key)
        conditions[key] = .some(coded)
        return coded
    }

    private mutating func checkedRows(_ key: SpanKey) throws(StoreError) -> CheckedRows? {
        if let known = values[key] { return known }
        var found: CheckedRows?
        if case .resource(let name) = key {
            let origins = try view.origins().map { origin in
                origin.resource.attributes.value(of: name).map { CheckedValue($0) } ?? .missing
            }
            if origins.contains(where: { !$0.isMissing }) {
                found = CheckedRows(codes: try view.originIndexes().map { $0 &+ 1 }, values: origins)
            }
        } else {
            found = try coded(key).map { CheckedRows($0) }
        }
        values[key] = .some(found)
        return found
    }

    /// The rows of the window for which all conditions hold; nil when it is all of the segment.
    private mutating func chosenRows(_ predicates: [SpanPredicate]) throws(StoreError) -> [UInt32]? {
        var chosen = inWindow
        for predicate in predicates {
            if chosen?.isEmpty == true { break }
            let passes: (Int) -> Bool
            if predicate.key == .duration {
                let durations = try view.cappedDurations()
                passes = { predicate.test.passes(number: .integer(Int64(clamping: durations[$0]))) }
            } else if let coded = try coded(predicate.key) {
                let byCode = coded.passes(predicate.test)
                passes = { byCode[Int(coded.codes[$0])] }
            } else {
                return []
            }
            chosen =
                chosen.map { $0.filter { passes(Int($0)) } }
                ?? (0..<UInt32(rows.count)).filter { passes(Int($0)) }
        }
        return chosen
    }
}

/// What becomes of the values of a segment: decided once for each value.
private struct JudgedRows {
    private let rows: CheckedRows
    /// By code; nil where there is nothing.
    private var verdicts: [CheckVerdict?] = []

    init(_ rows: CheckedRows, _ rule: CheckRule) {
        self.rows = rows
        verdicts.reserveCapacity(rows.codeCount)
        var verdicts: [CheckVerdict?] = []
        rows.forEachValue { verdicts.append($0.isMissing ? nil : rule.verdict($0)) }
        self.verdicts = verdicts
    }

    func verdict(_ row: Int) -> CheckVerdict? { verdicts[Int(rows.codes[row])] }

    func value(_ row: Int) -> CheckedValue { rows.value(rows.codes[row]) }
}
