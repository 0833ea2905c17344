/// How much of what one segment may hold some segments take together. What a segment takes is known when it was
/// read: its number of spans says neither how many columns nor how many bytes it has.
struct MergeSize {
    private let bytesMax: Int
    private let columnsMax: Int
    private var bytes = 0
    private var columns: Set<ColumnKey> = []

    init(_ plan: MergePlan) {
        bytesMax = plan.memoryBytesMax
        columnsMax = plan.columnsMax
    }

    /// Adds a segment.
    /// - Returns: false, and nothing is added, when it has no room beside the others
    mutating func add(_ segment: SegmentColumns) -> Bool {
        let attributes = columns.union(segment.tables.columns.dropFirst(FieldColumn.count))
        guard bytes + segment.memoryBytes < bytesMax, attributes.count < columnsMax else { return false }
        bytes += segment.memoryBytes
        columns = attributes
        return true
    }

    /// The part of what is allowed that a segment takes alone: of bytes or of columns, whichever is more.
    func share(of segment: SegmentColumns) -> Double {
        max(
            Double(segment.memoryBytes) / Double(bytesMax),
            Double(segment.tables.columns.count) / Double(columnsMax))
    }
}
