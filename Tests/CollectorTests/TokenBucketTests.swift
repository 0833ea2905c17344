import Collector
import NIOCore
import Telemetry
import Testing

@Suite("Rates of sources")
struct TokenBucketTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test("ten seconds' worth may come at once, one more may not, and it may a moment later")
    func burstIsExact() {
        let source = ExportSource(name: "node", rate: SourceRate(requestsPerSecond: 5), now: start)
        for _ in 0..<50 { #expect(source.admit(now: start) == nil) }
        #expect(source.admit(now: start) == 0.2)
        #expect(source.admit(now: start + .milliseconds(199)) != nil)
        #expect(source.admit(now: start + .milliseconds(201)) == nil)
        #expect(source.admit(now: start + .milliseconds(202)) != nil)
    }

    @Test("what was not used is saved for ten seconds and no longer")
    func savingIsBounded() {
        let source = ExportSource(name: "node", rate: SourceRate(requestsPerSecond: 5), now: start)
        let later = start + .hours(24)
        var admitted = 0
        while source.admit(now: later) == nil { admitted += 1 }
        #expect(admitted == 50)
    }

    @Test("a body is counted when it is there, and waited for afterwards, however large it was")
    func bytesAreOwed() throws {
        let source = ExportSource(name: "node", rate: SourceRate(bytesPerSecond: 1_000), now: start)
        #expect(source.admit(now: start) == nil)
        source.count(bytes: 70_000, now: start)
        // 10,000 were there, so 60,000 are owed.
        let wait = try #require(source.admit(now: start))
        #expect((60.0...60.1).contains(wait))
        #expect(source.admit(now: start + .seconds(59)) != nil)
        #expect(source.admit(now: start + .seconds(61)) == nil)
    }

    @Test("a clock that stands still or goes back gives nothing away")
    func clockGoesBack() {
        let source = ExportSource(name: "node", rate: SourceRate(requestsPerSecond: 1), now: start)
        for _ in 0..<10 { _ = source.admit(now: start) }
        #expect(source.admit(now: start - .hours(1)) != nil)
        #expect(source.admit(now: start + .milliseconds(900)) != nil)
    }

    @Test("without a rate everything may come")
    func unlimited() {
        let source = ExportSource(name: "node")
        for _ in 0..<100_000 { #expect(source.admit(now: start) == nil) }
    }

    @Test("each source has its own rate, and those that have none that of others")
    func ratesBySource() {
        let table = SourceTable(
            rates: SourceRates(
                others: SourceRate(requestsPerSecond: 1),
                bySource: ["edge": SourceRate(requestsPerSecond: 3), "free": SourceRate()]))
        for (name, expected) in [("edge", 30), ("10.0.0.1", 10), ("10.0.0.2", 10)] {
            var admitted = 0
            while table.source(named: name).admit(now: start) == nil { admitted += 1 }
            #expect(admitted == expected, "\(name)")
        }
        for _ in 0..<1_000 { #expect(table.source(named: "free").admit(now: start) == nil) }
        table.setRates(SourceRates())
        #expect(table.source(named: "10.0.0.1").admit(now: start) == nil)
    }

    @Test(
        "a table that is full forgets who holds nothing; who holds something stays, and the rest share one source"
    )
    func tableIsBounded() {
        let table = SourceTable(sourcesMax: 10)
        let memory = InFlightBytes(limitBytes: 1 << 20)
        let charges = (0..<10).map { number in
            memory.charge(for: table.source(named: "node-\(number)", now: start).share)
        }
        for charge in charges { #expect(charge.grow(by: 1)) }
        let others = table.source(named: "new-1", now: start)
        #expect(table.source(named: "new-2", now: start) === others)
        #expect(others.name == "others")
        for charge in charges[5...] { charge.release() }
        // Not looked through again at once.
        #expect(table.source(named: "new-3", now: start) === others)
        let later = start + .seconds(2)
        let new = table.source(named: "new-3", now: later)
        #expect(new.name == "new-3")
        #expect(table.source(named: "new-3", now: later) === new)
        #expect(table.source(named: "node-0", now: later).share === charges[0].source)
    }
}
