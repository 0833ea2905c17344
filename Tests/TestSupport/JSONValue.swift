import Foundation

/// A JSON document, compared by meaning and not by the order of its keys.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package init(parsing text: String) throws {
        do {
            self.init(try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed))
        } catch {
            throw TestSupportError("not a JSON document: \(text.prefix(300))")
        }
    }

    private init(_ parsed: Any) {
        // Asking for the type first is many times faster than casts that fail.
        let type = type(of: parsed)
        if type == String.self, let text = parsed as? String {
            self = .string(text)
        } else if type == [String: Any].self, let members = parsed as? [String: Any] {
            self = .object(members.mapValues { JSONValue($0) })
        } else if type == [Any].self, let items = parsed as? [Any] {
            self = .array(items.map { JSONValue($0) })
        } else if let number = parsed as? NSNumber {
            // A truth value is a number to Foundation; only its C type tells.
            self = number.objCType.pointee == 0x63 ? .bool(number.boolValue) : .number(number.doubleValue)
        } else {
            self = .null
        }
    }

    package subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The elements of an array, none for anything else.
    package var elements: [JSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var number: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }
}
