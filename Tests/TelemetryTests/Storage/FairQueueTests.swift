import TestSupport
import Testing

@testable import Telemetry

@Suite("The turns of those who wait")
struct FairQueueTests {
    private let sources = (0..<3).map { RequestSource(name: "node-\($0)") }

    @Test("what one source sends comes in its order, and all of it comes")
    func orderOfOneSource() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var queue = FairQueue<(source: Int, number: Int)>()
        var sent = [0, 0, 0]
        var received = [0, 0, 0]
        for _ in 0..<2_000 {
            if Bool.random(using: &random) {
                let source = Int.random(in: 0..<3, using: &random)
                queue.append(
                    (source, sent[source]), byteCount: Int.random(in: 0...1 << 20, using: &random),
                    source: sources[source])
                sent[source] += 1
            } else if let next = queue.popFirst() {
                #expect(next.number == received[next.source], "seed \(seed)")
                received[next.source] += 1
            }
            #expect(queue.count == sent.reduce(0, +) - received.reduce(0, +), "seed \(seed)")
        }
        while let next = queue.popFirst() { received[next.source] += 1 }
        #expect(received == sent, "seed \(seed)")
        #expect(queue.isEmpty)
        for source in sources { #expect(queue.byteCount(of: source) == 0, "seed \(seed)") }
    }

    @Test("who sends little comes after a turn of who floods, however much of that waits")
    func littleOvertakesMuch() {
        var queue = FairQueue<Int>()
        for _ in 0..<1_000 { queue.append(0, byteCount: 64 << 10, source: sources[0]) }
        queue.append(1, byteCount: 100, source: sources[1])
        queue.append(2, byteCount: 100, source: sources[2])
        let first = (0..<6).compactMap { _ in queue.popFirst() }
        #expect(first == [0, 0, 0, 0, 1, 2])
    }

    @Test("bytes are shared, not requests: large ones of one source and small ones of another get as much")
    func bytesAreShared() {
        var queue = FairQueue<Int>()
        for _ in 0..<100 { queue.append(0, byteCount: 1 << 20, source: sources[0]) }
        for _ in 0..<6_400 { queue.append(1, byteCount: 16 << 10, source: sources[1]) }
        var bytes = [0, 0]
        while bytes[0] + bytes[1] < 50 << 20, let source = queue.popFirst() {
            bytes[source] += source == 0 ? 1 << 20 : 16 << 10
        }
        #expect(abs(bytes[0] - bytes[1]) <= 2 << 20)
    }

    @Test("what is larger than any turn waits a few turns, and comes")
    func largeComes() {
        var queue = FairQueue<Int>()
        queue.append(0, byteCount: 2 << 20, source: sources[0])
        for _ in 0..<1_000 { queue.append(1, byteCount: 64 << 10, source: sources[1]) }
        let before = (0..<1_000).prefix { _ in queue.popFirst() == 1 }.count
        // Eight turns of four each.
        #expect((28...36).contains(before))
    }

    @Test("what is put back is next, in its order")
    func putBackIsNext() {
        var queue = FairQueue<Int>()
        for number in 1...6 { queue.append(number, byteCount: 1, source: sources[0]) }
        let taken = (0..<3).compactMap { _ in queue.popFirst() }
        queue.putBack(taken)
        #expect(queue.count == 6)
        #expect((0..<6).compactMap { _ in queue.popFirst() } == [1, 2, 3, 4, 5, 6])
        #expect(queue.popFirst() == nil)
    }

    @Test("looking at the next one changes nothing")
    func lookingIsFree() {
        var queue = FairQueue<Int>()
        for number in 0..<8 { queue.append(number, byteCount: 200 << 10, source: sources[number % 2]) }
        var order: [Int] = []
        while let first = queue.first() {
            #expect(queue.first() == first)
            #expect(queue.popFirst() == first)
            order.append(first)
        }
        #expect(order.sorted() == Array(0..<8))
    }
}
