import Glibc

extension SeededGenerator {
    /// A number from 0 to below 1.
    mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool {
        unit() < probability
    }

    /// A number from 0 to below `count`; 0 when there is nothing to choose from.
    mutating func index(below count: Int) -> Int {
        count > 0 ? Int(unit() * Double(count)) : 0
    }

    /// A number of the normal distribution with mean 0 and deviation 1.
    mutating func normal() -> Double {
        // 1 - unit() keeps the logarithm away from zero.
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * Double.pi * unit())
    }

    /// A number whose logarithm is normal: what waiting times and file sizes look like.
    mutating func logNormal(median: Double, sigma: Double) -> Double {
        median * exp(sigma * normal())
    }

    /// The waiting time until the next of many independent events.
    mutating func exponential(mean: Double) -> Double {
        -mean * log(1 - unit())
    }

    /// An id of `count` random bytes, never all zero: OTLP takes zeros for "no id".
    mutating func identifier(byteCount: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        repeat {
            bytes.removeAll(keepingCapacity: true)
            while bytes.count < byteCount {
                var word = next()
                for _ in 0..<min(8, byteCount - bytes.count) {
                    bytes.append(UInt8(truncatingIfNeeded: word))
                    word >>= 8
                }
            }
        } while bytes.allSatisfy { $0 == 0 }
        return bytes
    }
}
