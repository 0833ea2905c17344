import Testing

@testable import Telemetry

@Suite("Failpoints")
struct FailpointTests {
    @Test("Every boundary has a name, and the name leads back to it")
    func names() throws {
        #expect(Failpoint.all.count == WriteStep.allCases.count * Failpoint.Moment.allCases.count)
        #expect(Set(Failpoint.all.map(\.name)).count == Failpoint.all.count)
        for failpoint in Failpoint.all {
            #expect(try #require(ArmedFailpoint(parsing: failpoint.name)).failpoint == failpoint)
        }
        #expect(Failpoint(.journal, .beforeCommit).name == "journal.before_commit")
    }

    @Test("A number after the name says the how manieth time counts")
    func times() throws {
        let first = try #require(ArmedFailpoint(parsing: "seal.after_commit"))
        #expect(first.countDown())
        #expect(!first.countDown())
        let third = try #require(ArmedFailpoint(parsing: "seal.after_commit:3"))
        #expect((1...5).map { _ in third.countDown() } == [false, false, true, false, false])
    }

    @Test(
        "What names no boundary is refused",
        arguments: ["", "journal", "journal.before_commit:0", "journal.before_commit:x", "x.y:1", ":1"])
    func unknown(text: String) {
        #expect(ArmedFailpoint(parsing: text) == nil)
    }
}
