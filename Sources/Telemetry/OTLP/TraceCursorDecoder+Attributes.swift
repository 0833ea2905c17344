extension TraceCursorDecoder {
    /// `message KeyValue { string key = 1; AnyValue value = 2; int32 key_strindex = 3; }`
    @inline(__always)
    mutating func attribute(_ range: Range<Int>) {
        if !builder.takeExpected(body, range) { unexpectedAttribute(range) }
    }

    @inline(never)
    private mutating func unexpectedAttribute(_ range: Range<Int>) {
        var key = 0..<0
        var value = 0..<0
        var values = 0
        var cursor = WireCursor(body, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: key = cursor.lengthDelimited()
            case 2 << 3 | 2:
                value = cursor.lengthDelimited()
                values &+= 1
            // Refers to the string table of a profile, which a trace does not have.
            case 3 << 3 | 0: _ = cursor.varint()
            default: cursor.skipUnknown(tag, knownThrough: 3)
            }
        }
        close(cursor)
        if values > 1 { report(.unusual(at: range.lowerBound)) }
        anyValue(value, key: key)
    }

    /// `message AnyValue { oneof value { string = 1; bool = 2; int64 = 3; double = 4; ArrayValue = 5;
    /// KeyValueList = 6; bytes = 7; int32 string_value_strindex = 8; } }`
    @inline(__always)
    private mutating func anyValue(_ range: Range<Int>, key: Range<Int>) {
        var cursor = WireCursor(body, range)
        guard cursor.hasMore else { return builder.attribute(.empty, body, key: key, bits: 0) }
        let tag = cursor.tag()
        switch tag {
        case 1 << 3 | 2: builder.attribute(.string, body, key: key, value: cursor.lengthDelimited())
        case 3 << 3 | 0: builder.attribute(.int, body, key: key, bits: cursor.varint())
        case 2 << 3 | 0: builder.attribute(.bool, body, key: key, bits: cursor.varint() == 0 ? 0 : 1)
        case 4 << 3 | 1: builder.attribute(.double, body, key: key, bits: cursor.fixed64())
        case 7 << 3 | 2: builder.attribute(.bytes, body, key: key, value: cursor.lengthDelimited())
        default: return unlikelyValue(range, key: key)
        }
        // More than one field: unknown ones to pass over, or a second value for the reference decoder.
        while cursor.hasMore {
            let tag = cursor.tag()
            if tag >> 3 <= 8 { report(.unusual(at: cursor.index)) }
            cursor.skip(tag)
        }
        close(cursor)
    }

    /// Arrays and lists, and what starts with a field that is not a value.
    @inline(never)
    private mutating func unlikelyValue(_ range: Range<Int>, key: Range<Int>) {
        if canonicalList(range, key: key) { return }
        var decoding = MessageDecoding(body, limits, allowance: allowance)
        let value = decoding.anyValue(range, depth: 1)
        report(decoding.problem)
        builder.attribute(value, body, key: key)
    }

    /// Adds an array or a list of pairs whose bytes are canonical already.
    private mutating func canonicalList(_ range: Range<Int>, key: Range<Int>) -> Bool {
        var cursor = WireCursor(body, range)
        let tag = cursor.tag()
        guard tag == 5 << 3 | 2 || tag == 6 << 3 | 2 else { return false }
        let content = cursor.lengthDelimited()
        guard !cursor.failed, !cursor.hasMore else { return false }
        let check = CanonicalCheck(body, limits)
        let isArray = tag == 5 << 3 | 2
        guard isArray ? check.array(content, depth: 1) : check.keyValueList(content, depth: 1) else {
            return false
        }
        builder.attribute(isArray ? .array : .keyValueList, body, key: key, value: content)
        return true
    }
}
