// MARK: - Merging

extension StoreWriter {
    /// Starts a merge when nothing else is to be done and its share of the processor is not used up.
    func mergeWhenQuiet() {
        // Not on a full disk either: a merge needs room before it gives some back.
        guard upkeep.merging == nil, upkeep.mayMerge, outage == nil, !isSealing, pending.count <= 1,
            monotonicNanos() >= upkeep.mergeRestUntil
        else { return }
        let excluded = upkeep.unmergeable
        upkeep.merging = Task { [sealer, openings, plan = options.mergePlan.keeping(options.retainNanos)] in
            let outcome: Result<(attempt: MergedSegment.Attempt, cpuNanos: Int64), StoreError>
            do throws(StoreError) {
                outcome = .success(try await sealer.merge(plan, excluding: excluded))
            } catch {
                outcome = .failure(error)
            }
            finishMerge(outcome, opening: openings)
        }
    }

    private func finishMerge(
        _ outcome: Result<(attempt: MergedSegment.Attempt, cpuNanos: Int64), StoreError>, opening: Int
    ) {
        upkeep.merging = nil
        // What was read is of an earlier time, perhaps of another file.
        guard opening == openings else { return }
        do {
            let (attempt, cpuNanos) = try outcome.get()
            upkeep.mergeRestUntil = monotonicNanos() + cpuNanos * MonotonicNanos(Upkeep.mergeShare - 1)
            switch attempt {
            case .nothing:
                upkeep.mayMerge = false
                // What the search has read is let go of with the rest, also when that was done before.
                isUntidy = true
            case .damaged(let segment, let error):
                upkeep.unmergeable.insert(segment)
                report("store.merge.damaged", error.message)
            case .tooLarge(let segment): upkeep.unmergeable.insert(segment)
            case .merged(let merged): try install(merged)
            }
        } catch let error as SQLiteError {
            failedUpkeep("store.merge.failed", error)
        } catch {
            // The segments are there as before.
            upkeep.mergeRestUntil = monotonicNanos() + 10_000_000_000
            report("store.merge.failed", "\(error)")
        }
    }

    private func install(_ merged: MergedSegment) throws(SQLiteError) {
        // Merging saves little: spans are not deleted for it.
        guard try fitsInLimit(bytes: merged.chunks.reduce(0) { $0 + Int64($1.bytes.count) }) else {
            return upkeep.mergeRestUntil = monotonicNanos() + 10_000_000_000
        }
        do throws(SQLiteError) {
            guard try database?.install(merged, encoder: encoder) ?? false else { return }
        } catch {
            // On a broken page, as they are, or beside one.
            if error.isDamage { upkeep.unmergeable.formUnion(merged.replaced) }
            throw error
        }
        upkeep.originSweep?.keep(merged.origins)
        isUntidy = true
        onEvent(
            StoreEvent(
                .debug, "store.merged",
                [
                    "segments": "\(merged.replaced.count)", "spans": "\(merged.summary.spans)",
                    "duplicates": "\(merged.duplicates)",
                ]))
    }
}

// MARK: - Space

extension StoreWriter {
    /// Deletes what is to go and gives back space: a little at once, and the rest in steps between commits.
    func keepUp() {
        mergeWhenQuiet()
        keepLogShort()
        guard upkeep.working == nil else { return }
        if upkeepStep() { workInSteps() } else { tidyWhenQuiet() }
    }

    /// Goes on with what there is to do, in steps between commits.
    func workInSteps() {
        guard upkeep.working == nil else { return }
        upkeep.working = Task {
            while true {
                let before = monotonicNanos()
                guard !Task.isCancelled, upkeepStep() else { break }
                let pauses = max(0, Upkeep.pausesPerStep + 1 - MonotonicNanos(effort))
                let pause = (monotonicNanos() - before) * pauses
                try? await Task.sleep(nanoseconds: UInt64(max(pause, 1_000_000)))
            }
            upkeep.working = nil
        }
    }

    private var isQuiet: Bool { pending.isEmpty && !isSealing }

    /// One step of a few milliseconds.
    /// - Returns: whether there was something to do
    private func upkeepStep() -> Bool {
        guard database != nil else { return false }
        do {
            if try sweepStep(effort: effort) { return true }
            if try receiptStep() { return true }
            if try deleteStep() { return true }
            guard let space = try database?.space() else { return false }
            let pages = Upkeep.pagesToGiveBack(space, isQuiet: isQuiet, bytesMax: options.databaseBytesMax)
            guard pages > 0 else { return false }
            try database?.giveBack(pages: min(pages, Upkeep.pagesPerStep * Int64(effort)))
            isUntidy = true
            return true
        } catch {
            failedUpkeep("store.retention.failed", error)
            return false
        }
    }

    /// What is stored can be damaged, and what comes be stored all the same: for damage that upkeep meets
    /// nothing is refused.
    func failedUpkeep(_ name: String, _ error: SQLiteError) {
        report(name, error.description)
        if !error.isDamage { _ = failed(error) }
    }

    private var effort: Int {
        guard let space = try? database?.space() else { return 1 }
        return Upkeep.effort(space, bytesMax: options.databaseBytesMax)
    }

    /// Lets go of what only work needs: a collector that idles for hours must not hold what a burst took.
    private func giveMemoryBack() {
        try? database?.connection.execute("PRAGMA shrink_memory")
        Task { [sealer] in
            await sealer.close()
            HeapMemory.giveBack()
        }
    }

    /// Has the write-ahead log begin anew when it is too long.
    ///
    /// SQLite does that by itself at the first change when no reader uses the log. Where readers come and go
    /// without a gap between them, it would grow as long as they do: then the writer waits until those that use it
    /// now are done. Those that come meanwhile read the file alone and are not in the way.
    func keepLogShort() {
        // The file is cut to the limit when the log begins anew, so a longer one has not begun anew.
        let logBytes = FileStatus.size(path + "-wal")
        guard database != nil, logBytes > options.logBytesMax * 9 / 8,
            upkeep.mayWaitForLog(now: monotonicNanos(), logBytes: logBytes)
        else { return }
        do {
            if try database?.restartLog(busyMillis: upkeep.logWaitMillis) ?? true {
                upkeep.logBeganAnew()
            } else {
                upkeep.waitedForLogInVain(now: monotonicNanos(), logBytes: logBytes)
            }
        } catch {
            report("store.checkpoint.failed", error.description)
            _ = failed(error)
        }
    }

    /// Empties the write-ahead log while nobody needs it.
    private func tidyWhenQuiet() {
        guard isUntidy, isQuiet else { return }
        do {
            // Readers may keep it from being finished: then it is tried again.
            isUntidy = try !(database?.tidyUp() ?? true)
            if !isUntidy { giveMemoryBack() }
        } catch {
            isUntidy = false
            onEvent(StoreEvent(.warning, "store.tidy.failed", ["error": error.description]))
            _ = failed(error)
        }
    }
}
