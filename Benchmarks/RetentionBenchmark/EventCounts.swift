import NIOConcurrencyHelpers
import Telemetry

/// How often the store did what: seals, merges, deletions.
struct EventCounts: Sendable {
    private let counts = NIOLockedValueBox<[String: Int]>([:])

    func hear(_ event: StoreEvent) { counts.withLockedValue { $0[event.name, default: 0] += 1 } }

    func print() {
        for (name, count) in counts.withLockedValue({ $0.sorted { $0.key < $1.key } }) {
            Swift.print("\(name): \(count)")
        }
    }
}
