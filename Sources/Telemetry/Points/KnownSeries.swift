/// The ids of series that were stored lately, so that a fleet's thousands are not looked up at every seal.
final class KnownSeries {
    /// What tells a series from all others, but for accidents of one in 2^64.
    struct Key: Hashable {
        private let high: UInt64
        private let low: UInt64

        init(_ resource: Int64, _ scope: Int64, _ metric: BodyDigest, _ attributes: BodyDigest) {
            let origin = TableHash.mix(UInt64(bitPattern: resource) ^ 0xa076_1d64_78bd_642f, metric.high)
            high = TableHash.mix(origin ^ UInt64(bitPattern: scope) &* 0x9e37_79b9_7f4a_7c15, attributes.high)
            let other = TableHash.mix(UInt64(bitPattern: resource) ^ 0xe703_7ed1_a0b4_28db, metric.low)
            low = TableHash.mix(other ^ UInt64(bitPattern: scope) &* 0x8ebc_6af0_9c88_c6e3, attributes.low)
        }
    }

    /// 65,536 take some 3 MB: three thousand nodes with twenty series each.
    static let countMax = 1 << 16

    private var ids: [Key: Int64] = [:]

    subscript(key: Key) -> Int64? { ids[key] }

    func insert(_ key: Key, _ id: Int64) {
        // Those that are still sent are soon there again.
        if ids.count >= Self.countMax { ids = [:] }
        ids[key] = id
    }

    func forgetAll() { ids = [:] }
}
