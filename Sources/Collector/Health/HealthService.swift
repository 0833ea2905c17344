import OTLPModel
import Synchronization

/// Answers `grpc.health.v1`: SERVING, and NOT_SERVING while the collector is ending or cannot take anything more.
package final class HealthService: Sendable {
    /// How many may watch at once, over all connections.
    private static let watchersMax = 256

    private let hasRoom: @Sendable () -> Bool
    private let draining = Atomic<Bool>(false)
    private let watchers = Atomic<Int>(0)

    /// - Parameter hasRoom: whether a request would be taken at this moment; called from any thread
    package init(hasRoom: @escaping @Sendable () -> Bool) {
        self.hasRoom = hasRoom
    }

    /// Whether the collector is ending: those who watch are told and let go.
    package var isDraining: Bool { draining.load(ordering: .acquiring) }

    /// From now on nothing is served.
    package func drain() { draining.store(true, ordering: .releasing) }

    /// The status of a service of that name; the empty name stands for the whole server.
    package func status(of service: String) -> ServingStatus {
        guard GRPCMethod.services.contains(service) else { return .serviceUnknown }
        return isDraining || !hasRoom() ? .notServing : .serving
    }

    /// The answer to `Check`.
    /// - Parameter request: `HealthCheckRequest { string service = 1; }`
    package func check(_ request: [UInt8]) throws(Refusal) -> [UInt8] {
        let name = try Self.serviceName(request)
        let status = status(of: name)
        guard status != .serviceUnknown else {
            throw Refusal(.unknownService, "there is no such service: ask for OTLP's three, or for none")
        }
        return status.protobuf
    }

    /// The name in a `HealthCheckRequest`.
    package static func serviceName(_ request: [UInt8]) throws(Refusal) -> String {
        var name = ""
        do {
            try ProtobufFields.forEach(in: request) { field in
                if field.number == 1, case .bytes(let range) = field.content {
                    name = String(decoding: request[range], as: UTF8.self)
                }
            }
        } catch {
            throw Refusal(.malformed, "the message is no HealthCheckRequest")
        }
        return name
    }

    /// Takes up somebody who watches.
    /// - Throws: `overloaded` when there are as many as there may be
    func beginWatching() throws(Refusal) {
        guard watchers.wrappingAdd(1, ordering: .relaxed).newValue <= Self.watchersMax else {
            endWatching()
            throw Refusal(.overloaded, "\(Self.watchersMax) calls watch already: call Check instead")
        }
    }

    func endWatching() { watchers.wrappingSubtract(1, ordering: .relaxed) }
}
