import TestSupport

/// Where a document lacks something that is expected of it; it may hold more.
///
/// A member that is expected to be null, zero, empty text or an empty list may be missing too.
func differences(expected: JSONValue, actual: JSONValue?, at path: String = "$") -> [String] {
    guard let actual else {
        return expected.isDefault ? [] : ["\(path): missing, expected \(expected)"]
    }
    switch (expected, actual) {
    case (.object(let members), .object):
        return members.sorted { $0.key < $1.key }.flatMap { key, value in
            differences(expected: value, actual: actual[key], at: "\(path).\(key)")
        }
    case (.array(let items), .array(let others)) where items.count == others.count:
        return zip(items, others).enumerated().flatMap { index, pair in
            differences(expected: pair.0, actual: pair.1, at: "\(path)[\(index)]")
        }
    default:
        return expected == actual ? [] : ["\(path): expected \(expected), got \(actual)"]
    }
}

extension JSONValue {
    fileprivate var isDefault: Bool {
        switch self {
        case .null, .number(0), .string(""), .array([]): true
        default: false
        }
    }
}
