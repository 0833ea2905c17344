/// A tile of a checksum database's tree (golang.org/x/mod/sumdb/tlog): `tile/H/L/N` with the last element of
/// `N` followed by `.p/W` when the tile is not full.
package struct ChecksumTile: Hashable, Sendable {
    /// How many levels of the tree the tile holds; the go command uses 8.
    package var height: Int
    /// Which row of tiles; nil for a tile of records (`data`), which stands for row 0.
    package var level: Int?
    package var number: Int64
    /// How many hashes it has; a full one has 2^height.
    package var width: Int64

    /// How many records the database has at the least when it has this tile; nil above row 0.
    package var treeSizeAtLeast: Int64? {
        guard level ?? 0 == 0 else { return nil }
        let (full, tooLarge) = number.multipliedReportingOverflow(by: 1 << Int64(height))
        let (size, tooMany) = full.addingReportingOverflow(width)
        return tooLarge || tooMany ? nil : size
    }

    /// Reads `H/L/N[.p/W]`; nil when that is no tile.
    init?(_ bytes: ByteSpan, _ range: Range<Int>) {
        var elements = PathElements(bytes, range)
        guard let heightElement = elements.next(),
            let height = Self.number(bytes, heightElement), (1...30).contains(height),
            let levelElement = elements.next()
        else { return nil }
        self.height = Int(height)
        if bytes.holds("data", in: levelElement) {
            level = nil
        } else {
            guard let level = Self.number(bytes, levelElement), level < 64 else { return nil }
            self.level = Int(level)
        }
        number = 0
        width = 1 << height
        while let element = elements.next() {
            var digits = element
            let isPartial = bytes.ends(element, with: ".p")
            if isPartial { digits = digits.lowerBound..<digits.upperBound - 2 }
            let goesOn = bytes.begins(digits, with: "x")
            if goesOn { digits = digits.lowerBound + 1..<digits.upperBound }
            guard digits.count == 3, let part = Self.number(bytes, digits, leadingZeros: true),
                !(goesOn && isPartial)
            else { return nil }
            let (shifted, tooLarge) = number.multipliedReportingOverflow(by: 1_000)
            guard !tooLarge, shifted <= Int64.max - part else { return nil }
            number = shifted + part
            if goesOn { continue }
            if isPartial {
                guard let last = elements.next(), let width = Self.number(bytes, last),
                    width > 0, width < self.width
                else { return nil }
                self.width = width
            }
            guard elements.next() == nil else { return nil }
            return
        }
        return nil
    }

    private static func number(
        _ bytes: ByteSpan, _ range: Range<Int>, leadingZeros: Bool = false
    ) -> Int64? {
        guard (1...18).contains(range.count),
            leadingZeros || range.count == 1 || bytes[range.lowerBound] != UInt8(ascii: "0")
        else { return nil }
        var value: Int64 = 0
        for index in range {
            guard ModuleEscape.isDigit(bytes[index]) else { return nil }
            value = value * 10 + Int64(bytes[index] & 0x0f)
        }
        return value
    }
}

/// The elements of a path, separated by slashes.
struct PathElements: ~Escapable {
    private let bytes: ByteSpan
    private var start: Int
    private let end: Int

    @_lifetime(copy bytes)
    init(_ bytes: ByteSpan, _ range: Range<Int>) {
        self.bytes = bytes
        start = range.lowerBound
        end = range.upperBound
    }

    /// The next element, perhaps empty; nil after the last.
    @_lifetime(self: copy self)
    mutating func next() -> Range<Int>? {
        guard start <= end else { return nil }
        var index = start
        while index < end, bytes[index] != UInt8(ascii: "/") { index += 1 }
        let element = start..<index
        start = index + 1
        return element
    }

    /// What has not been read yet.
    var rest: Range<Int> { min(start, end)..<end }
}
