/// The value of an attribute, or of a log record's body (OTLP `common.v1.AnyValue`).
///
/// An `AnyValue` message without a value, and one that only refers to the string table of a profile,
/// are both `.empty`: outside the profiles signal there is no such table.
package indirect enum AnyValue: Hashable, Sendable {
    case empty
    case string(String)
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case array([AnyValue])
    case keyValueList([KeyValue])
    case bytes([UInt8])
}

/// One attribute (OTLP `common.v1.KeyValue`).
package struct KeyValue: Hashable, Sendable {
    package var key: String
    package var value: AnyValue

    package init(_ key: String, _ value: AnyValue) {
        self.key = key
        self.value = value
    }
}

extension [KeyValue] {
    /// The value that counts for a key: OTLP asks for unique keys, and where a sender repeats one the
    /// last wins.
    package func value(of key: String) -> AnyValue? {
        last(where: { $0.key == key })?.value
    }

    /// The last value of a key, when it is a string.
    package func string(of key: String) -> String? {
        guard case .string(let text)? = value(of: key) else { return nil }
        return text
    }

    /// The last value of a key, when it is an integer.
    package func int(of key: String) -> Int64? {
        guard case .int(let number)? = value(of: key) else { return nil }
        return number
    }
}
