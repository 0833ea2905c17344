package import Telemetry

/// `routes.yaml`: where requests for which modules are meant to go.
package enum RoutesFile {
    private static let known = ["modules", "visibility", "through"]

    /// Reads a file.
    ///
    /// - Throws: everything that is wrong with it
    package static func read(_ path: String) throws(ConfigProblems) -> RouteList {
        var reader = FieldReader()
        let fields = try FileRoot.fields(
            path, known: ["routes", "clients"], needed: "routes", orElse: "clients",
            expected: "a list of routes, as in config/routes.yaml", &reader)
        let routes = fields["routes"].map { reader.items($0, of: "routes") } ?? []
        let clients = fields["clients"].map { reader.items($0, of: "clients") } ?? []
        var list = RouteList(routes.compactMap { route($0, &reader) })
        for node in clients { add(node, to: &list.clients, &reader) }
        try reader.finish()
        return list
    }

    /// Networks of clients, and their region.
    private static func add(_ node: ConfigNode, to regions: inout ClientRegions, _ reader: inout FieldReader)
    {
        guard let fields = reader.fields(node, of: "an item of clients", known: ["networks", "region"]),
            let networks = reader.required(
                "networks", in: fields, of: "an item of clients", at: node.position),
            let name = reader.required("region", in: fields, of: "an item of clients", at: node.position),
            let region = reader.text(name, of: "region")
        else { return }
        var nodes = [networks]
        if case .list(let items) = networks.content {
            nodes = items
            if items.isEmpty {
                reader.report(networks.position, "networks is empty: give some like 203.0.113.0/24")
            }
        }
        for item in nodes {
            let network = reader.value(
                item, of: "a network",
                expected:
                    "give an address with the length of its prefix, like 203.0.113.0/24 or 2001:db8::/32"
            ) { ClientRegions.Network($0) }
            guard let network, !regions.add(network, region: region) else { continue }
            reader.report(item.position, "the network has another region above: give it one")
        }
    }

    private static func route(_ node: ConfigNode, _ reader: inout FieldReader) -> RouteList.Route? {
        guard let fields = reader.fields(node, of: "a route", known: known) else { return nil }
        let problemsBefore = reader.problems.count
        var patterns: [String] = []
        if let modules = reader.required("modules", in: fields, of: "a route", at: node.position) {
            patterns = self.patterns(modules, &reader)
        }
        let visibility: ModuleMirror.Visibility? = fields["visibility"].flatMap {
            reader.choice($0, of: "visibility")
        }
        let through = fields["through"].map { reader.texts($0, of: "through") } ?? []
        for target in through where target.contains("/") || target.contains(",") || target.contains("|") {
            reader.report(
                fields["through"]?.position ?? node.position,
                "through has \"\(DisplayText.quotable(target))\": give hosts, like proxy.example.com, or direct"
            )
        }
        guard reader.problems.count == problemsBefore, !patterns.isEmpty else { return nil }
        return RouteList.Route(
            modules: ModulePatternList(patterns.joined(separator: ",")), visibility: visibility ?? .private,
            through: through.map { $0.lowercased() })
    }

    private static func patterns(_ node: ConfigNode, _ reader: inout FieldReader) -> [String] {
        var nodes = [node]
        if case .list(let items) = node.content {
            nodes = items
            if items.isEmpty {
                reader.report(node.position, "modules is empty: give patterns as for GOPRIVATE")
            }
        }
        return nodes.compactMap { node in
            reader.value(
                node, of: "a pattern of modules",
                expected: "give one as for GOPRIVATE, like git.example.com or github.com/example/*"
            ) { text in
                let list = ModulePatternList(text)
                let isGood =
                    list.patterns.count == 1
                    && list.patterns.allSatisfy {
                        !$0.isBroken && !$0.isEmpty && !$0.isSpaced && !$0.text.contains("://")
                    }
                return isGood ? list.patterns[0].text : nil
            }
        }
    }
}
