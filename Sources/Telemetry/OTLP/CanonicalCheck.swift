/// Tells whether the bytes of an OTLP message are canonical already: the very bytes that decoding and
/// encoding it again would give. Nearly all are, as exporters send them, and then they are stored as they
/// came.
///
/// "No" is always a safe answer: the caller decodes and encodes. It is also the answer for what is over a limit and must
/// not be stored as it came (`PartCutter`).
struct CanonicalCheck: ~Escapable {
    let bytes: ByteSpan
    /// How many `AnyValue`s may nest in one another.
    private let maxDepth: Int
    private let attributesMax: Int
    private let valueBytesMax: Int

    @_lifetime(copy bytes)
    init(_ bytes: ByteSpan, _ limits: borrowing DecodeLimits) {
        self.bytes = bytes
        maxDepth = limits.maxDepth
        attributesMax = limits.attributesMax
        valueBytesMax = limits.valueBytesMax
    }

    /// `Resource { repeated KeyValue = 1; uint32 = 2; repeated EntityRef = 3; }`
    func resource(_ range: Range<Int>) -> Bool {
        var reader = StrictReader(bytes, range)
        var attributes = 0
        while let tag = reader.tag() {
            switch tag {
            case 1 << 3 | 2: reader.require(attribute(reader.lengthDelimited(), &attributes))
            case 2 << 3 | 0: reader.require(reader.positiveUInt32() && reader.isOnlyOnce)
            // Entity references are rare: they are left to the decoder.
            default: return false
            }
        }
        return reader.isFine
    }

    /// `InstrumentationScope { string = 1; string = 2; repeated KeyValue = 3; uint32 = 4; }`
    func scope(_ range: Range<Int>) -> Bool {
        var reader = StrictReader(bytes, range)
        var attributes = 0
        while let tag = reader.tag() {
            switch tag {
            case 1 << 3 | 2, 2 << 3 | 2: reader.require(text(reader.lengthDelimited()) && reader.isOnlyOnce)
            case 3 << 3 | 2: reader.require(attribute(reader.lengthDelimited(), &attributes))
            case 4 << 3 | 0: reader.require(reader.positiveUInt32() && reader.isOnlyOnce)
            default: return false
            }
        }
        return reader.isFine
    }

    /// `Event { fixed64 = 1; string = 2; repeated KeyValue = 3; uint32 = 4; }`
    func event(_ range: Range<Int>) -> Bool {
        var reader = StrictReader(bytes, range)
        var attributes = 0
        while let tag = reader.tag() {
            switch tag {
            case 1 << 3 | 1: reader.require(reader.fixed64() != 0 && reader.isOnlyOnce)
            case 2 << 3 | 2: reader.require(text(reader.lengthDelimited()) && reader.isOnlyOnce)
            case 3 << 3 | 2: reader.require(attribute(reader.lengthDelimited(), &attributes))
            case 4 << 3 | 0: reader.require(reader.positiveUInt32() && reader.isOnlyOnce)
            default: return false
            }
        }
        return reader.isFine
    }

    /// `Link { bytes = 1; bytes = 2; string = 3; repeated KeyValue = 4; uint32 = 5; fixed32 = 6; }`
    func link(_ range: Range<Int>) -> Bool {
        var reader = StrictReader(bytes, range)
        var attributes = 0
        while let tag = reader.tag() {
            switch tag {
            case 1 << 3 | 2, 2 << 3 | 2:
                reader.require(!reader.lengthDelimited().isEmpty && reader.isOnlyOnce)
            case 3 << 3 | 2: reader.require(text(reader.lengthDelimited()) && reader.isOnlyOnce)
            case 4 << 3 | 2: reader.require(attribute(reader.lengthDelimited(), &attributes))
            case 5 << 3 | 0: reader.require(reader.positiveUInt32() && reader.isOnlyOnce)
            case 6 << 3 | 5: reader.require(reader.fixed32() != 0 && reader.isOnlyOnce)
            default: return false
            }
        }
        return reader.isFine
    }

    /// One of the attributes of a part of a request.
    private func attribute(_ range: Range<Int>, _ count: inout Int) -> Bool {
        count += 1
        return count <= attributesMax && keyValue(range, depth: 0)
    }

    /// `KeyValue { string = 1; AnyValue = 2; }` inside `depth` `AnyValue`s.
    func keyValue(_ range: Range<Int>, depth: Int = 0) -> Bool {
        var reader = StrictReader(bytes, range)
        while let tag = reader.tag() {
            switch tag {
            case 1 << 3 | 2: reader.require(key(reader.lengthDelimited()) && reader.isOnlyOnce)
            case 2 << 3 | 2:
                let value = reader.lengthDelimited()
                // An empty value is not written.
                reader.require(!value.isEmpty && anyValue(value, depth: depth + 1) && reader.isOnlyOnce)
            default: return false
            }
        }
        return reader.isFine
    }

