import Testing

@testable import Telemetry

@Suite("1.2: GOPROXY lists are read as the go command reads them")
struct GoProxyListTests {
    private func reachable(_ text: String) -> [String] {
        let list = GoProxyList(text)
        return list.reachable.map { list.elements[$0].name }
    }

    @Test(
        "1.2: from left to right, up to the first direct or off; empty elements are passed over",
        arguments: [
            ("https://a.com,direct", ["a.com", "direct"]), ("direct", ["direct"]), ("off", ["off"]),
            ("https://a.com,off,https://b.com", ["a.com", "off"]), ("direct,bad word", ["direct"]),
            (" https://a.com , https://b.com ", ["a.com", "b.com"]), (",,https://a.com,", ["a.com"]),
            (",", []), ("https://a.com|https://b.com|direct", ["a.com", "b.com", "direct"]),
        ])
    func order(text: String, expected: [String]) {
        #expect(reachable(text) == expected)
    }

    @Test("1.2: the separator belongs to the element before it")
    func separators() {
        let list = GoProxyList("https://a.com,https://b.com|direct")
        #expect(list.elements.map(\.separator) == [.comma, .pipe, nil])
        #expect(list.elements.map(\.place) == [0..<13, 14..<27, 28..<34])
    }

    @Test(
        "1.2: what has a dot, a colon or a slash and no scheme gets https",
        arguments: [
            ("proxy.example.com", "https", "proxy.example.com", nil, ""),
            ("localhost:3000", "https", "localhost", 3000, ""),
            ("proxy.example.com/go/", "https", "proxy.example.com", nil, "/go"),
            ("http://PROXY.example.com:8080/a", "http", "proxy.example.com", 8080, "/a"),
            ("HTTPS://a.com", "https", "a.com", nil, ""), ("[::1]:3000", "https", "::1", 3000, ""),
            ("file:///srv/go", "file", "", nil, "/srv/go"),
        ] as [(String, String, String, Int?, String)])
    func addresses(word: String, scheme: String, host: String, port: Int?, path: String) throws {
        let address = try GoProxyAddress(word)
        #expect(address.scheme.rawValue == scheme)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.path == path)
        #expect(address.isSchemeImplied == !word.contains(":/"))
    }

    @Test(
        "1.2: the go command refuses a list for one element",
        arguments: [
            ("goproxy", GoProxyAddress.Fault.reservedWord), ("Direct", .reservedWord),
            ("ftp://a.com", .scheme("ftp")), ("/srv/go", .filePath), ("file://host/srv", .fileWithMore),
            ("file:///srv?x", .fileWithMore), ("https:///x", .noHost), ("https:/x", .noHost),
            ("https://a.com:99999", .port("99999")), ("https://a.com:x", .port("x")),
            ("https://a b.com", .character), ("user:pw@a.com:/x", .character),
        ])
    func faults(word: String, expected: GoProxyAddress.Fault) {
        #expect(throws: expected) { try GoProxyAddress(word) }
        #expect(!GoProxyList("https://a.com,\(word)").isValid)
        #expect(GoProxyList("https://a.com,direct,\(word)").isValid)
    }

    @Test("user name and password are found where they stand")
    func credentials() throws {
        #expect(try GoProxyAddress("https://user:pw@a.com/x").credentials == 8..<15)
        #expect(try GoProxyAddress("user@a.com").credentials == 0..<4)
        #expect(GoProxyList("https://a.com, https://user:pw@b.com").secrets == [23..<30])
        #expect(GoProxyList("https://a.com/x@y").secrets.isEmpty)
    }

    @Test(
        "what may be a password is found in what is no address, too",
        arguments: [
            ("ftp://user:pw@a.com", 6..<13), ("https://user:p/w@a.com", 8..<16),
            ("https://a@b:pw@a.com:x", 8..<14), ("user:pw@a.com:/x", 0..<7), ("pw@host", 0..<2),
            ("//user:pw@a.com", 2..<9), ("/user:pw@a.com", 0..<8), ("https:/user:pw@a.com", 0..<14),
            ("https://user:1/pw@a.com", 8..<17), ("https://user:1?pw@a.com", 8..<17),
            ("https://a.com/?token=pw", 15..<23), ("https://a.com?m=x@pw", 14..<20),
            ("ftp://a.com/?pw", 13..<15),
        ])
    func possibleCredentials(word: String, place: Range<Int>) {
        #expect(GoProxyList(word).secrets == [place])
        let found = ChainLint(settings: ModuleSettings(goproxy: word)).findings
        #expect(!found.isEmpty)
        #expect(!found.contains { ($0.message + $0.advice).contains("pw") })
    }

