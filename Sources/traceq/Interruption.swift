import Glibc
import Synchronization

/// Lets a command finish what it must not leave half done when it is told to stop: it asks now and then.
enum Interruption {
    private static let received = Atomic<Int32>(0)
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// From now on a signal to end is noted, and the program goes on.
    static func watch() {
        received.store(0, ordering: .relaxed)
        for number in signals {
            signal(number) { Interruption.received.store($0, ordering: .relaxed) }
        }
    }

    static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

    /// Lets signals end the program again, and does so at once with the one that came meanwhile.
    static func endWatch() {
        for number in signals { signal(number, SIG_DFL) }
        let number = received.load(ordering: .relaxed)
        if number != 0 { raise(number) }
    }
}
