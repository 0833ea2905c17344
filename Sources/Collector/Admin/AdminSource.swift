import Synchronization
import Telemetry

/// Where the admin port takes its answers from: each is made at the moment that it is asked for.
final class AdminSource: Sendable {
    private let service: ExportService
    private let connections: ConnectionRegistry
    private let settings: CollectorSettings
    private let listeners: [CollectorReport.Listener]
    private let endpoints: SenderEndpoints
    private let draining = Atomic(false)

    init(
        service: ExportService, connections: ConnectionRegistry, settings: CollectorSettings,
        listeners: [CollectorReport.Listener], endpoints: SenderEndpoints
    ) {
        self.service = service
        self.connections = connections
        self.settings = settings
        self.listeners = listeners
        self.endpoints = endpoints
    }

    /// From now on the collector is not ready: it takes nothing new.
    func noteDraining() { draining.store(true, ordering: .relaxed) }

    var readiness: Readiness { readiness(service.store.statistics) }

    private func readiness(_ store: StoreStatistics) -> Readiness {
        Readiness(
            store, inFlightBytes: service.inFlight.usedBytes, inFlightBytesMax: service.inFlight.limitBytes,
            isDraining: draining.load(ordering: .relaxed))
    }

    func report() -> CollectorReport {
        let store = service.store.statistics
        return CollectorReport(
            version: CollectorVersion.number, at: .now(), startedAt: service.counters.startedAt,
            listeners: listeners, counters: service.counters.snapshot, store: store,
            connections: connections.count, connectionsMax: settings.connectionsMax,
            inFlightBytes: service.inFlight.usedBytes, inFlightBytesMax: service.inFlight.limitBytes,
            process: .read(), readiness: readiness(store))
    }

    func doctor() -> DoctorReport {
        DoctorReport(records: service.senders.records, endpoints: endpoints, at: .now())
    }
}
