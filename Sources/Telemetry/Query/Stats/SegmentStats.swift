import OTLPModel

/// The part of a `StatsQuery` that concerns one segment: which rows pass, which groups they fall into, and what
/// they add to these.
struct SegmentStats {
    private let query: StatsQuery
    private let view: SegmentView
    private let rows: SegmentRows
    private var knownDurations: [UInt64]?
    private var seenKeys: Set<SpanKey> = []
    /// Read once where several keys ask for it.
    private var requests: SegmentClassification?

    init(_ query: StatsQuery, _ view: SegmentView) throws(StoreError) {
        self.query = query
        self.view = view
        rows = try SegmentRows(view)
    }

    private mutating func durations() throws(StoreError) -> [UInt64] {
        if let knownDurations { return knownDurations }
        let durations = try view.cappedDurations()
        knownDurations = durations
        return durations
    }

    /// Whether the catalogue tells that no span of a segment passes.
    static func isEmpty(_ query: StatsQuery, _ summary: SegmentSummary) -> Bool {
        query.predicates.contains { predicate in
            switch predicate.key {
            case .status:
                predicate.test.comparison == .equal && predicate.test.operand == "error"
                    && summary.errors == 0
            case .duration:
                !predicate.test.canPass(least: summary.minDuration, most: summary.maxDuration)
            default: false
            }
        }
    }

    /// Everything is read before the partial answer is changed.
    func add(to partial: inout StatsSearch.Partial, asSketches: Bool) throws(StoreError) {
        var part = self
        let chosen = try part.chosenRows()
        let count = chosen?.count ?? rows.count
        var groups = RowGroups(rowCount: count)
        var coded: [CodedRows?] = []
        if count > 0 {
            for key in query.keys {
                let codes = try part.coded(key)
                groups.split(by: codes, rows: chosen)
                coded.append(codes)
            }
        }
        let ratio = try count > 0 ? part.ratioRows() : nil
        let durations = try count > 0 ? part.durations() : []
        // What was not asked for because nothing passed may be here all the same.
        try partial.keys.look(for: query.mentionedKeys.filter { !part.seenKeys.contains($0) }, in: rows)
        partial.keys.seen.formUnion(part.seenKeys)
        guard count > 0 else { return }
        if query.asksForOutcomes { partial.unsized += try part.unsizedAnswers(chosen) }
        let target = Self.groups(groups, coded, &partial.groups)
        let chosenRows = ChosenRows(groups: groups.groups, rows: chosen, durations: durations)
        addTotals(chosenRows, target, ratio, &partial, asSketches: asSketches)
    }

    private mutating func coded(_ key: SpanKey) throws(StoreError) -> CodedRows? {
        let codes: CodedRows?
        switch key {
        case .moduleKind, .cacheResult, .outcome: codes = rows.coded(key, try classification())
        default: codes = try rows.normalized(key)
        }
        if codes != nil { seenKeys.insert(key) }
        return codes
    }

    private mutating func classification() throws(StoreError) -> SegmentClassification {
        if let requests { return requests }
        let found = try SegmentClassification(view)
        requests = found
        return found
    }

    private static let kindsWithBody = Set(NodeSizeTally.kinds.map(\.rawValue))

    /// Answers without a size among some rows, of origins that say it of most: they may have been none.
    private mutating func unsizedAnswers(_ chosen: [UInt32]?) throws(StoreError) -> Int {
        let facts = try classification()
        let origins = try view.originIndexes()
        let isServer = rows.tables.operations.map { $0.kind == SpanKind.server.rawValue }
        func mayLackSize(_ row: Int) -> Bool {
            facts.outcomes[row] == RequestOutcome.ok.rawValue && Self.kindsWithBody.contains(facts.kinds[row])
                && isServer[Int(rows.operations[row])]
        }
        var told = [Int](repeating: 0, count: try view.origins().count)
        var untold = told
        for row in 0..<rows.count where mayLackSize(row) {
            if facts.responseBytes[row] == RequestAttribute.nothing {
                untold[Int(origins[row])] += 1
            } else {
                told[Int(origins[row])] += 1
            }
        }
        guard untold.contains(where: { $0 > 0 }) else { return 0 }
        func isUnsized(_ row: Int) -> Bool {
            let origin = Int(origins[row])
            return facts.responseBytes[row] == RequestAttribute.nothing && mayLackSize(row)
                && told[origin] >= Int(NodeSizeTally.toldOfKindMin) && told[origin] >= untold[origin]
        }
        return chosen.map { $0.count { isUnsized(Int($0)) } } ?? (0..<rows.count).count { isUnsized($0) }
    }

