/// Finds the values of some ranks among a few thousand without sorting them: partitions, and goes on with the side
/// that has the rank. A sort would put everything in order, of which three places are asked for.
enum RankSelection {
    /// Ranges as short as this are sorted.
    private static let sortedMax = 16
    /// Rounds after which a range is sorted: pivots of unlucky data cut off a value at a time.
    private static let roundsMax = 48

    /// - Parameters:
    ///   - ranks: ascending, from 0 on, each below the number of values
    ///   - values: in any order; they are in another one afterwards
    /// - Returns: by rank, the value that sorting would put there
    static func values(of ranks: [Int], in values: inout [UInt32]) -> [UInt32] {
        var found: [UInt32] = []
        var end = values.count
        // The highest rank first: all below it lie in front of it then.
        for rank in ranks.reversed() {
            found.append(value(of: rank, in: &values, below: end))
            end = rank + 1
        }
        return found.reversed()
    }

    /// Leaves the value at its place, and none in front of it that is higher.
    private static func value(of rank: Int, in values: inout [UInt32], below end: Int) -> UInt32 {
        var low = 0
        var high = end
        for _ in 0..<roundsMax where high - low > sortedMax {
            let pivot = median(values[low], values[(low + high) / 2], values[high - 1])
            let middle = partition(&values, low..<high) { $0 < pivot }
            if rank < middle {
                high = middle
            } else if middle > low {
                low = middle
            } else {
                // The pivot is the lowest: those equal to it make a part of their own.
                let next = partition(&values, low..<high) { $0 <= pivot }
                if rank < next { return pivot }
                low = next
            }
        }
        values[low..<high].sort()
        return values[rank]
    }

    private static func median(_ first: UInt32, _ second: UInt32, _ third: UInt32) -> UInt32 {
        max(min(first, second), min(max(first, second), third))
    }

    /// Brings those that belong in front there, without a branch that depends on values.
    /// - Returns: where the others begin
    @inline(__always)
    private static func partition(
        _ values: inout [UInt32], _ range: Range<Int>, _ isFront: (UInt32) -> Bool
    ) -> Int {
        var span = values.mutableSpan
        precondition(range.lowerBound >= 0 && range.upperBound <= span.count)
        var front = range.lowerBound
        for index in range {
            // Safe: `index` lies in the range, and `front` never behind it.
            let value = unsafe span[unchecked: index]
            unsafe span[unchecked: index] = span[unchecked: front]
            unsafe span[unchecked: front] = value
            front &+= isFront(value) ? 1 : 0
        }
        return front
    }
}
