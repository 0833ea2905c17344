/// What makes digests of requests unpredictable: random words that nobody knows who sends.
///
/// A database file has one of its own (`Schema.secretTable`), as digests outlive the process.
package struct DigestKey: Sendable {
    let words: InlineArray<8, UInt64>

    /// How many bytes a key takes in the database.
    static let byteCount = 64

    /// For what lives no longer than the process.
    package static let ofProcess = DigestKey(words: InlineArray { _ in UInt64.random(in: .min ... .max) })

    private init(words: InlineArray<8, UInt64>) { self.words = words }

    /// - Parameter bytes: 64 random ones; nil when they are another number
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        words = InlineArray { bytes.span.loadUInt64(at: 8 * $0) }
    }
}
