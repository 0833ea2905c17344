import OTLPModel

// Attributes of a span that find no column, are too many, or too long, and a name that is too long.

extension SpanBatchBuilder {
    /// Counts an attribute that found no column: into the overflow while there are not too many.
    private mutating func dropsAttribute() -> Bool {
        guard Int(shapes.trie.depths[Int(node)]) + overflowCount < attributesMax else {
            droppedAttributes += 1
            hasCut = true
            return true
        }
        overflowCount += 1
        return false
    }

    @inline(never)
    mutating func setLongName(_ body: ByteSpan, _ range: Range<Int>) {
        guard let beginning = LongText.beginning(body, range, bytesMax: valueBytesMax) else {
            return setWholeName(body, range)
        }
        hasCut = true
        setWholeName(beginning.span, beginning.indices)
    }

    /// Takes the beginning of a value if it is too long. Arrays and lists, which have no beginning that could be told
    /// from a whole one, are taken as they are.
    @inline(never)
    mutating func longAttribute(
        _ type: ValueType, _ body: ByteSpan, key: Range<Int>, content: ByteSpan, value: Range<Int>
    ) {
        var bytes = Array(content, value)
        switch type {
        case .string:
            if let beginning = LongText.beginning(content, value, bytesMax: valueBytesMax) {
                bytes = beginning
                hasCut = true
            }
        case .bytes where bytes.count > valueBytesMax:
            bytes.removeLast(bytes.count - valueBytesMax)
            hasCut = true
        case .bytes, .array, .keyValueList, .empty, .bool, .int, .double: break
        }
        let whole = 0..<bytes.count
        guard let column = step(type, body, key) else {
            return spill(type, body, key: key, content: bytes.span, value: whole)
        }
        let entry =
            type == .string
            ? internText(bytes.span, whole, column: column) : intern(bytes.span, whole, column: column)
        batch.slots.append(UInt64(entry))
    }

    @inline(never)
    mutating func spill(
        _ type: ValueType, _ body: ByteSpan, key: Range<Int>, content: ByteSpan, value: Range<Int>
    ) {
        guard !dropsAttribute() else { return }
        let bytes = Array(content, value)
        let stored = type == .string ? UTF8Text.mended(bytes) : bytes
        spill(body, key: key) { $0.repeatedBytes(Int(type.rawValue), stored) }
    }

    @inline(never)
    mutating func spill(_ type: ValueType, _ body: ByteSpan, key: Range<Int>, bits: UInt64) {
        guard !dropsAttribute() else { return }
        spill(body, key: key) { value in
            switch type {
            case .bool, .int:
                value.tag(Int(type.rawValue), .varint)
                value.varint(bits)
            case .double:
                value.tag(Int(type.rawValue), .fixed64)
                value.littleEndian(bits)
            case .empty, .string, .array, .keyValueList, .bytes: break
            }
        }
    }

    private mutating func spill(_ body: ByteSpan, key: Range<Int>, _ write: (inout ProtobufWriter) -> Void) {
        let name = UTF8Text.mended(Array(body, key))
        overflow.message(1) { pair in
            pair.bytes(1, name)
            var value = ProtobufWriter()
            write(&value)
            pair.bytes(2, value.bytes)
        }
    }
}