    @Test(
        "a password that has what separates elements is hidden whole, and no piece of it passes for a host",
        arguments: [
            ("https://user:s,pw@a.com", 8..<17), ("https://user:s|pw@a.com", 8..<17),
            ("user:s,pw@a.com", 0..<9),
            ("https://user:1,pw@a.com", 8..<17), ("http://user:s,p,pw@a.com", 7..<18),
            ("https://user:s,pw/x@a.com", 8..<19), ("https://user:s,pw.x/y@a.com", 8..<21),
            ("https://user:s@x,pw@a.com", 8..<19), ("https://user:s,,pw@a.com", 8..<18),
            ("https://a.com/?t=s,pw", 15..<21), ("https://user:s,direct,pw@a.com", 8..<24),
        ])
    func separatedCredentials(word: String, place: Range<Int>) {
        let list = GoProxyList("https://b.com," + word + ",direct")
        // The sign between an address with a query and what may be the rest of it may be seen.
        let start = (list.secrets.first?.lowerBound ?? 0) - 14
        let end = (list.secrets.last?.upperBound ?? 0) - 14
        #expect(start..<end == place)
        #expect(!list.shownText.contains("user") && !list.shownText.contains("pw"))
        #expect(list.shownText.hasPrefix("b.com,") && list.shownText.hasSuffix(",direct"))
        for finding in ChainLint(settings: ModuleSettings(goproxy: list.text)).findings {
            let text = finding.message + finding.advice
            #expect(!text.contains("user:") && !text.contains("\"user\"") && !text.contains("pw"), "\(text)")
        }
    }

    @Test("a word is shown without what may be a secret of it, and else as it is") func shownWords() {
        #expect(GoProxyAddress.shown("https://user:pw@a.com/?token=pw") == "https://REDACTED@a.com/?REDACTED")
        #expect(GoProxyAddress.shown("ab\u{301}:p@é") == "REDACTED@é")
        #expect(GoProxyAddress.shown("https://a.com:80/x") == "https://a.com:80/x")
        #expect(GoProxyAddress.shown("") == "" && GoProxyAddress.shown("@?") == "@?")
    }

    @Test(
        "hosts without a dot, paths with an @ and what stands before a scheme are no secrets",
        arguments: [
            "http://athens:3000,https://a.com/x@y,direct", "file:///srv/a@b,off", "athens/x,a.com",
            "https://a.com,goproxycn,direct",
        ])
    func noSecrets(text: String) {
        #expect(GoProxyList(text).secrets.isEmpty)
        #expect(!GoProxyList(text).shownText.contains("REDACTED"))
    }

    @Test(
        "1.3: GOSUMDB is off, or a name with its key and perhaps an address",
        arguments: [
            ("off", GoSumDB.off), ("", .database(name: "sum.golang.org", address: nil)),
            ("sum.golang.org", .database(name: "sum.golang.org", address: nil)),
            (
                "sum.golang.google.cn",
                .database(name: "sum.golang.org", address: "https://sum.golang.google.cn")
            ),
            ("sum.golang.org https://x.com", .database(name: "sum.golang.org", address: "https://x.com")),
            (
                "gosum.io+ce6e7565+AY5qEHUk/qmHc5btzW45JVoENfazw8LielDsaI+lEbq6",
                .database(name: "gosum.io", address: nil)
            ),
            ("gosum.io", .wrong(.noKey("gosum.io"))), ("a+b+c d e", .wrong(.tooManyWords)),
            ("+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", .wrong(.key("", .name))),
            ("x.io+33de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", .wrong(.key("x.io", .hash))),
            ("x.io+033de0ag+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", .wrong(.key("x.io", .hash))),
            ("x.io++Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", .wrong(.key("x.io", .hash))),
            ("x.io+033de0ae+", .wrong(.key("x.io", .base64))),
            ("x.io+033de0ae+Ac4zctda0e5eza", .wrong(.key("x.io", .base64))),
            ("x.io+033de0ae+Ac4zctda0e5eza-HJyk9SxEdh-s3Ux18htTTAD8OuAn8", .wrong(.key("x.io", .base64))),
            ("x.io+033de0ae+As4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", .wrong(.key("x.io", .algorithm))),
            ("x.io+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuA==", .wrong(.key("x.io", .length(30)))),
            (
                "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8 https://x.com",
                .database(name: "sum.golang.org", address: "https://x.com")
            ),
        ])
    func checksumDatabases(text: String, expected: GoSumDB) {
        #expect(GoSumDB(text) == expected)
    }
}
