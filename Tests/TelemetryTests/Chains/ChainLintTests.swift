import Testing

@testable import Telemetry

@Suite("5.1: what is wrong with where modules come from")
struct ChainLintTests {
    private static let own = "https://athens.example.com"

    /// The findings of some settings, without those about proxies that do not serve the checksum database.
    private func findings(
        _ goproxy: String? = nil, goprivate: String? = nil, gonoproxy: String? = nil,
        gonosumdb: String? = nil, gosumdb: String? = nil, label: String? = nil,
        routes: RouteList = RouteList(), mirrors: MirrorList = .builtIn, observed: ObservedModules? = nil
    ) -> [LintFinding] {
        let settings = ModuleSettings(
            goproxy: goproxy, goprivate: goprivate, gonoproxy: gonoproxy, gonosumdb: gonosumdb,
            gosumdb: gosumdb)
        return ChainLint(
            settings: settings, mirrors: mirrors, routes: routes, label: label, observed: observed
        ).findings
    }

    private func rules(_ findings: [LintFinding]) -> [LintRule] { findings.map(\.rule) }

    /// The part of a text that a finding is about.
    private func marked(_ text: String, _ finding: LintFinding?) -> String? {
        guard let place = finding?.place else { return nil }
        var part = ""
        part.unicodeScalars.append(contentsOf: Array(text.unicodeScalars)[place])
        return part
    }

    @Test("5.1: Go's own default has nothing but a note")
    func goDefault() {
        let found = findings()
        #expect(rules(found) == [.sumDBDirect])
        #expect(found.map(\.severity) == [.note])
        #expect(!LintSummary(found).isBad)
    }

    @Test("a semicolon separates nothing, and a label that is spelt nearly as a mirror is no mirror")
    func misspelt() {
        let list = "https://proxy.golang.org;direct"
        let found = findings(list)
        #expect(rules(found) == [.badAddress] && found.map(\.severity) == [.error])
        #expect(found.first?.message.contains("semicolon") == true)
        #expect(marked(list, found.first) == list)
        let label = findings("https://x.example.org,direct", label: "goproxycn")
        #expect(rules(label).contains(.labelMismatch) && LintSummary(label).isBad)
        #expect(label.contains { $0.message.contains("did you mean goproxy.cn?") })
        // What one's own proxy is called nobody has to know.
        #expect(findings("https://x.example.org,direct", label: "builders").isEmpty)
    }

    @Test("5.1: a private proxy before direct has nothing")
    func good() {
        #expect(findings("\(Self.own),https://goproxy.cn,off", goprivate: "git.example.com").isEmpty)
    }

    @Test(
        "5.1: unreachable entries after direct and off",
        arguments: [
            ("direct,https://a.com,https://b.com", "https://a.com,https://b.com"), ("off,direct", "direct"),
            ("https://a.com,off,b.com", "b.com"),
        ])
    func unreachable(list: String, part: String) {
        let found = findings(list)
        #expect(rules(found) == [.unreachable])
        #expect(marked(list, found.first) == part)
    }

    @Test("5.1: | before a public proxy when there are private globs")
    func leakOnError() {
        let list = "\(Self.own)|https://proxy.golang.org,direct"
        let unnamed = findings(list, goprivate: "git.example.com", gonoproxy: "none")
        #expect(rules(unnamed) == [.leakOnError])
        #expect(unnamed.map(\.severity) == [.error])
        #expect(marked(list, unnamed.first) == "|")
        // GONOPROXY is GOPRIVATE: what it names is never asked of a proxy, and what it does not name still is.
        let named = findings(list, goprivate: "git.example.com")
        #expect(named.map(\.severity) == [.warning])
        #expect(rules(named) == [.leakOnError])
        #expect(findings(list).isEmpty)
        let comma = "\(Self.own),https://proxy.golang.org,direct"
        #expect(findings(comma, goprivate: "git.example.com", gonoproxy: "none").isEmpty)
        let ownOnes = "\(Self.own)|https://goproxy.example.com,direct"
        #expect(findings(ownOnes, goprivate: "git.example.com", gonoproxy: "none").isEmpty)
    }

    @Test("5.1: , before direct behind a proxy that answers 404 for timeouts")
    func maskedNotFound() {
        #expect(rules(findings("https://goproxy.cn,direct")) == [.maskedNotFound])
        #expect(rules(findings("https://goproxy.io,direct")) == [.maskedNotFound])
        #expect(findings("https://goproxy.cn,off").isEmpty)
        #expect(findings("https://goproxy.cn,\(Self.own),direct").isEmpty)
        #expect(findings("https://goproxy.cn|direct").isEmpty)
    }

