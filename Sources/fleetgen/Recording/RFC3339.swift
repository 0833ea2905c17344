import Foundation

/// Times as text.
enum RFC3339 {
    /// UTC, with microseconds, as index.golang.org writes them.
    static func text(_ nanos: UInt64) -> String {
        let seconds = Date(timeIntervalSince1970: Double(nanos / 1_000_000_000))
        let whole = seconds.formatted(.iso8601)
        let micros = String(nanos / 1_000 % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - micros.utf8.count)
        return "\(whole.dropLast()).\(zeros)\(micros)Z"
    }

    /// Nanoseconds since the Unix epoch; nil for what is no time of whole seconds with a zone, or before 1970.
    static func nanoseconds(_ text: String) -> UInt64? {
        guard let date = try? Date(text, strategy: .iso8601), date.timeIntervalSince1970 >= 0 else {
            return nil
        }
        return UInt64(date.timeIntervalSince1970) * 1_000_000_000
    }
}
