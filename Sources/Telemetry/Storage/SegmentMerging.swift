/// Merges all that can be merged in a database that no collector has open.
package struct SegmentMerging: Sendable {
    /// How far it is.
    package struct Progress: Sendable, Hashable {
        package var segmentsBefore = 0
        package var segmentsNow = 0
        package var spansMerged = 0
        /// Spans that several segments had.
        package var duplicates = 0
        /// What was left as it is because it is damaged: a sentence for each segment.
        package var damages: [String] = []

        package init() {}
    }

    private let path: String
    private let plan: MergePlan
    /// How many pages are given back at once.
    private let pagesPerStep: Int64

    package init(path: String) { self.init(path: path, plan: MergePlan()) }

    init(path: String, plan: MergePlan, pagesPerStep: Int64 = 1_024) {
        self.path = path
        self.plan = plan
        self.pagesPerStep = pagesPerStep
    }

    /// Merges segments until nothing is to be gained. Each step is a transaction: it can be stopped at any time.
    /// - Parameter onStep: hears of each step; false ends the work
    /// - Throws: `StoreError`: `.inUse` while a collector has the file (it merges by itself), and as
    ///   `TelemetryStore.open`
    package func run(onStep: (Progress) -> Bool = { _ in true }) throws(StoreError) -> Progress {
        guard FileStatus.isThere(path) else {
            throw StoreError(.missing, "there is no database at \(path)")
        }
        let file = try DatabaseFile.claim(path)
        // The lock outlives the connection: closed in the opposite order.
        defer { _ = file.isAtItsPath }
        let database = try StoreDatabase.open(file, durability: .full, mayMake: false)
        let catalogue = try SegmentCatalogue(path: path)
        let encoder = SegmentEncoder()
        var progress = Progress()
        var excluded: Set<SegmentIdentity> = []
        progress.segmentsBefore = try count(database)
        progress.segmentsNow = progress.segmentsBefore
        while onStep(progress) {
            switch try MergedSegment.next(plan, isForced: true, excluding: excluded, catalogue, encoder) {
            case .nothing:
                try finish(database)
                return progress
            case .damaged(let segment, let error):
                excluded.insert(segment)
                progress.damages.append(error.message)
            case .tooLarge(let segment): excluded.insert(segment)
            case .merged(let merged):
                do {
                    try install(merged, database, encoder)
                } catch {
                    throw StoreError(error, path: path)
                }
                progress.spansMerged += merged.signal == .traces ? merged.summary.spans : 0
                progress.duplicates += merged.duplicates
                progress.segmentsNow += 1 - merged.replaced.count
            }
        }
        return progress
    }

    private func install(
        _ merged: MergedSegment, _ database: borrowing StoreDatabase, _ encoder: borrowing SegmentEncoder
    ) throws(SQLiteError) {
        let writing = SegmentWriting([
            SegmentWriting.Segment(
                merged.summary, level: merged.level, createdAt: merged.createdAt, chunks: merged.chunks)
        ])
        _ = try database.install(merged, writing, encoder: encoder)
        try cleanUp(database)
    }

    /// Takes out what no query sees: what was replaced, and what a collector began and never finished.
    private func cleanUp(_ database: borrowing StoreDatabase) throws(SQLiteError) {
        for id in try database.unseenSegments() {
            while try database.deleteSome(ofUnseen: id, bytesMax: 8 << 20) {}
        }
    }

    private func count(_ database: borrowing StoreDatabase) throws(StoreError) -> Int {
        do {
            return Int(
                try database.connection.integer(
                    "SELECT count(*) FROM segment WHERE signal <> \(Schema.unseenSignal)") ?? 0)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private func finish(_ database: borrowing StoreDatabase) throws(StoreError) {
        do {
            try cleanUp(database)
            var free = try database.space().freePages
            while free > 0 {
                try database.giveBack(pages: pagesPerStep)
                // So that the log does not grow by all that is moved.
                _ = try database.tidyUp()
                let rest = try database.space().freePages
                // What cannot be given back stays for what comes.
                if rest >= free { break }
                free = rest
            }
            _ = try database.tidyUp()
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
