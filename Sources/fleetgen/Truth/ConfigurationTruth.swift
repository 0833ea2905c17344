/// A configuration that a node ran, by its name in `edge.config.version`.
package struct ConfigurationTruth: Codable, Hashable, Sendable {
    package var version = ""
    /// What the node reports from then on has it, in true time.
    package var sinceNs: UInt64 = 0

    package init(version: String = "", sinceNs: UInt64 = 0) {
        self.version = version
        self.sinceNs = sinceNs
    }
}