    @Test("5.1: a primary without supported sends requests for checksums to the database itself")
    func sumDBDirect() throws {
        let nexus = ModuleMirror(
            name: "nexus", url: "https://nexus.example.com", address: try GoProxyAddress("nexus.example.com"),
            profile: .nexus, visibility: .private, region: "", servesSumDB: false)
        let mirrors = MirrorList(MirrorList.builtIn.mirrors + [nexus])
        let found = findings("nexus.example.com,direct", mirrors: mirrors)
        #expect(rules(found) == [.sumDBDirect])
        #expect(found.map(\.severity) == [.warning])
        #expect(findings("nexus.example.com,https://goproxy.cn,off", mirrors: mirrors).isEmpty)
        #expect(
            findings(
                "nexus.example.com,direct", gosumdb: "sum.golang.google.cn", mirrors: mirrors
            ).isEmpty)
    }

    @Test("5.1: credentials are seen by whoever sees the list, also where it has ended before")
    func credentialsBehindTheEnd() {
        let found = findings("direct,http://user:pw@proxy.example.com")
        #expect(rules(found).contains(.credentials) && rules(found).contains(.unreachable))
        #expect(found.first { $0.rule == .credentials }?.severity == .warning)
    }

    @Test("5.1: http:// and credentials in addresses")
    func addresses() {
        let list = "http://a.example.com,https://user:pw@b.example.com,http://u@c.example.com"
        let found = findings(list)
        #expect(rules(found) == [.insecure, .credentials, .insecure, .credentials])
        #expect(found.map(\.severity) == [.warning, .warning, .warning, .error])
        #expect(marked(list, found[1]) == "user:pw")
        #expect(findings("http://localhost:3000,http://127.0.0.1:1,http://[::1]:2,file:///srv").isEmpty)
    }

    @Test("5.1: empty elements", arguments: ["https://a.com,,direct", ",https://a.com", "https://a.com,"])
    func emptyElement(list: String) {
        let found = findings(list)
        #expect(rules(found) == [.emptyElement])
        #expect(found.first?.place?.isEmpty == true)
    }

    @Test("a list without any element")
    func noEntries() {
        #expect(rules(findings(",")).contains(.noEntries))
    }

    @Test(
        "5.1: reserved single words, with what was meant",
        arguments: [
            ("Direct", "write direct"), ("goproxycn", "write https://goproxy.cn"), ("offf", "write off"),
        ])
    func reservedWord(word: String, advice: String) {
        let found = findings("https://a.com,\(word)")
        #expect(rules(found) == [.reservedWord])
        #expect(found.first?.advice == advice)
        #expect(found.first?.severity == .error)
    }

    @Test(
        "what is no address", arguments: ["ftp://a.com", "/srv/go", "https://", "file://a/b", "https://a:x"])
    func badAddress(word: String) {
        #expect(rules(findings("https://a.com,\(word)")) == [.badAddress])
    }

    @Test("5.1: GOSUMDB=off, and databases that are none")
    func sumDB() {
        #expect(rules(findings(Self.own, gosumdb: "off")) == [.sumDBOff])
        #expect(findings(Self.own, gosumdb: "off").first?.severity == .error)
        #expect(rules(findings(Self.own, gosumdb: "gosum.io")) == [.badSumDB])
    }

    @Test("5.1: a key that cannot be read, and a password in the address of the database")
    func sumDBKeyAndCredentials() {
        let short = " x.io+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuA== https://sum.example.com"
        let found = findings(Self.own, gosumdb: short)
        #expect(rules(found) == [.badSumDB] && found.first?.severity == .error)
        #expect(marked(short, found.first)?.hasSuffix("8OuA==") == true)
        #expect(found.first?.message.contains("32 bytes, and this one 30") == true)
        let address = "sum.golang.org https://user:pw@sum.example.com"
        let secret = findings(Self.own, gosumdb: address)
        #expect(rules(secret) == [.credentials] && secret.first?.severity == .warning)
        #expect(marked(address, secret.first) == "user:pw")
        #expect(
            rules(findings(Self.own, gosumdb: "sum.golang.org https://x.com/?token=pw")) == [.credentials])
        #expect(findings(Self.own, gosumdb: "sum.golang.org https://sum.example.com").isEmpty)
    }

    @Test("5.1: GONOSUMDB that names more than GOPRIVATE, or less")
    func noSumDB() {
        let wider = findings(Self.own, goprivate: "git.example.com", gonosumdb: "git.example.com,github.com")
        #expect(rules(wider) == [.uncheckedPublic])
        #expect(marked("git.example.com,github.com", wider.first) == "github.com")
        let narrower = findings(Self.own, goprivate: "git.example.com", gonosumdb: "git.example.com/a")
        #expect(rules(narrower) == [.sumDBLeak])
        #expect(findings(Self.own, goprivate: "example.com", gonosumdb: "example.com/a,example.com").isEmpty)
    }

    @Test("patterns that never match are told")
    func patterns() {
        let found = findings(Self.own, goprivate: "a.com, b.com,,[x,https://c.com")
        #expect(rules(found) == [.spacedPattern, .emptyElement, .brokenPattern, .brokenPattern])
        #expect(found.allSatisfy { $0.variable == .goprivate })
    }

    @Test("5.1: GOPRIVATE is empty while private modules are observed, or does not name them all")
    func privateObserved() {
        let observed = ObservedModules(
            hosts: ["athens.example.com"], privateModules: ["git.example.com/a", "b", "c", "d", "e"])
        let found = findings(Self.own, observed: observed)
        #expect(rules(found) == [.privateObserved])
        #expect(found.first?.message.hasSuffix("git.example.com/a, b, c and 2 more") == true)
        #expect(found.first?.message.hasPrefix("GOPRIVATE is empty") == true)
        let rest = findings(Self.own, goprivate: "git.example.com,b,c,d", observed: observed)
        #expect(rest.first?.message.hasSuffix("builds ask for private modules: e") == true)
        #expect(findings(Self.own, goprivate: "git.example.com,?", observed: observed).isEmpty)
    }

    @Test("5.1: a host that stands twice")
    func duplicateHost() {
        let list = "https://a.com/x,https://b.com,https://A.com/y"
        let found = findings(list)
        #expect(rules(found) == [.duplicateHost])
        #expect(marked(list, found.first) == "https://A.com/y")
        #expect(findings("https://a.com:1,https://a.com:2").isEmpty)
    }

    @Test("5.1: a proxy that telemetry has never seen")
    func neverObserved() {
        let observed = ObservedModules(hosts: ["athens.example.com"], privateModules: [])
        let list = "\(Self.own),https://other.example.com,file:///srv,direct"
        let found = findings(list, observed: observed)
        #expect(rules(found) == [.neverObserved])
        #expect(marked(list, found.first) == "https://other.example.com")
        #expect(findings(list).isEmpty)
    }

    @Test("3.1: a setting that is said to be for another mirror")
    func label() {
        let wrong = findings("https://goproxy.cn,off", label: "Aliyun")
        #expect(rules(wrong) == [.labelMismatch])
        #expect(wrong.first?.severity == .error)
        #expect(findings("https://goproxy.cn,off", label: "Qiniu").isEmpty)
        #expect(findings("https://mirrors.aliyun.com/goproxy/,off", label: "aliyun").isEmpty)
        #expect(findings("https://goproxy.cn,off", label: "nobody").map(\.severity) == [.note])
    }

    @Test("a private route that GOPRIVATE does not name")
    func routes() {
        let routes = RouteList([
            RouteList.Route(modules: ModulePatternList("git.example.com,b.com/x"), visibility: .private),
            RouteList.Route(modules: ModulePatternList("golang.org/x/*"), visibility: .public),
        ])
        #expect(rules(findings(Self.own, goprivate: "git.example.com,b.com", routes: routes)).isEmpty)
        let found = findings(Self.own, goprivate: "b.com", routes: routes)
        #expect(rules(found) == [.routeNotPrivate])
        #expect(found.first?.place == 5..<5)
    }

    @Test("a route is the first one that matches")
    func routeOfModule() {
        let list = RouteList([
            RouteList.Route(modules: ModulePatternList("a.com/open"), visibility: .public),
            RouteList.Route(modules: ModulePatternList("a.com"), visibility: .private),
        ])
        #expect(list.route(of: "a.com/open/x")?.visibility == .public)
        #expect(list.route(of: "a.com/x")?.visibility == .private)
        #expect(list.route(of: "b.com") == nil)
    }

    @Test("findings come by variable and place, and every rule says what it is about")
    func order() {
        let found = findings(
            ",https://u@a.com,Direct", goprivate: "[x", gosumdb: "off")
        #expect(rules(found) == [.emptyElement, .credentials, .reservedWord, .brokenPattern, .sumDBOff])
        #expect(Set(LintRule.allCases.map(\.meaning)).count == LintRule.allCases.count)
    }

    @Test("mirrors are known by their hosts and by what people call them")
    func mirrors() throws {
        #expect(MirrorList.builtIn.mirrors.count == 6)
        #expect(MirrorList.builtIn[try GoProxyAddress("https://GOPROXY.cn/x")]?.name == "goproxy.cn")
        #expect(MirrorList.builtIn[try GoProxyAddress("https://goproxy.cn:444")] == nil)
        #expect(MirrorList.builtIn[host: "Mirrors.Aliyun.com"]?.name == "aliyun")
        #expect(MirrorList.builtIn[called: "GOOGLE"]?.name == "proxy.golang.org")
    }

    @Test(
        "of findings that are alike ten are listed, and the last one counts the rest",
        arguments: [9, 10, 11, 8000])
    func alike(count: Int) {
        let found = findings("\(Self.own),off" + String(repeating: ",", count: count))
        #expect(found.count == min(count, ChainLint.listedMax))
        let more = max(0, count - ChainLint.listedMax)
        #expect(found.last?.unlisted == more)
        #expect(found.dropLast().allSatisfy { $0.unlisted == 0 && !$0.message.contains("not listed") })
        let sentence = "; \(HumanUnits.count(more, "more finding")) like this one not listed"
        #expect(found.last?.message.hasSuffix(sentence) == (more > 0))
        #expect(LintSummary(found).text == HumanUnits.count(count, "warning"))
    }
}
