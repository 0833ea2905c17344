/// Keeps what happens again and again from filling a log: the first of a kind is told at once, the following ones are
/// summed up and told after an interval, and at the end.
///
/// Whoever has it calls `due` every few seconds, so that nothing is kept longer than the interval, and `all` at the
/// end.
package struct RecurringReports<Kind: Hashable & Sendable, Content: Sendable>: Sendable {
    /// What is told.
    package struct Report: Sendable {
        package var kind: Kind
        /// How many it stands for.
        package var count: Int
        /// What they come to.
        package var content: Content
    }

    private struct Entry {
        var toldAt: Int64
        var count = 0
        /// Nil when there is nothing to tell.
        var content: Content?
    }

    private let intervalNanos: Int64
    private let sum: @Sendable (inout Content, Content) -> Void
    private var entries: [Kind: Entry] = [:]

    /// - Parameters:
    ///   - intervalNanos: between two reports of a kind
    ///   - sum: adds the next content to what there is; unless said otherwise, the last one stands for all
    package init(
        intervalNanos: Int64, sum: @escaping @Sendable (inout Content, Content) -> Void = { $0 = $1 }
    ) {
        self.intervalNanos = intervalNanos
        self.sum = sum
    }

    /// How many kinds are remembered.
    package var kindCount: Int { entries.count }

    package func isKnown(_ kind: Kind) -> Bool { entries[kind] != nil }

    /// Counts one.
    /// - Parameter now: nanoseconds on a clock that never goes back
    /// - Returns: what to tell at once
    package mutating func record(_ kind: Kind, _ content: Content, now: Int64) -> Report? {
        var entry = entries[kind] ?? Entry(toldAt: now - intervalNanos)
        defer { entries[kind] = entry }
        entry.count += 1
        if var known = entry.content {
            sum(&known, content)
            entry.content = known
        } else {
            entry.content = content
        }
        return now - entry.toldAt < intervalNanos ? nil : Self.take(kind, &entry, now)
    }

    /// What was counted for as long as the interval; kinds that were quiet for so long are forgotten.
    package mutating func due(now: Int64) -> [Report] {
        let interval = intervalNanos
        return tell(now) { now - $0.toldAt >= interval }
    }

    /// All that was counted and not told yet: for the end.
    package mutating func all(now: Int64) -> [Report] { tell(now) { _ in true } }

    private mutating func tell(_ now: Int64, _ isDue: (Entry) -> Bool) -> [Report] {
        var reports: [Report] = []
        for (kind, known) in entries where isDue(known) {
            var entry = known
            if let report = Self.take(kind, &entry, now) {
                reports.append(report)
                entries[kind] = entry
            } else {
                entries[kind] = nil
            }
        }
        return reports
    }

    private static func take(_ kind: Kind, _ entry: inout Entry, _ now: Int64) -> Report? {
        guard let content = entry.content else { return nil }
        defer { entry = Entry(toldAt: now) }
        return Report(kind: kind, count: entry.count, content: content)
    }
}
