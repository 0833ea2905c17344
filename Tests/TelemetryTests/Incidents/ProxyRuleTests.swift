import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Proxies that do not get a lock, or do not come to an end", .serialized)
struct ProxyRuleTests {
    private static let minute: UInt64 = 60_000

    /// A request that Athens had to fetch for, and what it waited for.
    private struct Fetch {
        var root = "redis.Stash"
        var at: UInt64
        var millis: UInt64 = 2_000
        var status: Int64 = 200
        var isLeader = true

        func spans(_ number: UInt64) -> [OTLPModel.Span] {
            let trace = number * 2 + 1
            func inner(
                _ name: String, _ trace: UInt64, _ id: UInt8, _ parent: UInt8?, _ start: UInt64,
                _ millis: UInt64
            ) -> OTLPModel.Span {
                FleetSample.inner(name, trace: trace, id: id, parent: parent, at: start, millis: millis)
            }
            // A look-up of a millisecond, the fetch, and what follows.
            var spans = [
                Sample.span(
                    trace: trace, id: 1, name: "proxy", startMillis: at, millis: millis + 4,
                    attributes: FleetSample.attributes(
                        "/github.com/a/b\(number)/@v/v1.0.0.zip", status: status)),
                inner("protocol.Zip", trace, 2, 1, at, millis + 3),
                inner("fs.Zip", trace, 3, 2, at, 1),
            ]
            if status == 200 { spans.append(inner("fs.Zip", trace, 4, 2, at + 2 + millis, 1)) }
            spans.append(inner(root, trace + 1, 1, nil, at + 1, millis))
            guard isLeader else { return spans }
            return spans + [
                inner("stash.Pool", trace + 1, 2, 1, at + 1, millis),
                inner("stasher.Stash", trace + 1, 3, 2, at + 1, millis),
            ]
        }
    }

    /// Causes in the first hour, at a proxy that fetches once a minute besides.
    private func found(
        _ fetches: [Fetch], usual: (UInt64) -> Bool = { _ in true }, gauges: GaugeSample? = nil,
        hours: UInt64 = 1, root: String = "redis.Stash"
    ) async throws -> [String] {
        let folder = try TemporaryDirectory()
        var sample = FleetSample()
        let all =
            (0..<hours * 60).filter(usual).map { Fetch(root: root, at: $0 * Self.minute) } + fetches
        let node = FleetSample.Node.athens
        for (number, fetch) in all.enumerated() {
            sample.add(
                node, receivedMillis: fetch.at + fetch.millis + 5_000, fetch.spans(UInt64(number)))
        }
        let path = folder.file("proxy.db")
        var reader = try await sample.reader(at: path)
        if let gauges { reader = try await gauges.reader(at: path) }
        let end = UnixNanos(clamping: Sample.baseNanos + hours * 3_600_000_000_000)
        let query = IncidentQuery(
            window: TimeWindow(since: end.advanced(byNanos: -3_600_000_000_000), until: end),
            baselineNanos: Int64(hours - 1) * 3_600_000_000_000,
            now: end.advanced(byNanos: 1_000_000_000_000))
        return try reader.incidents(query).causesFound
    }

    @Test("lock-failure: fetches end without the lock, and with an error")
    func lock() async throws {
        let failing = (0..<UInt64(12)).map {
            Fetch(at: $0 * 4 * Self.minute + 20_000, millis: 15_000, status: 500, isLeader: false)
        }
        #expect(try await found(failing) == ["lock-failure athens-1 eu"])
    }

    @Test("who waits for another one's fetch has the lock in time, and an error when that one has")
    func waiters() async throws {
        let waiting = (0..<UInt64(12)).flatMap { number in
            let at = number * 4 * Self.minute + 20_000
            return [
                Fetch(at: at, millis: 15_000, status: 500),
                Fetch(at: at + 3_000, millis: 12_000, status: 500, isLeader: false),
                Fetch(at: at + 30_000, millis: 5_000, status: 200, isLeader: false),
            ]
        }
        #expect(try await found(waiting).filter { $0.hasPrefix("lock") } == [])
        // A flight within one process has no lock.
        let flights = waiting.map { fetch in
            var fetch = fetch
            fetch.root = "singleflight.Stash"
            return fetch
        }
        #expect(try await found(flights, root: "singleflight.Stash").filter { $0.hasPrefix("lock") } == [])
    }

    @Test("lock-ttl: fetches that outlast a lock, where there is one")
    func outlasting() async throws {
        func long(_ root: String) -> [Fetch] {
            (0..<UInt64(3)).map { Fetch(root: root, at: $0 * 9 * Self.minute, millis: 960_000) }
        }
        #expect(try await found(long("redis.Stash")).contains("lock-ttl athens-1 eu"))
        #expect(
            try await found(long("singleflight.Stash"), root: "singleflight.Stash").filter {
                $0.hasPrefix("lock")
            } == [])
    }

    @Test("no-completion: requests are given up after a quarter of an hour, and not merely slow")
    func givenUp() async throws {
        func some(status: Int64 = 500, _ millis: (UInt64) -> UInt64) -> [Fetch] {
            (0..<UInt64(8)).map {
                Fetch(at: $0 * 5 * Self.minute, millis: millis($0), status: status, isLeader: true)
            }
        }
        #expect(try await found(some { 900_000 + $0 * 10 }) == ["no-completion athens-1 eu"])
        // A slow line has the same, and gets what it waits for.
        let whole = try await found(some(status: 200) { 900_000 + $0 * 10 })
        #expect(!whole.contains { $0.hasPrefix("no-completion") }, "\(whole)")
        let slow = try await found(some { 300_000 + $0 * 70_000 })
        #expect(!slow.contains { $0.hasPrefix("no-completion") }, "\(slow)")
    }

    @Test("no-completion: all workers are busy and nothing comes of it", arguments: [true, false])
    func busy(isStuck: Bool) async throws {
        var gauges = GaugeSample()
        gauges.add("athens-1", "goproxy.pool.limit", ["goproxy.pool.name": "goget"]) { _ in 10 }
        gauges.add("athens-1", "goproxy.pool.usage", ["goproxy.pool.name": "goget"]) { $0 < 95 ? 3 : 10 }
        // Where they are merely busy, what they do is done.
        let found = try await found(
            [], usual: { !isStuck || $0 < 95 }, gauges: gauges, hours: 2)
        #expect(
            found.filter { $0.hasPrefix("no-completion") } == (isStuck ? ["no-completion athens-1 eu"] : []))
    }
}
