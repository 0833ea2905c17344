import TestSupport
import Testing

@testable import Telemetry

@Suite("The queue before the database", .timeLimit(.minutes(15)))
struct QueueShareTests {
    private let memory = InFlightBytes(limitBytes: 1 << 30)

    private func item(bytes: Int, _ source: RequestSource?) -> IngestQueue.Item {
        let batch = SpanBatch(arrival: someArrival)
        let charge = source.map { memory.charge(for: $0) }
        let nothing: [UInt8] = []
        return IngestQueue.Item(
            queued: QueuedBatch(.spans(batch), charge: charge), encoded: [UInt8](repeating: 0, count: bytes),
            digest: BodyDigest(of: nothing.span), charge: charge, acknowledge: { _ in })
    }

    private func isTaken(_ submission: IngestQueue.Submission) -> Bool {
        if case .refused = submission { false } else { true }
    }

    @Test("hostile 74: one source fills three quarters of it at the most, and others are taken then")
    func oneSourceLeavesRoom() {
        let queue = IngestQueue(bytesMax: 100_000)
        let flood = RequestSource(name: "flood")
        var taken = 0
        while isTaken(queue.submit(item(bytes: 1_000, flood))) { taken += 1 }
        #expect((75...76).contains(taken))
        #expect(!queue.hasRoom(for: flood))
        for number in 0..<20 {
            let source = RequestSource(name: "node-\(number)")
            #expect(queue.hasRoom(for: source))
            #expect(isTaken(queue.submit(item(bytes: 1_000, source))))
        }
    }

    @Test("hostile 74: a source that sends the largest batches leaves room for others, too")
    func largeBatchesLeaveRoom() {
        let queue = IngestQueue(bytesMax: 64_000)
        let flood = RequestSource(name: "flood")
        #expect(isTaken(queue.submit(item(bytes: 24_000, flood))))
        #expect(isTaken(queue.submit(item(bytes: 24_000, flood))))
        #expect(!isTaken(queue.submit(item(bytes: 24_000, flood))))
        for number in 0..<16 {
            #expect(isTaken(queue.submit(item(bytes: 1_000, RequestSource(name: "node-\(number)")))))
        }
    }

    @Test("hostile 74: a full queue has some room beside it for who sends little, and for nobody else")
    func littleFindsRoom() {
        let queue = IngestQueue(bytesMax: 64_000)
        let floods = (0..<100).map { RequestSource(name: "flood-\($0)") }
        for flood in floods { while isTaken(queue.submit(item(bytes: 3_000, flood))) {} }
        #expect(queue.waitingBytes <= 64_000)
        // More than little.
        #expect(!isTaken(queue.submit(item(bytes: 4_000, RequestSource(name: "large")))))
        let node = RequestSource(name: "node")
        #expect(isTaken(queue.submit(item(bytes: 1_900, node))))
        #expect(!isTaken(queue.submit(item(bytes: 1_900, node))))
        // It is bounded as well.
        for number in 0..<100 { _ = queue.submit(item(bytes: 1_900, RequestSource(name: "node-\(number)"))) }
        #expect((64_000 + 14_000...64_000 + 16_000).contains(queue.waitingBytes))
        #expect(!queue.hasRoom(for: node))
    }

    @Test(
        "a batch as large as the queue, or larger, is taken when nothing else waits",
        arguments: [true, false])
    func anyBatchIsTakenSometime(hasSource: Bool) {
        let queue = IngestQueue(bytesMax: 64_000)
        let source = hasSource ? RequestSource(name: "node") : nil
        for bytes in [48_001, 64_000, 65_000, 200_000] {
            #expect(isTaken(queue.submit(item(bytes: bytes, source))))
            #expect(!isTaken(queue.submit(item(bytes: bytes, source))))
            let group = queue.takeGroup(bytesMax: 1)
            #expect(group.map(\.byteCount) == [bytes])
            queue.release(group)
        }
    }

    @Test("hostile 74: the request of another source is in the next group, whatever waits before it")
    func othersComeFirst() {
        let queue = IngestQueue(bytesMax: 100 << 20)
        let flood = RequestSource(name: "flood")
        for _ in 0..<50 { _ = queue.submit(item(bytes: 1 << 20, flood)) }
        let other = RequestSource(name: "node")
        _ = queue.submit(item(bytes: 1_000, other))
        let group = queue.takeGroup(bytesMax: 8 << 20)
        #expect(group.contains { $0.charge?.source === other })
        #expect(group.reduce(0) { $0 + $1.byteCount } <= 8 << 20)
    }

    @Test("it tells how long it will take for what waits, and says nothing before the first group")
    func backlogIsKnown() throws {
        let queue = IngestQueue(bytesMax: 100 << 20)
        for _ in 0..<10 { _ = queue.submit(item(bytes: 1 << 20, nil)) }
        #expect(queue.backlogSeconds == nil)
        let group = queue.takeGroup(bytesMax: 1 << 20)
        #expect(group.count == 1)
        queue.release(group)
        #expect(try #require(queue.backlogSeconds) > 0)
        while case let group = queue.takeGroup(bytesMax: .max), !group.isEmpty { queue.release(group) }
        #expect(queue.backlogSeconds == 0)
    }

    @Test("the time for what waits follows the speed, and grows while nothing is taken")
    func drainRate() throws {
        var rate = DrainRate()
        #expect(rate.seconds(for: 1_000, stalledNanos: 0) == nil)
        for _ in 0..<100 { rate.note(bytes: 1_000_000, nanos: 100_000_000) }
        let seconds = try #require(rate.seconds(for: 20_000_000, stalledNanos: 0))
        #expect(abs(seconds - 2) < 0.01)
        let stalled = try #require(rate.seconds(for: 20_000_000, stalledNanos: 5_000_000_000))
        #expect(stalled > 10)
        for _ in 0..<100 { rate.note(bytes: 1_000_000, nanos: 1_000_000_000) }
        #expect(abs(try #require(rate.seconds(for: 20_000_000, stalledNanos: 0)) - 20) < 0.1)
    }

    @Test(
        "a throttle is read with its percentage, and nothing else is",
        arguments: [
            ("store.throttle", 10), ("store.throttle:25", 25), ("store.throttle:1", 1),
            ("store.throttle:99", 99), ("store.throttle:0", nil), ("store.throttle:100", nil),
            ("store.throttle:", nil), ("store.throttle:x", nil), ("store", nil), ("", nil),
        ] as [(String, Int?)])
    func throttleIsRead(text: String, percent: Int?) {
        #expect(StoreThrottle(parsing: text)?.percent == percent)
    }
}
