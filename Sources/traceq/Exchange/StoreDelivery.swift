import Telemetry

/// Brings requests of files into a database that no collector holds.
struct StoreDelivery: Sendable {
    /// What stands for the address of the sender.
    static let peerAddress = "import"

    let store: TelemetryStore
    /// Takes out what the collector would: a file may come from where nothing does.
    let redactor: Redactor
    let now: @Sendable () -> UnixNanos

    func deliver(_ record: ImportRecord, _ turn: RequestTurn) async -> ImportRun.Delivery {
        let decoded: DecodedTraces
        do {
            decoded = try DecodedTraces(record, receivedAt: now())
        } catch {
            return await turn.refuse(
                ImportError(
                    record: record.number, offset: record.offset, message: error.message, isLocal: true))
        }
        // Those after it may be stored at the same time, but not before it is known that this one can be read.
        turn.pass()
        guard await turn.comes() else { return .dropped }
        if let content = RequestContent(of: record, decoded) {
            return content == .logs ? await deliverLogs(record) : .empty(content)
        }
        let spans = decoded.batch.spanCount
        do {
            switch try await append(.spans(decoded.batch), of: record) {
            case .stored:
                return .stored(spans: spans, refused: decoded.rejectedSpans, reason: decoded.rejectionReason)
            case .duplicate: return .known(spans: spans, refused: decoded.rejectedSpans)
            }
        } catch {
            return .failed(CommandFailure(.database, DisplayText.escaped(error.message)))
        }
    }

    /// Log records, which only JSON tells from spans.
    private func deliverLogs(_ record: ImportRecord) async -> ImportRun.Delivery {
        let decoded: DecodedLogs
        do {
            decoded = try DecodedLogs.fromJSON(
                record.bytes.span, arrival: Arrival(receivedAt: now(), peerAddress: Self.peerAddress))
        } catch {
            return .bad(
                ImportError(
                    record: record.number, offset: record.offset, message: error.message, isLocal: true))
        }
        guard decoded.batch.recordCount > 0 else { return .empty(.logs) }
        do {
            let outcome = try await append(.logs(decoded.batch), of: record)
            return .logs(records: decoded.batch.recordCount, isNew: outcome == .stored)
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

extension DecodedTraces {
    /// Decodes a request of a file.
    init(_ record: ImportRecord, receivedAt: UnixNanos) throws(DecodeError) {
        let arrival = Arrival(receivedAt: receivedAt, peerAddress: StoreDelivery.peerAddress)
        self =
            record.isJSON
            ? try .fromJSON(record.bytes.span, arrival: arrival)
            : try .fromProtobuf(record.bytes.span, arrival: arrival)
    }
}
