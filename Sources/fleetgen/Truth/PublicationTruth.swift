/// A version that was published during the run, and when each node had it.
package struct PublicationTruth: Codable, Hashable, Sendable {
    package var type = "publication"
    package var module = ""
    package var version = ""
    /// When its tag was pushed, in true time.
    package var publishedNs: UInt64 = 0
    /// By how many bytes the module's list grew.
    package var listBytes: Int64 = 0
    package var nodes: [Visibility] = []

    package init() {}

    /// What a node answered to who asked for a file of the version. Times are true ones; of spans that do not reach
    /// the collector nothing is counted.
    package struct Visibility: Codable, Hashable, Sendable {
        package var node = ""
        /// Of a proxy: from when on its upstream had the version.
        package var visibleNs: UInt64?
        /// Answers 404 to requests that began after the publication and before the first success ended. Those that
        /// waited for another request's fetch do not count: what they were told had been found out before they began.
        package var refusals = 0
        /// The last of these that began: when it began and ended.
        package var lastRefusalStartNs: UInt64?
        package var lastRefusalEndNs: UInt64?
        /// The answer 200 that ended first.
        package var firstSuccessStartNs: UInt64?
        package var firstSuccessEndNs: UInt64?
        package var successes = 0

        package init() {}
    }
}

extension PublicationTruth {
    /// - Parameter answers: of the version's files: which node, status, and when.
    init(_ publication: Publication, answers: [VersionAnswer], nodes: [FleetNode]) {
        self.init()
        module = publication.module.path
        version = publication.version.version
        publishedNs = publication.time
        listBytes = publication.listBytes
        let byNode = Dictionary(grouping: answers, by: \.node)
        self.nodes = nodes.compactMap { node in
            let answers = byNode[node.index] ?? []
            let visible = publication.visible[node.index]
            guard !answers.isEmpty || visible != nil else { return nil }
            var found = Visibility()
            found.node = node.instance
            found.visibleNs = visible
            let successes = answers.filter { $0.status == 200 }
            let first = successes.min { $0.interval.end < $1.interval.end }?.interval
            found.successes = successes.count
            found.firstSuccessStartNs = first?.start
            found.firstSuccessEndNs = first?.end
            let refusals = answers.filter {
                $0.status == 404 && !$0.isCoalesced && $0.interval.start >= publication.time
                    && $0.interval.start < first?.end ?? .max
            }
            found.refusals = refusals.count
            let last = refusals.max { $0.interval.start < $1.interval.start }?.interval
            found.lastRefusalStartNs = last?.start
            found.lastRefusalEndNs = last?.end
            return found
        }
    }
}
