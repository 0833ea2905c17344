import Telemetry

/// A trace id, or the beginning of one, as it was typed or pasted.
package struct TraceIDPrefix: Hashable {
    /// 1…32 lower-case hex digits.
    package let digits: String

    /// Also takes a whole `traceparent` header (W3C Trace Context), and an id written like a UUID.
    ///
    /// - Throws: `CommandFailure` that says what an id looks like.
    package init(typed text: String) throws(CommandFailure) {
        var digits = text.lowercased().filter { !$0.isWhitespace }
        let parts = digits.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count == 4, parts[0].utf8.count == 2, parts[1].utf8.count == 32, parts[2].utf8.count == 16 {
            digits = String(parts[1])
        } else if parts.map(\.utf8.count) == [8, 4, 4, 4, 12] {
            digits = parts.joined()
        }
        let isHex = digits.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        guard isHex, (1...32).contains(digits.utf8.count) else {
            let shown = DisplayText.escaped(DisplayWidth.truncatingMiddle(text, to: 60))
            throw CommandFailure(
                .usage,
                "'\(shown)' is no trace id: give 1 to 32 hexadecimal digits, as 'traceq slowest' lists them")
        }
        self.digits = digits
    }

    /// What to say when several traces begin so.
    func ambiguity(_ matches: TraceMatches) -> CommandFailure {
        let listed = matches.listed.map { "\n  \($0.hex)" }.joined()
        let count =
            (matches.hasMore ? "more than " : "") + HumanUnits.count(Int64(matches.count)) + " traces"
        let others = matches.count > matches.listed.count ? " (the first \(matches.listed.count))" : ""
        return CommandFailure(
            .usage, "\(count) begin with \(digits); give more digits of one of them\(others):\(listed)")
    }

    /// What to say when none begins so.
    /// - Parameter rest: what the database holds instead, and what to do
    func absence(_ rest: String, _ notes: [QualityNote]) -> CommandFailure {
        let what = digits.count == 32 ? "trace \(digits)" : "trace that begins with \(digits)"
        let limits = notes.map { "\n" + ResultTable.noteText($0) }.joined()
        return CommandFailure(.usage, "there is no \(what): \(rest)\(limits)")
    }
}
