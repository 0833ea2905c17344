/// What is called lag, each measured by itself: eleven things that no one number can say (docs/cli.md).
package enum LagMeasure: String, CaseIterable, Sendable {
    /// How long telemetry takes to arrive.
    case arrival
    /// How wrong a node's clock is.
    case skew
    /// How long nothing came from a node.
    case heartbeat
    /// What an edge adds to the time of the proxy behind it.
    case edge
    /// How long after its publication a version could be had from a node.
    case visibility
    /// For how long a node gave out an older list of versions than another one.
    case list
    /// By how much answers were older than they may be.
    case age
    /// How long ago a periodic mirror was in step.
    case sync
    /// How old a node's configuration is.
    case config
    /// How many publications a node has not seen yet.
    case serial
    /// How long requests wait for a worker of a proxy.
    case queue
}

/// How bad a measured lag is.
package struct LagAlarm: Hashable, Sendable {
    package enum Level: Int, Comparable, Sendable {
        case fine
        case warning
        case error

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    package var level: Level
    /// The measured value in units of what is still healthy.
    package var excess: Double

    init(_ level: Level, excess: Double) {
        self.level = level
        self.excess = excess
    }

    /// - Parameters:
    ///   - warn: above this the value is worth a look
    ///   - error: above this something is broken; nil where nothing is
    init(_ value: Double, warn: Double, error: Double? = nil) {
        excess = warn > 0 ? value / warn : value > 0 ? .infinity : 0
        level = error.map { value > $0 } == true ? .error : value > warn ? .warning : .fine
    }

    init(nanos: Int64, warn: Int64, error: Int64? = nil) {
        self.init(Double(nanos), warn: Double(warn), error: error.map { Double($0) })
    }
}
