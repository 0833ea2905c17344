/// The spans of a segment, column by column: ordered by trace, a trace's spans adjacent and by start,
/// traces by their first start.
///
/// Those of a segment of log records have these in the place of spans, as `LogBatch` says.
struct SegmentColumns: Sendable {
    /// Traces or logs.
    var signal = Signal.traces

    // One element a trace.
    var traces: [TraceID] = []
    var traceSpanCounts: [UInt32] = []
    /// The first start in the trace, nanoseconds since the Unix epoch.
    var traceStarts: [UInt64] = []

    // One element a span.
    var spanIDs: [UInt64] = []
    /// `ParentCode` of each span.
    var parents: [UInt32] = []
    /// The parent ids that no span of the same trace in this segment has, in order of appearance.
    var externalParents: [UInt64] = []
    /// Nanoseconds after the start of the trace.
    var startOffsets: [UInt64] = []
    /// End minus start, in nanoseconds, modulo 2^64: negative when a sender said so.
    var durations: [UInt64] = []
    var operationIndexes: [UInt32] = []
    var originIndexes: [UInt32] = []
    var arrivalIndexes: [UInt32] = []

    var tables = SegmentTables()
    var origins = SegmentOrigins()
    /// In place of `origins`, where the spans were read back from segments: what the database calls them.
    var storedOrigins: [SegmentOriginReference] = []

    /// The values of all columns, column after column; those of column `c` are
    /// `values[valueOffsets[c]..<valueOffsets[c + 1]]`, in the order of the spans that have one.
    var values: [UInt64] = []
    var valueOffsets: [Int] = []
    /// By column; empty for a column of numbers.
    var dictionaries: [StringTable] = []

    /// How many spans were left out because they came twice or are stored already.
    var duplicates = 0
    /// How many pairs of spans were compared to find those that are stored already.
    var comparisons = 0

    var spanCount: Int { spanIDs.count }

    /// About how much memory they take.
    var memoryBytes: Int {
        let texts = dictionaries.reduce(0) { $0 + $1.bytes.count + $1.count * 4 }
        return values.count * 8 + spanCount * 48 + traces.count * 28 + externalParents.count * 8 + texts
    }

    /// The values of one column.
    func values(of column: Int) -> ArraySlice<UInt64> {
        values[valueOffsets[column]..<valueOffsets[column + 1]]
    }
}

/// How a span names its parent inside a segment.
enum ParentCode {
    /// The span has no parent.
    static let root: UInt32 = 0
    /// The parent is not among the spans of the trace here: its id is the next of `externalParents`.
    static let external: UInt32 = 1

    /// The parent is `distance` spans before the child (negative: after it) in the trace.
    static func near(_ distance: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: zigzag(Int64(distance))) &+ 2
    }

    /// The distance that a code stands for; nil for `root` and `external`.
    static func distance(_ code: UInt32) -> Int? { code < 2 ? nil : Int(unzigzag(UInt64(code - 2))) }
}

/// What the catalogue says about a segment, so that most queries need not open it.
struct SegmentSummary: Hashable, Sendable {
    /// Spans that a segment can have at the most: 2^24, hundreds of times what is sealed at once.
    static let spansMax = 1 << 24

    var spans: Int
    var traces: Int
    /// First and last start.
    var minStart: UnixNanos
    var maxStart: UnixNanos
    /// Last end.
    var maxEnd: UnixNanos
    /// Nanoseconds; negative durations count as 0.
    var minDuration: Int64
    var maxDuration: Int64
    /// Spans whose status is an error.
    var errors: Int
    var signal = Signal.traces
}

/// A duration as queries count it, in nanoseconds: 0 when the end lies before the start, and no more than an
/// `Int64` holds.
/// - Parameter duration: end minus start, modulo 2^64
@inline(__always)
func clampedDuration(_ duration: UInt64, start: UInt64) -> Int64 {
    start.addingReportingOverflow(duration).overflow ? 0 : Int64(clamping: duration)
}
