// What the writer does when the disk fails or is full: it refuses what comes, and goes on by itself.

extension StoreWriter {
    /// Whether what is kept free on the disk stays free when bytes are written, and the log is moved into the file.
    private func diskHasRoom(bytes: Int64) -> Bool {
        guard options.freeBytesMin > 0, let free = options.freeBytes(path) else { return true }
        return free - FileStatus.size(path + "-wal") - bytes >= options.freeBytesMin
    }

    private var noDiskRoomMessage: String {
        "less than \(HumanUnits.bytes(options.freeBytesMin)) would be left free on the disk of \(path): "
            + "nothing is taken until there is more"
    }

    /// Whether there is room on the disk for a group of requests; where there is none, they are refused: what is taken
    /// must still be sealed, and the log be emptied, and both need room.
    func makeDiskRoom(for group: [IngestQueue.Item]) -> Bool {
        if diskHasRoom(bytes: group.reduce(0) { $0 + Int64($1.byteCount) }) { return true }
        begin(.space, noDiskRoomMessage)
        let error = StoreError(.unavailable, noDiskRoomMessage)
        for item in group { item.finish(.failure(error)) }
        queue.release(group)
        wake()
        return false
    }

    /// Decides what the failure of a change to the file means for what comes next.
    /// - Returns: what to tell whoever waited for the change; a retry is safe, whatever became of it
    func failed(_ error: SQLiteError) -> StoreError {
        let known = StoreError(error, path: path)
        // Never "do not try again": the spans are fine, it is the file that is not.
        let told = known.isRetryable ? known : StoreError(.unavailable, known.message)
        if error.isFull {
            // The transaction was rolled back, and the connection is as good as before.
            begin(.space, told.message)
        } else if !error.isBusy {
            loseConnection(told.message)
        }
        return told
    }

    /// Looks whether the file and its log are as the writer left them. Where they are not, the file is closed, and
    /// opened anew by its path in a while.
    func checkFile() throws(StoreError) {
        guard let problem = database?.watch.check(), let words = database?.watch.words(problem) else {
            return
        }
        if problem == .isGone || problem == .logIsGone { database?.moveLogIntoFile() }
        loseConnection(words, cause: .file)
        throw StoreError(.unavailable, words)
    }

    /// Closes the file. After an error nobody knows what of the last change is in it, nor, after a sync that failed,
    /// what of it is on the disk: from here on only what the file says counts, as after a crash.
    private func loseConnection(_ message: String, cause: Outage.Cause = .disk) {
        if let lost = database.take() { lost.abandon() }
        openings += 1
        pending = []
        sealingNow = nil
        waitingSegment = nil
        unfinished = []
        upkeep.hasUnseen = true
        upkeep.undeletable = []
        // What a commit refers to of which nobody knows whether it is in the file.
        upkeep.originSweep = nil
        begin(cause, message)
    }

    private func begin(_ cause: Outage.Cause, _ message: String) {
        failuresInARow += 1
        if let outage {
            self.outage = Outage(
                // A file that is not open yet was lost for what it was lost for.
                cause: database == nil && outage.cause != .space ? outage.cause : cause,
                error: StoreError(.unavailable, message),
                since: outage.since)
        } else {
            outage = Outage(
                cause: cause, error: StoreError(.unavailable, message), since: monotonicNanos())
            onEvent(
                StoreEvent(.error, "store.unavailable", ["cause": cause.rawValue, "error": message]))
        }
        let delay = options.retryDelayNanos << min(3, failuresInARow - 1)
        retrying?.cancel()
        retrying = Task {
            // Cancelled: the store closes, or a newer failure waits for itself.
            guard (try? await Task.sleep(for: .nanoseconds(delay))) != nil else { return }
            // Whoever has the file open keeps what SQLite knows of its log.
            if database == nil { await sealer.close() }
            retry()
        }
    }

    /// Tries whether the file can be written to again.
    func retry() {
        guard let outage else { return }
        if database == nil {
            do throws(StoreError) {
                try reopen()
            } catch {
                return begin(.disk, error.message)
            }
        }
        guard diskHasRoom(bytes: 0) else { return begin(.space, noDiskRoomMessage) }
        self.outage = nil
        onEvent(
            StoreEvent(
                .info, "store.available",
                [
                    "cause": outage.cause.rawValue,
                    "after": HumanUnits.duration(monotonicNanos() - outage.since),
                ]))
        isUntidy = true
        wake()
    }

    /// Opens the file at the path anew, and takes from it what was stored.
    private func reopen() throws(StoreError) {
        var isHeld = false
        if let held = file.take() {
            if held.watch.problem?.needsNewSharedMemory == true { held.watch.removeSharedMemory() }
            isHeld = held.isAtItsPath
            let isMixed = !isHeld && held.watch.hasLogAtItsPath
            if isHeld || isMixed {
                file = consume held
            } else {
                held.watch.removeLog()
            }
            if isMixed {
                throw StoreError(
                    .unavailable,
                    "\(path) was removed or replaced while the collector runs, and its log \(path)-wal is still "
                        + "there: put the file back, or remove the log")
            }
        }
        if !isHeld { file = try DatabaseFile.claim(path) }
        guard let current = file.take() else { return }
        do {
            try takeUp(current, isSame: isHeld)
        } catch {
            file = consume current
            throw error
        }
        file = consume current
    }

    /// - Parameter isSame: whether it is the file that was written to before
    private func takeUp(_ file: borrowing DatabaseFile, isSame: Bool) throws(StoreError) {
        if let shortening = file.watch.shortening {
            throw StoreError(.unavailable, file.watch.words(shortening))
        }
        let database = try StoreDatabase.open(
            file, durability: options.durability, logBytesMax: options.logBytesMax)
        let stored: StoredState
        do {
            stored = try StoredState(of: database, now: options.clock(), options: options)
        } catch {
            throw StoreError(error, path: path)
        }
        if !isSame {
            onEvent(
                StoreEvent(
                    .warning, "store.file.other",
                    ["path": path, "message": "what was stored before is in the file that was there"]))
        } else if stored.nextCommitID <= lastStoredCommitID {
            onEvent(
                StoreEvent(
                    .error, "store.commits.lost",
                    [
                        "path": path, "acknowledged": "\(lastStoredCommitID)",
                        "found": "\(stored.nextCommitID - 1)",
                    ]))
        }
        nextCommitID = max(nextCommitID, stored.nextCommitID)
        lastStoredCommitID = stored.nextCommitID - 1
        receipts = stored.receipts
        pending = stored.pending
        damagedJournalIDs = stored.damagedJournalIDs
        for event in stored.events(path: path) { onEvent(event) }
        self.database = consume database
    }
}
