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
            result.integer(RankSelection.values(of: [place], in: &integers)[0])
        } else {
            result.real(RankSelection.values(of: [place], in: &reals)[0])
        }
    }
}
