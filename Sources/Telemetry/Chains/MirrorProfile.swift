/// Which program a mirror runs, as far as its answers depend on it.
package enum MirrorProfile: String, CaseIterable, Sendable {
    /// gomods/athens.
    case athens
    /// goproxy/goproxy: goproxy.cn and others.
    case goproxy
    /// goproxyio/goproxy: goproxy.io.
    case goproxyio
    /// What Google runs.
    case google
    case artifactory
    case nexus
    case gitlab
    /// A cache before another proxy.
    case nginx
    /// Files.
    case `static`
    case unknown

    /// Whether it answers 404 as well when its own fetch failed or took too long, so that a client takes a module for
    /// absent that is not.
    package var answersNotFoundForFailures: Bool {
        switch self {
        case .athens, .goproxy, .goproxyio: true
        case .google, .artifactory, .nexus, .gitlab, .nginx, .static, .unknown: false
        }
    }
}
