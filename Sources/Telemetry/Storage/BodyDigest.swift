/// A digest of a decompressed request body: a retry is recognised by it.
///
/// 128 bits, so that among the requests of a retry window two different ones do not meet by accident. A key makes that
/// they do not meet on purpose, either: a gateway sends what many emitters said in one request, and whoever of them could
/// make its digest that of another one would have the telemetry of all of them dropped as a retry.
package struct BodyDigest: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// How many bytes a digest takes in the database.
    static let byteCount = 16

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter key: unknown to whoever sends; digests made with different ones have nothing in common
    package init(of body: ByteSpan, key: DigestKey = .ofProcess) {
        // No word of a body is multiplied by what a sender knows: whoever could make a factor 0 would have all that was
        // before it forgotten.
        let words = key.words
        // The length comes in as a product: a longer body is not another one with a word changed.
        var first = TableHash.mix(words[0] ^ UInt64(body.count), words[7])
        var second = words[1]
        var index = 0
        while index &+ 32 <= body.count {
            first = TableHash.mix(
                body.loadUInt64(at: index) ^ words[2], body.loadUInt64(at: index &+ 8) ^ first)
            second = TableHash.mix(
                body.loadUInt64(at: index &+ 16) ^ words[3], body.loadUInt64(at: index &+ 24) ^ second)
            index &+= 32
        }
        // Both halves see all of the body, or who changes 16 bytes had only one of them to meet.
        (first, second) = (
            first ^ TableHash.mix(second ^ words[4], words[5]),
            second ^ TableHash.mix(first ^ words[6], words[7])
        )
        while index &+ 8 <= body.count {
            first = TableHash.mix(body.loadUInt64(at: index) ^ words[2], first ^ words[4])
            second = TableHash.mix(body.loadUInt64(at: index) ^ words[3], second ^ words[5])
            index &+= 8
        }
        var rest: UInt64 = 0
        while index < body.count {
            rest = rest << 8 | UInt64(body[index])
            index &+= 1
        }
        first = TableHash.mix(first ^ rest, words[6])
        second = TableHash.mix(second ^ rest, words[7])
        high = TableHash.mix(first ^ words[4], second ^ words[5])
        low = TableHash.mix(second ^ words[6], first ^ words[7])
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
