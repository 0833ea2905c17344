import Dispatch
import NIOConcurrencyHelpers

/// Runs the part of a query that concerns one segment, for many segments on all cores.
///
/// Chunks are read from the one connection, one at a time; verifying, decompressing and computing, which
/// is nearly all of the work, happens side by side.
enum ParallelScan {
    /// As many threads as there are cores, but no more than this: what they read comes through one lock.
    static let workersMax = 8

    /// What became of a scan.
    struct Outcome<State: Sendable>: Sendable {
        /// What each worker found, in no order. Which segments a worker had is chance.
        var states: [State]
        /// What was found to be damaged, in the order of the segments.
        var damages: [String]
        /// The segments that it was found in, in order.
        var damaged: [Int]
    }

    private struct Progress<State: Sendable>: Sendable {
        var next = 0
        var states: [State] = []
        var damages: [(index: Int, message: String)] = []
        var failure: StoreError?
    }

    /// - Parameters:
    ///   - segments: taken in this order
    ///   - makeState: makes what a worker starts with
    ///   - body: looks at one segment, whose columns live as long as the call. It must not change the state
    ///     before it has read all that may be damaged: a damaged segment has no part in the answer
    /// - Throws: `StoreError` of the first trouble that is no damage
    static func run<State: Sendable>(
        _ segments: [SegmentReference], _ source: SegmentSource, makeState: @Sendable () -> State,
        _ body: @Sendable (_ state: inout State, _ view: SegmentView, _ index: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Outcome<State> {
        let progress = NIOLockedValueBox(Progress<State>())
        let workers = max(1, min(segments.count, workersMax, source.workersMax, ProcessorCount.online))
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            var state = makeState()
            let decompressor = SharedDecompressor()
            while true {
                let index = progress.withLockedValue { progress -> Int? in
                    guard progress.next < segments.count, progress.failure == nil else { return nil }
                    progress.next += 1
                    return progress.next - 1
                }
                guard let index else { break }
                do throws(StoreError) {
                    try body(&state, source.view(segments[index], decompressor), index)
                } catch {
                    progress.withLockedValue { progress in
                        if error.code == .damaged {
                            progress.damages.append((index, error.message))
                        } else {
                            progress.failure = progress.failure ?? error
                        }
                    }
                }
            }
            let last = state
            progress.withLockedValue { $0.states.append(last) }
        }
        let end = progress.withLockedValue { $0 }
        if let failure = end.failure { throw failure }
        let damages = end.damages.sorted { $0.index < $1.index }
        return Outcome(
            states: end.states, damages: damages.map(\.message), damaged: damages.map(\.index))
    }
}
