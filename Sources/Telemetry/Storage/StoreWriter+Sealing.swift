// How what is in the journal becomes segments.

/// Segments that are made, and how far they are in the file.
struct InstallableSegments: Sendable {
    let sealed: SealedSegments
    var writing: SegmentWriting

    init(_ sealed: SealedSegments, now: UnixNanos) {
        self.sealed = sealed
        writing = SegmentWriting(
            sealed.segments.map {
                SegmentWriting.Segment($0.summary, level: 0, createdAt: now, chunks: $0.chunks)
            })
    }
}

extension StoreWriter {
    func startSealing() {
        guard !isSealing, !pending.isEmpty else { return }
        let next = pending.removeFirst()
        sealingNow = next
        let begun = monotonicNanos()
        sealing = Task { [sealer, openings] in
            let sealed = await sealer.seal(next.batches.map(\.batch), lastJournalID: next.lastJournalID)
            await install(InstallableSegments(sealed, now: options.clock()), opening: openings)
            meters.sealTime.record(nanos: monotonicNanos() - begun)
        }
    }

    /// Makes segments of all that is committed; what cannot be sealed at the moment stays in the journal.
    func sealAll() async {
        while database != nil, outage == nil, waitingSegment == nil {
            if !isSealing { startSealing() }
            guard isSealing else { return }
            await sealing?.value
        }
    }

    /// Tries again to write what could not be written.
    func installWaiting() {
        guard let waiting = waitingSegment else { return }
        waitingSegment = nil
        sealing = Task { [openings] in await install(waiting, opening: openings) }
    }

    /// Writes segments a few chunks at a time, with commits in between, and then puts them in place of the journal rows.
    /// - Parameter opening: when its spans were taken from `pending`; after the file was opened anew they are
    ///   there again, unless the segment is in the file
    private func install(_ segments: InstallableSegments, opening: Int) async {
        var segments = segments
        do {
            while try isWorthAPause(segments, opening) {
                try database?.writeSome(of: &segments.writing)
                unfinished.formUnion(segments.writing.ids)
                // To the end of what waits for this actor: commits.
                await Task.yield()
            }
            guard opening == openings, (try? checkFile()) != nil else { return }
            // Without room too: it takes the place of what is larger.
            _ = makeRoom(bytes: try database?.growth(installing: segments.sealed) ?? 0)
            guard opening == openings else { return }
            let references = try database?.install(
                segments.sealed, segments.writing, keeping: damagedJournalIDs, encoder: encoder,
                now: options.clock())
            if let references { upkeep.originSweep?.keep(references) }
        } catch {
            // The spans stay in the journal, where readers see them; the segment is tried again.
            report("store.seal.failed", error.description)
            waitingSegment = segments
            _ = failed(error)
            return
        }
        unfinished.subtract(segments.writing.ids)
        tell(of: segments.sealed)
        keepLogShort()
        upkeep.mayMerge = true
        sealingNow = nil
        isUntidy = true
        failuresInARow = 0
        if isSegmentDue { startSealing() }
        wake()
    }

    /// Whether there is something left to write for which commits should not wait, and need not: a sealer that falls
    /// behind, or a file that has room only when the journal's is free, gets all of it done at once.
    private func isWorthAPause(
        _ segments: InstallableSegments, _ opening: Int
    ) throws(SQLiteError) -> Bool {
        guard opening == openings, database != nil, (try? checkFile()) != nil else { return false }
        if segments.writing.isWritten || isSegmentDue { return false }
        return try fitsInLimit(bytes: Int64(segments.sealed.byteCount))
    }

    private func tell(of sealed: SealedSegments) {
        meters.noteSeal(sealed)
        onEvent(
            StoreEvent(
                .debug, "store.sealed",
                [
                    "spans": "\(sealed.spans)", "points": "\(sealed.rows(of: .metrics))",
                    "log_records": "\(sealed.rows(of: .logs))",
                    "bytes": "\(sealed.byteCount)", "duplicates": "\(sealed.duplicates)",
                ]))
        if sealed.duplicates > 0 {
            onEvent(StoreEvent(.info, "store.duplicates", ["spans": "\(sealed.duplicates)"]))
        }
        if sealed.duplicatePoints > 0 {
            onEvent(StoreEvent(.info, "store.duplicates", ["points": "\(sealed.duplicatePoints)"]))
        }
        if let error = sealed.uncheckedBecause { report("store.duplicates.unchecked", error.message) }
    }
}
