/// How much a source may send in the long run; ten seconds of it may come at once.
package struct SourceRate: Hashable, Sendable {
    /// Nil: as many as come.
    package var requestsPerSecond: Double?
    /// Of bodies as they come over the wire, compressed or not. Nil: as many as come.
    package var bytesPerSecond: Double?

    package init(requestsPerSecond: Double? = nil, bytesPerSecond: Double? = nil) {
        self.requestsPerSecond = requestsPerSecond
        self.bytesPerSecond = bytesPerSecond
    }
}

/// The rates of all sources.
package struct SourceRates: Hashable, Sendable {
    /// Of sources that have none of their own; nil: no limit.
    package var others: SourceRate?
    /// By the name of the source: of a token or certificate, or an address.
    package var bySource: [String: SourceRate] = [:]

    package init(others: SourceRate? = nil, bySource: [String: SourceRate] = [:]) {
        self.others = others
        self.bySource = bySource
    }

    /// Sets one of the rates of those that have none of their own.
    mutating func setOthers(_ path: WritableKeyPath<SourceRate, Double?>, _ value: Double?) {
        var rate = others ?? SourceRate()
        rate[keyPath: path] = value
        others = rate == SourceRate() ? nil : rate
    }

    func rate(of source: String) -> SourceRate? { bySource[source] ?? others }
}
