import BenchmarkSupport
import Telemetry

/// A wall clock that runs many times as fast as the real one, and reaches the present when the run ends.
struct SimulatedClock: Sendable {
    let startNanos: Int64
    /// How many simulated seconds pass in a real one.
    let speed: Double
    private let startSeconds = ProcessUsage.monotonicSeconds()

    init(hours: Double, realSeconds: Double) {
        startNanos = UnixNanos.now().rawValue - Int64(hours * 3600e9)
        speed = hours * 3600 / realSeconds
    }

    func now() -> UnixNanos { at(ProcessUsage.monotonicSeconds() - startSeconds) }

    /// The simulated time after so many real seconds.
    func at(_ realSeconds: Double) -> UnixNanos {
        UnixNanos(rawValue: startNanos + Int64(realSeconds * speed * 1e9))
    }

    /// Real seconds since the start.
    var elapsedSeconds: Double { ProcessUsage.monotonicSeconds() - startSeconds }
}
