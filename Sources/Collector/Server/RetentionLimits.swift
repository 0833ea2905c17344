import Telemetry

/// The values of `--retain` and `--max-db-size`.
package enum RetentionLimits {
    /// One minute: what is younger may not even be sealed.
    package static let leastAgeNanos: Int64 = 60_000_000_000
    /// 64 MiB: what is written in a few seconds of full load must fit in.
    package static let leastBytes = 64 << 20

    /// - Returns: nanoseconds
    /// - Throws: `CollectorError.usage`
    package static func age(_ text: String) throws(CollectorError) -> Int64 {
        guard let nanos = DurationExpression.nanoseconds(text), nanos >= leastAgeNanos else {
            throw CollectorError(
                .usage,
                "--retain is '\(DisplayText.escaped(text))': give a duration from 1m on, like 7d or 36h")
        }
        return nanos
    }

    /// - Returns: bytes
    /// - Throws: `CollectorError.usage`
    package static func size(_ text: String) throws(CollectorError) -> Int64 {
        let bytes = try ByteCount(parsing: text, option: "--max-db-size").bytes
        guard bytes >= leastBytes else {
            throw CollectorError(
                .usage,
                "--max-db-size is \(ByteCount(bytes)): give a number of bytes from 64MiB on, like 20GiB")
        }
        return Int64(bytes)
    }
}
