/// The mirrors that are known.
package struct MirrorList: Hashable, Sendable {
    package var mirrors: [ModuleMirror]

    package init(_ mirrors: [ModuleMirror]) { self.mirrors = mirrors }

    /// The mirror that an address belongs to.
    package subscript(_ address: GoProxyAddress) -> ModuleMirror? { mirrors.first { $0.has(address) } }

    /// The mirror that a host belongs to, as telemetry has it.
    package subscript(host host: String) -> ModuleMirror? {
        let host = host.lowercased()
        return mirrors.first { $0.has(host: host) }
    }

    /// The mirror that somebody calls so.
    package subscript(called name: String) -> ModuleMirror? { mirrors.first { $0.isCalled(name) } }

    /// One whose name, or one of its other names, is spelt nearly so.
    func nearlyCalled(_ name: String) -> ModuleMirror? {
        let name = name.lowercased()
        return mirrors.first { mirror in
            ([mirror.name] + mirror.aliases).contains { known in
                EditDistance.between(name, known.lowercased()) <= (known.count > 6 ? 2 : 1)
            }
        }
    }
}

extension MirrorList {
    /// What is known without a file; `config/mirrors.yaml` says the same, and where it is from.
    package static let builtIn = MirrorList(
        [
            make(
                "proxy.golang.org", ["google", "golang"], "https://proxy.golang.org", .google, "global",
                .onDemand, servesSumDB: false),
            make("goproxy.cn", ["qiniu"], "https://goproxy.cn", .goproxy, "cn", .onDemand, servesSumDB: true),
            make(
                "goproxy.io", [], "https://goproxy.io", .goproxyio, "global", .onDemand, servesSumDB: true),
            make("aliyun", ["alibaba"], "https://mirrors.aliyun.com/goproxy", .unknown, "cn", nil),
            make("tencent", [], "https://mirrors.cloud.tencent.com/go", .unknown, "cn", nil),
            make("huawei", [], "https://repo.huaweicloud.com/repository/goproxy", .unknown, "cn", nil),
        ].compactMap(\.self))

    /// Nil for an address that is none, which a test excludes.
    private static func make(
        _ name: String, _ aliases: [String], _ url: String, _ profile: MirrorProfile, _ region: String,
        _ synchronization: ModuleMirror.Synchronization?, servesSumDB: Bool? = nil
    ) -> ModuleMirror? {
        guard let address = try? GoProxyAddress(url) else { return nil }
        return ModuleMirror(
            name: name, aliases: aliases, url: url, address: address, profile: profile, visibility: .public,
            region: region, synchronization: synchronization, servesSumDB: servesSumDB)
    }
}
