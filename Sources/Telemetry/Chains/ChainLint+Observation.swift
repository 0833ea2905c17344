extension ChainLint {
    /// Private modules that a finding names.
    private static let modulesNamedMax = 3

    /// What telemetry says of the settings.
    var observationFindings: [LintFinding] {
        guard let observed else { return [] }
        var found: [LintFinding] = []
        let asked = observed.privateModules.filter { !privatePatterns.matches($0) }
        if !asked.isEmpty {
            let named = asked.prefix(Self.modulesNamedMax)
            let more = asked.count - named.count
            let setting = privatePatterns.isEmpty ? "is empty" : "does not name all that is private"
            found.append(
                finding(
                    .privateObserved, .error, .goprivate, nil,
                    "GOPRIVATE \(setting), and builds ask for private modules: "
                        + named.joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""),
                    do: "name them in GOPRIVATE"))
        }
        // Where nobody says whom he asked, nothing was observed.
        guard !observed.hosts.isEmpty else { return found }
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
