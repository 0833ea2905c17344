/// What was really going on in a run, to hold answers about its telemetry against.
package struct FleetTruth: Sendable {
    package var run = RunTruth()
    package var nodes: [NodeTruth] = []
    package var mirrors: [MirrorTruth] = []
    package var publications: [PublicationTruth] = []
    package var sessions: [SessionTruth] = []
    package var fetches: [FetchTruth] = []
    /// In the order in which they finished.
    package var requests: [RequestTruth] = []

    package init() {}
}
