/// Which node had which version when, and what is needed to correct their clocks.
struct VisibilityTally: FleetAggregate {
    private(set) var telemetry: NodeTelemetry
    private(set) var versions = VersionSightings()

    init(window: TimeWindow) {
        telemetry = NodeTelemetry(window: window, end: window.until, keepsLags: false)
    }

    mutating func add(_ group: ExchangeGroup) {
        telemetry.addPairs(group)
        versions.add(group)
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) { try telemetry.add(segment) }

    mutating func merge(_ other: VisibilityTally) {
        telemetry.merge(other.telemetry)
        versions.merge(other.versions)
    }
}
