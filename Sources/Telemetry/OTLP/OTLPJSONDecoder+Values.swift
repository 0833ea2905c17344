import OTLPModel

extension OTLPJSONDecoder {
    /// Attributes in their order, repeated keys included. `depth` counts the `AnyValue`s that they are in.
    mutating func attributes(depth: Int = 0) throws(DecodeError) -> [KeyValue] {
        var pairs: [KeyValue] = []
        try reader.beginArray()
        while try nextMessage(of: KeyValue.self) { pairs.append(try keyValue(depth: depth)) }
        return pairs
    }

    private mutating func keyValue(depth: Int) throws(DecodeError) -> KeyValue {
        var pair = KeyValue("", .empty)
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "key": pair.key = try reader.string()
            case "value": pair.value = try anyValue(depth: depth + 1)
            default: try reader.skipValue()
            }
        }
        return pair
    }

    /// An `AnyValue`, the `depth`-th one from outside.
    mutating func anyValue(depth: Int) throws(DecodeError) -> AnyValue {
        guard depth <= maxDepth else {
            throw reader.failure(.tooDeep, "attribute value nests deeper than \(maxDepth) levels")
        }
        // What a boxed value takes on the heap.
        try reserve(48)
        var value = AnyValue.empty
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "stringValue": value = .string(try reader.string())
            case "boolValue": value = .bool(try reader.bool())
            case "intValue": value = .int(try reader.integer(Int64.self))
            case "doubleValue": value = .double(try reader.double())
            case "arrayValue": value = .array(try array(depth: depth))
            case "kvlistValue": value = .keyValueList(try keyValueList(depth: depth))
            case "bytesValue": value = .bytes(try base64())
            case "stringValueStrindex":
                // Refers to the string table of a profile, which a trace does not have.
                try reader.skipValue()
                value = .empty
            default: try reader.skipValue()
            }
        }
        return value
    }

    private mutating func array(depth: Int) throws(DecodeError) -> [AnyValue] {
        var values: [AnyValue] = []
        try reader.beginObject()
        while let key = try nextField() {
            guard key == "values" else {
                try reader.skipValue()
                continue
            }
            values = []
            try reader.beginArray()
            while try reader.nextElement() {
                try reserve(MemoryLayout<AnyValue>.stride)
                // A `null` keeps its place: the others' positions mean something.
                values.append(try reader.takeNull() ? .empty : try anyValue(depth: depth + 1))
            }
        }
        return values
    }

    private mutating func keyValueList(depth: Int) throws(DecodeError) -> [KeyValue] {
        var pairs: [KeyValue] = []
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "values": pairs = try attributes(depth: depth)
            default: try reader.skipValue()
            }
        }
        return pairs
    }

    mutating func strings() throws(DecodeError) -> [String] {
        var texts: [String] = []
        try reader.beginArray()
        while try nextMessage(of: String.self) { texts.append(try reader.string()) }
        return texts
    }

    // MARK: - Bytes

    /// A trace or span id: hex digits of either case, of any even number.
    mutating func identifier() throws(DecodeError) -> [UInt8] {
        let before = reader.index
        let digits = Array(try reader.string().utf8)
        if let bytes = Self.hex(digits) { return bytes }
        reader.index = before
        reader.skipWhitespace()
        if Self.looksLikeBase64ID(digits) {
            throw reader.malformed("looks like base64; OTLP/JSON needs hex")
        }
        throw reader.malformed("not an id: expected an even number of hex digits")
    }

    private mutating func base64() throws(DecodeError) -> [UInt8] {
        let before = reader.index
        if let bytes = OTLPJSONBase64.decoded(Array(try reader.string().utf8)) { return bytes }
        reader.index = before
        reader.skipWhitespace()
        throw reader.malformed("not base64")
    }

    private static func hex(_ digits: [UInt8]) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = hexDigitValue(digits[index]), let low = hexDigitValue(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// Whether it is what protobuf's own JSON mapping makes of 16 or 8 bytes.
    private static func looksLikeBase64ID(_ digits: [UInt8]) -> Bool {
        guard let bytes = OTLPJSONBase64.decoded(digits) else { return false }
        return bytes.count == 16 || bytes.count == 8
    }
}
