/// Which pairs of two small numbers have come: a bit for each, where that is little memory.
struct NumberPairs {
    /// In words of 64 pairs: 8 MB.
    private static let wordsMax = 1 << 20

    private let width: Int
    private var bits: [UInt64] = []
    /// Where there would be too many bits.
    private var pairs: Set<UInt64> = []

    /// - Parameters:
    ///   - firstCount: first numbers lie below it
    ///   - secondCount: second numbers lie below it; none is above 2^32
    init(_ firstCount: Int, _ secondCount: Int) {
        width = (secondCount + 63) / 64
        let (words, overflow) = firstCount.multipliedReportingOverflow(by: width)
        if !overflow, words <= Self.wordsMax { bits = [UInt64](repeating: 0, count: words) }
    }

    /// - Returns: whether the pair came for the first time
    mutating func insert(_ first: Int, _ second: Int) -> Bool {
        guard !bits.isEmpty else { return pairs.insert(UInt64(first) << 32 | UInt64(second)).inserted }
        let word = first * width + second >> 6
        let bit = UInt64(1) << UInt64(second & 63)
        guard bits[word] & bit == 0 else { return false }
        bits[word] |= bit
        return true
    }
}
