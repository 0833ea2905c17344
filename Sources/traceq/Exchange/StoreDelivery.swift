import Telemetry

/// Brings requests of files into a database that no collector holds.
struct StoreDelivery: Sendable {
    let store: TelemetryStore
    /// Takes out what the collector would: a file may come from where nothing does.
    let redactor: Redactor
    let now: @Sendable () -> UnixNanos

    func deliver(_ record: ImportRecord, _ turn: RequestTurn) async -> ImportRun.Delivery {
        let decoded: DecodedRecord
        do {
            decoded = try DecodedRecord(record, receivedAt: now())
        } catch {
            return await turn.refuse(
                ImportError(
                    record: record.number, offset: record.offset, message: error.message, isLocal: true))
        }
        // Those after it may be stored at the same time, but not before it is known that this one can be read.
        turn.pass()
        guard await turn.comes() else { return .dropped }
        if let content = RequestContent(of: record, decoded) { return .empty(content) }
        do {
            switch try await append(decoded.batch, of: record) {
            case .stored: return .stored(decoded)
            case .duplicate: return .known(decoded)
            }
        } catch {
            return .failed(CommandFailure(.database, DisplayText.escaped(error.message)))
        }
    }

    /// Waits while the writer is behind: a file can wait.
    private func append(
        _ batch: TelemetryBatch, of record: ImportRecord
    ) async throws(StoreError) -> AppendOutcome {
        let digest = BodyDigest(of: record.bytes.span, key: store.digestKey)
        var batch = batch
        batch.redact(redactor)
        while true {
            do {
                return try await store.append(batch, digest: digest)
            } catch {
                guard error.code == .queueFull else { throw error }
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}
