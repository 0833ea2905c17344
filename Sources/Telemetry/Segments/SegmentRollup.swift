/// The spans of a segment added up by minute and by what they are: chunk 15.
///
/// Answers over long windows read this and no span. It goes where its segment goes: a merge makes it anew,
/// retention takes it away.
struct SegmentRollup: Hashable, Sendable {
    /// What spans of one row have in common besides their minute.
    struct Group: Hashable, Sendable {
        /// Index into the sources of the segment's statistics.
        var source: UInt32
        /// Entry of the dictionary of names.
        var name: UInt32
        var kind: Int32
        /// `ModuleKind`, `CacheResult` and `RequestOutcome` of the spans, as `SegmentClassification` gives them.
        var moduleKind: UInt8
        var cacheResult: UInt8
        var outcome: UInt8
    }

    /// In ascending order.
    var groups: [Group] = []

    /// The last minute that begins within the times that can be said.
    static let minuteMax = UInt64(Int64.max) / SegmentRollupBuilder.minuteNanos

    // One element a row: rows are ordered by group, then by minute.
    /// Index into `groups`.
    var groupIndexes: [UInt32] = []
    /// The minute that the spans started in, counted from the Unix epoch.
    var minutes: [UInt32] = []
    var spans: [UInt32] = []
    /// Spans whose status is an error.
    var errors: [UInt32] = []
    /// Bytes of the responses' bodies, as far as spans tell; stays at the highest number.
    var responseBytes: [UInt64] = []
    /// Nanoseconds of all durations together, negative ones as 0; stays at the highest number.
    var durationSums: [UInt64] = []
    /// Where the sketch of each row begins in `buckets` and `counts`; one element more than there are rows.
    var sketchOffsets: [UInt32] = [0]

    // The sketches, row after row: buckets of `DurationSketch`, ascending in a row, and how many spans each has.
    var buckets: [UInt16] = []
    var counts: [UInt32] = []

    var rowCount: Int { minutes.count }

    /// The places in `buckets` and `counts` of a row's sketch.
    @inline(__always)
    func sketchRange(_ row: Int) -> Range<Int> { Int(sketchOffsets[row])..<Int(sketchOffsets[row &+ 1]) }

    /// Adds the durations of a row to a sketch.
    func merge(row: Int, into sketch: inout DurationSketch) {
        merge(rows: row..<row + 1, into: &sketch)
    }

    /// Adds the durations of some rows to a sketch.
    func merge(rows: Range<Int>, into sketch: inout DurationSketch) {
        let range = Int(sketchOffsets[rows.lowerBound])..<Int(sketchOffsets[rows.upperBound])
        sketch.merge(buckets.span.extracting(range), counts.span.extracting(range))
    }
}

extension SegmentRollup.Group: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        (left.source, left.name, left.kind, left.codes) < (right.source, right.name, right.kind, right.codes)
    }

    private var codes: UInt32 { UInt32(moduleKind) << 16 | UInt32(cacheResult) << 8 | UInt32(outcome) }
}
