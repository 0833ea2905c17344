import NIOConcurrencyHelpers
import OTLPModel

/// A node of the fleet, as its telemetry describes it.
package struct FleetNode: Hashable, Sendable {
    /// What tells nodes apart: a host may run several services.
    package struct Key: Hashable, Sendable {
        package var identity: NodeIdentity
        package var service: String
    }

    package var key: Key
    /// `service.version`; the first that was found where it changed.
    package var serviceVersion: String?
    /// `cloud.region`, or `edge.site`.
    package var region: String?
    package var software: ProxySoftware?
    /// `edge.node.role`.
    package var declaredRole: NodeRole?

    package var identity: NodeIdentity { key.identity }
    package var service: String { key.service }

    /// What the resource says, else what its software is for; nil when neither is known.
    package var role: NodeRole? { declaredRole ?? software.map { NodeRole($0) } }

    init(_ origin: ResolvedOrigin, peerAddress: String) {
        key = Key(identity: origin.node(peerAddress: peerAddress), service: origin.service)
        let attributes = origin.resource.attributes
        func text(_ key: String) -> String? {
            attributes.string(of: key).flatMap { $0.isEmpty ? nil : $0 }
        }
        serviceVersion = text("service.version")
        region = text("cloud.region") ?? text("edge.site") ?? text("cloud.availability_zone")
        software = ProxySoftware(scope: origin.scope.name, resource: attributes, service: origin.service)
        declaredRole = text("edge.node.role").flatMap { NodeRole(declared: $0) }
    }

    /// Takes over what another part of the node's telemetry says besides: not each of its scopes tells everything.
    mutating func add(_ other: FleetNode) {
        serviceVersion = serviceVersion ?? other.serviceVersion
        region = region ?? other.region
        software = software ?? other.software
        declaredRole = declaredRole ?? other.declaredRole
    }
}

/// What a request is about.
package struct ModuleName: Hashable, Sendable {
    package var module: String
    /// A canonical version, or what was asked for in its place, such as a branch; nil for lists.
    package var version: String?

    /// The host that it comes from.
    package var upstream: String {
        module.split(separator: "/", maxSplits: 1).first.map(String.init) ?? module
    }
}

/// Who asked.
package struct ClientName: Hashable, Sendable {
    package var address: String
    package var userAgent: String
}

/// Numbers names, for all threads of a scan: 1, 2, 3 … in the order of their coming, which is chance. 0 is none.
final class FleetNames: Sendable {
    private struct Table<Name: Hashable & Sendable>: Sendable {
        private(set) var names: [Name] = []
        private var numbers: [Name: UInt32] = [:]

        mutating func number(_ name: Name) -> UInt32 {
            if let number = numbers[name] { return number }
            names.append(name)
            numbers[name] = UInt32(names.count)
            return UInt32(names.count)
        }
    }

    private struct Tables: Sendable {
        var nodes = Table<FleetNode.Key>()
        /// By number less one.
        var descriptions: [FleetNode] = []
        var modules = Table<ModuleName>()
        var clients = Table<ClientName>()
        var labels = Table<String>()
    }

    private let tables = NIOLockedValueBox(Tables())

    /// Numbers nodes, and takes up what is said of them.
    func add(_ nodes: [FleetNode]) {
        tables.withLockedValue { tables in
            for node in nodes {
                let number = Int(tables.nodes.number(node.key))
                if number > tables.descriptions.count {
                    tables.descriptions.append(node)
                } else {
                    tables.descriptions[number - 1].add(node)
                }
            }
        }
    }

    /// Numbers many at once, with all that is known of each.
    func numbers(ofNodes nodes: [FleetNode]) -> [(number: UInt32, node: FleetNode)] {
        add(nodes)
        return tables.withLockedValue { tables in
            nodes.map { node in
                let number = tables.nodes.number(node.key)
                return (number, tables.descriptions[Int(number) - 1])
            }
        }
    }

    /// Numbers many at once; nil is none.
    func numbers(ofModules modules: [ModuleName?]) -> [UInt32] {
        tables.withLockedValue { tables in modules.map { $0.map { tables.modules.number($0) } ?? 0 } }
    }

    func numbers(ofClients clients: [ClientName?]) -> [UInt32] {
        tables.withLockedValue { tables in clients.map { $0.map { tables.clients.number($0) } ?? 0 } }
    }

    func numbers(ofLabels labels: [String]) -> [UInt32] {
        tables.withLockedValue { tables in labels.map { tables.labels.number($0) } }
    }

    // MARK: After the scan

    /// By number less one.
    var nodes: [FleetNode] { tables.withLockedValue(\.descriptions) }
    var modules: [ModuleName] { tables.withLockedValue(\.modules.names) }
    var clients: [ClientName] { tables.withLockedValue(\.clients.names) }
    var labels: [String] { tables.withLockedValue(\.labels.names) }
}
