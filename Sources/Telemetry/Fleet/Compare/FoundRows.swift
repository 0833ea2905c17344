/// The requests that one worker of a comparison found, by client: what one run of the go command asked lies in one part.
struct FoundRows: Sendable {
    static let partCount = 64

    /// By client, modulo their number.
    private var parts = [BlockList<ComparisonRow>](repeating: BlockList(), count: partCount)
    /// What the worker's groups are called now, by their number in the rows; nil for what they were.
    private var groups: [UInt32]?

    mutating func append(_ row: ComparisonRow) { parts[Int(row.client) % Self.partCount].append(row) }

    /// The same rows where groups have other numbers: not a row is touched before it is taken.
    func renumbered(_ numbers: [UInt32]) -> FoundRows {
        var other = self
        other.groups = groups.map { $0.map { numbers[Int($0)] } } ?? numbers
        return other
    }

    /// The rows of a part.
    func rows(ofPart part: Int) -> [ComparisonRow] {
        parts[part].map { row in
            var row = row
            if let groups { row.group = groups[Int(row.group)] }
            return row
        }
    }
}
