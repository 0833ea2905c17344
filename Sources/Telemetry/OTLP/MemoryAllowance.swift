/// What decoding a request may hold beside its body. It begins with what was paid for before, and more is asked for as
/// it goes: a body of two bytes an attribute becomes many times as large.
package struct MemoryAllowance: Sendable {
    /// 1 MiB at once, so that it is not asked for often.
    private static let stepBytes = 1 << 20

    private let charge: InFlightBytes.Charge
    /// What the charge holds for something else.
    private let otherBytes: Int

    /// - Parameter bytes: what the charge has taken for decoding already
    package init(_ charge: InFlightBytes.Charge, bytes: Int) {
        self.charge = charge
        otherBytes = charge.heldBytes - bytes
    }

    private init(_ charge: InFlightBytes.Charge, otherBytes: Int) {
        self.charge = charge
        self.otherBytes = otherBytes
    }

    /// What is allowed beside something that holds so much itself.
    func beside(_ bytes: Int) -> MemoryAllowance {
        MemoryAllowance(charge, otherBytes: otherBytes + bytes)
    }

    /// Pays for what decoding holds, all in all.
    /// - Throws: `.noMemory`, or `.tooMuchMemory` where waiting for others would not help
    func cover(_ bytes: Int) throws(DecodeError) {
        let missing = otherBytes + bytes - charge.heldBytes
        guard missing > 0 else { return }
        // Where there is no room for a step there may be for what is needed.
        guard charge.grow(by: max(missing, Self.stepBytes)) || charge.grow(by: missing) else {
            throw charge.isTooLarge(with: missing) ? .tooMuchMemory : .noMemory
        }
    }
}

extension DecodeError {
    static let noMemory = DecodeError(
        .noMemory, "there is no memory to decode the request: send it again later")
    static let tooMuchMemory = DecodeError(
        .tooLarge, "the body needs too much memory to decode: send smaller batches")
}
