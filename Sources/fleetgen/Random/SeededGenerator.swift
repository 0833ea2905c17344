/// A small, fast random source (xoshiro256**) whose whole sequence follows from its seed.
///
/// The standard library's generator cannot be seeded, and a fleet has to come out the same for the
/// same seed on every machine.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        var mixer = SplitMix(state: seed)
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    mutating func next() -> UInt64 {
        let result = Self.rotate(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotate(state.3, by: 45)
        return result
    }

    /// An independent generator for one part of the work, so that drawing more numbers in one part
    /// does not change what the others draw.
    static func stream(_ name: StaticString, seed: UInt64) -> SeededGenerator {
        var mixed = seed
        name.withUTF8Buffer { text in
            for byte in text { mixed = SplitMix.mixed(mixed ^ UInt64(byte)) }
        }
        return SeededGenerator(seed: mixed)
    }

    private static func rotate(_ value: UInt64, by count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }
}

/// The generator that seeds the other one, and a hash of numbers.
struct SplitMix: Sendable {
    private var state: UInt64

    init(state: UInt64) {
        self.state = state
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.finalized(state)
    }

    /// One number that looks random and depends on nothing but its argument.
    static func mixed(_ value: UInt64) -> UInt64 {
        finalized(value &+ 0x9E37_79B9_7F4A_7C15)
    }

    /// A number from 0 to below 1 that depends on nothing but its arguments.
    static func unit(_ parts: UInt64...) -> Double {
        let hash = parts.reduce(0) { mixed($0 ^ $1) }
        return Double(hash >> 11) * 0x1p-53
    }

    private static func finalized(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
