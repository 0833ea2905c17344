/// Tells a segment from all others that there are or ever were. Its number alone does not: when the newest segment
/// is taken out, the next one that is sealed gets its number.
struct SegmentIdentity: Hashable, Sendable {
    var id: Int64
    var createdAt: UnixNanos
    var spans: Int
}
