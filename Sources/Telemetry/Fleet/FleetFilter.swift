/// Which requests a question about the fleet is about.
package struct FleetFilter: Sendable {
    /// Module paths; `*` stands for any characters, as in all of these.
    package var module: String?
    package var kinds: Set<ModuleKind> = []
    /// Nodes by their name; what others saw of a request is not looked at.
    package var node: String?
    /// Proxies by their name: nodes whose role is `proxy` or `origin`.
    package var proxy: String?
    package var region: String?
    package var service: String?
    /// Hosts that modules come from: the first element of their paths.
    package var upstream: String?

    package init() {}

    /// Whether anything is left out.
    package var isEmpty: Bool {
        module == nil && kinds.isEmpty && node == nil && proxy == nil && region == nil && service == nil
            && upstream == nil
    }

    func passes(_ node: FleetNode) -> Bool {
        if let pattern = self.node, !GlobPattern(pattern).matches(node.identity.name) { return false }
        if let proxy {
            guard node.role == .proxy || node.role == .origin else { return false }
            if !GlobPattern(proxy).matches(node.identity.name) { return false }
        }
        if let region, !GlobPattern(region).matches(node.region ?? "") { return false }
        if let service, !GlobPattern(service).matches(node.service) { return false }
        return true
    }

    /// Whether it is about single nodes, or programs: then what they were asked counts, whoever asked.
    var concernsNodes: Bool { node != nil || proxy != nil || service != nil }

    /// Whether it leaves out some nodes.
    var selectsNodes: Bool { concernsNodes || region != nil }

    /// Whether a filter is about what was asked for.
    var concernsModules: Bool { module != nil || upstream != nil }

    func passes(_ name: ModuleName) -> Bool {
        if let module, !GlobPattern(module).matches(name.module) { return false }
        if let upstream, !GlobPattern(upstream).matches(name.upstream) { return false }
        return true
    }

    func passes(_ kind: ModuleKind?) -> Bool {
        guard !kinds.isEmpty else { return true }
        return kind.map { kinds.contains($0) } ?? false
    }
}

/// What is asked of the fleet.
struct FleetQuestion: Sendable {
    /// By start of the request.
    var window: TimeWindow
    var filter = FleetFilter()
    /// What the question is about besides: an attribute whose texts become `Exchange.label`.
    var label: SpanKey?
    /// What counts where a span has no such attribute, the best first.
    var labelFallbacks: [SpanKey] = []
    /// Whether the host that was asked becomes `Exchange.label`, in place of such an attribute.
    var labelsHosts = false
    /// Whether the stages of requests are asked for.
    var wantsStages = false
    var nodeFacts = NodeFacts()
    /// What limits the answer is counted in this part of the window only; nil for all of it.
    var qualityWindow: TimeWindow?
    /// What is known of the hosts that were asked.
    var mirrors = MirrorList.builtIn
}
