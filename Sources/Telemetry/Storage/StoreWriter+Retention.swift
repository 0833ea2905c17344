// What is too old, or too much, and goes.

extension StoreWriter {
    /// Takes out a few segments that are too old or too many.
    /// - Returns: whether segments went
    func deleteStep() throws(SQLiteError) -> Bool {
        if try deleteByAge() { return true }
        guard let bytesMax = options.databaseBytesMax, let space = try database?.space() else { return false }
        let excess = space.usedBytes - (bytesMax - Upkeep.room(bytesMax))
        guard excess > 0,
            let expired = try database?.deleteOldestSegments(
                bytes: excess, effort: Upkeep.effort(space, bytesMax: bytesMax)), expired.segments > 0
        else { return false }
        noteExpired(expired, .size)
        return true
    }

    private func deleteByAge() throws(SQLiteError) -> Bool {
        guard let age = options.retainNanos, let now = retentionTime() else { return false }
        // A clock that was set back to before the last look starts anew.
        let lastCheck = upkeep.nextAgeCheck.advanced(byNanos: -ageCheckNanos(age))
        guard now >= upkeep.nextAgeCheck || now < lastCheck else { return false }
        if let expired = try database?.deleteSegments(sealedBefore: now.advanced(byNanos: -age)),
            expired.segments > 0
        {
            noteExpired(expired, .age)
            return true
        }
        upkeep.nextAgeCheck = now.advanced(byNanos: ageCheckNanos(age))
        return false
    }

    /// Segments become too old one after another: each is gone within a minute.
    private func ageCheckNanos(_ age: Int64) -> Int64 { min(age / 64, 60_000_000_000) }

    func noteExpired(_ expired: ExpiredSegments, _ reason: ExpiredSegments.Reason) {
        isUntidy = true
        upkeep.mayMerge = true
        upkeep.segmentsGone += expired.segments
        report(expired, reason)
    }
}

// MARK: - What segments leave behind

extension StoreWriter {
    /// Takes out some of the resources and scopes that no segment refers to any more.
    /// - Returns: whether there was something to do
    func sweepStep(effort: Int) throws(SQLiteError) -> Bool {
        if upkeep.originSweep == nil {
            guard options.retainNanos != nil || options.databaseBytesMax != nil,
                upkeep.isSweepDue
            else { return false }
            upkeep.segmentsGone = 0
            upkeep.originSweep = try database?.beginSweep()
        }
        guard var sweep = upkeep.originSweep.take() else { return false }
        switch try database?.goOn(&sweep, effort: effort) {
        case .unfinished: upkeep.originSweep = sweep
        case .finished:
            upkeep.segmentsGoneEnough = Upkeep.segmentsGoneEnough(of: sweep.segments)
            if sweep.deleted > 0 { noteDeleted(sweep) }
        case .impossible, nil: break
        }
        return true
    }

    private func noteDeleted(_ sweep: OriginSweep) {
        isUntidy = true
        onEvent(StoreEvent(.debug, "store.origins.deleted", ["rows": "\(sweep.deleted)"]))
    }

    /// Takes out receipts that nobody needs any more, now and then.
    /// - Returns: whether there may be more
    func receiptStep() throws(SQLiteError) -> Bool {
        guard monotonicNanos() >= upkeep.nextReceiptCheck else { return false }
        let bytesMax = Upkeep.receiptBytesMax(options.databaseBytesMax)
        if try database?.takeOutReceipts(now: options.clock(), bytesMax: bytesMax) ?? 0 > 0 { return true }
        upkeep.nextReceiptCheck = monotonicNanos() + Upkeep.receiptCheckNanos
        return false
    }

    /// Takes out what is left when all segments are gone and there is still no room: what they referred to, and then
    /// receipts, whatever their age.
    /// - Returns: whether something went
    func deleteLeftovers() throws(SQLiteError) -> Bool {
        guard var sweep = try database?.beginSweep() else { return false }
        while try database?.goOn(&sweep, effort: Upkeep.effortMax) == .unfinished {}
        if sweep.deleted > 0 {
            noteDeleted(sweep)
            return true
        }
        return try database?.takeOutReceipts(now: options.clock(), bytesMax: 0) ?? 0 > 0
    }
}

// MARK: - By which time

extension StoreWriter {
    private var clockReading: RetentionClock.Reading {
        RetentionClock.Reading(wall: options.clock(), steady: options.steadyClock())
    }

    /// The time by which spans are too old; nil when it is not known yet.
    private func retentionTime() -> UnixNanos? {
        guard let (time, news) = upkeep.retentionClock?.time(clockReading) else { return nil }
        tell(news)
        return time
    }

    /// Lets requests that were stored say whether a clock that is ahead is right.
    func confirmClock(by items: [IngestQueue.Item]) {
        guard upkeep.retentionClock?.isDoubtful == true else { return }
        let starts = items.compactMap { $0.queued.timeRange?.upperBound }
        tell(upkeep.retentionClock?.hear(starts, clockReading) ?? nil)
    }

    private func tell(_ news: RetentionClock.News?) {
        switch news {
        case .ahead(let wall, let expected):
            onEvent(
                StoreEvent(
                    .warning, "store.clock.ahead",
                    [
                        "clock": wall.rfc3339, "expected": expected.rfc3339,
                        "advice":
                            "check the clock; spans are deleted by the expected time until the clock is "
                            + "back, or has been right for an hour by the spans that come in",
                    ]))
        case .agrees(let wall):
            onEvent(StoreEvent(.info, "store.clock.agrees", ["clock": wall.rfc3339]))
        case nil: break
        }
    }
}
