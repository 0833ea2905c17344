import Foundation

/// Runs blocking work on a thread of its own, so that it holds none of the few that tests run on.
package func onOwnThread<Result: Sendable>(
    _ work: @escaping @Sendable () -> Result
) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: work()) }
    }
}
