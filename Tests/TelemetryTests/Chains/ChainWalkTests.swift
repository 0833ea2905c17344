import Testing

@testable import Telemetry

@Suite("1.2: a request goes along a GOPROXY chain as the go command sends it")
struct ChainWalkTests {
    /// What places say: by host, `direct` or `noproxy`; the time of each is its place in milliseconds.
    private func walk(
        _ list: String, noProxy: String = "", module: String = "example.com/m",
        _ answers: [String: SourceAnswer]
    ) -> ChainWalk {
        let chain = GoProxyChain(list: GoProxyList(list), noProxy: ModulePatternList(noProxy))
        return chain.walk(module) { source in
            answers[name(source)].map { ($0, 10_000_000) }
        }
    }

    private func name(_ source: GoProxyChain.Source) -> String { source.name }

    @Test(
        "1.2: status: 200 only is success, 404 and 410 are absence, all else is failure",
        arguments: [
            (200, SourceAnswer.found), (404, .notFound), (410, .notFound), (204, .failed), (301, .failed),
            (403, .failed), (429, .failed), (500, .failed), (502, .failed), (504, .failed),
        ])
    func status(status: Int, expected: SourceAnswer) {
        #expect(SourceAnswer(httpStatus: status) == expected)
    }

    @Test("1.2: a comma leads on after 404 and 410 alone")
    func comma() {
        let absent = walk("https://a.com,https://b.com", ["a.com": .notFound, "b.com": .found])
        #expect(absent.servedBy.map(name) == "b.com")
        #expect(absent.hops.count == 2)
        #expect(absent.addedNanos == 10_000_000)
        #expect(absent.totalNanos == 20_000_000)
        let broken = walk("https://a.com,https://b.com", ["a.com": .failed, "b.com": .found])
        #expect(broken.end == .failed(shown: 0))
        #expect(broken.hops.count == 1)
        #expect(broken.servedBy == nil)
        #expect(broken.addedNanos == 10_000_000)
    }

    @Test("1.2: | leads on after any error")
    func pipe() {
        let walk = walk("https://a.com|https://b.com,direct", ["a.com": .failed, "b.com": .found])
        #expect(walk.servedBy.map(name) == "b.com")
    }

    @Test("1.2: direct and off end the list; off always fails")
    func ends() {
        let direct = walk("https://a.com,direct,https://b.com", ["a.com": .notFound, "direct": .notFound])
        #expect(direct.hops.map { name($0.source) } == ["a.com", "direct"])
        #expect(direct.end == .failed(shown: 1))
        let off = walk("https://a.com,off", ["a.com": .notFound])
        #expect(off.hops.map { name($0.source) } == ["a.com", "off"])
        #expect(off.end == .failed(shown: 1))
    }

    @Test("1.2: an empty list is off", arguments: [",", " , ", "|"])
    func empty(list: String) {
        let walk = walk(list, [:])
        #expect(walk.hops.map { name($0.source) } == ["off"])
        #expect(walk.end == .failed(shown: 0))
    }

    @Test("1.2: modules of GONOPROXY go past all proxies, also past off; others do not notice")
    func noProxy() {
        let own = walk(
            "https://a.com,off", noProxy: "example.com", ["noproxy": .found, "a.com": .found])
        #expect(own.hops.map { name($0.source) } == ["noproxy"])
        let other = walk(
            "https://a.com,off", noProxy: "other.com", ["noproxy": .found, "a.com": .found])
        #expect(other.hops.map { name($0.source) } == ["a.com"])
        let direct = walk("direct", noProxy: "example.com", ["direct": .found, "noproxy": .found])
        #expect(direct.hops.map { name($0.source) } == ["direct"])
        let twice = walk(
            "https://a.com,direct", noProxy: "example.com", ["noproxy": .notFound, "direct": .notFound])
        #expect(twice.hops.map { name($0.source) } == ["noproxy", "direct"])
        let broken = walk("https://a.com,direct", noProxy: "example.com", ["noproxy": .failed])
        #expect(broken.end == .failed(shown: 0))
    }

    @Test("1.2: the error that is shown is direct's, else a proxy's that is no 404, else the last 404")
    func shownError() {
        let direct = walk("https://a.com|direct", ["a.com": .failed, "direct": .notFound])
        #expect(direct.end == .failed(shown: 1))
        let proxy = walk(
            "https://a.com|https://b.com,https://c.com",
            ["a.com": .failed, "b.com": .notFound, "c.com": .notFound])
        #expect(proxy.end == .failed(shown: 0))
        let absent = walk("https://a.com,https://b.com", ["a.com": .notFound, "b.com": .notFound])
        #expect(absent.end == .failed(shown: 1))
        let last = walk("https://a.com|https://b.com", ["a.com": .failed, "b.com": .failed])
        #expect(last.end == .failed(shown: 1))
    }

    @Test("where nothing is known of a place, the walk ends and says so")
    func unknown() {
        let walk = walk("https://a.com,https://b.com", ["a.com": .notFound])
        guard case .unknown(let source) = walk.end else {
            Issue.record("\(walk.end)")
            return
        }
        #expect(name(source) == "b.com")
        #expect(walk.hops.count == 1)
    }

    @Test("a list that the go command refuses asks nobody behind what is wrong")
    func wrongList() {
        #expect(walk("https://a.com,goproxy,https://b.com", ["a.com": .notFound]).hops.count == 1)
        let first = walk("goproxy,https://b.com", ["b.com": .found])
        #expect(first.hops.map { name($0.source) } == ["off"])
    }

    @Test("1.2: a masked timeout leads on like any 404")
    func maskedTimeout() {
        #expect(SourceAnswer(.maskedTimeout) == .notFound)
        #expect(SourceAnswer(.timeout) == .failed)
        #expect(SourceAnswer(.aborted) == nil)
    }
}
