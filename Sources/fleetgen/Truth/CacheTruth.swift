/// What the caches on the way of a request did.
package struct CacheTruth: Codable, Hashable, Sendable {
    /// `hit`, `miss`, `expired`; nil at an edge without a cache.
    package var edge: String?
    /// Whether the edge's spans say so.
    package var edgeIsReported = false
    /// `hit`, `miss`, `coalesced` for the files of a version, and for branches, which are never there; nil for anything
    /// else.
    package var proxy: String?
    /// What the outermost hop says that says anything; nil when none does.
    package var clientFacing: String?

    package init() {}
}
