import OTLPModel

/// The values that one attribute has in the spans of a part: a key may have values of several types, and a
/// span may have it more than once, of which the last counts.
final class AttributeColumn {
    /// The columns of the key, one a type.
    private let values: [ColumnValues]
    private let types: [ValueType]
    /// By column: the words for a value that cannot be read.
    private let damages: [StoreError]
    /// By row: 0 without a value, else one more than the place of the value in its column.
    private let places: [UInt32]
    /// By row: which of the columns; empty when there is but one. Keys that were not UTF-8 may have been mended to
    /// the same text: there may be as many as a segment can have.
    private let columns: [UInt16]
    /// Attributes that found no column of their own, by row.
    private let overflow: [Int: SQLValue]
    /// By origin: values that all spans of an origin share; `places` then has origins.
    private let shared: [SQLValue]

    /// About how much memory it takes.
    var memoryBytes: Int {
        let values = values.reduce(0) { sum, values in
            switch values {
            case .numbers(let numbers): sum + numbers.count * 8
            case .entries(let entries, let table): sum + entries.count * 4 + table.bytes.count
            }
        }
        return places.count * 4 + columns.count * 2 + overflow.count * 64 + values + 256
    }

    /// No values.
    init() {
        (values, types, damages, places, columns, overflow, shared) = ([], [], [], [], [], [:], [])
    }

    /// An attribute of spans.
    init(key: [UInt8], _ view: SegmentView) throws(StoreError) {
        let tables = try view.tables()
        let numbers = tables.columns(ofAttribute: key)
        shared = []
        types = numbers.map { tables.columns[$0].type }
        damages = numbers.map { view.damage(column: $0) }
        var values: [ColumnValues] = []
        for number in numbers { values.append(try view.values(of: number)) }
        self.values = values
        overflow = try Self.overflow(key, view)
        guard !numbers.isEmpty else {
            places = []
            columns = []
            return
        }
        let operations = try view.operationIndexes()
        var places = [UInt32](repeating: 0, count: operations.count)
        var columns: [UInt16] = numbers.count > 1 ? [UInt16](repeating: 0, count: operations.count) : []
        for (position, number) in numbers.enumerated() {
            for (row, found) in ColumnCursor(number, lastAmong: numbers, tables, operations) {
                places[row] = UInt32(found.upperBound)
                if !columns.isEmpty { columns[row] = UInt16(truncatingIfNeeded: position) }
            }
        }
        self.places = places
        self.columns = columns
    }

    /// An attribute of the spans' resources.
    init(resourceKey key: [UInt8], _ view: SegmentView) throws(StoreError) {
        let name = String(decoding: key, as: UTF8.self)
        shared = try view.origins().map {
            $0.resource.attributes.value(of: name).map { SQLValue($0) } ?? .null
        }
        places = try view.originIndexes()
        values = []
        types = []
        damages = []
        columns = []
        overflow = [:]
    }

    private static func overflow(_ key: [UInt8], _ view: SegmentView) throws(StoreError) -> [Int: SQLValue] {
        let number = Int(FieldColumn.overflow.id)
        guard case .entries(let entries, let lists) = try view.values(of: number), !entries.isEmpty else {
            return [:]
        }
        let name = String(decoding: key, as: UTF8.self)
        var found: [Int: SQLValue] = [:]
        for (row, places) in ColumnCursor(number, try view.tables(), try view.operationIndexes()) {
            let last = Int(entries[places.upperBound - 1])
            guard let pairs = [KeyValue](canonicalBytes: Array(lists[last])) else {
                throw view.damage(column: number)
            }
            if let value = pairs.value(of: name) { found[row] = SQLValue(value) }
        }
        return found
    }

    /// Writes the value of a row; NULL when it has none.
    func write(_ row: Int, to result: SQLResult) throws(StoreError) {
        if !shared.isEmpty { return result.value(shared[Int(places[row])]) }
        if !overflow.isEmpty, let value = overflow[row] { return result.value(value) }
        guard row < places.count, places[row] > 0 else { return result.null() }
        let column = columns.isEmpty ? 0 : Int(columns[row])
        let place = Int(places[row]) - 1
        switch values[column] {
        case .numbers(let numbers):
            switch types[column] {
            case .int: result.integer(Int64(bitPattern: numbers[place]))
            case .bool: result.integer(numbers[place] == 0 ? 0 : 1)
            case .double: result.real(Double(bitPattern: numbers[place]))
            case .empty, .string, .array, .keyValueList, .bytes: result.null()
            }
        case .entries(let entries, let table):
            let range = table.range(Int(entries[place]))
            switch types[column] {
            case .string: result.text(table.bytes.span.extracting(range))
            case .bytes: result.blob(table.bytes.span.extracting(range))
            case .array, .keyValueList:
                guard let value = AnyValue(type: types[column], bits: 0, bytes: Array(table.bytes[range]))
                else { throw damages[column] }
                result.value(SQLValue(value))
            case .empty, .bool, .int, .double: result.null()
            }
        }
    }
}

extension SQLValue {
    /// An attribute's value: booleans are 0 and 1, lists are JSON.
    init(_ value: AnyValue) {
        switch value {
        case .empty: self = .null
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .integer(flag ? 1 : 0)
        case .int(let number): self = .integer(number)
        case .double(let number): self = number.isNaN ? .null : .real(number)
        case .bytes(let bytes): self = .blob(bytes)
        case .array, .keyValueList: self = .text(JSONNode.plain(value).text)
        }
    }
}
