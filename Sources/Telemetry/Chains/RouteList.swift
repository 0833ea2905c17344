/// Where requests for which modules are meant to go.
package struct RouteList: Hashable, Sendable {
    package struct Route: Hashable, Sendable {
        /// The modules that it is about.
        package var modules: ModulePatternList
        package var visibility: ModuleMirror.Visibility
        /// Hosts of proxies, or `direct`, that may be asked for them. Empty: for public modules any, for private ones any
        /// that is not a public mirror.
        package var through: [String]

        package init(modules: ModulePatternList, visibility: ModuleMirror.Visibility, through: [String] = [])
        {
            self.modules = modules
            self.visibility = visibility
            self.through = through
        }
    }

    /// The first one that matches counts.
    package var routes: [Route]
    /// Where clients are.
    package var clients: ClientRegions

    package init(_ routes: [Route] = [], clients: ClientRegions = ClientRegions()) {
        self.routes = routes
        self.clients = clients
    }

    /// The route of a module; nil for one that no route is about, which is public.
    package func route(of module: String) -> Route? { routes.first { $0.modules.matches(module) } }

    /// What GOPRIVATE has to be for these routes: empty when nothing is private.
    package var privatePatterns: ModulePatternList {
        ModulePatternList(
            routes.filter { $0.visibility == .private }.map(\.modules.text).joined(separator: ","))
    }
}
