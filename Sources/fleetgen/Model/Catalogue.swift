/// The modules that the fleet's clients use, most popular first.
///
/// The same for every seed: files of a version never change, so two runs against one database have
/// to agree about their sizes.
struct Catalogue: Sendable {
    let modules: [CatalogueModule]
    /// The Go toolchains that clients fetch through the proxies: few, and very large.
    let toolchain: CatalogueModule

    static let standard = Catalogue()

    private init() {
        var generator = SeededGenerator.stream("catalogue", seed: 1)
        modules = Self.allPaths().map { path in
            CatalogueModule(path: path, versions: Self.versions(of: path, using: &generator))
        }
        toolchain = CatalogueModule(
            path: "golang.org/toolchain",
            versions: ["1.24.9", "1.25.3", "1.26.1"].flatMap { release in
                ["linux-amd64", "linux-arm64", "darwin-arm64"].map { platform in
                    ModuleVersion(
                        version: "v0.0.1-go\(release).\(platform)",
                        zipBytes: 62_000_000 + Int64(generator.index(below: 9_000_000)), modBytes: 36,
                        infoBytes: 84)
                }
            })
    }

    private static func allPaths() -> [String] {
        var paths = CataloguePaths.wellKnown
        var known = Set(paths)
        var generator = SeededGenerator.stream("paths", seed: 1)
        while paths.count < 480 {
            let path = CataloguePaths.invented(using: &generator)
            if known.insert(path).inserted { paths.append(path) }
        }
        return paths
    }

    private static func versions(
        of path: String, using generator: inout SeededGenerator
    ) -> [ModuleVersion] {
        let modBytes = max(24, generator.logNormal(median: 900, sigma: 0.9))
        let zipBytes = min(max(1_200, generator.logNormal(median: 180_000, sigma: 1.5)), 180_000_000)
        return versionNames(of: path, using: &generator).map { name in
            let drift = generator.logNormal(median: 1, sigma: 0.08)
            return ModuleVersion(
                version: name, zipBytes: Int64(zipBytes * drift), modBytes: Int64(modBytes * drift),
                infoBytes: Int64(46 + name.utf8.count + (generator.chance(0.6) ? 190 : 0)))
        }
    }

    private static func versionNames(
        of path: String, using generator: inout SeededGenerator
    ) -> [String] {
        if CataloguePaths.withoutTags.contains(path) {
            return (0..<4).map { pseudoVersion(base: "v0.0.0-", year: 2022 + $0, using: &generator) }
        }
        let major = majorVersion(of: path)
        let suffix = CataloguePaths.incompatible[path].map { _ in "+incompatible" } ?? ""
        let leading = CataloguePaths.incompatible[path] ?? major
        var minor = generator.index(below: 12)
        var names: [String] = []
        for _ in 0..<(4 + generator.index(below: 9)) {
            names.append("v\(leading).\(minor).\(generator.index(below: 6))\(suffix)")
            minor += 1 + generator.index(below: 2)
        }
        // Some projects are used between their releases.
        if suffix.isEmpty, generator.chance(0.12) {
            names.append(pseudoVersion(base: "v\(leading).\(minor).1-0.", year: 2026, using: &generator))
        }
        return names
    }

    /// The major version that the path asks for: `/v5` and `.v3` say so, other paths mean 0 or 1.
    private static func majorVersion(of path: String) -> Int {
        guard let last = path.split(whereSeparator: { $0 == "/" || $0 == "." }).last,
            last.first == "v", let number = Int(last.dropFirst())
        else {
            return path.hasPrefix("golang.org/x/") || path.hasPrefix("k8s.io/") ? 0 : 1
        }
        return number
    }

    private static func pseudoVersion(
        base: String, year: Int, using generator: inout SeededGenerator
    ) -> String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date =
            "\(year)\(padded(1 + generator.index(below: 12)))\(padded(1 + generator.index(below: 28)))"
        let time =
            padded(generator.index(below: 24)) + padded(generator.index(below: 60))
            + padded(generator.index(below: 60))
        let digits = Array("0123456789abcdef")
        let commit = String((0..<12).map { _ in digits[generator.index(below: 16)] })
        return "\(base)\(date)\(time)-\(commit)"
    }
}
