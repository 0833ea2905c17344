/// Finds where a JSON value ends that begins with a bracket, without understanding it: by its brackets outside
/// of strings. Goes on where it stopped when more bytes are there.
struct JSONBalance {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// - Parameters:
    ///   - index: where to go on; moved to the end of what was looked at
    ///   - stopAtLineFeed: whether a line feed ends the search
    /// - Returns: the place after the value; nil when it does not end before the bytes do, or the line
    mutating func end(of bytes: [UInt8], from index: inout Int, stopAtLineFeed: Bool) -> Int? {
        while index < bytes.count {
            let byte = bytes[index]
            if stopAtLineFeed, byte == UInt8(ascii: "\n") { return nil }
            index += 1
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { return index }
            default: break
            }
        }
        return nil
    }
}
