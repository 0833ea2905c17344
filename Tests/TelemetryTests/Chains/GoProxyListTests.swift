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
        #expect(GoProxyList("https://a.com, https://user:pw@b.com").credentials == [23..<30])
        #expect(GoProxyList("https://a.com/x@y").credentials.isEmpty)
    }

    @Test(
        "what may be a password is found in what is no address, too",
        arguments: [
            ("ftp://user:pw@a.com", 6..<13), ("https://user:p/w@a.com", 8..<16),
            ("https://a@b:pw@a.com:x", 8..<14), ("user:pw@a.com:/x", 0..<7), ("pw@host", 0..<2),
        ])
    func possibleCredentials(word: String, place: Range<Int>) {
        #expect(GoProxyList(word).credentials == [place])
        let found = ChainLint(settings: ModuleSettings(goproxy: word)).findings
        #expect(!found.isEmpty)
        #expect(!found.contains { ($0.message + $0.advice).contains("pw") })
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
                "gosum.io+ce6e7565+AY5qEHUk/qmHc5btzW45", .database(name: "gosum.io", address: nil)
            ),
            ("gosum.io", .wrong(.noKey("gosum.io"))), ("a+b+c d e", .wrong(.tooManyWords)),
        ])
    func checksumDatabases(text: String, expected: GoSumDB) {
        #expect(GoSumDB(text) == expected)
    }
}
