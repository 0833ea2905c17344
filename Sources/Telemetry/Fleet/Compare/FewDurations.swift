/// How often durations of about the same length were seen, in as little memory as few of them need: a sketch spans all
/// buckets from the shortest to the longest, 8 KiB from a millisecond to half a minute, and there may be as many groups
/// as clients.
struct FewDurations: Sendable {
    /// Up to so many are kept one by one, two bytes each.
    static let fewMax = 1_024

    private var buckets: [UInt16] = []
    private var many: DurationSketch?

    /// Adds a duration in nanoseconds.
    mutating func add(_ nanos: Int64) {
        if many != nil {
            many?.add(nanos)
            return
        }
        buckets.append(UInt16(DurationSketch.bucket(of: nanos)))
        if buckets.count > Self.fewMax {
            many = sketch
            buckets = []
        }
    }

    mutating func merge(_ other: FewDurations) {
        if many == nil, other.many == nil, buckets.count + other.buckets.count <= Self.fewMax {
            buckets += other.buckets
            return
        }
        var all = sketch
        all.merge(other.sketch)
        many = all
        buckets = []
    }

    var sketch: DurationSketch {
        if let many { return many }
        var sketch = DurationSketch()
        // In order, so that it grows at one end only.
        for bucket in buckets.sorted() { sketch.add(bucket: Int(bucket), count: 1) }
        return sketch
    }
}
