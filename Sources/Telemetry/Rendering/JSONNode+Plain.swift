import OTLPModel

extension JSONNode {
    /// A value as JSON without type wrappers: what reads well and what SQLite's JSON functions understand. Bytes
    /// are base64; what is no finite number is one of OTLP's words in quotes.
    static func plain(_ value: AnyValue) -> JSONNode {
        switch value {
        case .empty: .null
        case .string(let text): .string(text)
        case .bool(let flag): .bool(flag)
        case .int(let number): .integer(number)
        case .double(let number): number.isFinite ? .double(number) : .string(word(for: number))
        case .bytes(let bytes): .string(Base64.encode(bytes))
        case .array(let values): .array(values.map { plain($0) })
        case .keyValueList(let pairs): plain(pairs)
        }
    }

    /// An object with each key once, at its first place and with its last value.
    static func plain(_ pairs: [KeyValue]) -> JSONNode {
        var places: [String: Int] = [:]
        var members: [JSONMember] = []
        for pair in pairs {
            if let place = places[pair.key] {
                members[place].value = plain(pair.value)
            } else {
                places[pair.key] = members.count
                members.append(JSONMember(pair.key, plain(pair.value)))
            }
        }
        return .object(members)
    }

    private static func word(for number: Double) -> String {
        number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    }
}
