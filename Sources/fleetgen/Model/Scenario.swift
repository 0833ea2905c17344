/// What a fleet has beyond healthy traffic that is reported well: what an analyst has to cope with. Nothing of it is
/// there unless it is asked for, and then the rest of the traffic is another, too.
package struct Scenario: Hashable, Sendable {
    /// Edges of five kinds, some without a word about their cache or without trace context, proxies with another
    /// lock and in asynchronous mode, clocks that are wrong, a node that reports late and one that falls silent.
    package var isMixed = false
    /// A client for each run of the go command, modules fetched at the same time, and runs that follow each other.
    package var hasSessions = false
    /// Nodes send heartbeats, and say which configuration they run; it changes in the middle.
    package var hasHeartbeats = false
    /// So many versions are published while the traffic goes on; clients ask for them too early, and in time.
    package var publicationCount = 0
    /// Mirrors beside the fleet's own edges.
    package var mirrors: [Mirror] = []
    /// By instance: how far a clock is ahead, in nanoseconds.
    package var clockOffsets: [String: Int64] = [:]
    /// By instance: how a node's telemetry arrives, unless steadily.
    package var reporting: [String: Reporting] = [:]

    package init() {}

    /// Everything at once.
    package static var field: Scenario {
        var scenario = Scenario()
        scenario.isMixed = true
        scenario.hasSessions = true
        scenario.hasHeartbeats = true
        scenario.publicationCount = 6
        return scenario
    }
}
