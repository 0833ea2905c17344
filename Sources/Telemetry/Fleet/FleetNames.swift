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

    /// The same of a resource that names no node, at another address.
    func at(_ peerAddress: String) -> FleetNode {
        guard key.identity.source == .peerAddress else { return self }
        var node = self
        node.key.identity = NodeIdentity(name: peerAddress, source: .peerAddress)
        return node
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
    /// Stands between the parts of a name: no module, version, address or user agent has it.
    static let separator: UInt8 = 0

    package var module: String
    /// A canonical version, or what was asked for in its place, such as a branch; nil for lists.
    package var version: String?

    package init(module: String, version: String?) {
        self.module = module
        self.version = version
    }

    /// A module, and behind a separator a version where there is one.
    init(_ bytes: ArraySlice<UInt8>) {
        (module, version) = Self.parts(bytes)
    }

    /// What stands before a separator, and what behind it where there is one.
    fileprivate static func parts(_ bytes: ArraySlice<UInt8>) -> (String, String?) {
        let end = bytes.firstIndex(of: separator) ?? bytes.endIndex
        let first = String(decoding: bytes[..<end], as: UTF8.self)
        return (first, end == bytes.endIndex ? nil : String(decoding: bytes[(end + 1)...], as: UTF8.self))
    }

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

/// Who reports what a node does: a part of it, or somebody who has the same name.
struct Emitter: Hashable, Sendable {
    /// Number of the node.
    var node: UInt32
    /// Name of the scope: which library made the spans.
    var scope: String
    /// Where they came from.
    var peerAddress: String
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

    /// Names as bytes: clients and modules may be as many as requests, and are numbered segment by segment.
    private struct Texts: Sendable {
        private var index = StringIndex()
        private(set) var table = StringTable()

        mutating func number(_ text: ByteSpan) -> UInt32 { index.intern(text, into: &table) + 1 }

        mutating func numbers(_ texts: StringTable) -> [UInt32] {
            let bytes = texts.bytes.span
            return (0..<texts.count).map { entry in
                number(bytes.extracting(texts.range(entry)))
            }
        }

        /// Each name, which may have two parts.
        var names: [ModuleName] { (0..<table.count).map { ModuleName(table[$0]) } }
    }

    private struct Tables: Sendable {
        var nodes = Table<FleetNode.Key>()
        /// By number less one.
        var descriptions: [FleetNode] = []
        /// By number of the node less one: its versions, in the order of their coming.
        var versions: [[String]] = []
        var modules = Texts()
        var clients = Texts()
        var labels = Table<String>()
        var emitters = Table<Emitter>()

        /// The place of a version among those of its node, from 1; 0 for none, and for more than can be counted.
        mutating func number(ofVersion version: String?, node: UInt32) -> UInt8 {
            guard let version else { return 0 }
            let place = Int(node) - 1
            if let known = versions[place].firstIndex(of: version) { return UInt8(known + 1) }
            guard versions[place].count < Int(UInt8.max) else { return 0 }
            versions[place].append(version)
            return UInt8(versions[place].count)
        }
    }

    private let tables = NIOLockedValueBox(Tables())

    /// Numbers nodes, and takes up what is said of them.
    func add(_ nodes: [FleetNode]) {
        tables.withLockedValue { tables in
            for node in nodes {
                let number = Int(tables.nodes.number(node.key))
                if number > tables.descriptions.count {
                    tables.descriptions.append(node)
                    tables.versions.append([])
                } else {
                    tables.descriptions[number - 1].add(node)
                }
            }
        }
    }

    /// Numbers many at once, with all that is known of each, and which of its versions it says that it is: a node that is
    /// deployed anew has several.
    func numbers(ofNodes nodes: [FleetNode]) -> [(number: UInt32, node: FleetNode, version: UInt8)] {
        add(nodes)
        return tables.withLockedValue { tables in
            nodes.map { node in
                let number = tables.nodes.number(node.key)
                let version = tables.number(ofVersion: node.serviceVersion, node: number)
                return (number, tables.descriptions[Int(number) - 1], version)
            }
        }
    }

    /// Numbers modules, each with its version behind the separator where it has one.
    func numbers(ofModules modules: StringTable) -> [UInt32] {
        tables.withLockedValue { $0.modules.numbers(modules) }
    }

    /// Numbers clients: the address, the separator and the user agent.
    func numbers(ofClients clients: StringTable) -> [UInt32] {
        tables.withLockedValue { $0.clients.numbers(clients) }
    }

    func numbers(ofLabels labels: [String]) -> [UInt32] {
        tables.withLockedValue { tables in labels.map { tables.labels.number($0) } }
    }

    func number(of emitter: Emitter) -> UInt32 {
        tables.withLockedValue { $0.emitters.number(emitter) }
    }

    // MARK: Addresses

    static func withoutPort(_ address: String) -> String {
        String(decoding: withoutPort(Array(address.utf8)[...]), as: UTF8.self)
    }

    static func withoutPort(_ address: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let range = withoutPort(address.span, 0..<address.count)
        return address[address.startIndex + range.lowerBound..<address.startIndex + range.upperBound]
    }

    /// Where the address lies. Envoy writes `10.0.0.1:4711`, others `[::1]:4711`; an address of IPv6 by itself has more than
    /// one colon.
    static func withoutPort(_ bytes: ByteSpan, _ range: Range<Int>) -> Range<Int> {
        guard let first = range.first else { return range }
        if bytes[first] == UInt8(ascii: "[") {
            let end = range.dropFirst().first { bytes[$0] == UInt8(ascii: "]") } ?? range.upperBound
            return first + 1..<end
        }
        var colon: Int?
        for place in range where bytes[place] == UInt8(ascii: ":") {
            guard colon == nil else { return range }
            colon = place
        }
        return first..<(colon ?? range.upperBound)
    }

    // MARK: What numbers stand for that were given

    func module(_ number: UInt32) -> ModuleName {
        tables.withLockedValue { ModuleName($0.modules.table[Int(number) - 1]) }
    }

    func client(_ number: UInt32) -> ClientName {
        let (address, agent) = tables.withLockedValue {
            ModuleName.parts($0.clients.table[Int(number) - 1])
        }
        return ClientName(address: address, userAgent: agent ?? "")
    }

    /// What some numbers stand for, while others are still given.
    func modules(numbered numbers: [UInt32]) -> [ModuleName] {
        tables.withLockedValue { tables in
            numbers.map { ModuleName(tables.modules.table[Int($0) - 1]) }
        }
    }

    // MARK: After the scan

    /// By number less one.
    var nodes: [FleetNode] { tables.withLockedValue(\.descriptions) }
    /// By number of the node less one, as `Exchange.version` counts them less one.
    var versions: [[String]] { tables.withLockedValue(\.versions) }
    var modules: [ModuleName] { tables.withLockedValue(\.modules).names }
    var labels: [String] { tables.withLockedValue(\.labels.names) }
}
