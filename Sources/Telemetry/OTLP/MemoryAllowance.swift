/// What decoding a request may hold beside its body. It begins with what was paid for before, and asks for more as it
/// goes: a body of two bytes an attribute becomes many times as large.
package struct MemoryAllowance: Sendable {
    /// 1 MiB at once, so that it is not asked for often.
    private static let stepBytes = 1 << 20

    private let charge: InFlightBytes.Charge
    private var paidBytes: Int

    /// - Parameter bytes: what the charge has taken for decoding already
    package init(_ charge: InFlightBytes.Charge, bytes: Int) {
        self.charge = charge
        paidBytes = bytes
    }

    /// Pays for what decoding holds.
    /// - Throws: `.noMemory`, or `.tooLarge` where waiting for others would not help
    mutating func cover(_ bytes: Int) throws(DecodeError) {
        guard bytes > paidBytes else { return }
        let step = max(bytes - paidBytes, Self.stepBytes)
        guard charge.grow(by: step) else {
            throw charge.isLarge(with: step)
                ? DecodeError(.tooLarge, "the body needs too much memory to decode: send smaller batches")
                : DecodeError(.noMemory, "there is no memory to decode the request: send it again later")
        }
        paidBytes += step
    }
}
