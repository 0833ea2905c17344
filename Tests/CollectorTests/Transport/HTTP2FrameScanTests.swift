import Collector
import NIOCore
import TestSupport
import Testing

@Suite("Frames are found")
struct HTTP2FrameScanTests {
    private typealias Frame = HTTP2FrameScan.Frame

    @Test("wherever the bytes are cut", arguments: [1, 2, 8, 9, 10, 23, 24, 25, 1_000, 100_000])
    func anySplit(size: Int) {
        let frames = [(4, 0), (0, 1), (0xbb, 0), (1, 300), (0, 70_000), (255, 0), (8, 4)]
        let bytes =
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
            + frames.flatMap {
                HTTP2Wire.frame(UInt8($0.0), flags: 255, stream: .max, [UInt8](repeating: 7, count: $0.1))
            }
        var scan = HTTP2FrameScan()
        var found: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            var part = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
            while let frame = scan.next(in: &part) { found.append(frame) }
            #expect(part.readableBytes == 0)
        }
        #expect(
            found
                == frames.map {
                    Frame(type: UInt8($0.0), flags: 255, stream: 0x7fff_ffff, payloadBytes: $0.1)
                })
    }
}
