import Collector
import NIOCore
import TestSupport
import Testing

@Suite("Pieces of next to nothing are counted")
struct PieceAllowanceTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let most = PieceAllowance.piecesMax

    /// How many pieces of so many bytes are taken, out of twenty times the most.
    private func taken(_ allowance: inout PieceAllowance, bytes: Int, now: NIODeadline) -> Int {
        for count in 0..<20 * most {
            allowance.earn(bytes: bytes)
            if !allowance.spend(now: now) { return count }
        }
        return 20 * most
    }

    @Test(
        "empty ones as many as there are, fuller ones more, and of four bytes any number",
        arguments: [(0, 4_096), (1, 5_461), (2, 8_191), (3, 16_381), (4, 81_920), (1_000, 81_920)])
    func bytesPay(bytes: Int, count: Int) {
        var allowance = PieceAllowance(now: start)
        #expect(taken(&allowance, bytes: bytes, now: start) == count)
    }

    @Test("a second brings 256, and no time more than there may be")
    func timePays() {
        var allowance = PieceAllowance(now: start)
        #expect(taken(&allowance, bytes: 0, now: start) == most)
        #expect(taken(&allowance, bytes: 0, now: start + .seconds(1)) == PieceAllowance.piecesPerSecond)
        #expect(taken(&allowance, bytes: 0, now: start + .seconds(1)) == 0)
        #expect(taken(&allowance, bytes: 0, now: start) == 0, "a clock that goes back gives nothing")
        #expect(taken(&allowance, bytes: 0, now: start + .hours(1_000_000)) == most)
    }

    @Test("time in which something is asked for all the while is not lost")
    func smallStepsOfTime() {
        var allowance = PieceAllowance(now: start)
        _ = taken(&allowance, bytes: 0, now: start)
        let count = (1...10_000).filter { allowance.spend(now: start + .microseconds(100 * $0)) }.count
        #expect((255...256).contains(count))
    }

    @Test("what is worth something in itself pays for others, and saves up no more than there may be")
    func othersPay() {
        var allowance = PieceAllowance(now: start)
        _ = taken(&allowance, bytes: 0, now: start)
        allowance.earn(pieces: 16)
        #expect(taken(&allowance, bytes: 0, now: start) == 16)
        allowance.earn(pieces: .max)
        allowance.earn(bytes: .max)
        #expect(taken(&allowance, bytes: 0, now: start) == most)
    }
}
