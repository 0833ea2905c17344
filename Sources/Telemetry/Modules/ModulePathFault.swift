/// Why a path with the shape of a module request is none that a proxy can answer.
package enum ModulePathFault: Hashable, Sendable {
    /// The module is not written as the protocol asks: an upper-case letter, or `!` without a lower-case one.
    case moduleEscape
    /// No element of the path can begin a module, or an element of the module is not allowed.
    case modulePath
    /// The version is `latest`, `upgrade` or `patch`, empty, has a slash, or is not written as it should be.
    case version
    /// A `.mod` or `.zip` of what is no canonical version.
    case notCanonical
    /// A file that the protocol does not have.
    case file
    /// A checksum database's lookup or tile that cannot be.
    case sumdb

    package var text: String {
        switch self {
        case .moduleEscape: "module escape"
        case .modulePath: "module path"
        case .version: "version"
        case .notCanonical: "non-canonical"
        case .file: "file"
        case .sumdb: "sumdb"
        }
    }
}
