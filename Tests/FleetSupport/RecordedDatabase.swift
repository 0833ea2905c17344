import Telemetry
package import fleetgen

/// Puts what a recorded fleet would have sent into a database, with the times of arrival and the addresses that a
/// collector would have seen. `traceq import` cannot: a file of requests has neither.
package enum RecordedDatabase {
    /// Opens the database, or makes it, and stores everything in the order of its arrival, in segments.
    package static func write(_ recording: FleetRecording, to path: String) async throws {
        let store = try TelemetryStore.open(path: path)
        do {
            for delivery in recording.deliveries { try await append(delivery, to: store) }
        } catch {
            await store.close()
            throw error
        }
        await store.sealNow()
        await store.close()
    }

    /// Stores when versions were published, as if index.golang.org had been imported.
    package static func addIndex(of truth: FleetTruth, to path: String) throws {
        let publications = truth.publications.map {
            Publication(module: $0.module, version: $0.version, time: UnixNanos(clamping: $0.publishedNs))
        }
        _ = try PublicationStore(path: path).add(publications)
    }

    private static func append(_ delivery: Delivery, to store: TelemetryStore) async throws {
        let arrival = Arrival(
            receivedAt: UnixNanos(clamping: delivery.arrivalNanos), peerAddress: delivery.peerAddress)
        let body = delivery.body
        let batch: TelemetryBatch =
            switch delivery.signal {
            case .traces: .spans(try DecodedTraces.fromProtobuf(body.span, arrival: arrival).batch)
            case .metrics: .points(try DecodedMetrics.fromProtobuf(body.span, arrival: arrival).batch)
            }
        let digest = BodyDigest(of: body.span, key: store.digestKey)
        while true {
            do throws(StoreError) {
                _ = try await store.append(batch, digest: digest)
                return
            } catch {
                guard error.code == .queueFull else { throw error }
                // The writer is behind: what is recorded can wait.
                await store.sealNow()
            }
        }
    }
}
