import Glibc

/// Whether a value goes with being selected: of the requests that have it, and of those that have it not, how many are
/// selected.
struct Association {
    /// Selected, with the value.
    var selected: Int
    /// All that are selected.
    var selectedTotal: Int
    /// Not selected, with the value.
    var rest: Int
    /// All that are not selected.
    var restTotal: Int

    /// How much more frequent the value is among the selected than among the rest; infinite where the rest has it never.
    var lift: Double {
        guard selectedTotal > 0, selected > 0 else { return 0 }
        guard restTotal > 0, rest > 0 else { return .infinity }
        return Double(selected) / Double(selectedTotal) / (Double(rest) / Double(restTotal))
    }

    /// Of the selected with the value, the part that would not be selected if having it made no difference: one less
    /// the ratio of risks.
    var attributable: Double {
        let others = selectedTotal - selected
        let othersAll = others + restTotal - rest
        guard selected > 0, othersAll > 0 else { return 0 }
        let without = Double(others) / Double(othersAll)
        let with = Double(selected) / Double(selected + rest)
        return max(0, 1 - without / with)
    }

    /// The probability that chance alone makes the value as frequent among the selected as it is, or more so.
    ///
    /// Exact (Fisher's test) where fewer than 5 are expected in a cell, else from the normal distribution with Yates'
    /// correction.
    var probability: Double {
        let all = Double(selectedTotal) + Double(restTotal)
        let having = Double(selected) + Double(rest)
        guard all > 0, having > 0, having < all, selectedTotal > 0, restTotal > 0 else { return 1 }
        let expected = having * Double(selectedTotal) / all
        guard Double(selected) > expected else { return 1 }
        let least = min(
            expected, having - expected, Double(selectedTotal) - expected,
            Double(restTotal) - having + expected)
        guard least >= 5 else { return exact }
        let variance =
            expected * (1 - having / all) * Double(restTotal) / all * all / max(all - 1, 1)
        let distance = max(0, Double(selected) - expected - 0.5)
        return 0.5 * erfc(distance / (2 * variance).squareRoot())
    }

    /// The sum over all tables that are as extreme, or more so.
    private var exact: Double {
        let having = selected + rest
        let all = selectedTotal + restTotal
        func logChoose(_ n: Int, _ k: Int) -> Double {
            LogGamma.of(Double(n) + 1) - LogGamma.of(Double(k) + 1) - LogGamma.of(Double(n - k) + 1)
        }
        let whole = logChoose(all, having)
        var sum = 0.0
        for count in selected...min(having, selectedTotal) where having - count <= restTotal {
            let term = exp(
                logChoose(selectedTotal, count) + logChoose(restTotal, having - count) - whole)
            sum += term
            // They fall from here on.
            if term < sum * 1e-15 { break }
        }
        return min(1, sum)
    }

    /// Which of many probabilities are small enough that at most a part of those called so are chance (Benjamini and
    /// Hochberg, 1995).
    /// - Returns: for each the least such part that would take it in
    static func falseDiscoveryRates(_ probabilities: [Double]) -> [Double] {
        let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
        var rates = [Double](repeating: 1, count: probabilities.count)
        var least = 1.0
        for (rank, index) in order.enumerated().reversed() {
            least = min(least, probabilities[index] * Double(order.count) / Double(rank + 1))
            rates[index] = least
        }
        return rates
    }
}
