/// Reads JSON (RFC 8259) from borrowed bytes, value by value, forward only and without recursion.
///
/// ```
/// try reader.beginObject()
/// while let key = try reader.nextKey() {
///     switch key {
///     case "name": name = try reader.string()
///     default: try reader.skipValue()
///     }
/// }
/// ```
/// Lenient where senders are: a byte order mark at the beginning is passed over, lone surrogates and
/// bytes that are not UTF-8 become U+FFFD. Members whose value is `null` are passed over, as OTLP/JSON
/// wants. Strict otherwise. Errors name line, column (both from 1, the column in bytes) and the path.
struct JSONReader: ~Escapable {
    /// A step from the root to the value that is being read.
    enum Step {
        case key(String)
        case index(Int)
    }

    /// What begins a value.
    enum Kind: String {
        case object = "an object"
        case array = "an array"
        case string = "a string"
        case number = "a number"
        case bool = "true or false"
        case null = "null"
    }

    let bytes: ByteSpan
    /// How many objects and arrays may nest in one another.
    let maxDepth: Int
    var index = 0
    /// Strings that were not well-formed and were repaired.
    var repairedStrings = 0
    private(set) var path: [Step] = []
    /// Whether the innermost object or array has just begun: no comma is due then.
    private var isAtStart = false

    @_lifetime(copy bytes)
    init(_ bytes: ByteSpan, maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
        if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { index = 3 }
    }

    // MARK: - Structure

    mutating func beginObject() throws(DecodeError) {
        try expect(.object)
        try enter(.key(""))
    }

    /// The next member's key, `nil` after the last one: the object is left then. The value must be read
    /// or skipped before the next call.
    mutating func nextKey() throws(DecodeError) -> String? {
        while try nextItem(closing: UInt8(ascii: "}")) {
            path[path.count - 1] = .key("")
            guard peek() == UInt8(ascii: "\"") else { throw malformed("expected a key in quotes") }
            let key = try string()
            path[path.count - 1] = .key(key)
            skipWhitespace()
            guard peek() == UInt8(ascii: ":") else { throw malformed("expected ':' after a key") }
            index += 1
            if try kind() != .null { return key }
            try literal()
        }
        return nil
    }

    mutating func beginArray() throws(DecodeError) {
        try expect(.array)
        try enter(.index(-1))
    }

    /// Whether the array has another element; it is left when not. The element must be read or skipped
    /// before the next call.
    mutating func nextElement() throws(DecodeError) -> Bool {
        guard try nextItem(closing: UInt8(ascii: "]")) else { return false }
        if case .index(let last)? = path.last { path[path.count - 1] = .index(last + 1) }
        return true
    }

    /// Nothing but white space may follow the outermost value.
    mutating func end() throws(DecodeError) {
        skipWhitespace()
        guard index == bytes.count else { throw malformed("expected nothing after the outermost value") }
    }

    private mutating func enter(_ step: Step) throws(DecodeError) {
        guard path.count < maxDepth else {
            throw failure(.tooDeep, "nested deeper than \(maxDepth) objects and arrays")
        }
        index += 1
        path.append(step)
        isAtStart = true
    }

    /// Moves to the next member or element, past the comma; leaves the container at its end.
    private mutating func nextItem(closing: UInt8) throws(DecodeError) -> Bool {
        skipWhitespace()
        if peek() == closing {
            index += 1
            path.removeLast()
            isAtStart = false
            return false
        }
        if isAtStart {
            isAtStart = false
            return true
        }
        guard peek() == UInt8(ascii: ",") else {
            throw malformed("expected ',' or '\(Character(Unicode.Scalar(closing)))'")
        }
        index += 1
        skipWhitespace()
        return true
    }

    // MARK: - Values

    /// What the next value is.
    mutating func kind() throws(DecodeError) -> Kind {
        skipWhitespace()
        guard let first = peek() else { throw malformed("the body ends where a value is expected") }
        switch first {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        default: throw malformed("expected a value")
        }
    }

    mutating func expect(_ wanted: Kind) throws(DecodeError) {
        let found = try kind()
        guard found != wanted else { return }
        // A word may only begin like one of JSON's.
        guard found != .bool && found != .null || isNext("true") || isNext("false") || isNext("null") else {
            throw malformed("expected \(wanted.rawValue), found a word that is none of JSON's")
        }
        throw malformed("expected \(wanted.rawValue), found \(found.rawValue)")
    }

    private func isNext(_ word: String) -> Bool {
        bytes.count - index >= word.utf8.count && zip(word.utf8, index...).allSatisfy { bytes[$1] == $0 }
    }

    mutating func bool() throws(DecodeError) -> Bool {
        try expect(.bool)
        let isTrue = peek() == UInt8(ascii: "t")
        try literal()
        return isTrue
    }

    /// Passes over `null` when it comes next.
    mutating func takeNull() throws(DecodeError) -> Bool {
        guard try kind() == .null else { return false }
        try literal()
        return true
    }

    /// `true`, `false` or `null`, told by its first letter.
    private mutating func literal() throws(DecodeError) {
        let word =
            switch peek() {
            case UInt8(ascii: "t"): "true"
            case UInt8(ascii: "f"): "false"
            default: "null"
            }
        for letter in word.utf8 {
            guard peek() == letter else { throw malformed("expected \(word)") }
            index += 1
        }
    }

    /// Passes over the next value, whatever it is.
    mutating func skipValue() throws(DecodeError) {
        let outside = path.count
        repeat {
            // One value, or the beginning of a container.
            switch try kind() {
            case .object: try beginObject()
            case .array: try beginArray()
            case .string: try skipString()
            case .number: _ = try number()
            case .bool, .null: try literal()
            }
            // Then on to the next value, out of the containers that end here.
            while path.count > outside, try !hasNextItem() {}
        } while path.count > outside
    }

    private mutating func hasNextItem() throws(DecodeError) -> Bool {
        if case .key? = path.last { return try nextKey() != nil }
        return try nextElement()
    }

    // MARK: - Bytes

    @inline(__always)
    func peek() -> UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0a, 0x0d: index += 1
            default: return
            }
        }
    }

    // MARK: - Errors

    func malformed(_ what: String) -> DecodeError {
        failure(.malformedJSON, what)
    }

    /// An error at the place that is being read.
    func failure(_ code: DecodeError.Code, _ what: String) -> DecodeError {
        var line = 1
        var column = 1
        for offset in 0..<min(index, bytes.count) {
            column += 1
            if bytes[offset] == 0x0a {
                line += 1
                column = 1
            }
        }
        let place = pathDescription
        return DecodeError(
            code, "json \(line):\(column): \(place.isEmpty ? "" : place + ": ")\(what)", field: place)
    }

    /// As in `resourceSpans[0].scopeSpans[0].spans[2].traceId`. Keys of a sender's own making are not
    /// quoted: the path goes into logs and answers.
    private var pathDescription: String {
        var text = ""
        // The outermost steps tell where it is; thousands of them tell no more.
        for step in path.prefix(16) {
            switch step {
            case .index(let index): text += "[\(max(index, 0))]"
            case .key(let key):
                guard !key.isEmpty else { continue }
                let isPlain = key.utf8.count <= 40 && key.utf8.allSatisfy(Self.isNameByte)
                text += (text.isEmpty ? "" : ".") + (isPlain ? key : "?")
            }
        }
        return path.count > 16 ? text + "…" : text
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
