/// The first line of a truth.
package struct RunTruth: Codable, Hashable, Sendable {
    package var type = "run"
    package var format = "fleetgen.truth/1"
    package var seed: UInt64 = 0
    package var startNs: UInt64 = 0
    package var endNs: UInt64 = 0
    /// `none`, or what goes wrong.
    package var fault = ""
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
