/// The database ids of a resource and a scope.
struct SegmentOriginReference: Hashable, Sendable {
    var resource: Int64
    var scope: Int64
}
