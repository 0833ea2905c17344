/// Finds the values of some ranks without sorting all values: partitions, and goes on with the side that has the
/// rank. A sort would put everything in order, of which a few places are asked for.
enum RankSelection {
    /// Ranges as short as this are sorted.
    private static let sortedMax = 16
    /// Rounds after which a range is sorted: pivots of unlucky data cut off a value at a time. Pivots of others halve
    /// 2^48 values with this many.
    private static let roundsMax = 48

    /// - Parameters:
    ///   - ranks: ascending, from 0 on, each below the number of values
    ///   - values: in any order; they are in another one afterwards
    /// - Returns: by rank, the value that sorting would put there
    static func values<Value: Comparable>(of ranks: [Int], in values: inout [Value]) -> [Value] {
        var found: [Value] = []
        var start = 0
        // The lowest rank first: all above it lie behind it then, and high ones are looked for among few.
        for rank in ranks {
            // A rank may be asked for twice.
            found.append(rank < start ? values[rank] : value(of: rank, in: &values, from: start))
            start = max(start, rank + 1)
        }
        return found
    }

    /// Leaves the value at its place, none in front of it that is higher and none behind it that is lower.
    private static func value<Value: Comparable>(
        of rank: Int, in values: inout [Value], from start: Int
    ) -> Value {
        var low = start
        var high = values.count
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

    private static func median<Value: Comparable>(_ first: Value, _ second: Value, _ third: Value) -> Value {
        max(min(first, second), min(max(first, second), third))
    }

    /// Brings those that belong in front there, without a branch that depends on values.
    /// - Returns: where the others begin
    @inline(__always)
    private static func partition<Value: Comparable>(
        _ values: inout [Value], _ range: Range<Int>, _ isFront: (Value) -> Bool
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
