/// The columns of a batch, shared by all batches that have the same: to hand a batch on, or to let go of it, touches
/// none of the keys, and what was worked out for one set holds for every batch that has it.
final class ColumnSet: Sendable {
    let keys: [ColumnKey]
    /// By column: the hash of its key (for one whose name was not UTF-8: of the name as it was sent).
    let hashes: [UInt64]

    /// The fields alone, with which every set begins.
    static let fields = ColumnSet(keys: FieldColumn.keys, hashes: FieldColumn.hashes)

    var count: Int { keys.count }

    init(keys: [ColumnKey], hashes: [UInt64]) {
        self.keys = keys
        self.hashes = hashes
    }
}
