extension JSONNode {
    /// So deep may arrays and objects be nested.
    private static let depthMax = 32

    /// Reads a document. Members that are `null` are left out, as their absence means the same.
    /// - Returns: nil for what is no JSON, or is nested more than 32 deep
    package init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        var reader = JSONReader(bytes.span, maxDepth: Self.depthMax)
        guard let node = try? Self.value(&reader) else { return nil }
        reader.skipWhitespace()
        guard reader.peek() == nil else { return nil }
        self = node
    }

    private static func value(_ reader: inout JSONReader) throws(DecodeError) -> JSONNode {
        switch try reader.kind() {
        case .null:
            _ = try reader.takeNull()
            return .null
        case .bool: return .bool(try reader.bool())
        case .string: return .string(try reader.string())
        case .number:
            let place = try reader.number()
            let digits = (place.lowerBound..<place.upperBound).map { reader.bytes[$0] }
            let text = String(decoding: digits, as: UTF8.self)
            return Int64(text).map { .integer($0) } ?? .decimal(text)
        case .array:
            var elements: [JSONNode] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try value(&reader)) }
            return .array(elements)
        case .object:
            var members: [JSONMember] = []
            try reader.beginObject()
            while let key = try reader.nextKey() { members.append(JSONMember(key, try value(&reader))) }
            return .object(members)
        }
    }

    /// A member of an object; nil where there is none of that name.
    subscript(_ key: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var integerValue: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }
}
