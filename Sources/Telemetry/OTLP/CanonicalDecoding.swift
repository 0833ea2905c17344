import OTLPModel

// Reading back what was stored as canonical bytes. Nothing but damage can make these fail.

/// Canonical bytes were checked for depth when they came in, against a limit that is far below this one; those that a
/// damaged file has must not use up the stack.
private let anyDepth = 2 * ReferenceDecoder.maxDepthMax

extension ResourceSpans {
    /// A resource and its schema URL; nil when the bytes are damaged.
    init?(canonicalBytes bytes: [UInt8]) {
        self.init()
        var decoding = MessageDecoding(bytes.span, maxDepth: anyDepth)
        var cursor = WireCursor(bytes.span, bytes.indices)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: resource = decoding.resource(cursor.lengthDelimited())
            case 3 << 3 | 2: schemaURL = decoding.text(cursor.lengthDelimited())
            default: cursor.fail()
            }
        }
        if cursor.failed || decoding.problem != nil { return nil }
    }
}

extension ScopeSpans {
    /// A scope and its schema URL; nil when the bytes are damaged.
    init?(canonicalBytes bytes: [UInt8]) {
        self.init()
        var decoding = MessageDecoding(bytes.span, maxDepth: anyDepth)
        var cursor = WireCursor(bytes.span, bytes.indices)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: scope = decoding.scope(cursor.lengthDelimited())
            case 3 << 3 | 2: schemaURL = decoding.text(cursor.lengthDelimited())
            default: cursor.fail()
            }
        }
        if cursor.failed || decoding.problem != nil { return nil }
    }
}

extension [SpanEvent] {
    /// The events of a span, from `FieldColumn.events`; nil when the bytes are damaged.
    init?(canonicalBytes bytes: [UInt8]) {
        self.init()
        var decoding = MessageDecoding(bytes.span, maxDepth: anyDepth)
        var cursor = WireCursor(bytes.span, bytes.indices)
        while cursor.hasMore {
            guard cursor.tag() == 11 << 3 | 2 else { return nil }
            append(decoding.event(cursor.lengthDelimited()))
        }
        if cursor.failed || decoding.problem != nil { return nil }
    }
}

extension [SpanLink] {
    /// The links of a span, from `FieldColumn.links`; nil when the bytes are damaged.
    init?(canonicalBytes bytes: [UInt8]) {
        self.init()
        var decoding = MessageDecoding(bytes.span, maxDepth: anyDepth)
        var cursor = WireCursor(bytes.span, bytes.indices)
        while cursor.hasMore {
            guard cursor.tag() == 13 << 3 | 2 else { return nil }
            append(decoding.link(cursor.lengthDelimited()))
        }
        if cursor.failed || decoding.problem != nil { return nil }
    }
}

extension AnyValue {
    /// A value from its canonical bytes; nil when they are damaged.
    init?(canonicalBytes bytes: [UInt8]) {
        var decoding = MessageDecoding(bytes.span, maxDepth: anyDepth)
        self = decoding.anyValue(bytes.indices, depth: 1)
        if decoding.problem != nil { return nil }
    }

    /// The value of an attribute as its slot and its column's type tell; nil when the bytes are damaged.
    init?(type: ValueType, bits: UInt64, bytes: [UInt8]) {
        var decoding = MessageDecoding(bytes.span, maxDepth: anyDepth)
        switch type {
        case .empty: self = .empty
        case .bool: self = .bool(bits != 0)
        case .int: self = .int(Int64(bitPattern: bits))
        case .double: self = .double(Double(bitPattern: bits))
        case .string: self = .string(String(decoding: bytes, as: UTF8.self))
        case .bytes: self = .bytes(bytes)
        case .array: self = .array(decoding.array(bytes.indices, depth: 1))
        case .keyValueList: self = .keyValueList(decoding.keyValueList(bytes.indices, depth: 1))
        }
        if decoding.problem != nil { return nil }
    }
}

extension [KeyValue] {
    /// The pairs of canonical `KeyValueList` bytes; nil when the bytes are damaged.
    init?(canonicalBytes bytes: [UInt8]) {
        var decoding = MessageDecoding(bytes.span, maxDepth: anyDepth)
        self = decoding.keyValueList(bytes.indices, depth: 1)
        if decoding.problem != nil { return nil }
    }
}
