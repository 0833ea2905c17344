/// Which modules are private, and who says so.
package struct PrivateModules: Hashable, Sendable {
    /// A list of patterns, and whom it keeps modules from.
    package struct Source: Hashable, Sendable {
        /// What has it: an option, a file, or a variable of the environment.
        package var name: String
        package var patterns: ModulePatternList
        package var isAboutProxies: Bool
        package var isAboutChecksums: Bool

        package init(
            _ name: String, _ patterns: ModulePatternList, isAboutProxies: Bool = true,
            isAboutChecksums: Bool = true
        ) {
            self.name = name
            self.patterns = patterns
            self.isAboutProxies = isAboutProxies
            self.isAboutChecksums = isAboutChecksums
        }
    }

    /// Those that name something.
    package let sources: [Source]

    package init(_ sources: [Source]) {
        self.sources = sources.filter { !$0.patterns.isEmpty && $0.patterns.text != "none" }
    }

    /// By the variables of the go command, and by routes that are private.
    ///
    /// GOPRIVATE is what the other two are without a value of their own. Where they have one, its modules stay private
    /// nevertheless: with GONOPROXY=none, which lets a proxy of one's own have them, they are still not for public ones.
    package init(environment: [String: String], routes: RouteList = RouteList()) {
        func list(_ variable: ModuleSettings.Variable) -> ModulePatternList {
            ModulePatternList(environment[variable.rawValue] ?? "")
        }
        self.init([
            Source(ModuleSettings.Variable.goprivate.rawValue, list(.goprivate)),
            Source(ModuleSettings.Variable.gonoproxy.rawValue, list(.gonoproxy), isAboutChecksums: false),
            Source(ModuleSettings.Variable.gonosumdb.rawValue, list(.gonosumdb), isAboutProxies: false),
            Source("routes.yaml", routes.privatePatterns),
        ])
    }

    /// Whether nothing is private.
    package var isEmpty: Bool { sources.isEmpty }

    /// Whether proxies are not to know of a module.
    package func hidesFromProxies(_ module: String) -> Bool {
        sources.contains { $0.isAboutProxies && $0.patterns.matches(module) }
    }

    /// Whether checksum databases are not to know of a module.
    package func hidesFromChecksums(_ module: String) -> Bool {
        sources.contains { $0.isAboutChecksums && $0.patterns.matches(module) }
    }

    /// `GOPRIVATE=git.example.com and GONOSUMDB=example.org`.
    package var text: String {
        sources.map { "\($0.name)=\($0.patterns.shownText)" }.joined(separator: " and ")
    }

    /// All patterns of all sources, each once.
    package var patterns: [String] {
        var known: Set<String> = []
        return sources.flatMap { $0.patterns.patterns }.map(\.text).filter {
            !$0.isEmpty && known.insert($0).inserted
        }
    }
}
