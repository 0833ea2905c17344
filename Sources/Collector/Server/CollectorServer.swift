package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
package import Telemetry

/// All ports over one store: listens from `start` to `shutdown`.
package final class CollectorServer: Sendable {
    /// What the servers listen on, with the real ports.
    package var grpcAddress: ListenAddress { ports.grpcAddress }
    package var httpAddress: ListenAddress { ports.httpAddress }
    /// Nil where there is no port of its own for Zipkin.
    package var zipkinAddress: ListenAddress? { ports.zipkinAddress }
    /// Nil where the collector does not tell about itself.
    package var adminAddress: ListenAddress? { ports.adminAddress }
    package let service: ExportService

    private let settings: CollectorSettings
    private let logger: Logger
    private let connections: ConnectionRegistry
    private let ports: BoundPorts
    private let refusalTimer: RepeatedTask
    private let admin = NIOLockedValueBox<AdminServer?>(nil)
    private let tlsTimer: RepeatedTask?
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
        tlsTimer = ports.tls.map { tls in
            let delay = TimeAmount.seconds(settings.tls.reloadSeconds)
            return ports.group.any().scheduleRepeatedTask(initialDelay: delay, delay: delay) { _ in
                // Reading files is nothing for an event loop.
                Task { tls.reload() }
            }
        }
    }

    /// Takes all ports and accepts at once.
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
        let setup = ConnectionSetup(
            service: service, settings: settings, connections: connections, tls: ports.tls)
        let server = CollectorServer(
            ports: ports, service: service, settings: settings, logger: logger, connections: connections)
        do throws(CollectorError) {
            for (listener, port, address) in server.listeners {
                try await accept(port, address, listener, setup)
            }
            try await server.startAdmin()
        } catch {
            await server.shutdown()
            throw error
        }
        for (listener, _, address) in server.listeners { server.announce(address, listener) }
        return server
    }

    /// All ports for telemetry.
    private var listeners: [(Listener, BoundPorts.Port, ListenAddress)] {
        var listeners = [(Listener.grpc, ports.grpc, grpcAddress), (.http, ports.http, httpAddress)]
        if let port = ports.zipkin, let address = zipkinAddress { listeners.append((.zipkin, port, address)) }
        return listeners
    }

    private func startAdmin() async throws(CollectorError) {
        guard let port = ports.admin, let address = ports.adminAddress else { return }
        let source = AdminSource(
            service: service, connections: connections, settings: settings,
            listeners: listeners.map { listener, _, address in
                CollectorReport.Listener(protocolName: listener.protocolName, address: "\(address)")
            },
            endpoints: SenderEndpoints(
                grpc: grpcAddress, http: httpAddress, hasTLS: settings.tls.certificatePath != nil))
        let server = try await AdminServer.start(
            on: port, address: address, headerSecondsMax: settings.headerSecondsMax, source: source,
            logger: logger)
        admin.withLockedValue { $0 = server }
    }

    private static func accept(
        _ port: BoundPorts.Port, _ address: ListenAddress, _ listener: Listener, _ setup: ConnectionSetup
    ) async throws(CollectorError) {
        do {
            try await port.accept { setup.configure($0, listener) }
        } catch {
            throw CollectorError(binding: address, option: listener.option, error)
        }
    }

    /// Tells whoever started the process that it listens, and from then on that it is alive: as often as it wants to
    /// know, from the thread that takes requests.
    package func report(to manager: ServiceManager) {
        manager.noteReady(
            "taking " + listeners.map { "\($0.telemetry) on \($2)" }.joined(separator: ", "))
        guard let micros = manager.watchdogMicros else { return }
        let interval = TimeAmount.microseconds(max(1_000, micros / 3))
        ports.group.any().scheduleRepeatedTask(initialDelay: .zero, delay: interval) { _ in
            manager.noteAlive()
        }
    }

    private func announce(_ address: ListenAddress, _ listener: Listener) {
        let protocolName = Logger.MetadataValue.string(listener.protocolName)
        logger.info(
            "listening",
            metadata: [
                "address": "\(address)", "protocol": protocolName,
                "tls": "\(settings.tls.isEnabled ? "on" : "off")",
            ])
        guard !address.isLoopback, let message = openness else { return }
        logger.warning(
            "listening.open",
            metadata: ["address": "\(address)", "protocol": protocolName, "message": .string(message)])
    }

    /// What is open to whoever reaches an address; nil when nothing is.
    private var openness: String? {
        let isOpen = settings.credentials.isEmpty && settings.tls.clientAuthorityPath == nil
        switch (isOpen, settings.tls.isEnabled) {
        case (true, false):
            return
                "everybody who reaches this address can send telemetry, unencrypted: set up TLS and credentials"
        case (true, true):
            return
                "everybody who reaches this address can send telemetry: set up credentials or client certificates"
        case (false, false):
            return "credentials and telemetry cross the network unencrypted: set up TLS"
        case (false, true): return nil
        }
    }

    /// Reads certificate and key again, for connections that come from now on. Nothing happens without TLS.
    package func reloadTLS() { ports.tls?.reload() }

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
        service.health.drain()
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
        tlsTimer?.cancel()
        service.refusals.tellAll()
        service.failures.tellAll()
        await admin?.close()
        await ports.stopThreads(logger)
    }
}
