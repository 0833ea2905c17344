import Dispatch
import Telemetry

/// Looks for incidents in the database, on a thread of its own that lets others pass: nobody waits for it, and requests and
/// commits must not wait for it either.
actor IncidentWatch {
    private let executor = SerialExecutorQueue(
        label: "traceq.incidents", qos: .utility, letsOthersPass: true)
    private let path: String
    private let windowNanos: Int64
    private let baselineNanos: Int64
    private let privateModules: PrivateModules
    private let clientRegions: ClientRegions

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String, _ settings: NotificationSettings) {
        self.path = path
        windowNanos = settings.windowSeconds * 1_000_000_000
        baselineNanos = settings.baselineSeconds * 1_000_000_000
        privateModules = settings.privateModules
        clientRegions = settings.clientRegions
    }

    /// What there is of the window that ends now.
    /// - Throws: `StoreError`
    func incidents(at now: UnixNanos) throws(StoreError) -> [NotedIncident] {
        // A connection of its own for each evaluation: in between, nothing of the file is held. One thread reads segments.
        let reader = try TelemetryReader(path: path, workersMax: 1)
        let query = IncidentQuery(
            window: TimeWindow(since: now.advanced(byNanos: -windowNanos), until: now),
            baselineNanos: baselineNanos, now: now, privateModules: privateModules,
            clientRegions: clientRegions)
        return NotedIncident.all(try reader.incidents(query), query)
    }
}
