package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// All ports, taken before anything else is touched: a port in use must leave no new database behind.
///
/// Who connects waits in the system's queue until `CollectorServer.start` accepts.
package final class BoundPorts: Sendable {
    typealias Configure = @Sendable (any Channel) -> EventLoopFuture<Void>

    /// A listening socket, and what to do with its connections once they are accepted.
    struct Port: Sendable {
        var channel: any Channel
        var configure: NIOLockedValueBox<Configure?>

        /// Begins to accept.
        func accept(_ configure: @escaping Configure) async throws {
            self.configure.withLockedValue { $0 = configure }
            try await channel.setOption(.autoRead, value: true).get()
        }
    }

    /// What is not expected to happen: nothing is accepted before it is known what to do with it.
    private struct NotAccepting: Error {}

    /// The addresses, with the real ports.
    package let grpcAddress: ListenAddress
    package let httpAddress: ListenAddress
    /// Nil where there is no port of its own for Zipkin.
    package let zipkinAddress: ListenAddress?
    /// Nil where the collector does not tell about itself.
    package let adminAddress: ListenAddress?
    let grpc: Port
    let http: Port
    let zipkin: Port?
    let admin: Port?
    let group: MultiThreadedEventLoopGroup
    /// What the ports show to senders that speak TLS.
    let tls: TLSIdentity?

    /// What is read from a socket at once: up to 256 KiB, half a body of 1,000 spans, where a sender sends as much. A
    /// connection keeps the last of it, and thousands of nodes that send little, or nothing any more, need little.
    private static let receiveBuffer = AdaptiveRecvByteBufferAllocator(
        minimum: 2 << 10, initial: 16 << 10, maximum: 256 << 10)
    private static let backlog: Int32 = 1_024

    private init(
        grpc: Port, http: Port, zipkin: Port?, admin: Port?, settings: CollectorSettings,
        group: MultiThreadedEventLoopGroup, tls: TLSIdentity?
    ) {
        self.tls = tls
        self.grpc = grpc
        self.http = http
        self.zipkin = zipkin
        self.admin = admin
        self.group = group
        grpcAddress = ListenAddress(grpc.channel.localAddress) ?? settings.grpcAddress
        httpAddress = ListenAddress(http.channel.localAddress) ?? settings.httpAddress
        zipkinAddress = zipkin.flatMap { ListenAddress($0.channel.localAddress) }
        adminAddress = admin.flatMap { ListenAddress($0.channel.localAddress) }
    }

    /// Reads what TLS needs, and takes all ports.
    ///
    /// - Throws: A `usage` error that says which file or address is wrong, and why.
    package static func take(
        _ settings: CollectorSettings, logger: Logger
    ) async throws(CollectorError) -> BoundPorts {
        try checkOverlaps(settings)
        var tls: TLSIdentity?
        if settings.tls.isEnabled { tls = try TLSIdentity(settings.tls, logger: logger) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoopThreads)
        var taken: [Port] = []
        do throws(CollectorError) {
            let grpc = try await listen(settings.grpcAddress, option: Listener.grpc.option, group)
            taken.append(grpc)
            let http = try await listen(
                settings.httpAddress, option: Listener.http.option, group,
                besides: grpc.channel.localAddress?.port)
            taken.append(http)
            let zipkin = try await listen(
                zipkinAddress(settings), option: Listener.zipkin.option,
                isOptional: settings.isZipkinOptional,
                event: "zipkin.unavailable", group, logger)
            if let zipkin { taken.append(zipkin) }
            let admin = try await listen(
                settings.adminAddress, option: "--listen-admin", isOptional: settings.isAdminOptional,
                event: "admin.unavailable", group, logger)
            return BoundPorts(
                grpc: grpc, http: http, zipkin: zipkin, admin: admin, settings: settings, group: group,
                tls: tls)
        } catch {
            for port in taken { port.channel.close(promise: nil) }
            await stop(group, logger)
            throw error
        }
    }

    /// Gives the ports back and ends the threads.
    package func release(logger: Logger) async {
        await stopListening()
        try? await admin?.channel.close()
        await Self.stop(group, logger)
    }

    /// Ends what senders connect to; the admin port goes on.
    func stopListening() async {
        for port in [grpc, http, zipkin] { try? await port?.channel.close() }
    }

    /// Where nobody asked for a port of Zipkin's own, the one that it would have may be wanted for something else.
    private static func zipkinAddress(_ settings: CollectorSettings) -> ListenAddress? {
        guard let address = settings.zipkinAddress else { return nil }
        let others =
            [settings.grpcAddress, settings.httpAddress] + (settings.adminAddress.map { [$0] } ?? [])
        return settings.isZipkinOptional && others.contains(where: address.overlaps) ? nil : address
    }

    /// What two options name alike is told before a port is touched.
    private static func checkOverlaps(_ settings: CollectorSettings) throws(CollectorError) {
        var named = [(Listener.grpc, settings.grpcAddress), (.http, settings.httpAddress)]
        if let zipkin = settings.zipkinAddress, !settings.isZipkinOptional { named.append((.zipkin, zipkin)) }
        for (index, later) in named.enumerated() {
            for earlier in named[..<index] where earlier.1.overlaps(later.1) {
                throw CollectorError(samePort: later.1.port, earlier.0, later.0)
            }
        }
    }

    /// A port that the collector can do without.
    /// - Returns: nil when it shall not have it, or cannot
    private static func listen(
        _ address: ListenAddress?, option: String, isOptional: Bool, event: Logger.Message,
        _ group: MultiThreadedEventLoopGroup, _ logger: Logger
    ) async throws(CollectorError) -> Port? {
        guard let address else { return nil }
        do throws(CollectorError) {
            return try await listen(address, option: option, group)
        } catch {
            guard isOptional else { throw error }
            logger.warning(event, metadata: ["message": .string(error.message)])
            return nil
        }
    }

    func stopThreads(_ logger: Logger) async { await Self.stop(group, logger) }

    /// - Parameter ownPort: The port that the other option took just now.
    private static func listen(
        _ address: ListenAddress, option: String, _ group: MultiThreadedEventLoopGroup,
        besides ownPort: Int? = nil
    ) async throws(CollectorError) -> Port {
        let configure = NIOLockedValueBox<Configure?>(nil)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.autoRead, value: false)
            .serverChannelOption(.backlog, value: backlog)
            // All who wait are taken at once: when the port closes, the system resets those who still wait.
            .serverChannelOption(.maxMessagesPerRead, value: UInt(backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: receiveBuffer)
            // One read a turn bounds what a sender of many small requests can make us hold.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            // Who has ended its side may still wait for an answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                guard let configure = configure.withLockedValue({ $0 }) else {
                    return channel.eventLoop.makeFailedFuture(NotAccepting())
                }
                return configure(channel)
            }
        do {
            let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
            return Port(channel: channel, configure: configure)
        } catch {
            let isInUse = (error as? IOError)?.isAddressInUse ?? false
            if isInUse, address.port == ownPort { throw CollectorError(samePort: address.port, .grpc, .http) }
            throw CollectorError(binding: address, option: option, error)
        }
    }

    private static func stop(_ group: MultiThreadedEventLoopGroup, _ logger: Logger) async {
        do {
            try await group.shutdownGracefully()
        } catch {
            logger.warning("stopping.event_loops", metadata: ["error": "\(error)"])
        }
    }
}
