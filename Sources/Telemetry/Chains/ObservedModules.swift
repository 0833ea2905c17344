/// What telemetry tells of the modules that are asked for, for rules that need to know.
package struct ObservedModules: Hashable, Sendable {
    /// Hosts that requests for modules went to, in lower case, without ports.
    package var hosts: Set<String>
    /// Modules that were asked for and are private by what telemetry says of them (`goproxy.module.private`, or who served
    /// them), the most asked for first.
    package var privateModules: [String]

    package init(hosts: Set<String>, privateModules: [String]) {
        self.hosts = hosts
        self.privateModules = privateModules
    }
}
