/// What segments refer to in the tables `resource`, `scope` and `series`.
struct StoredReferences: Sendable {
    var origins: [SegmentOriginReference] = []
    var series: [Int64] = []
}
