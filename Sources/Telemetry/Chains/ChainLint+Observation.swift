extension ChainLint {
    /// Private modules that a finding names.
    private static let modulesNamedMax = 3

    /// What telemetry says of the settings.
    var observationFindings: [LintFinding] {
        guard let observed else { return [] }
        var found: [LintFinding] = []
        if privatePatterns.isEmpty, !observed.privateModules.isEmpty {
            let named = observed.privateModules.prefix(Self.modulesNamedMax)
            let more = observed.privateModules.count - named.count
            found.append(
                finding(
                    .privateObserved, .error, .goprivate, nil,
                    "GOPRIVATE is empty, and builds ask for private modules: "
                        + named.joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""),
                    do: "name them in GOPRIVATE"))
        }
        for proxy in proxies where proxy.address.scheme != .file {
            let hosts = [proxy.address.host] + (mirrors[proxy.address]?.hosts ?? [])
            guard !hosts.contains(where: observed.hosts.contains) else { continue }
            found.append(
                finding(
                    .neverObserved, .warning, .goproxy, proxy.element.place,
                    "no telemetry tells of a request to \(proxy.address.name)",
                    do:
                        "see whether builds have this setting, and whether its telemetry arrives (traceq stats "
                        + "--by server.address)"))
        }
        return found
    }
}
