/// Rewrites a body into one that libprotobuf-c reads as protobuf means it.
///
/// Where a singular field occurs more than once libprotobuf-c departs from protobuf: it forgets scalars
/// of the earlier of two submessages, refuses two submessages whose `oneof` is unset in both, and
/// replaces where a `oneof`'s submessage is to be merged. It also keeps unknown fields, at 64 bytes each.
/// Protobuf defines merging as reading the concatenated encodings, so that is what is written here: one
/// field whose content is the earlier content followed by the later. Scalars keep their last value,
/// unknown fields go.
///
/// Only for bytes that passed `WireScan`, which also bounds the recursion.
struct WireRewrite {
    private let schema: WireScanSchema

    static func rewritten(_ bytes: ByteSpan, schema: WireScanSchema) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        WireRewrite(schema: schema).message(bytes, 0, into: &output)
        return output
    }

    private init(schema: WireScanSchema) {
        self.schema = schema
    }

    /// A singular field as it is after everything that was read so far.
    private struct Settled {
        var tag: UInt64
        var field: WireScanSchema.Field
        /// The contents of a submessage to be concatenated; else the one range of the value.
        var contents: [Range<Int>]
    }

    private func message(_ bytes: ByteSpan, _ index: Int, into output: inout [UInt8]) {
        let message = schema.messages[index]
        // By slot: singular fields are written when all of the message is known.
        var settled: [Int: Settled] = [:]
        var index = 0
        while index < bytes.count {
            let tag = Self.readVarint(bytes, &index)
            let content = Self.content(tag & 7, bytes, &index)
            guard let field = message.field(tag >> 3) else { continue }
            if field.isRepeated {
                write(tag, field, [content], of: bytes, into: &output)
            } else {
                settle(tag, field, content, in: &settled)
            }
        }
        for slot in settled.keys.sorted() {
            guard let value = settled[slot] else { continue }
            write(value.tag, value.field, value.contents, of: bytes, into: &output)
        }
    }

    private func settle(
        _ tag: UInt64, _ field: WireScanSchema.Field, _ content: Range<Int>, in settled: inout [Int: Settled]
    ) {
        // Another member of a `oneof` replaces; the same submessage again is merged.
        if case .message = field.shape, settled[field.slot]?.tag == tag {
            settled[field.slot]?.contents.append(content)
        } else {
            settled[field.slot] = Settled(tag: tag, field: field, contents: [content])
        }
    }

    private func write(
        _ tag: UInt64, _ field: WireScanSchema.Field, _ contents: [Range<Int>], of bytes: ByteSpan,
        into output: inout [UInt8]
    ) {
        Self.varint(tag, into: &output)
        guard tag & 7 == 2 else {
            for content in contents { output.append(bytes.extracting(content)) }
            return
        }
        var content: [UInt8] = []
        if case .message(let message) = field.shape {
            if contents.count == 1 {
                self.message(bytes.extracting(contents[0]), message, into: &content)
            } else {
                var joined: [UInt8] = []
                for part in contents { joined.append(bytes.extracting(part)) }
                self.message(joined.span, message, into: &content)
            }
        } else {
            for part in contents { content.append(bytes.extracting(part)) }
        }
        Self.varint(UInt64(content.count), into: &output)
        output.append(contentsOf: content)
    }

    /// The bytes of a field's value, without the length before them.
    private static func content(_ wireType: UInt64, _ bytes: ByteSpan, _ index: inout Int) -> Range<Int> {
        let start = index
        switch wireType {
        case 0: _ = readVarint(bytes, &index)
        case 1: index += 8
        case 5: index += 4
        default:
            let length = Int(readVarint(bytes, &index))
            let content = index..<index + length
            index = content.upperBound
            return content
        }
        return start..<index
    }

    private static func readVarint(_ bytes: ByteSpan, _ index: inout Int) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private static func varint(_ value: UInt64, into output: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(truncatingIfNeeded: rest))
    }
}
