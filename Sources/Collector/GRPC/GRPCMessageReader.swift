import NIOCore
import Telemetry

/// Takes the one message of a unary call out of its frame: a flag that says whether it is compressed, four
/// bytes of length, the message.
struct GRPCMessageReader {
    private static let prefixBytes = 5

    private let limitBytes: Int
    private let charge: InFlightBytes.Charge
    private var prefix = ByteBuffer()
    private var announcedBytes: Int?
    private(set) var isCompressed = false
    private(set) var body: BodyAccumulator

    init(limitBytes: Int, charge: InFlightBytes.Charge) {
        self.limitBytes = limitBytes
        self.charge = charge
        body = BodyAccumulator(limitBytes: limitBytes, expectedBytes: nil, charge: charge)
    }

    var isComplete: Bool { announcedBytes == body.count }

    /// Takes in what came over the stream.
    ///
    /// - Throws: `tooLarge` as soon as the prefix announces a message over the limit, before anything is
    ///   set aside for it; `framing` for a second message or an unknown flag.
    mutating func append(_ part: ByteBuffer) throws(Refusal) {
        var part = part
        if announcedBytes == nil {
            try readPrefix(&part)
        }
        guard let announcedBytes, part.readableBytes > 0 else { return }
        guard part.readableBytes <= announcedBytes - body.count else {
            throw Refusal(.framing, "the call carries more than one message: Export takes exactly one")
        }
        try body.append(part)
    }

    private mutating func readPrefix(_ part: inout ByteBuffer) throws(Refusal) {
        let missing = Self.prefixBytes - prefix.readableBytes
        guard var piece = part.readSlice(length: min(missing, part.readableBytes)) else { return }
        prefix.writeBuffer(&piece)
        guard let flag = prefix.getInteger(at: 0, as: UInt8.self),
            let length = prefix.getInteger(at: 1, as: UInt32.self)
        else { return }
        guard flag <= 1 else { throw Refusal(.framing, "the message's compression flag is neither 0 nor 1") }
        guard Int(length) <= limitBytes else { throw Refusal.tooLarge(limitBytes: limitBytes) }
        isCompressed = flag == 1
        announcedBytes = Int(length)
        body = BodyAccumulator(limitBytes: limitBytes, expectedBytes: Int(length), charge: charge)
    }
}