    /// One member of `AnyValue`, the `depth`-th one from outside; none in an array's element that is empty.
    private func anyValue(_ range: Range<Int>, depth: Int) -> Bool {
        guard depth <= maxDepth else { return false }
        var reader = StrictReader(bytes, range)
        guard let tag = reader.tag() else { return reader.isFine }
        switch tag {
        case 1 << 3 | 2:
            let text = reader.lengthDelimited()
            reader.require(isShort(text, depth: depth) && UTF8Text.isValid(bytes.extracting(text)))
        case 2 << 3 | 0: reader.require(reader.varint() <= 1)
        case 3 << 3 | 0: _ = reader.varint()
        case 4 << 3 | 1: _ = reader.fixed64()
        case 5 << 3 | 2: reader.require(array(reader.lengthDelimited(), depth: depth))
        case 6 << 3 | 2: reader.require(keyValueList(reader.lengthDelimited(), depth: depth))
        case 7 << 3 | 2: reader.require(isShort(reader.lengthDelimited(), depth: depth))
        default: return false
        }
        return reader.isFine && !reader.hasMore
    }

    /// Whether a value is kept whole: what lies in arrays and lists is, whatever its length.
    private func isShort(_ range: Range<Int>, depth: Int) -> Bool {
        depth > 1 || range.count <= valueBytesMax
    }

    /// The elements of an array inside the `depth`-th `AnyValue`.
    func array(_ range: Range<Int>, depth: Int) -> Bool {
        var reader = StrictReader(bytes, range)
        while let tag = reader.tag() {
            guard tag == 1 << 3 | 2 else { return false }
            reader.require(anyValue(reader.lengthDelimited(), depth: depth + 1))
        }
        return reader.isFine
    }

    /// The pairs of a list inside the `depth`-th `AnyValue`.
    func keyValueList(_ range: Range<Int>, depth: Int) -> Bool {
        var reader = StrictReader(bytes, range)
        while let tag = reader.tag() {
            guard tag == 1 << 3 | 2 else { return false }
            reader.require(keyValue(reader.lengthDelimited(), depth: depth))
        }
        return reader.isFine
    }

    /// A string field that is written, and kept whole: not empty, not too long, and UTF-8.
    private func text(_ range: Range<Int>) -> Bool { range.count <= valueBytesMax && key(range) }

    /// The key of an attribute, which is kept whole whatever its length.
    private func key(_ range: Range<Int>) -> Bool {
        !range.isEmpty && UTF8Text.isValid(bytes.extracting(range))
    }
}

/// Reads the canonical wire format and nothing else: fields in order, every number as short as it can be.
private struct StrictReader: ~Escapable {
    private var cursor: WireCursor
    private var lastNumber: UInt32 = 0
    /// Whether the field that was read last is the first with its number.
    private(set) var isOnlyOnce = true
    private var isCanonical = true

    @_lifetime(copy bytes)
    init(_ bytes: ByteSpan, _ range: Range<Int>) { cursor = WireCursor(bytes, range) }

    var isFine: Bool { isCanonical && !cursor.failed }

    var hasMore: Bool { cursor.hasMore }

    mutating func require(_ condition: Bool) { isCanonical = isCanonical && condition }

    /// The next tag; nil at the end, or where the bytes stop being canonical.
    mutating func tag() -> UInt32? {
        guard isFine, cursor.hasMore else { return nil }
        let start = cursor.index
        let tag = cursor.tag()
        let number = tag >> 3
        // The messages here have fewer than 16 fields, so their tags take one byte.
        require(cursor.index == start + 1 && number >= lastNumber)
        isOnlyOnce = number > lastNumber
        lastNumber = number
        return isFine ? tag : nil
    }

    mutating func lengthDelimited() -> Range<Int> {
        let start = cursor.index
        let range = cursor.lengthDelimited()
        require(range.lowerBound - start == Self.varintBytes(UInt64(range.count)))
        return range
    }

    mutating func varint() -> UInt64 {
        let start = cursor.index
        let value = cursor.varint()
        require(cursor.index - start == Self.varintBytes(value))
        return value
    }

    /// Whether a `uint32` follows that is written: not 0.
    mutating func positiveUInt32() -> Bool { (1...UInt64(UInt32.max)).contains(varint()) }

    mutating func fixed64() -> UInt64 { cursor.fixed64() }

    mutating func fixed32() -> UInt32 { cursor.fixed32() }

    private static func varintBytes(_ value: UInt64) -> Int {
        max(1, (UInt64.bitWidth - value.leadingZeroBitCount + 6) / 7)
    }
}
