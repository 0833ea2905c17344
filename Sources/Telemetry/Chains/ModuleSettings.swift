/// The variables that say where the go command gets modules from, and how it checks them.
package struct ModuleSettings: Hashable, Sendable {
    package enum Variable: String, CaseIterable, Sendable {
        case goproxy = "GOPROXY"
        case goprivate = "GOPRIVATE"
        case gonoproxy = "GONOPROXY"
        case gonosumdb = "GONOSUMDB"
        case gosumdb = "GOSUMDB"
    }

    package var goproxy: String
    package var goprivate: String
    /// Nil: the same as GOPRIVATE.
    package var gonoproxy: String?
    /// Nil: the same as GOPRIVATE.
    package var gonosumdb: String?
    package var gosumdb: String

    /// An empty text stands for none, as the go command has it: an empty GOPROXY is the default, and so on.
    package init(
        goproxy: String? = nil, goprivate: String? = nil, gonoproxy: String? = nil, gonosumdb: String? = nil,
        gosumdb: String? = nil
    ) {
        func set(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
        self.goproxy = set(goproxy) ?? GoProxyList.goDefault
        self.goprivate = goprivate ?? ""
        self.gonoproxy = set(gonoproxy)
        self.gonosumdb = set(gonosumdb)
        self.gosumdb = set(gosumdb) ?? GoSumDB.goDefault
    }

    /// What is in force of a variable.
    package subscript(variable: Variable) -> String {
        switch variable {
        case .goproxy: goproxy
        case .goprivate: goprivate
        case .gonoproxy: gonoproxy ?? goprivate
        case .gonosumdb: gonosumdb ?? goprivate
        case .gosumdb: gosumdb
        }
    }

    /// What of a variable is not to be shown, in Unicode scalars from 0, in order and apart from each other.
    package func secrets(of variable: Variable) -> [Range<Int>] {
        switch variable {
        case .goproxy: GoProxyList(goproxy).secrets
        case .goprivate, .gonoproxy, .gonosumdb: ModulePatternList(self[variable]).secrets
        case .gosumdb: GoProxyAddress.possibleSecrets(in: gosumdb)
        }
    }

    package var chain: GoProxyChain {
        GoProxyChain(list: GoProxyList(goproxy), noProxy: ModulePatternList(self[.gonoproxy]))
    }
}
