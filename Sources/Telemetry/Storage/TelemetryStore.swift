/// What became of a request that was appended.
package enum AppendOutcome: Sendable {
    case stored
    /// The same request was stored before: a retry after a lost acknowledgement.
    case duplicate
}

/// A database that telemetry is written to.
///
/// One for a file and a process: a second one, in this process or another, is refused.
package final class TelemetryStore: Sendable {
    private let queue: IngestQueue
    let writer: StoreWriter
    private let requestBytesMax: Int64?
    private let ticker: Task<Void, Never>

    /// Opens a database file for writing, and makes it (mode 0600) when there is none.
    /// - Parameters:
    ///   - path: the file
    ///   - onEvent: hears what belongs into a log, on the writer's thread
    /// - Throws: `StoreError`: `.inUse`, `.notADatabase`, `.newerFormat`, `.unavailable`
    package static func open(
        path: String, options: StoreOptions = StoreOptions(),
        onEvent: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) throws(StoreError) -> TelemetryStore {
        let queue = IngestQueue(bytesMax: options.queueBytesMax)
        let writer = try StoreWriter(path: path, queue: queue, options: options, onEvent: onEvent)
        return TelemetryStore(queue: queue, writer: writer, requestBytesMax: options.requestBytesMax)
    }

    private init(queue: IngestQueue, writer: StoreWriter, requestBytesMax: Int64?) {
        self.requestBytesMax = requestBytesMax
        self.queue = queue
        self.writer = writer
        ticker = Task {
            while !Task.isCancelled {
                await writer.tick()
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// What the digests of requests to this store are made with.
    package var digestKey: DigestKey { writer.digestKey }

    /// Says that a small request has come in whole and will be appended in a moment, so that one commit can
    /// serve it and those that came just before.
    package func expectAppend() -> ExpectedAppend {
        queue.expect()
        return ExpectedAppend { [queue] in queue.withdraw() }
    }

    /// Stores the content of one request. When it returns, it is on disk and every reader sees it.
    /// - Parameters:
    ///   - batch: the decoded request
    ///   - digest: of the decompressed body, made with `digestKey`; a request whose digest was stored within the last 15
    ///     minutes is not stored again
    ///   - expectation: what `expectAppend` gave for this request
    ///   - charge: what the request holds; the store lowers it to what stays in memory, and keeps it until the spans
    ///     are in a segment. Its source decides whose turn it is.
    /// - Throws: `StoreError`: `.queueFull`, `.shuttingDown`, `.unavailable`, all worth a retry; `.tooLarge`, which
    ///   is not
    package func append(
        _ batch: consuming TelemetryBatch, digest: BodyDigest, expectation: ExpectedAppend? = nil,
        charge: InFlightBytes.Charge? = nil
    ) async throws(StoreError) -> AppendOutcome {
        let batch = batch
        let result = await withCheckedContinuation { continuation in
            append(batch, digest: digest, expectation: expectation, charge: charge) {
                continuation.resume(returning: $0)
            }
        }
        return try result.get()
    }

    /// The same without a task that waits.
    /// - Parameters:
    ///   - whenDone: is called once, with what the other one returns or throws: by the caller's thread when the request
    ///     is refused at once, else by the writer's, which it must not hold up
    package func append(
        _ batch: consuming TelemetryBatch, digest: BodyDigest, expectation: ExpectedAppend? = nil,
        charge: InFlightBytes.Charge? = nil,
        whenDone: @escaping @Sendable (Result<AppendOutcome, StoreError>) -> Void
    ) {
        let encoded = batch.encoded()
        if let bytesMax = requestBytesMax, encoded.count > bytesMax {
            let error = StoreError(
                .tooLarge,
                "the request takes \(HumanUnits.bytes(Int64(encoded.count))), and the database may take "
                    + "\(HumanUnits.bytes(bytesMax)) at once: send smaller requests, or give it more "
                    + "with --max-db-size")
            charge?.release()
            return whenDone(.failure(error))
        }
        // The body is not needed any more.
        charge?.settle(at: batch.heldBytes + encoded.count)
        let item = IngestQueue.Item(
            queued: QueuedBatch(batch, charge: charge), encoded: encoded, digest: digest, charge: charge,
            acknowledge: whenDone)
        switch queue.submit(item, wasExpected: expectation?.fulfil() ?? false) {
        case .queued: break
        case .wake: writer.wake()
        case .refused(let error): item.finish(.failure(error))
        }
    }

    /// Whether a request of a source would be taken at this moment: to refuse it before it is read and decoded.
    package func hasRoom(for source: RequestSource?) -> Bool { queue.hasRoom(for: source) }

    /// How long it will take until all that waits is committed, in seconds; nil when nothing is known yet.
    package var backlogSeconds: Double? { queue.backlogSeconds }

    /// Makes segments of all that was appended so far, which finds the spans among it that were stored before
    /// (the event `store.duplicates`). Nothing that was acknowledged depends on it.
    package func sealNow() async { await writer.sealAll() }

    /// Commits what waits, empties the write-ahead log and closes the file. Later appends are refused.
    package func close() async {
        ticker.cancel()
        queue.close()
        await writer.close()
    }
}
