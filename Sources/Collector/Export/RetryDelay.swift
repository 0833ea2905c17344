import NIOConcurrencyHelpers
package import NIOCore

/// How long a sender is asked to wait: as long as what waits already takes, longer the more senders were turned away
/// lately, and never the same for all of them, or they would all come back at once.
package final class RetryDelay: Sendable {
    private struct State {
        var windowStart = NIODeadline.distantPast
        var turnedAway = 0
        var turnedAwayBefore = 0
    }

    private static let window = TimeAmount.seconds(10)
    /// So many in a window add a second. 100: a collector on two cores answers some thousand requests a
    /// second, so that all of these can pass within the second that they are spread over.
    private static let turnedAwayPerSecond = 100
    private static let baseSecondsMax = 30

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// Whole seconds, from 1 to 60: some exporters give up after a minute.
    /// - Parameter backlogSeconds: how long the writer will take for what waits; nil when that is not known
    package func nextSeconds(backlogSeconds: Double? = nil, now: NIODeadline = .now()) -> Int {
        let turnedAway = state.withLockedValue { state in
            let age = now - state.windowStart
            if age >= Self.window {
                state.turnedAwayBefore = age < Self.window * 2 ? state.turnedAway : 0
                state.turnedAway = 0
                state.windowStart = now
            }
            state.turnedAway += 1
            return max(state.turnedAway, state.turnedAwayBefore)
        }
        let ofOthers = Double(turnedAway / Self.turnedAwayPerSecond)
        return jittered(seconds: max(backlogSeconds ?? 0, 1) + ofOthers)
    }

    /// From a time to twice as long, in whole seconds from 1 to 60.
    package func jittered(seconds: Double) -> Int {
        let base = Int(min(max(seconds, 1), Double(Self.baseSecondsMax)).rounded(.up))
        return Int.random(in: base...(2 * base))
    }
}
