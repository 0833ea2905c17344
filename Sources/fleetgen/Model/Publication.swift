/// A version that is published while the traffic goes on.
struct Publication: Hashable, Sendable {
    let module: CatalogueModule
    /// The module's position in the catalogue.
    let rank: Int
    /// Not among the module's versions.
    let version: ModuleVersion
    /// When its tag was pushed, in nanoseconds since the Unix epoch, UTC.
    let time: UInt64
    /// By `FleetNode.index` of the proxies: from when on the proxy's upstream has it.
    let visible: [Int: UInt64]

    /// What `@v/list` grows by.
    var listBytes: Int64 { Int64(version.version.utf8.count) + 1 }
}
