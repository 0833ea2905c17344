/// A JSON document as a value, written without Foundation: members keep their order, integers all their
/// digits.
package indirect enum JSONNode: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    /// A number whose decimal digits are made already.
    case decimal(String)
    /// Not a number and the infinities become `null`: JSON has no word for them.
    case double(Double)
    case string(String)
    case array([JSONNode])
    case object([JSONMember])

    /// The shortest text, on one line.
    package var text: String {
        var output = ""
        write(to: &output)
        return output
    }

    package func write(to output: inout String) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .integer(let value): output += String(value)
        case .unsigned(let value): output += String(value)
        case .decimal(let value): output += value
        case .double(let value): output += value.isFinite ? value.description : "null"
        case .string(let value): Self.writeString(value, to: &output)
        case .array(let values):
            output += "["
            for (index, value) in values.enumerated() {
                if index > 0 { output += "," }
                value.write(to: &output)
            }
            output += "]"
        case .object(let members):
            output += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { output += "," }
                Self.writeString(member.key, to: &output)
                output += ":"
                member.value.write(to: &output)
            }
            output += "}"
        }
    }

    /// Escapes what JSON wants escaped, and also what would act on a terminal: readers of JSON get the
    /// exact text back, and a person who looks at the document is safe.
    private static func writeString(_ text: String, to output: inout String) {
        output += "\""
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) {
            output += text
        } else {
            for scalar in text.unicodeScalars { writeScalar(scalar, to: &output) }
        }
        output += "\""
    }

    private static func writeScalar(_ scalar: Unicode.Scalar, to output: inout String) {
        switch scalar {
        case "\"": output += "\\\""
        case "\\": output += "\\\\"
        case "\n": output += "\\n"
        case "\r": output += "\\r"
        case "\t": output += "\\t"
        default:
            guard DisplayText.mustEscape(scalar) else { return output.unicodeScalars.append(scalar) }
            for unit in String(scalar).utf16 {
                output += "\\u" + hexadecimal(UInt32(unit), digits: 4)
            }
        }
    }
}
