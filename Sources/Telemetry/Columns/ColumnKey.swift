/// What an attribute's value is; the numbers are the field numbers of OTLP's `AnyValue`, and are stored.
enum ValueType: UInt8, Sendable {
    case empty = 0
    case string = 1
    case bool = 2
    case int = 3
    case double = 4
    /// A slot refers to the canonical bytes of an `ArrayValue` message.
    case array = 5
    /// A slot refers to the canonical bytes of a `KeyValueList` message.
    case keyValueList = 6
    case bytes = 7

    /// Whether a slot of this type is an entry of the dictionary (else the value itself, 64 bits).
    @inline(__always)
    var isInDictionary: Bool {
        switch self {
        case .string, .array, .keyValueList, .bytes: true
        case .empty, .bool, .int, .double: false
        }
    }
}

/// What a column is for; the numbers are stored.
enum ColumnRole: UInt8, Sendable {
    /// An attribute of a span.
    case attribute = 0
    /// A field of a span that most spans leave empty.
    case field = 1
}

/// A column of values: an attribute's key with one type, or one of a span's rarer fields.
struct ColumnKey: Hashable, Sendable {
    var role: ColumnRole
    var type: ValueType
    /// UTF-8.
    var name: [UInt8]

    init(role: ColumnRole, type: ValueType, name: [UInt8]) {
        self.role = role
        self.type = type
        self.name = name
    }

    /// A hash for tables in memory.
    var tableHash: UInt64 { Self.tableHash(role, type, name.span, name.indices) }

    /// The hash of a key whose name lies elsewhere.
    @inline(__always)
    static func tableHash(
        _ role: ColumnRole, _ type: ValueType, _ bytes: ByteSpan, _ name: Range<Int>
    ) -> UInt64 {
        TableHash.bytes(bytes, name, seed: UInt64(type.rawValue) << 8 | UInt64(role.rawValue))
    }

    init(field name: StaticString, _ type: ValueType) {
        self.init(role: .field, type: type, name: Array("\(name)".utf8))
    }
}

/// The span fields that are kept as columns because most spans leave them empty. A batch and a segment
/// give these their first column ids, in this order, so that the ids are known everywhere.
enum FieldColumn: UInt32, CaseIterable, Sendable {
    case name
    case traceState
    case statusMessage
    case droppedAttributesCount
    /// Canonical `Span` bytes that hold the events only (field 11).
    case events
    case droppedEventsCount
    /// Canonical `Span` bytes that hold the links only (field 13).
    case links
    case droppedLinksCount
    /// Canonical `KeyValueList` bytes: the attributes past the limits of columns and layouts.
    case overflow

    var key: ColumnKey {
        switch self {
        case .name: ColumnKey(field: "name", .string)
        case .traceState: ColumnKey(field: "trace_state", .string)
        case .statusMessage: ColumnKey(field: "status.message", .string)
        case .droppedAttributesCount: ColumnKey(field: "dropped_attributes_count", .int)
        case .events: ColumnKey(field: "events", .bytes)
        case .droppedEventsCount: ColumnKey(field: "dropped_events_count", .int)
        case .links: ColumnKey(field: "links", .bytes)
        case .droppedLinksCount: ColumnKey(field: "dropped_links_count", .int)
        case .overflow: ColumnKey(field: "overflow", .keyValueList)
        }
    }

    var id: UInt32 { rawValue }

    /// Whether the column holds text, which is kept as UTF-8.
    @inline(__always)
    var isText: Bool {
        switch self {
        case .name, .traceState, .statusMessage: true
        case .droppedAttributesCount, .events, .droppedEventsCount, .links, .droppedLinksCount, .overflow:
            false
        }
    }

    /// The keys of all of them, in order: the first columns of every batch and segment.
    static let keys = allCases.map(\.key)

    /// The hashes of these keys.
    static let hashes = keys.map(\.tableHash)

    static let count = allCases.count
}
