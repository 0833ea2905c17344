import Glibc

/// Between which shares the true one lies with 95 % certainty, when so many of so many were seen: exact, after Clopper
/// and Pearson (1934).
enum BinomialInterval {
    static func interval(_ part: Int, of whole: Int) -> ClosedRange<Double>? {
        guard whole > 0, part >= 0, part <= whole else { return nil }
        let (part, rest) = (Double(part), Double(whole - part))
        let low = part == 0 ? 0 : quantile(0.025, part, rest + 1)
        let high = rest == 0 ? 1 : quantile(0.975, part + 1, rest)
        return min(low, high)...high
    }

    /// Where the beta distribution reaches a probability; by halving, as it only grows.
    private static func quantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
        var low = 0.0
        var high = 1.0
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if incompleteBeta(middle, a, b) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast on this side only.
        guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
        let front = exp(
            LogGamma.of(a + b) - LogGamma.of(a) - LogGamma.of(b) + a * log(x) + b * log1p(-x))
        let tiny = 1e-300
        func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var numerator = 1.0
        var denominator = 1 / kept(1 - (a + b) * x / (a + 1))
        var fraction = denominator
        // As many terms as the root of the counts at the most.
        for step in 1...100_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            denominator = 1 / kept(1 + even * denominator)
            numerator = kept(1 + even / numerator)
            fraction *= denominator * numerator
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            denominator = 1 / kept(1 + odd * denominator)
            numerator = kept(1 + odd / numerator)
            let factor = denominator * numerator
            fraction *= factor
            if abs(factor - 1) < 1e-12 { break }
        }
        return front * fraction / a
    }
}

/// The logarithm of the gamma function, for arguments above 0: Stirling's series behind 10, within 1e-12.
enum LogGamma {
    static func of(_ argument: Double) -> Double {
        var x = argument
        var shift = 0.0
        while x < 10 {
            shift += log(x)
            x += 1
        }
        let inverse = 1 / (x * x)
        let series = (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / x
        return (x - 0.5) * log(x) - x + 0.5 * log(2 * Double.pi) + series - shift
    }
}
