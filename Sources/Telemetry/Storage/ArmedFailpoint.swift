import Glibc
import Synchronization

/// A failpoint with the number of times that it is yet to be reached.
final class ArmedFailpoint: Sendable {
    let failpoint: Failpoint
    private let remaining: Atomic<Int>

    /// What the environment says; nil when it says nothing.
    static let environmentText: String? =
        unsafe getenv(Failpoint.variable).map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    static let fromEnvironment = environmentText.flatMap { ArmedFailpoint(parsing: $0) }

    /// - Parameter text: a name, or a name, a colon and a number from 1 on
    init?(parsing text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let failpoint = Failpoint.all.first(where: { $0.name == parts[0] }) else { return nil }
        guard let times = parts.count == 2 ? Int(parts[1]) : 1, times >= 1 else { return nil }
        self.failpoint = failpoint
        remaining = Atomic(times)
    }

    /// - Returns: whether this was the last of the times
    func countDown() -> Bool { remaining.wrappingSubtract(1, ordering: .relaxed).newValue == 0 }
}
