/// `quantile(x, q)`: the value at the nearest rank among those of a group, as in every answer of ours.
/// NULL is passed over, as in every aggregate of SQL. The share is that of a group's first row.
final class QuantileAggregate: SQLAggregate {
    private var integers: [Int64] = []
    /// Used from the first value on that is no integer; what came before is in here, too.
    private var reals: [Double] = []
    private var quantile: Double?
    private let valuesMax: Int

    /// - Parameter valuesMax: how many values a group may have
    init(valuesMax: Int) { self.valuesMax = valuesMax }

    func step(_ arguments: SQLArguments) throws(StoreError) {
        if quantile == nil { quantile = try TelemetryFunctions.share(arguments, 1) }
        guard max(integers.count, reals.count) < valuesMax else {
            throw StoreError(
                .limit,
                "quantile(x, q) keeps up to \(HumanUnits.count(Int64(valuesMax))) values of a group, and here are "
                    + "more: ask about a shorter time, or rollup_minute with sketch_quantile(sketch_merge(sketch), q)"
            )
        }
        if let number = arguments.integer(0), reals.isEmpty { return integers.append(number) }
        switch arguments[0] {
        case .null: break
        case .integer(let number): reals.append(Double(number))
        case .real(let number):
            if reals.isEmpty {
                reals = integers.map(Double.init)
                integers = []
            }
            reals.append(number)
        case .text, .blob:
            throw StoreError(.unavailable, "quantile(x, q) takes numbers, and here x is none")
        }
    }

    func finish(_ result: SQLResult) throws(StoreError) {
        let count = max(integers.count, reals.count)
        guard let quantile, count > 0 else { return result.null() }
        let place = Int(DurationSketch.nearestRank(quantile, of: UInt64(count))) - 1
        if reals.isEmpty {
            result.integer(Self.select(&integers, place))
        } else {
            result.real(Self.select(&reals, place))
        }
    }

    /// The value at a place in the order: quickselect, and a sort when the pivots are bad.
    private static func select<Value: Comparable>(_ values: inout [Value], _ place: Int) -> Value {
        var low = 0
        var high = values.count - 1
        var rounds = 0
        while high - low > 64 {
            rounds += 1
            guard rounds < 64 else { break }
            let pivot = median(values[low], values[(low + high) / 2], values[high])
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while pivot < values[right] { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if place <= right {
                high = right
            } else if place >= left {
                low = left
            } else {
                return values[place]
            }
        }
        values[low...high].sort()
        return values[place]
    }

    private static func median<Value: Comparable>(_ first: Value, _ second: Value, _ third: Value) -> Value {
        max(min(first, second), min(max(first, second), third))
    }
}
