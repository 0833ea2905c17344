import TestSupport
import Testing

@testable import traceq

@Suite("Output that does not wait for its reader")
struct PatientOutputTests {
    /// A reader that is ready when it is told to be.
    private final class Reader {
        var isReady = false
        var bytes: [UInt8] = []

        var output: ByteOutput {
            ByteOutput(
                isReady: { self.isReady },
                write: {
                    #expect($0.count <= 65_536)
                    self.bytes += $0
                })
        }
    }

    @Test("is written at once to a reader that is ready, and at the end to one that is not")
    func readiness() {
        let reader = Reader()
        let output = PatientOutput(reader.output)
        output.append("zero ")
        #expect(reader.bytes.isEmpty)
        reader.isReady = true
        output.append("one ")
        #expect(reader.bytes == Array("zero one ".utf8))
        reader.isReady = false
        output.append("two")
        #expect(reader.bytes == Array("zero one ".utf8))
        output.finish()
        #expect(reader.bytes == Array("zero one two".utf8))
    }

    @Test("lets go of what was written, also when the reader is always a little behind")
    func alwaysBehind() {
        var room = 0
        var written = 0
        let output = PatientOutput(
            ByteOutput(
                isReady: { room > 0 },
                write: {
                    room -= $0.count
                    written += $0.count
                }))
        for _ in 0..<100 {
            room += 1 << 20
            output.append([UInt8](repeating: 1, count: 1 << 20))
            room -= 4_096
            #expect(output.memoryBytes <= 6 << 20)
        }
        output.finish()
        #expect(written == 100 << 20)
    }

    @Test("keeps its order beyond what memory may hold")
    func large() {
        let reader = Reader()
        let output = PatientOutput(reader.output)
        var expected: [UInt8] = []
        for number in 0..<70 {
            let text = String(repeating: Character(Unicode.Scalar(UInt8(33 + number))), count: 1 << 20)
            output.append(text)
            expected += text.utf8
        }
        #expect(reader.bytes.isEmpty)
        output.finish()
        #expect(reader.bytes.count == expected.count)
        let isSame = reader.bytes == expected
        #expect(isSame)
    }
}
