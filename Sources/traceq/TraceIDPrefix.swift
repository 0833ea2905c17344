import Telemetry

/// A trace id, or the beginning of one, as it was typed or pasted.
package struct TraceIDPrefix: Hashable {
    /// 1…32 lower-case hex digits.
    package let digits: String

    /// Also takes a whole `traceparent` header (W3C Trace Context), and an id written like a UUID.
    ///
    /// - Throws: `CommandFailure` that says what an id looks like.
    package init(typed text: String) throws(CommandFailure) {
        var digits = text.lowercased().filter { $0 != " " }
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
}
