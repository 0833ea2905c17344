extension ByteSpan {
    /// The first place of one of three bytes in a range; the end of the range when there is none. Looks at eight
    /// bytes at a time.
    @inline(__always)
    func place(of first: UInt8, _ second: UInt8, _ third: UInt8, in range: Range<Int>) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let (firsts, seconds, thirds) = (ones &* UInt64(first), ones &* UInt64(second), ones &* UInt64(third))
        var index = range.lowerBound
        while index &+ 8 <= range.upperBound {
            let word = loadUInt64(at: index)
            // A byte that is zero, and none before it, has its high bit set in what follows.
            let (a, b, c) = (word ^ firsts, word ^ seconds, word ^ thirds)
            let found = ((a &- ones) & ~a | (b &- ones) & ~b | (c &- ones) & ~c) & highs
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < range.upperBound {
            let byte = self[index]
            if byte == first || byte == second || byte == third { return index }
            index &+= 1
        }
        return range.upperBound
    }

    /// The first place of a byte.
    @inline(__always)
    func place(of byte: UInt8, in range: Range<Int>) -> Int { place(of: byte, byte, byte, in: range) }
}
