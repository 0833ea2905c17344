import Collector
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite("Signals", .timeLimit(.minutes(15)))
struct SignalWatchTests {
    private let capture = LogCapture()
    private let exitCodes = NIOLockedValueBox<[Int32]>([])
    private let start = NIODeadline.now()

    private func watch() -> SignalWatch {
        SignalWatch(logger: capture.logger) { [exitCodes] code in
            exitCodes.withLockedValue { $0.append(code) }
        }
    }

    @Test("the first one is the order to stop, whether somebody waits for it already or not")
    func firstSignalStops() async {
        let watch = watch()
        async let waited = watch.first()
        watch.receive(15, name: "SIGTERM", now: start)
        #expect(await waited == "SIGTERM")
        #expect(await watch.first() == "SIGTERM")
        #expect(exitCodes.withLockedValue { $0 } == [])
        #expect(await capture.rest().contains { $0.hasSuffix(" info signal name=SIGTERM\n") })
    }

    @Test("what comes within a second belongs to the same order")
    func closeSignalsAreOneOrder() async {
        let watch = watch()
        watch.receive(2, name: "SIGINT", now: start)
        watch.receive(15, name: "SIGTERM", now: start)
        watch.receive(15, name: "SIGTERM", now: start + .milliseconds(3))
        watch.receive(2, name: "SIGINT", now: start + .milliseconds(999))
        #expect(await watch.first() == "SIGINT")
        #expect(exitCodes.withLockedValue { $0 } == [])
        #expect(await !capture.rest().contains { $0.contains("signal.second") })
    }

    @Test(
        "one that comes a second later ends the process at once, and is told",
        arguments: [(2 as Int32, "SIGINT", 130 as Int32), (15, "SIGTERM", 143)])
    func laterSignalEndsAtOnce(number: Int32, name: String, exitCode: Int32) async {
        let watch = watch()
        watch.receive(15, name: "SIGTERM", now: start)
        // The echo does not move the second away.
        watch.receive(15, name: "SIGTERM", now: start + .milliseconds(900))
        watch.receive(number, name: name, now: start + .seconds(1))
        #expect(exitCodes.withLockedValue { $0 } == [exitCode])
        let line = await capture.rest().last
        #expect(line?.hasSuffix(" warning signal.second message=\"ending at once\" name=\(name)\n") == true)
    }
}
