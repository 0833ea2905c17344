// What is done beside commits and segments.

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
            if try cleanUpStep() { return true }
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

    /// Moves the write-ahead log into the file while nobody waits.
    ///
    /// SQLite does that by itself when there are 32 MiB, and whoever's commit that is waits for 10 ms. A little takes no
    /// longer than a commit, and finds a gap between two requests.
    func moveLogWhenIdle() {
        guard let written = database?.connection.pagesWritten,
            upkeep.mayMoveLog(pagesWritten: written, now: monotonicNanos())
        else { return }
        do {
            try database?.moveLog()
        } catch {
            // A reader that recovers the log: the next time is soon.
            if error.isBusy { return }
            report("store.checkpoint.failed", error.description)
            _ = failed(error)
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
