import Collector
import Dispatch
import NIOConcurrencyHelpers
import NIOCore
import Telemetry
import Testing

@Suite("What is decoded beside the event loops", .timeLimit(.minutes(15)))
struct DecodeQueueTests {
    @Test("runs all of it, and never more at once than it may")
    func widthIsKept() async {
        let queue = DecodeQueue(width: 2)
        let running = NIOLockedValueBox((now: 0, most: 0))
        let sources = (0..<4).map { RequestSource(name: "node-\($0)") }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                let source = sources[number % 4]
                group.addTask {
                    await withCheckedContinuation { done in
                        queue.run(byteCount: number, source: source) {
                            running.withLockedValue { running in
                                running.now += 1
                                running.most = max(running.most, running.now)
                            }
                            running.withLockedValue { $0.now -= 1 }
                            done.resume()
                        }
                    }
                }
            }
        }
        #expect((1...2).contains(running.withLockedValue { $0.most }))
        #expect(running.withLockedValue { $0.now } == 0)
    }

    @Test("however long it takes, tasks of the process go on")
    func tasksGoOn() async {
        // As many as all tasks have threads.
        let width = System.coreCount
        let queue = DecodeQueue(width: width)
        let gate = DispatchSemaphore(value: 0)
        defer { for _ in 0..<width { gate.signal() } }
        let running = NIOLockedValueBox(0)
        for _ in 0..<width {
            queue.run(byteCount: 1, source: nil) {
                running.withLockedValue { $0 += 1 }
                gate.wait()
            }
        }
        // Each of these turns needs a thread of the tasks.
        while running.withLockedValue({ $0 }) < width { await Task.yield() }
        let values = await withTaskGroup(of: Int.self) { group in
            for number in 0..<64 { group.addTask { number } }
            return await group.reduce(0, +)
        }
        #expect(values == 63 * 32)
    }

    @Test("who sends little is decoded after a turn of who floods")
    func sourcesTakeTurns() async {
        let queue = DecodeQueue(width: 1)
        let order = NIOLockedValueBox<[Int]>([])
        let flood = RequestSource(name: "flood")
        let node = RequestSource(name: "node")
        let gate = DispatchSemaphore(value: 0)
        await withCheckedContinuation { done in
            queue.run(byteCount: 1, source: nil) { gate.wait() }
            for _ in 0..<20 {
                queue.run(byteCount: 256 << 10, source: flood) { order.withLockedValue { $0.append(0) } }
            }
            queue.run(byteCount: 10, source: node) { order.withLockedValue { $0.append(1) } }
            queue.run(byteCount: 0, source: RequestSource(name: "last")) {}
            gate.signal()
            queue.run(byteCount: 1 << 30, source: flood) { done.resume() }
        }
        let position = order.withLockedValue { $0.firstIndex(of: 1) }
        #expect(position == 1)
    }
}
