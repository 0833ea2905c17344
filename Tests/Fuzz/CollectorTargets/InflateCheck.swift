import Collector
import NIOCore
import Telemetry

/// Compressed bodies: what comes out has room, and is paid for to the byte.
enum InflateCheck {
    private static let encodings: [BodyEncoding] = [.gzip, .zlib, .zstd, .identity]
    private static let limits = BodyInflater.Limits(bytes: 1 << 21, ratio: 128)

    static func problems(_ bytes: [UInt8]) -> [String] {
        guard let kind = bytes.first else { return [] }
        let inFlight = InFlightBytes(limitBytes: 3 << 20)
        let charge = inFlight.charge()
        let encoding = encodings[Int(kind) % encodings.count]
        var problems: [String] = []
        let body = ByteBuffer(bytes: bytes.dropFirst())
        _ = BodyInflater.isGzip(body)
        if let output = try? BodyInflater.inflate(body, encoding, limits: limits, charge: charge),
            encoding != .identity
        {
            if output.readableBytes > limits.bytes { problems.append("more comes out than may") }
            if inFlight.usedBytes != output.readableBytes { problems.append("it is paid for wrongly") }
        }
        charge.release()
        if inFlight.usedBytes != 0 { problems.append("not everything is given back") }
        return problems
    }

    /// "hello hello hello hello" in each encoding.
    static let seeds: [[UInt8]] = [
        [
            0, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 1,
            0xe3, 0x51, 0x3d, 0x8d, 0x17, 0, 0, 0,
        ],
        [
            0, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 1,
            0xe3, 0x51, 0x3d, 0x8d, 0x17, 0, 0, 0, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd,
            0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 1, 0xe3, 0x51, 0x3d, 0x8d, 0x17, 0, 0, 0,
        ],
        [
            1, 0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 1, 0x68, 3, 8, 0xb1,
        ],
        [
            2, 0x28, 0xb5, 0x2f, 0xfd, 4, 0x58, 0x65, 0, 0, 0x30, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 1, 0,
            0x99, 0x4b, 0x11, 0x17, 0x5e, 0xae, 0x0d,
        ],
        [3, 1, 2],
    ]
}
