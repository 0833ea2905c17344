import Glibc

/// Popularity by rank: the module of rank r is asked for in proportion to 1 / (r + shift)^exponent.
struct ZipfDistribution: Sendable {
    /// Running sums of the weights, the last being their total.
    private let cumulative: [Double]

    /// - Parameter count: how many ranks there are, at least 1.
    init(count: Int, exponent: Double, shift: Double) {
        precondition(count > 0, "a distribution needs at least one rank")
        var total = 0.0
        cumulative = (0..<count).map { rank in
            total += pow(Double(rank) + shift, -exponent)
            return total
        }
    }

    /// A rank, 0 being the most popular.
    func rank(using generator: inout SeededGenerator) -> Int {
        let target = generator.unit() * (cumulative.last ?? 0)
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
