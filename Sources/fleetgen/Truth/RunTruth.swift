/// The first line of a truth.
package struct RunTruth: Codable, Hashable, Sendable {
    package var type = "run"
    package var format = "fleetgen.truth/1"
    package var seed: UInt64 = 0
    package var startNs: UInt64 = 0
    package var endNs: UInt64 = 0
    /// `none`, or what goes wrong.
    package var fault = ""
    /// Each with its time and place.
    package var faults: [FaultTruth] = []
    /// Requests that are told of.
    package var requests = 0
    /// Requests that had not finished at the end: nothing tells of them.
    package var cutOff = 0
    package var spans = 0
    package var deliveredSpans = 0
    /// After this long without a request of its client a session is over.
    package var sessionGapNs = SessionTruth.gapNs

    package init() {}
}

/// What went wrong, when and where.
package struct FaultTruth: Codable, Hashable, Sendable {
    package var kind: String
    package var startNs: UInt64
    /// Nil for the end of the run.
    package var endNs: UInt64?
    package var strength: Double
    /// Nodes as telemetry calls them, or a host of modules; empty for all.
    package var places: [String]
}
