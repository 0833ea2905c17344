import OTLPModel

extension AnyValue {
    /// For people: short, on one line, not yet safe to print. Data formats use OTLP's JSON instead.
    var summaryText: String {
        switch self {
        case .empty: "(empty)"
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .double(let number): number.description
        case .array(let values): "[" + values.map(\.summaryText).joined(separator: ", ") + "]"
        case .keyValueList(let pairs): "{" + pairs.summaryText(separator: ", ") + "}"
        case .bytes(let bytes):
            "0x" + hexadecimal(bytes.prefix(32)) + (bytes.count > 32 ? "… (\(bytes.count) bytes)" : "")
        }
    }
}

extension [KeyValue] {
    /// `key=value` pairs in the order they came in.
    func summaryText(separator: String) -> String {
        map { $0.key + "=" + $0.value.summaryText }.joined(separator: separator)
    }
}
