import Dispatch
import NIOConcurrencyHelpers

/// Work on independent pieces that are in memory, on all cores.
enum ParallelWork {
    /// - Returns: what `body` makes of each index, in order
    static func map<Piece: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Piece) -> [Piece] {
        let workers = max(1, min(count, ParallelScan.workersMax, ProcessorCount.online))
        guard workers > 1 else { return (0..<count).map(body) }
        let next = NIOLockedValueBox(0)
        let made = NIOLockedValueBox([(index: Int, piece: Piece)]())
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            var own: [(index: Int, piece: Piece)] = []
            while true {
                let index = next.withLockedValue { next in
                    next += 1
                    return next - 1
                }
                guard index < count else { break }
                own.append((index, body(index)))
            }
            let pieces = own
            made.withLockedValue { $0 += pieces }
        }
        return made.withLockedValue { $0 }.sorted { $0.index < $1.index }.map(\.piece)
    }
}
