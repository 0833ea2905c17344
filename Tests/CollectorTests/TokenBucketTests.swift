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

    @Test("another rate leaves what is used up used up, and what is owed owed")
    func ratesAdapt() throws {
        let source = ExportSource(name: "node", rate: SourceRate(requestsPerSecond: 5), now: start)
        for _ in 0..<50 { #expect(source.admit(now: start) == nil) }
        source.setRate(SourceRate(requestsPerSecond: 5), now: start)
        #expect(source.admit(now: start) == 0.2)
        // Twice as much comes back from now on, and nothing at once.
        source.setRate(SourceRate(requestsPerSecond: 10), now: start)
        #expect(source.admit(now: start) == 0.1)
        // A limit on something else begins full.
        source.setRate(SourceRate(requestsPerSecond: 10, bytesPerSecond: 100), now: start)
        source.count(bytes: 3_000, now: start)
        source.setRate(SourceRate(bytesPerSecond: 1_000), now: start)
        let wait = try #require(source.admit(now: start))
        #expect((2.0...2.01).contains(wait), "2,000 bytes are owed")
        source.setRate(nil, now: start)
        for _ in 0..<1_000 { #expect(source.admit(now: start) == nil) }
    }

    @Test("what is saved up is the same part of the new rate")
    func savingsAdapt() {
        let source = ExportSource(name: "node", rate: SourceRate(requestsPerSecond: 10), now: start)
        for _ in 0..<50 { #expect(source.admit(now: start) == nil) }
        source.setRate(SourceRate(requestsPerSecond: 2), now: start)
        var admitted = 0
        while source.admit(now: start) == nil { admitted += 1 }
        #expect(admitted == 10)
    }

    @Test("new rates of some leave the others where they are: over theirs, or with what they saved")
    func ratesOfOthersStay() {
        let edge = SourceRate(requestsPerSecond: 3)
        let table = SourceTable(
            rates: SourceRates(others: SourceRate(requestsPerSecond: 1), bySource: ["edge": edge]))
        let (source, other) = (
            table.source(named: "edge", now: start), table.source(named: "10.0.0.1", now: start)
        )
        while source.admit(now: start) == nil {}
        while other.admit(now: start) == nil {}
        table.setRates(
            SourceRates(others: SourceRate(requestsPerSecond: 2), bySource: ["edge": edge]), now: start)
        #expect(table.source(named: "edge", now: start) === source)
        #expect(source.admit(now: start) != nil)
        // A connection that has the source already has its new rate, too.
        #expect(other.admit(now: start) == 0.5)
        #expect(table.source(named: "10.0.0.2", now: start).admit(now: start) == nil)
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
