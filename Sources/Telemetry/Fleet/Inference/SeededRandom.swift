import Glibc

/// Numbers that look like chance and are the same each time: SplitMix64 (Steele, Lea and Flood, 2014).
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mixed(state)
    }

    /// A number that any change of the given one changes in half of its bits.
    static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number of a text: the same each time, and another one for nearly every other text (FNV-1a, mixed).
    static func digest(_ text: String) -> UInt64 {
        mixed(
            text.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
    }

    /// Above 0, and below 1.
    mutating func unit() -> Double { (Double(next() >> 11) + 0.5) / 0x1p53 }

    /// How often something happened that happens a number of times in the mean, each time by itself (Knuth's way: as many
    /// factors as stay above a limit).
    /// - Parameter limit: `exp(-mean)`, of a mean of up to 30; above that the normal distribution is near enough
    mutating func poisson(limit: Double) -> Double {
        var product = unit()
        var count = 0.0
        while product > limit {
            product *= unit()
            count += 1
        }
        return count
    }

    /// From the normal distribution of mean 0 and deviation 1 (Box and Muller, 1958).
    mutating func normal() -> Double { sqrt(-2 * log(unit())) * cos(2 * Double.pi * unit()) }
}
