extension SpanBatchBuilder {
    /// Takes an attribute if it is the one that is expected here, in the form that encoders write: a `KeyValue` with
    /// its key, then one value, and lengths below 128. Nearly all are, and this is several times faster than to
    /// take them apart field by field.
    /// - Parameter range: the `KeyValue` in `body`
    /// - Returns: false, and nothing is taken, for any other, valid or not
    @inline(__always)
    mutating func takeExpected(_ body: ByteSpan, _ range: Range<Int>) -> Bool {
        guard prediction >= 0, prediction < shapes.paths.count else { return false }
        let step = shapes.paths[prediction]
        // After the prefix come the value's length, its tag, and what the type wants.
        let value = range.lowerBound &+ step.prefix.count &+ 1
        let count = range.upperBound &- value
        guard step.parent == node, !step.prefix.isEmpty, count >= 2, count < 0x80,
            Int(body[value &- 1]) == count,
            shapes.columns.hasPrefix(step.prefix, body, at: range.lowerBound)
        else { return false }
        let tag = body[value]
        switch step.type {
        case .string:
            guard tag == 1 << 3 | 2, Int(body[value &+ 1]) == count &- 2 else { return false }
            let entry = internText(body, value &+ 2..<range.upperBound, column: step.column)
            batch.slots.append(UInt64(entry))
        case .int:
            var cursor = WireCursor(body, value &+ 1..<range.upperBound)
            let number = cursor.varint()
            guard tag == 3 << 3 | 0, !cursor.failed, !cursor.hasMore else { return false }
            batch.slots.append(number)
        case .bool:
            guard tag == 2 << 3 | 0, count == 2, body[value &+ 1] <= 1 else { return false }
            batch.slots.append(UInt64(body[value &+ 1]))
        case .double:
            guard tag == 4 << 3 | 1, count == 9 else { return false }
            batch.slots.append(body.loadUInt64(at: value &+ 1))
        case .empty, .array, .keyValueList, .bytes: return false
        }
        prediction &+= 1
        node = step.node
        return true
    }
}
