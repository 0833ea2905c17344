/// A Go module proxy that is known by its address, and what is known of it.
package struct ModuleMirror: Hashable, Sendable {
    package enum Visibility: String, CaseIterable, Sendable {
        /// Anybody can ask it, and whoever runs it sees what is asked for.
        case `public`
        case `private`
    }

    /// How soon a new version can be had from it, as whoever runs it says.
    package enum Synchronization: Hashable, Sendable {
        /// It fetches what it is asked for and has no schedule.
        case onDemand
        /// It looks for new versions on its own, so often. Nanoseconds.
        case every(Int64)
    }

    /// What reports call it; no two mirrors have the same.
    package var name: String
    /// Other names, as people write them.
    package var aliases: [String]
    /// How to write it in a GOPROXY list.
    package var url: String
    /// Host, with the port where it is not the usual one, and path of `url`; `url` reads as an address.
    package var address: GoProxyAddress
    /// Other hosts of the same service.
    package var hosts: [String]
    package var profile: MirrorProfile
    package var visibility: Visibility
    /// Where its clients are: `cn`, `global`, or whatever the one who wrote the file calls it.
    package var region: String
    /// Nil where nobody says.
    package var synchronization: Synchronization?
    /// Whether it serves a checksum database; nil where that is not known.
    package var servesSumDB: Bool?

    package init(
        name: String, aliases: [String] = [], url: String, address: GoProxyAddress, hosts: [String] = [],
        profile: MirrorProfile, visibility: Visibility, region: String,
        synchronization: Synchronization? = nil,
        servesSumDB: Bool? = nil
    ) {
        self.name = name
        self.aliases = aliases
        self.url = url
        self.address = address
        self.hosts = hosts
        self.profile = profile
        self.visibility = visibility
        self.region = region
        self.synchronization = synchronization
        self.servesSumDB = servesSumDB
    }

    /// Whether an address is one of this mirror: the host, whatever the path, which tells kinds of content apart.
    package func has(_ address: GoProxyAddress) -> Bool { has(host: address.host, port: address.port) }

    /// The same for a host as telemetry has it, in lower case.
    package func has(host: String, port: Int? = nil) -> Bool {
        if hosts.contains(host) { return true }
        guard self.address.host == host else { return false }
        let usual = self.address.scheme == .http ? 80 : 443
        return (port ?? usual) == (self.address.port ?? usual)
    }

    /// Whether somebody calls it so.
    package func isCalled(_ name: String) -> Bool {
        ([self.name, self.address.host] + aliases).contains { $0.lowercased() == name.lowercased() }
    }
}
