extension SQLValue {
    /// NULL is nothing; not yet safe to print.
    var plainText: String {
        switch self {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): number.description
        case .text(let text): text
        case .blob(let bytes): hexadecimal(bytes)
        }
    }

    /// Blobs are hexadecimal text; what is no finite number is null.
    var json: JSONNode {
        switch self {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .double(number)
        case .text(let text): .string(text)
        case .blob(let bytes): .string(hexadecimal(bytes))
        }
    }

    var isNumber: Bool {
        switch self {
        case .integer, .real: true
        case .null, .text, .blob: false
        }
    }
}
