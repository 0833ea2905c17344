import NIOCore
import Telemetry

/// Collects the parts of a body within the limits of the request and of the server.
struct BodyAccumulator {
    private(set) var bytes = ByteBuffer()
    let charge: InFlightBytes.Charge
    /// Bytes as they come over the wire, compressed or not.
    private let limitBytes: Int
    /// What the sender announced, if it did.
    private let expectedBytes: Int?

    /// A body that arrives whole in one read is kept where it was read when it fills at least an eighth of
    /// the receive buffer; a smaller one is copied out, which is cheaper than to hold 256 KiB for it.
    private static let keptSliceBytesMin = 32 << 10
    /// What is set aside on the word of the sender alone. The buffer doubles from there.
    private static let reservedBytesMax = 1 << 20

    init(limitBytes: Int, expectedBytes: Int?, charge: InFlightBytes.Charge) {
        self.limitBytes = limitBytes
        self.expectedBytes = expectedBytes
        self.charge = charge
    }

    var count: Int { bytes.readableBytes }

    mutating func append(_ part: ByteBuffer) throws(Refusal) {
        let partBytes = part.readableBytes
        guard partBytes <= limitBytes - count else { throw Refusal.tooLarge(limitBytes: limitBytes) }
        let isWhole = count == 0 && expectedBytes == partBytes
        if isWhole && partBytes >= Self.keptSliceBytesMin && charge.grow(by: part.storageCapacity) {
            bytes = part
            return
        }
        try charge.pay(partBytes)
        if bytes.capacity == 0 {
            let wanted = min(expectedBytes ?? partBytes, Self.reservedBytesMax)
            bytes.reserveCapacity(max(wanted, partBytes))
        }
        bytes.writeImmutableBuffer(part)
    }
}
