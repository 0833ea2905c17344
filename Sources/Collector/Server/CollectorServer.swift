package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
package import Telemetry

/// Both servers over one store: listens from `start` to `shutdown`.
package final class CollectorServer: Sendable {
    /// What the servers listen on, with the real ports.
    package var grpcAddress: ListenAddress { ports.grpcAddress }
    package var httpAddress: ListenAddress { ports.httpAddress }
    /// Nil where the collector does not tell about itself.
    package var adminAddress: ListenAddress? { ports.adminAddress }
    package let service: ExportService

    private let settings: CollectorSettings
    private let logger: Logger
    private let connections: ConnectionRegistry
    private let ports: BoundPorts
    private let refusalTimer: RepeatedTask
    private let admin = NIOLockedValueBox<AdminServer?>(nil)
    private let ending = NIOLockedValueBox<Task<Void, Never>?>(nil)

    private init(
        ports: BoundPorts, service: ExportService, settings: CollectorSettings, logger: Logger,
        connections: ConnectionRegistry
    ) {
        self.ports = ports
        self.service = service
        self.settings = settings
        self.logger = logger
        self.connections = connections
        refusalTimer = ports.group.any().scheduleRepeatedTask(
            initialDelay: RefusalLog.sweepInterval, delay: RefusalLog.sweepInterval
        ) { [refusals = service.refusals, failures = service.failures] _ in
            refusals.tellDue()
            failures.tellDue()
        }
    }

    /// Takes both ports and accepts at once.
    ///
    /// - Throws: A `usage` error that says which address cannot be listened on, and why.
    package static func start(
        store: TelemetryStore, settings: CollectorSettings, logger: Logger
    ) async throws(CollectorError) -> CollectorServer {
        let ports = try await BoundPorts.take(settings, logger: logger)
        return try await start(on: ports, store: store, settings: settings, logger: logger)
    }

    /// Accepts on ports that were taken before; they end with the server.
    ///
    /// - Throws: A `usage` error when a port cannot be listened on any more.
    package static func start(
        on ports: BoundPorts, store: TelemetryStore, settings: CollectorSettings, logger: Logger
    ) async throws(CollectorError) -> CollectorServer {
        let service = ExportService(store: store, settings: settings, logger: logger)
        let connections = ConnectionRegistry(settings: settings, refusals: service.refusals)
        let grpcServer = GRPCServer(service: service, settings: settings, connections: connections)
        let httpServer = HTTPServer(service: service, settings: settings, connections: connections)
        let server = CollectorServer(
            ports: ports, service: service, settings: settings, logger: logger, connections: connections)
        do throws(CollectorError) {
            try await accept(ports.grpc, ports.grpcAddress, option: "--listen-grpc", grpcServer.configure)
            try await accept(ports.http, ports.httpAddress, option: "--listen-http", httpServer.configure)
            try await server.startAdmin()
        } catch {
            await server.shutdown()
            throw error
        }
        server.announce(server.grpcAddress, protocolName: GRPCExportHandler.protocolName)
        server.announce(server.httpAddress, protocolName: HTTPExportHandler.protocolName)
        return server
    }

    private func startAdmin() async throws(CollectorError) {
        guard let port = ports.admin, let address = ports.adminAddress else { return }
        let source = AdminSource(
            service: service, connections: connections, settings: settings,
            listeners: [
                CollectorReport.Listener(
                    protocolName: GRPCExportHandler.protocolName, address: "\(grpcAddress)"),
                CollectorReport.Listener(
                    protocolName: HTTPExportHandler.protocolName, address: "\(httpAddress)"),
            ],
            endpoints: SenderEndpoints(grpc: grpcAddress, http: httpAddress))
        let server = try await AdminServer.start(on: port, address: address, source: source, logger: logger)
        admin.withLockedValue { $0 = server }
    }

    private static func accept(
        _ port: BoundPorts.Port, _ address: ListenAddress, option: String,
        _ configure: @escaping BoundPorts.Configure
    ) async throws(CollectorError) {
        do {
            try await port.accept(configure)
        } catch {
            throw CollectorError(binding: address, option: option, error)
        }
    }

    /// Tells whoever started the process that it listens, and from then on that it is alive: as often as it wants to
    /// know, from the thread that takes requests.
    package func report(to manager: ServiceManager) {
        manager.noteReady("taking OTLP over gRPC on \(grpcAddress), over HTTP on \(httpAddress)")
        guard let micros = manager.watchdogMicros else { return }
        let interval = TimeAmount.microseconds(max(1_000, micros / 3))
        ports.group.any().scheduleRepeatedTask(initialDelay: .zero, delay: interval) { _ in
            manager.noteAlive()
        }
    }

    private func announce(_ address: ListenAddress, protocolName: String) {
        logger.info(
            "listening", metadata: ["address": "\(address)", "protocol": .string(protocolName)])
        guard !address.isLoopback else { return }
        logger.warning(
            "listening.open",
            metadata: [
                "address": "\(address)", "protocol": .string(protocolName),
                "message":
                    "everybody who reaches this address can send telemetry, unencrypted: there is no TLS yet",
            ])
    }

    /// Stops accepting, lets the requests that are on their way finish within the deadline, and ends every
    /// connection. The store stays open. Called again, it waits for the same end.
    package func shutdown() async {
        let end = ending.withLockedValue { ending in
            let end = ending ?? Task { await self.end() }
            ending = end
            return end
        }
        await end.value
    }

    private func end() async {
        let admin = admin.withLockedValue { $0 }
        admin?.noteDraining()
        await ports.stopListening()
        logger.info("stopping", metadata: ["connections": .stringConvertible(connections.count)])
        connections.drain()
        let deadline = ports.group.any().scheduleTask(in: .seconds(settings.drainSecondsMax)) {
            [connections, logger] in
            logger.warning(
                "stopping.forced", metadata: ["connections": .stringConvertible(connections.count)])
            connections.closeAll()
        }
        await connections.waitUntilEmpty()
        deadline.cancel()
        refusalTimer.cancel()
        service.refusals.tellAll()
        service.failures.tellAll()
        await admin?.close()
        await ports.stopThreads(logger)
    }
}