    // MARK: Conditions

    /// The rows that pass; nil when it is all.
    private mutating func chosenRows() throws(StoreError) -> [UInt32]? {
        var chosen: [UInt32]?
        let window = query.window
        if view.summary.minStart < window.since || view.summary.maxStart >= window.until {
            let starts = try view.starts()
            keep(&chosen) { window.contains(UnixNanos(clamping: starts[$0])) }
        }
        if let name = query.name {
            let passes = try RequestScan.rowsWithName(GlobPattern(name), view, rows.tables)
            keep(&chosen) { passes[$0] }
        }
        for predicate in query.predicates {
            if chosen?.isEmpty == true { break }
            if predicate.key == .duration {
                let durations = try durations()
                keep(&chosen) { predicate.test.passes(number: .integer(Int64(clamping: durations[$0]))) }
            } else if let coded = try coded(predicate.key) {
                let passes = coded.passes(predicate.test)
                if !passes.contains(true) {
                    chosen = []
                } else {
                    keep(&chosen) { passes[Int(coded.codes[$0])] }
                }
            } else {
                chosen = []
            }
        }
        return chosen
    }

    @inline(__always)
    private func keep(_ chosen: inout [UInt32]?, _ passes: (Int) -> Bool) {
        if let rows = chosen {
            chosen = rows.filter { passes(Int($0)) }
        } else {
            var kept: [UInt32] = []
            for row in 0..<rows.count where passes(row) { kept.append(UInt32(row)) }
            chosen = kept
        }
    }

    /// By row: 0 without the key of the ratio, 1 with it, 2 when its test passes.
    private mutating func ratioRows() throws(StoreError) -> [UInt8]? {
        guard let ratio = query.ratio else { return nil }
        if ratio.key == .duration {
            return try durations().map { ratio.test.passes(number: .integer(Int64(clamping: $0))) ? 2 : 1 }
        }
        guard let coded = try coded(ratio.key) else { return nil }
        let marks = coded.passes(ratio.test).enumerated().map { code, passes -> UInt8 in
            if passes { return 2 }
            return ratio.key.countsInRatio(coded.value(of: UInt32(code))) ? 1 : 0
        }
        return coded.codes.map { marks[Int($0)] }
    }

    // MARK: Groups

    /// By group of the segment: its number among those of the worker.
    private static func groups(
        _ groups: RowGroups, _ coded: [CodedRows?], _ table: inout GroupTable
    ) -> [Int] {
        // By key and code: the number of the value. Most codes of a dictionary have no group.
        var labels = coded.map { _ in [UInt32: UInt32]() }
        return groups.codes.map { codes in
            var group: [UInt32] = []
            for (key, code) in codes.enumerated() {
                if let known = labels[key][code] {
                    group.append(known)
                } else {
                    let label = table.label(coded[key]?.value(of: code) ?? .missing)
                    labels[key][code] = label
                    group.append(label)
                }
            }
            return table.group(labels: group) {
                codes.enumerated().map { key, code in coded[key]?.value(of: code) ?? .missing }
            }
        }
    }

    private func addTotals(
        _ chosen: ChosenRows, _ target: [Int], _ ratio: [UInt8]?, _ partial: inout StatsSearch.Partial,
        asSketches: Bool
    ) {
        let totals = chosen.totals(
            groupCount: target.count, operations: rows.operations,
            isError: rows.tables.operations.map { $0.status == StatusCode.error.rawValue ? 1 : 0 }, ratio)
        for (own, group) in target.enumerated() { partial.groups.totals[group].add(totals[own]) }
        if asSketches {
            let sketches = chosen.sketches(groupCount: target.count)
            for (own, group) in target.enumerated() { partial.addSketch(sketches[own], group: group) }
        } else {
            chosen.addDurations(target, counts: totals.map(\.spans), to: &partial.durations)
        }
    }
}

extension ValueTest {
    /// Whether a number between two others can pass.
    func canPass(least: Int64, most: Int64) -> Bool {
        guard let number, let high = ExactNumber.integer(most).place(to: number),
            let low = ExactNumber.integer(least).place(to: number)
        else { return false }
        return switch comparison {
        case .greater: high > 0
        case .atLeast: high >= 0
        case .less: low < 0
        case .atMost: low <= 0
        case .equal: low <= 0 && high >= 0
        case .notEqual, .contains, .notContains: true
        }
    }
}
