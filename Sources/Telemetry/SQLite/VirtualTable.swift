/// A read-only table whose rows are made when a statement asks for them.
///
/// What SQLite hands over in pointers is turned into these values by `VirtualTableModule`; tables themselves
/// contain nothing unsafe.
protocol VirtualTable: AnyObject {
    /// The columns, as `CREATE TABLE x (…)`.
    var declaration: String { get }

    /// How the table would answer; nil when it cannot at all.
    func plan(_ request: IndexRequest) -> IndexPlan?

    /// Begins a scan. A statement may have several at once, and may start each anew many times.
    func open() throws(StoreError) -> any VirtualCursor
}

/// One scan of a table: batches of rows, one after another.
protocol VirtualCursor: AnyObject {
    /// Starts at the beginning.
    /// - Parameter values: one for each of `plan.arguments`
    func filter(_ plan: IndexPlan, _ values: SQLArguments) throws(StoreError)

    /// Goes on to the next batch.
    /// - Returns: how many rows it has; 0 at the end
    func nextBatch() throws(StoreError) -> Int

    /// Writes the value of a column in a row of the current batch.
    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError)

    /// A number that tells the row from all others of the table.
    func rowID(_ row: Int) -> Int64
}

/// What a statement wants to know of a table, as far as the table could use it.
struct IndexRequest {
    struct Constraint: Hashable {
        var column: Int
        var comparison: Comparison
    }

    enum Comparison: Int32, Hashable {
        // The numbers are SQLite's.
        case equal = 2
        case greater = 4
        case lessOrEqual = 8
        case less = 16
        case greaterOrEqual = 32
        case limit = 73
        case offset = 74
    }

    struct Order: Hashable {
        var column: Int
        var isDescending: Bool
    }

    /// By number; nil for what cannot be used in this plan, or compares texts otherwise than byte by byte.
    var constraints: [Constraint?]
    /// Whether some constraint is not among the usable ones, so that SQLite has to look at every row itself.
    var hasOthers: Bool
    var order: [Order]
    /// A bit for each column whose values the statement needs; the last one stands for all from there on.
    var usedColumns: UInt64
}

/// How a table answers a request. It travels from planning to running as text in SQLite's hands.
struct IndexPlan: Hashable {
    /// A constraint that the table sees to.
    struct Argument: Hashable {
        var constraint: IndexRequest.Constraint
        /// Its number in the request; of no meaning later.
        var number: Int
        /// Whether no row comes that does not fulfil it: SQLite need not look at it again.
        var isExact = true
    }

    var arguments: [Argument] = []
    /// The order in which rows come, when it is the one that was asked for.
    var order: IndexRequest.Order?
    /// As in the request.
    var usedColumns: UInt64 = .max
    /// About how much work, in rows looked at, and how many rows come.
    var estimatedCost = 1e7
    var estimatedRows: Int64 = 10_000_000

    /// `2=0,32=8,u1f,o9d`: comparison and column of each argument, then the used columns, then the order.
    var text: String {
        var words = arguments.map { "\($0.constraint.comparison.rawValue)=\($0.constraint.column)" }
        words.append("u" + String(usedColumns, radix: 16))
        if let order { words.append("o\(order.column)\(order.isDescending ? "d" : "a")") }
        return words.joined(separator: ",")
    }

    init() {}

    init(text: String) {
        for word in text.utf8.split(separator: UInt8(ascii: ",")) {
            if word.first == UInt8(ascii: "o") {
                guard let column = Int(String(decoding: word.dropFirst().dropLast(), as: UTF8.self)) else {
                    continue
                }
                order = IndexRequest.Order(column: column, isDescending: word.last == UInt8(ascii: "d"))
                continue
            }
            if word.first == UInt8(ascii: "u") {
                usedColumns = UInt64(String(decoding: word.dropFirst(), as: UTF8.self), radix: 16) ?? .max
                continue
            }
            let parts = word.split(separator: UInt8(ascii: "="))
            guard parts.count == 2, let code = Int32(String(decoding: parts[0], as: UTF8.self)),
                let comparison = IndexRequest.Comparison(rawValue: code),
                let column = Int(String(decoding: parts[1], as: UTF8.self))
            else { continue }
            let constraint = IndexRequest.Constraint(column: column, comparison: comparison)
            arguments.append(Argument(constraint: constraint, number: 0))
        }
    }
}
