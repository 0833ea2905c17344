/// The values of one column.
enum ColumnValues {
    /// Bits of bools, integers and doubles.
    case numbers([UInt64])
    /// Entries of a dictionary.
    case entries([UInt32], StringTable)

    var count: Int {
        switch self {
        case .numbers(let numbers): numbers.count
        case .entries(let entries, _): entries.count
        }
    }
}
