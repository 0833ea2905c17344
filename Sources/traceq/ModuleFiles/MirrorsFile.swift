package import Configuration
package import Telemetry

/// `mirrors.yaml`: the mirrors that are known, and what they are.
package enum MirrorsFile {
    private static let known = [
        "name", "url", "aliases", "hosts", "profile", "visibility", "region", "sync_interval", "sumdb",
    ]

    /// Reads a file. It takes the place of what is built in.
    ///
    /// - Throws: everything that is wrong with it
    package static func read(_ path: String) throws(ConfigProblems) -> MirrorList {
        try FileRoot.read(path, section: "mirrors", expected: "a list of mirrors, as in config/mirrors.yaml")
        {
            (nodes, reader) in
            var mirrors: [ModuleMirror] = []
            for node in nodes {
                guard let mirror = mirror(node, &reader) else { continue }
                for name in [mirror.name] + mirror.aliases {
                    guard let other = mirrors.first(where: { $0.isCalled(name) }) else { continue }
                    reader.report(
                        node.position,
                        "\"\(DisplayText.quotable(name))\" is a name of \(DisplayText.quotable(other.name)) already: "
                            + "names tell mirrors apart")
                }
                mirrors.append(mirror)
            }
            return MirrorList(mirrors)
        }
    }

    private static func mirror(_ node: ConfigNode, _ reader: inout FieldReader) -> ModuleMirror? {
        let subject = "a mirror"
        guard let fields = reader.fields(node, of: subject, known: known) else { return nil }
        func required(_ name: String, _ reader: inout FieldReader) -> ConfigNode? {
            reader.required(name, in: fields, of: subject, at: node.position)
        }
        let name = required("name", &reader).flatMap { reader.text($0, of: "name") }
        let url = required("url", &reader).flatMap { node in
            reader.value(
                node, of: "url", expected: "give the address of a proxy, like https://proxy.example.com"
            ) {
                text in (try? GoProxyAddress(text)).map { (text, $0) }
            }
        }
        let visibility: ModuleMirror.Visibility? = required("visibility", &reader).flatMap {
            reader.choice($0, of: "visibility")
        }
        let profile: MirrorProfile? = fields["profile"].flatMap { reader.choice($0, of: "profile") }
        let region = fields["region"].flatMap { reader.text($0, of: "region") }
        let aliases = fields["aliases"].map { reader.texts($0, of: "aliases") } ?? []
        let hosts = fields["hosts"].map { reader.texts($0, of: "hosts").map { $0.lowercased() } } ?? []
        let synchronization = fields["sync_interval"].flatMap { node in
            reader.value(node, of: "sync_interval", expected: "give a duration like 5m, or none") { text in
                text == "none"
                    ? ModuleMirror.Synchronization.onDemand
                    : DurationExpression.nanoseconds(text).flatMap { $0 > 0 ? .every($0) : nil }
            }
        }
        let servesSumDB = fields["sumdb"].flatMap { node in
            reader.value(node, of: "sumdb", expected: "write true or false") {
                ["true": true, "false": false][$0]
            }
        }
        guard let name, let url, let visibility else { return nil }
        return ModuleMirror(
            name: name, aliases: aliases, url: url.0, address: url.1, hosts: hosts,
            profile: profile ?? .unknown,
            visibility: visibility, region: region ?? "", synchronization: synchronization,
            servesSumDB: servesSumDB)
    }
}
