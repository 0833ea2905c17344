import ArgumentParser

/// How many rows a command may be asked for.
enum RowLimit {
    /// - Throws: `ValidationError` for a `--limit` out of its range
    static func validate(_ limit: Int, in range: ClosedRange<Int>) throws {
        guard range.contains(limit) else {
            throw ValidationError(
                "--limit is \(limit); it must lie between \(range.lowerBound) and \(range.upperBound)")
        }
    }
}
