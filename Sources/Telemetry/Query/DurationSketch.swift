/// How often durations of about the same length were seen: gives quantiles of any number of spans in bounded
/// memory, and adds up over segments, minutes and groups.
///
/// Durations below 128 ns have a bucket each; above, a bucket is one 64th of a power of two, and its middle is
/// within 1/128 (0.78 %) of everything in it. So a quantile is off by at most 1 %, however many sketches were
/// merged and in whatever order.
struct DurationSketch: Hashable, Sendable {
    /// 3,712 buckets reach to the longest duration that an `Int64` holds.
    static let bucketCount = bucket(of: .max) + 1

    /// The counts of the buckets from `firstBucket` on: as few as hold all that was seen.
    private var counts: [UInt64] = []
    private var firstBucket = 0
    /// How many durations were added.
    private(set) var count: UInt64 = 0

    init() {}

    /// The bucket of a duration.
    /// - Parameter nanos: nanoseconds; what is negative counts as 0
    @inline(__always)
    static func bucket(of nanos: Int64) -> Int {
        guard nanos >= 64 else { return Int(max(nanos, 0)) }
        let exponent = 63 &- nanos.leadingZeroBitCount
        // The highest seven bits, of which the first is always set, above 64 buckets for each exponent.
        return Int(nanos &>> Int64(exponent &- 6)) &+ (exponent &- 6) &* 64
    }

    /// The least duration of a bucket, in nanoseconds.
    static func lowest(of bucket: Int) -> Int64 {
        guard bucket >= 128 else { return Int64(bucket) }
        return Int64(bucket % 64 + 64) << Int64(bucket / 64 - 1)
    }

    /// The middle of a bucket, in nanoseconds.
    static func middle(of bucket: Int) -> Int64 {
        guard bucket >= 128 else { return Int64(bucket) }
        return lowest(of: bucket) + (Int64(1) << Int64(bucket / 64 - 1)) / 2
    }

    /// Adds a duration in nanoseconds.
    @inline(__always)
    mutating func add(_ nanos: Int64) { add(bucket: Self.bucket(of: nanos), count: 1) }

    /// - Precondition: the bucket is below `bucketCount`
    mutating func add(bucket: Int, count more: UInt64) {
        guard more > 0 else { return }
        makeRoom(for: bucket)
        // Sums of a damaged file may be absurd; they must not trap.
        counts[bucket - firstBucket] &+= more
        count &+= more
    }

    /// Adds all that another one has seen.
    mutating func merge(_ other: DurationSketch) {
        for (index, more) in other.counts.enumerated() { add(bucket: other.firstBucket + index, count: more) }
    }

    /// Adds durations that were counted by bucket.
    /// - Precondition: the buckets are below `bucketCount`; each has a count
    mutating func merge(_ buckets: Swift.Span<UInt16>, _ more: Swift.Span<UInt32>) {
        guard buckets.count > 0, more.count >= buckets.count else { return }
        var lowest = buckets[0]
        var highest = lowest
        for index in buckets.indices {
            // Safe: the index is one of the span's own.
            let bucket = unsafe buckets[unchecked: index]
            lowest = min(lowest, bucket)
            highest = max(highest, bucket)
        }
        makeRoom(for: Int(lowest))
        makeRoom(for: Int(highest))
        let first = firstBucket
        var all = counts.mutableSpan
        var added: UInt64 = 0
        for index in buckets.indices {
            // Safe: both have as many elements as there are buckets, or more.
            let number = unsafe UInt64(more[unchecked: index])
            let bucket = unsafe Int(buckets[unchecked: index])
            all[bucket &- first] &+= number
            added &+= number
        }
        count &+= added
    }

    private mutating func makeRoom(for bucket: Int) {
        if counts.isEmpty {
            firstBucket = bucket
            counts.append(0)
        } else if bucket < firstBucket {
            counts.insert(contentsOf: repeatElement(0, count: firstBucket - bucket), at: 0)
            firstBucket = bucket
        } else if bucket >= firstBucket + counts.count {
            counts.append(contentsOf: repeatElement(0, count: bucket + 1 - firstBucket - counts.count))
        }
    }

    /// The buckets that have something, shortest first.
    func forEachBucket(_ visit: (_ bucket: Int, _ count: UInt64) -> Void) {
        for (index, count) in counts.enumerated() where count > 0 { visit(firstBucket + index, count) }
    }

    // MARK: Quantiles

    /// The duration of the span with the rank of a quantile, within 1 %.
    /// - Parameter quantile: from 0 to 1
    /// - Returns: nanoseconds; nil when nothing was added
    func quantile(_ quantile: Double) -> Int64? {
        guard count > 0 else { return nil }
        let rank = Self.nearestRank(quantile, of: count)
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen &+= count
            if seen >= rank { return Self.middle(of: firstBucket + index) }
        }
        return Self.middle(of: firstBucket + counts.count - 1)
    }

    /// How many were longer than a duration, to the width of its bucket.
    func count(above nanos: Int64) -> UInt64 {
        let first = Self.bucket(of: nanos) + 1 - firstBucket
        guard first < counts.count else { return 0 }
        return counts[max(first, 0)...].reduce(0, &+)
    }

    /// Which one of `count` ordered values is a quantile: the least rank, from 1 on, that has at least this part
    /// of all values at or below it ("nearest rank"). Exact quantiles use the same.
    /// - Precondition: there is at least one value
    static func nearestRank(_ quantile: Double, of count: UInt64) -> UInt64 {
        let place = min(max(quantile, 0), 1) * Double(count)
        // 0.07 × 100 is a little more than 7 in binary; the seventh value is meant.
        let whole = place.rounded()
        let rank = abs(place - whole) < 1e-9 * max(whole, 1) ? whole : place.rounded(.up)
        return min(max(UInt64(exactly: rank) ?? count, 1), count)
    }

    // MARK: Coding

    /// Appends the number of buckets that have something, then for each how many buckets it lies behind the one
    /// before and its count, all as varints.
    func encode(to writer: inout ByteWriter) {
        writer.varint(counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) })
        var previous = 0
        forEachBucket { bucket, count in
            writer.varint(bucket - previous)
            writer.varint(count)
            previous = bucket
        }
    }

    /// Adds what `encode` wrote, without a sketch between.
    /// - Throws: `ByteReader.Damage`; buckets before the damage are added then
    mutating func merge(decoding reader: inout ByteReader) throws(ByteReader.Damage) {
        var bucket = 0
        for _ in 0..<(try reader.count(itemBytes: 2)) {
            bucket += Int(try reader.index(below: Self.bucketCount - bucket))
            add(bucket: bucket, count: try reader.varint())
        }
    }

    init(decoding reader: inout ByteReader) throws(ByteReader.Damage) {
        try merge(decoding: &reader)
    }
}
