/// Reads a protobuf body from end to end before libprotobuf-c sees it.
///
/// libprotobuf-c recurses as deep as the body says and has looser ideas of a field than protobuf: so
/// everything that it could stumble over is refused here, without recursion and without allocating more
/// than one small frame a level. `ReferenceDecoder` lists what is refused.
package struct WireScan: ~Escapable {
    /// What a body that passed holds.
    package struct Findings: Hashable, Sendable {
        /// Messages in the body, the outermost included.
        package var messages = 1
        /// Whether every field is known and every singular one occurs at most once a message: such a
        /// body needs no rewriting (see `WireRewrite`).
        package var isPlain = true
    }

    /// A message that the scan is in.
    private struct Frame {
        var message: Int
        var end: Int
        /// How many `AnyValue`s it is in, itself included.
        var valueDepth: Int
        /// The slots of singular fields that were seen.
        var seen: UInt64 = 0
    }

    private let bytes: ByteSpan
    private let schema: WireScanSchema
    private let maxDepth: Int
    private let maxMessages: Int
    private var findings = Findings()
    private var index = 0
    private var frame: Frame
    private var outer: [Frame] = []

    /// Checks a whole body.
    /// - Parameters:
    ///   - maxDepth: how many `AnyValue`s may nest in one another
    ///   - maxMessages: how many messages the body may have, at all depths together
    /// - Throws: `.malformedProtobuf`, `.tooDeep` or `.tooLarge` for the first offence in the body
    package static func check(
        _ bytes: ByteSpan, schema: WireScanSchema, maxDepth: Int, maxMessages: Int
    ) throws(DecodeError) -> Findings {
        var scan = WireScan(bytes, schema: schema, maxDepth: maxDepth, maxMessages: maxMessages)
        try scan.run()
        return scan.findings
    }

    @_lifetime(copy bytes)
    private init(_ bytes: ByteSpan, schema: WireScanSchema, maxDepth: Int, maxMessages: Int) {
        self.bytes = bytes
        self.schema = schema
        self.maxDepth = maxDepth
        self.maxMessages = maxMessages
        frame = Frame(message: 0, end: bytes.count, valueDepth: 0)
    }

    private mutating func run() throws(DecodeError) {
        while true {
            if index < frame.end {
                try field()
            } else if let enclosing = outer.popLast() {
                frame = enclosing
            } else {
                return
            }
        }
    }

    /// One field; of a submessage only its beginning, the rest follows as the fields of a new frame.
    private mutating func field() throws(DecodeError) {
        let start = index
        let tag = try varint(maxBytes: 5)
        let number = tag >> 3
        let wireType = tag & 7
        guard tag <= UInt64(UInt32.max), number > 0 else {
            throw malformed(at: start, "no valid field number")
        }
        guard let field = schema.messages[frame.message].field(number) else {
            findings.isPlain = false
            return try skip(wireType, from: start)
        }
        if wireType != field.shape.wireType {
            guard wireType == 2, field.isPackable else {
                throw malformed(at: start, "field \(number) with wire type \(wireType)")
            }
            return try packed(field.shape)
        }
        if !field.isRepeated {
            let bit: UInt64 = 1 &<< UInt64(field.slot)
            if frame.seen & bit != 0 { findings.isPlain = false }
            frame.seen |= bit
        }
        if case .message(let message) = field.shape {
            try enter(message, from: start)
        } else {
            try skip(wireType, from: start)
        }
    }

    private mutating func enter(_ message: Int, from start: Int) throws(DecodeError) {
        let end = try lengthEnd(from: start)
        findings.messages += 1
        guard findings.messages <= maxMessages else {
            throw DecodeError(
                .tooLarge, "more than \(maxMessages) messages in one body: send smaller batches")
        }
        var inner = Frame(message: message, end: end, valueDepth: frame.valueDepth)
        if schema.messages[message].isAnyValue {
            inner.valueDepth += 1
            guard inner.valueDepth <= maxDepth else {
                throw DecodeError(
                    .tooDeep, "attribute value at byte \(start) nests deeper than \(maxDepth) levels")
            }
        }
        outer.append(frame)
        frame = inner
    }

    private mutating func skip(_ wireType: UInt64, from start: Int) throws(DecodeError) {
        switch wireType {
        case 0: _ = try varint(maxBytes: 10)
        case 1: try advance(8)
        case 2: index = try lengthEnd(from: start)
        case 5: try advance(4)
        case 3, 4: throw malformed(at: start, "a group")
        default: throw malformed(at: start, "unknown wire type \(wireType)")
        }
    }

    /// A length-delimited run of the values of a repeated number.
    private mutating func packed(_ shape: WireScanSchema.Shape) throws(DecodeError) {
        let start = index
        let end = try lengthEnd(from: start)
        switch shape {
        case .varint:
            let enclosing = frame.end
            frame.end = end
            while index < end { _ = try varint(maxBytes: 10) }
            frame.end = enclosing
        case .fixed32 where (end - index) % 4 == 0, .fixed64 where (end - index) % 8 == 0: index = end
        default: throw malformed(at: start, "packed numbers that end within a number")
        }
    }

    private mutating func advance(_ count: Int) throws(DecodeError) {
        guard frame.end - index >= count else { throw malformed(at: index, "a number cut short") }
        index += count
    }

    /// Reads a length and gives where the content that follows ends; `index` is then its beginning.
    private mutating func lengthEnd(from start: Int) throws(DecodeError) -> Int {
        let length = try varint(maxBytes: 5)
        guard length <= UInt64(Int32.max), Int(length) <= frame.end - index else {
            throw malformed(at: start, "a length of \(length) bytes where \(frame.end - index) are left")
        }
        return index + Int(length)
    }

    private mutating func varint(maxBytes: Int) throws(DecodeError) -> UInt64 {
        let start = index
        var value: UInt64 = 0
        for position in 0..<maxBytes {
            guard index < frame.end else { throw malformed(at: start, "a number cut short") }
            let byte = bytes[index]
            index += 1
            if position == 9, byte > 1 { throw malformed(at: start, "a number of more than 64 bits") }
            value |= UInt64(byte & 0x7f) &<< UInt64(7 * position)
            if byte < 0x80 { return value }
        }
        throw malformed(at: start, "a number of more than \(maxBytes) bytes")
    }

    private func malformed(at offset: Int, _ what: String) -> DecodeError {
        DecodeError(
            .malformedProtobuf,
            "malformed protobuf at byte \(offset) of \(bytes.count): \(what) "
                + "in \(schema.messages[frame.message].name)")
    }
}
