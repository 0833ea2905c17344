/// A digest of a decompressed request body: a retry is recognised by it.
///
/// 128 bits, so that among the requests of a retry window two different ones do not meet by accident. It
/// is not cryptographic: who can make two bodies with one digest can only lose telemetry of their own.
package struct BodyDigest: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// How many bytes a digest takes in the database.
    static let byteCount = 16

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(of body: ByteSpan) {
        // Odd constants with about as many ones as zeros; stored digests depend on them.
        var first: UInt64 = 0x243f_6a88_85a3_08d3 ^ UInt64(body.count)
        var second: UInt64 = 0x1319_8a2e_0370_7345
        var index = 0
        while index &+ 32 <= body.count {
            first = TableHash.mix(
                body.loadUInt64(at: index) ^ 0xa409_3822_299f_31d1, body.loadUInt64(at: index &+ 8) ^ first)
            second = TableHash.mix(
                body.loadUInt64(at: index &+ 16) ^ 0x082e_fa98_ec4e_6c89,
                body.loadUInt64(at: index &+ 24) ^ second)
            index &+= 32
        }
        while index &+ 8 <= body.count {
            first = TableHash.mix(body.loadUInt64(at: index) ^ 0x4528_21e6_38d0_1377, first)
            second = TableHash.mix(body.loadUInt64(at: index) ^ 0xbe54_66cf_34e9_0c6d, second)
            index &+= 8
        }
        var rest: UInt64 = 0
        while index < body.count {
            rest = rest << 8 | UInt64(body[index])
            index &+= 1
        }
        first ^= rest
        second ^= rest &* 0x9e37_79b9_7f4a_7c15
        high = TableHash.mix(first ^ 0xc0ac_29b7_c97c_50dd, second ^ 0x3f84_d5b5_b547_0917)
        low = TableHash.mix(second ^ 0x9216_d5d9_8979_fb1b, first ^ 0xd131_0ba6_98df_b5ac)
    }
}

/// The digests of the requests that were accepted lately, so that a retry is not stored twice.
///
/// Two generations: when the younger one is as old as the window, it becomes the older one. So a digest
/// is remembered for one to two windows without a clock for each.
struct ReceiptWindow {
    /// 15 minutes: three times as long as exporters keep trying (300 s).
    static let nanos: Int64 = 15 * 60 * 1_000_000_000

    private var younger: Set<BodyDigest> = []
    private var older: Set<BodyDigest> = []
    private var youngerSince: UnixNanos

    init(now: UnixNanos) { youngerSince = now }

    func contains(_ digest: BodyDigest) -> Bool { younger.contains(digest) || older.contains(digest) }

    mutating func insert(_ digest: BodyDigest) { younger.insert(digest) }

    /// Forgets what is older than the window. A clock that was set back starts a new window.
    mutating func expire(now: UnixNanos) {
        let age = now.rawValue - youngerSince.rawValue
        guard age >= Self.nanos || age < 0 else { return }
        older = younger
        younger = []
        youngerSince = now
    }
}
