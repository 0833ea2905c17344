/// One line on a terminal that says how far a long piece of work is; nothing during the first second, and nothing
/// at all where the output is no terminal.
///
/// It belongs on standard error. `finish` takes the line away again.
package struct ProgressBar {
    /// How amounts are written.
    package enum Unit: Sendable {
        case bytes
        /// A noun in the plural: `spans`.
        case things(String)
    }

    private let title: String
    private let unit: Unit
    private let width: Int?
    private let clock: () -> Int64
    private let write: (String) -> Void
    private let startedAt: Int64
    private var shownAt: Int64?

    /// Work that is done sooner needs no bar.
    private static let silentNanos: Int64 = 1_000_000_000
    private static let intervalNanos: Int64 = 100_000_000
    private static let barColumns = 20

    /// - Parameters:
    ///   - title: what is being done: `verify`
    ///   - width: columns of the terminal; nil where there is none, and then nothing is written
    ///   - clock: nanoseconds that never go back
    ///   - write: receives what goes to the terminal
    package init(
        title: String, unit: Unit, width: Int?, clock: (() -> Int64)? = nil, write: @escaping (String) -> Void
    ) {
        self.title = title
        self.unit = unit
        self.width = width
        self.clock = clock ?? monotonicNanos
        self.write = write
        startedAt = self.clock()
    }

    /// Shows how much is done, unless the line is younger than a tenth of a second.
    /// - Parameters:
    ///   - total: how much there is; 0 where nobody knows
    ///   - detail: what is being worked on
    package mutating func update(done: Int64, total: Int64, detail: String = "") {
        guard let width else { return }
        let now = clock()
        guard now - startedAt >= Self.silentNanos else { return }
        if let shownAt, now - shownAt < Self.intervalNanos { return }
        shownAt = now
        let line = line(done: max(0, done), total: max(0, total), detail, elapsed: now - startedAt)
        // One column stays free: a full line would wrap on some terminals.
        write("\r\u{1b}[K" + DisplayWidth.truncatingEnd(line, to: max(1, width - 1)))
    }

    /// Takes the line away.
    package mutating func finish() {
        if shownAt != nil { write("\r\u{1b}[K") }
        shownAt = nil
    }

    private func line(done: Int64, total: Int64, _ detail: String, elapsed: Int64) -> String {
        var parts = [title]
        if total > 0 {
            let share = min(1, Double(done) / Double(total))
            let filled = Int(share * Double(Self.barColumns))
            let bar =
                String(repeating: "█", count: filled)
                + String(repeating: "░", count: Self.barColumns - filled)
            parts.append("\(bar) \(Int(share * 100))%")
            parts.append("\(amount(done)) of \(amount(total))")
            if done > 0, done < total {
                let rest = Double(elapsed) * (Double(total - done) / Double(done))
                parts.append("\(HumanUnits.duration(Int64(rest / 1e9) * 1_000_000_000)) left")
            }
        } else {
            if done > 0 { parts.append(amount(done)) }
            parts.append(HumanUnits.duration(elapsed / 1_000_000_000 * 1_000_000_000))
        }
        if !detail.isEmpty { parts.append(DisplayText.escaped(detail)) }
        return parts.joined(separator: "  ")
    }

    private func amount(_ value: Int64) -> String {
        switch unit {
        case .bytes: HumanUnits.bytes(value)
        case .things(let noun): "\(HumanUnits.count(value)) \(noun)"
        }
    }
}
