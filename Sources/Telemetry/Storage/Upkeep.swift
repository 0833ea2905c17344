/// What the writer does beside commits and segments, and how much of it.
struct Upkeep {
    /// A merge that is under way.
    var merging: Task<Void, Never>?
    /// Whether there may be segments to merge: nothing is looked for while nothing has changed.
    var mayMerge = true
    /// No merge before: what was done lately used up its share of the processor.
    var mergeRestUntil: MonotonicNanos = 0
    /// Segments that cannot be merged: they cannot be read whole, or are too large for others beside them.
    var unmergeable: Set<SegmentIdentity> = []

    /// Whether there may be segments that no query sees, and those among them that SQLite cannot take out.
    var hasUnseen = true
    var undeletable: Set<Int64> = []

    /// Deletion and giving back of space, one step after another.
    var working: Task<Void, Never>?
    /// When to look for segments that are too old, and by which time they are; nil where none ever is.
    var nextAgeCheck = UnixNanos.distantPast
    var retentionClock: RetentionClock?

    /// The search for resources and scopes that no segment refers to any more, and how many segments went since it
    /// began last. It reads something of each segment: so it begins when a part of them went, and at a start.
    var originSweep: OriginSweep?
    var segmentsGone = 1
    var segmentsGoneEnough = 1
    var isSweepDue: Bool { originSweep == nil && segmentsGone >= segmentsGoneEnough }
    /// A quarter of them: so at the most a fifth of what segments refer to is not needed any more.
    static func segmentsGoneEnough(of segments: Int) -> Int { max(1, segments / 4) }
    /// When to look for receipts that nobody needs.
    var nextReceiptCheck: MonotonicNanos = 0
    static let receiptCheckNanos: MonotonicNanos = 10_000_000_000

    /// How many pages were written, and when, when it was thought of last to move the write-ahead log into the file.
    private var pagesConsidered = 0
    private var pagesConsideredAt: MonotonicNanos = 0
    /// After how many pages that is thought of again: 1 MiB takes as long as a commit (256 pages 2.3 ms, 64 pages 0.8 ms),
    /// and so is all that a request can find in its way.
    private static let pagesToMove = 64
    /// 20 ms: who writes so much in less time is busy, and all the time, though nothing may wait for a moment. To move
    /// what is overwritten in the log soon would cost it a tenth of its work.
    private static let pagesToMoveNanosMin: MonotonicNanos = 20_000_000

    /// Whether an idle writer should move the log into the file.
    mutating func mayMoveLog(pagesWritten pages: Int, now: MonotonicNanos) -> Bool {
        // The file was opened anew.
        if pages < pagesConsidered { pagesConsidered = 0 }
        guard pages - pagesConsidered >= Self.pagesToMove else { return false }
        defer { (pagesConsidered, pagesConsideredAt) = (pages, now) }
        return now - pagesConsideredAt >= Self.pagesToMoveNanosMin
    }

    /// How long the writer waits for readers the next time that the log is too long, in milliseconds, and when
    /// that may be: both longer each time that it waited in vain.
    private(set) var logWaitMillis = logWaitMillisMin
    private(set) var nextLogWait: MonotonicNanos = 0
    /// From this length on it waits before that time, too: what comes in must not outrun the pauses.
    private var nextLogWaitBytes: Int64 = .max
    private var logPauseNanos = logPauseNanosMin

    /// 50 ms: most queries are shorter.
    static let logWaitMillisMin: Int32 = 50
    /// 1 s: longer than all but the longest queries.
    static let logWaitMillisMax: Int32 = 1_000
    /// 200 ms: four fifths of the time are left to commits at first, and nearly all of it while a reader stays for
    /// minutes.
    private static let logPauseNanosMin: MonotonicNanos = 200_000_000
    private static let logPauseNanosMax: MonotonicNanos = 60_000_000_000

    func mayWaitForLog(now: MonotonicNanos, logBytes: Int64) -> Bool {
        now >= nextLogWait || logBytes >= nextLogWaitBytes
    }

    /// Readers needed longer than the writer waited.
    mutating func waitedForLogInVain(now: MonotonicNanos, logBytes: Int64) {
        nextLogWait = now + logPauseNanos
        nextLogWaitBytes = logBytes + logBytes / 2
        logPauseNanos = min(2 * logPauseNanos, Self.logPauseNanosMax)
        logWaitMillis = min(2 * logWaitMillis, Self.logWaitMillisMax)
    }

    mutating func logBeganAnew() {
        logWaitMillis = Self.logWaitMillisMin
        logPauseNanos = Self.logPauseNanosMin
        nextLogWaitBytes = .max
    }

    /// The part of one core that merging takes at the most.
    static let mergeShare = 5
    /// Of the time while there is something to delete or to give back, this part is left to commits.
    static let pausesPerStep: MonotonicNanos = 3
    /// 1 MiB is moved in a few milliseconds.
    static let pagesPerStep: Int64 = 64
    /// How much of the file may be empty while it is written to, since it is filled again soon: a twentieth; from
    /// a tenth on it is given back down to that.
    static let sparePart: Int64 = 20
    /// Less than 64 MiB is not worth it.
    static let sparePagesMin: Int64 = 4_096

    /// How many times as much a step does at the most when the file is too large.
    static let effortMax = 8

    /// What stays free below the limit of a file for what is written until the next look, in bytes.
    static func room(_ bytesMax: Int64) -> Int64 { min(bytesMax / 16, 32 << 20) }

    /// What receipts may take of a file that has a limit: with 64 MiB, the digests of two to five hundred requests a
    /// second.
    static func receiptBytesMax(_ bytesMax: Int64?) -> Int64? { bytesMax.map { $0 / 8 } }

    /// How many times as much a step does, and with how much shorter pauses: the more, the further the file is above
    /// what it should have.
    static func effort(_ space: StoreDatabase.Space, bytesMax: Int64?) -> Int {
        guard let bytesMax else { return 1 }
        let excess = max(space.usedBytes - (bytesMax - room(bytesMax)), space.fileBytes - bytesMax)
        return Int(min(max(1 + excess / max(room(bytesMax), 1), 1), Int64(effortMax)))
    }

    /// How many pages to give back.
    /// - Parameters:
    ///   - isQuiet: nothing is being written: nobody needs room
    ///   - bytesMax: how large the file may be
    static func pagesToGiveBack(
        _ space: StoreDatabase.Space, isQuiet: Bool, bytesMax: Int64?
    ) -> Int64 {
        if isQuiet { return space.freePages }
        if let bytesMax, space.fileBytes > bytesMax {
            return min(space.freePages, space.pages - bytesMax / max(space.pageBytes, 1))
        }
        let spare = max(space.pages / sparePart, sparePagesMin)
        return space.freePages > 2 * spare ? space.freePages - spare : 0
    }
}
