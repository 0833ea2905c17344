// Small segments become large ones while nothing else is to be done.

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
            await finishMerge(outcome, opening: openings)
            upkeep.merging = nil
        }
    }

    private func finishMerge(
        _ outcome: Result<(attempt: MergedSegment.Attempt, cpuNanos: Int64), StoreError>, opening: Int
    ) async {
        // What was read is of an earlier time, perhaps of another file.
        guard opening == openings else { return }
        do {
            let (attempt, cpuNanos) = try outcome.get()
            meters.mergeCPUNanos.add(Int(cpuNanos))
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
            case .merged(let merged): try await install(merged, opening: opening)
            }
        } catch let error as SQLiteError {
            failedUpkeep("store.merge.failed", error)
        } catch {
            // The segments are there as before.
            upkeep.mergeRestUntil = monotonicNanos() + 10_000_000_000
            report("store.merge.failed", "\(error)")
        }
    }

    private func install(_ merged: MergedSegment, opening: Int) async throws(SQLiteError) {
        // Merging saves little: spans are not deleted for it.
        guard try fitsInLimit(bytes: merged.chunks.reduce(0) { $0 + Int64($1.bytes.count) }) else {
            return upkeep.mergeRestUntil = monotonicNanos() + 10_000_000_000
        }
        var writing = SegmentWriting([
            SegmentWriting.Segment(
                merged.summary, level: merged.level, createdAt: merged.createdAt, chunks: merged.chunks)
        ])
        var isInstalled = false
        // What was begun and is not finished is taken out by and by.
        defer {
            unfinished.subtract(writing.ids)
            upkeep.hasUnseen = true
        }
        do throws(SQLiteError) {
            while !writing.isWritten {
                guard opening == openings, database != nil, (try? checkFile()) != nil else { return }
                try database?.writeSome(of: &writing)
                unfinished.formUnion(writing.ids)
                // To the end of what waits for this actor: commits.
                await Task.yield()
            }
            guard opening == openings, database != nil, (try? checkFile()) != nil else { return }
            isInstalled = try database?.install(merged, writing, encoder: encoder) ?? false
        } catch {
            // On a broken page, as they are, or beside one.
            if error.isDamage { upkeep.unmergeable.formUnion(merged.replaced) }
            throw error
        }
        guard isInstalled else { return }
        meters.noteMerge(merged)
        upkeep.originSweep?.keep(StoredReferences(origins: merged.origins, series: merged.series))
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

// MARK: - What is left behind

extension StoreWriter {
    /// Takes out some of what no query sees: replaced by a merge, or begun and never finished.
    /// - Returns: whether there may be more
    func cleanUpStep() throws(SQLiteError) -> Bool {
        guard upkeep.hasUnseen else { return false }
        let unseen = try database?.unseenSegments() ?? []
        guard let next = unseen.first(where: { !unfinished.contains($0) && !upkeep.undeletable.contains($0) })
        else {
            upkeep.hasUnseen = false
            return false
        }
        isUntidy = true
        do throws(SQLiteError) {
            _ = try database?.deleteSome(ofUnseen: next)
        } catch {
            // One on a broken page stays, and others go.
            guard error.isDamage else { throw error }
            upkeep.undeletable.insert(next)
            report("store.cleanup.failed", error.description)
        }
        return true
    }

    /// Takes out all of it: there is no later, or no room.
    func cleanUpAll() {
        do {
            while try cleanUpStep() {}
        } catch {
            // The next start finds it.
            report("store.cleanup.failed", error.description)
            if database != nil, !error.isDamage { _ = failed(error) }
        }
    }
}
