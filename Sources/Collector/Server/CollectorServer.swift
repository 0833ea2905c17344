package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
package import Telemetry

/// Both servers over one store: listens from `start` to `shutdown`.
package final class CollectorServer: Sendable {
    /// What the servers listen on, with the real ports.
    package let grpcAddress: ListenAddress
    package let httpAddress: ListenAddress
    package let service: ExportService

    private let settings: CollectorSettings
    private let logger: Logger
    private let connections: ConnectionRegistry
    private let group: MultiThreadedEventLoopGroup
    private let listeners: [any Channel]
    private let refusalTimer: RepeatedTask
    private let ending = NIOLockedValueBox<Task<Void, Never>?>(nil)

    /// What is read from a socket at once. 256 KiB: half a body of 1,000 spans.
    private static let receiveBufferBytes = 256 << 10
    private static let backlog: Int32 = 1_024

    private init(
        grpc: any Channel, http: any Channel, service: ExportService, settings: CollectorSettings,
        logger: Logger, connections: ConnectionRegistry, group: MultiThreadedEventLoopGroup
    ) {
        grpcAddress = ListenAddress(grpc.localAddress) ?? settings.grpcAddress
        httpAddress = ListenAddress(http.localAddress) ?? settings.httpAddress
        listeners = [grpc, http]
        self.service = service
        self.settings = settings
        self.logger = logger
        self.connections = connections
        self.group = group
        refusalTimer = group.any().scheduleRepeatedTask(
            initialDelay: RefusalLog.sweepInterval, delay: RefusalLog.sweepInterval
        ) { [refusals = service.refusals] _ in refusals.tellDue() }
    }

    /// Listens on both addresses.
    ///
    /// - Throws: A `usage` error that says which address cannot be listened on, and why.
    package static func start(
        store: TelemetryStore, settings: CollectorSettings, logger: Logger
    ) async throws(CollectorError) -> CollectorServer {
        let service = ExportService(store: store, settings: settings, logger: logger)
        let connections = ConnectionRegistry(settings: settings, refusals: service.refusals)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoopThreads)
        let grpcServer = GRPCServer(service: service, settings: settings, connections: connections)
        let httpServer = HTTPServer(service: service, settings: settings, connections: connections)
        var grpc: (any Channel)?
        do throws(CollectorError) {
            let grpcChannel = try await listen(
                settings.grpcAddress, option: "--listen-grpc", group, grpcServer.configure)
            grpc = grpcChannel
            let http = try await listen(
                settings.httpAddress, option: "--listen-http", group, httpServer.configure)
            let server = CollectorServer(
                grpc: grpcChannel, http: http, service: service, settings: settings, logger: logger,
                connections: connections, group: group)
            server.announce(server.grpcAddress, protocolName: GRPCExportHandler.protocolName)
            server.announce(server.httpAddress, protocolName: HTTPExportHandler.protocolName)
            return server
        } catch {
            grpc?.close(promise: nil)
            await stop(group, logger)
            throw error
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

    private static func listen(
        _ address: ListenAddress, option: String, _ group: MultiThreadedEventLoopGroup,
        _ configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(CollectorError) -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: receiveBufferBytes)
            )
            // One read a turn bounds what a sender of many small requests can make us hold.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer(configure)
        do {
            return try await bootstrap.bind(host: address.host, port: address.port).get()
        } catch {
            throw CollectorError(binding: address, option: option, error)
        }
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
        for listener in listeners { try? await listener.close() }
        logger.info("stopping", metadata: ["connections": .stringConvertible(connections.count)])
        connections.drain()
        let deadline = group.any().scheduleTask(in: .seconds(settings.drainSecondsMax)) {
            [connections, logger] in
            logger.warning(
                "stopping.forced", metadata: ["connections": .stringConvertible(connections.count)])
            connections.closeAll()
        }
        await connections.waitUntilEmpty()
        deadline.cancel()
        refusalTimer.cancel()
        service.refusals.tellAll()
        await Self.stop(group, logger)
    }

    private static func stop(_ group: MultiThreadedEventLoopGroup, _ logger: Logger) async {
        do {
            try await group.shutdownGracefully()
        } catch {
            logger.warning("stopping.event_loops", metadata: ["error": "\(error)"])
        }
    }
}
