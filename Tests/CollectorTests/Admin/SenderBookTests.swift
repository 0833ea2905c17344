import Collector
import OTLPModel
import Telemetry
import Testing

@Suite("What is known of senders", .timeLimit(.minutes(15)))
struct SenderBookTests {
    private let start = UnixNanos(rawValue: 1_790_000_000_000_000_000)

    private func request(items: Int = 1, isRepeated: Bool = false) -> SenderBook.Request {
        SenderBook.Request(
            protocolName: "otlp/http", userAgent: "curl/8", items: items, bodyBytes: 10, isCompressed: false,
            isRepeated: isRepeated)
    }

    @Test("requests, refusals and findings of a sender are summed up")
    func sendersAreSummed() throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        book.noteAccepted(request(items: 3), sender: sender, now: start)
        book.noteAccepted(request(items: 3, isRepeated: true), sender: sender, now: start)
        book.report(.wrongPath, of: sender, detail: "/v1/trace", now: start)
        book.report(.wrongPath, of: sender, detail: "/v2/trace", now: start.advanced(byNanos: 5))
        let record = try #require(book.records[sender])
        #expect(record.counts.requests == 2)
        #expect(record.counts.items == 3)
        #expect(record.repeatedRequests == 1)
        #expect(record.userAgent == "curl/8")
        #expect(record.sightings.count == 1)
        let sighting = try #require(record.sightings(of: .wrongPath).first)
        #expect(sighting.count == 2)
        #expect(sighting.firstAt == start)
        #expect(sighting.lastAt == start.advanced(byNanos: 5))
        #expect(sighting.detail == "/v2/trace")
    }

    @Test("another mistake of the same kind is one of its own; another number in it is not")
    func mistakesAreToldApart() throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        for message in ["bad byte at 17", "bad byte at 4", "no end", "bad byte at 112"] {
            book.noteRefused(reason: .request(.malformed), message: message, sender: sender, now: start)
        }
        let known = try #require(book.records[sender]).sightings(of: .refused)
        #expect(
            Set(known.map { "\($0.count) \($0.detail)" }) == [
                "3 malformed: bad byte at 112", "1 malformed: no end",
            ])
    }

    @Test("of one finding six mistakes are told apart: the latest", arguments: [5, 6, 7])
    func mistakesOfOneFinding(count: Int) throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        let letters = Array("abcdefg")
        for number in 0..<count {
            book.report(
                .wrongPath, of: sender, detail: "/\(letters[number])",
                now: start.advanced(byNanos: Int64(number)))
        }
        let known = try #require(book.records[sender]).sightings(of: .wrongPath).map(\.detail)
        #expect(known.count == min(count, SenderBook.mistakesPerFindingMax))
        #expect(known.first == "/\(letters[count - 1])")
        #expect(known.contains("/a") == (count <= SenderBook.mistakesPerFindingMax))
    }

    @Test("of one sender 24 mistakes are told apart", arguments: [23, 24, 25])
    func mistakesOfOneSender(count: Int) throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        let findings: [SenderFinding] = [.wrongPath, .refused, .unauthenticated, .looseJSON, .wrongPort]
        for number in 0..<count {
            book.report(
                findings[number / 6], of: sender, detail: String(Array("abcdef")[number % 6]),
                now: start.advanced(byNanos: Int64(number)))
        }
        let record = try #require(book.records[sender])
        #expect(record.sightings.count == min(count, SenderBook.mistakesPerSenderMax))
        #expect(record.sightings(of: .wrongPath).count == (count > 24 ? 5 : 6))
    }

    @Test("of too many senders those that were silent longest are forgotten", arguments: [15, 16, 17])
    func sendersAreBounded(count: Int) {
        let book = SenderBook(sendersMax: 16)
        for number in 0..<count {
            book.noteAccepted(
                request(), sender: Sender(address: "10.0.0.\(number)"),
                now: start.advanced(byNanos: Int64(number)))
        }
        #expect(book.records.count == (count > 16 ? 16 - 2 + 1 : count))
        #expect((book.records[Sender(address: "10.0.0.0")] == nil) == (count > 16))
        #expect(book.records[Sender(address: "10.0.0.\(count - 1)")] != nil)
    }

    @Test("a flood of addresses and of services takes a bounded amount of memory")
    func floodIsBounded() {
        let book = SenderBook()
        for number in 0..<20_000 {
            book.report(
                .noServiceName, of: Sender(address: "a\(number / 100)"),
                service: SendingService(name: "s\(number)", node: nil), now: start)
        }
        let records = book.records
        #expect(records.count == 200)
        #expect(records.values.allSatisfy { $0.services.count <= SenderBook.servicesPerSenderMax })
        #expect(records.values.reduce(0) { $0 + $1.services.count } == SenderBook.servicesMax)
        #expect(records.values.allSatisfy { $0.hasMoreServices })
    }

    @Test("room for services comes back with senders that are forgotten")
    func servicesAreGivenBack() {
        let book = SenderBook(sendersMax: 8)
        for number in 0..<2_000 {
            let sender = Sender(address: "a\(number)")
            for service in 0..<SenderBook.servicesPerSenderMax {
                book.report(
                    .noServiceName, of: sender, service: SendingService(name: "s\(service)", node: nil),
                    now: start.advanced(byNanos: Int64(number)))
            }
        }
        let last = book.records[Sender(address: "a1999")]
        #expect(last?.services.count == SenderBook.servicesPerSenderMax)
    }

    @Test("long details are cut")
    func detailsAreCut() {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        book.report(.wrongPath, of: sender, detail: String(repeating: "ä", count: 1_000), now: start)
        #expect((book.records[sender]?.sightings(of: .wrongPath).first?.detail.utf8.count ?? 0) <= 210)
    }

    @Test("a sender's data is looked at once a second, and at once when it is new")
    func inspectionsAreRare() {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        let inspection = OriginInspection(Resource(), receivedAt: start)
        #expect(book.wantsInspection(of: sender, now: start))
        book.note([inspection], sender: sender, now: start)
        #expect(!book.wantsInspection(of: sender, now: start))
        #expect(!book.wantsInspection(of: sender, now: start.advanced(byNanos: 999_999_999)))
        #expect(book.wantsInspection(of: sender, now: start.advanced(byNanos: 1_000_000_000)))
        #expect(!book.wantsInspection(of: sender, now: start.advanced(byNanos: 1_000_000_001)))
        // A clock that was set back must not end the looking.
        #expect(book.wantsInspection(of: sender, now: start.advanced(byNanos: -3_600_000_000_000)))
    }

    @Test(
        "a clock is ahead from half a second on",
        arguments: [(499_999_999, false), (500_000_000, true), (500_000_001, true)] as [(Int64, Bool)])
    func clockAhead(nanos: Int64, isTold: Bool) throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        var inspection = OriginInspection(Resource(), receivedAt: start)
        inspection.lastEnd = start.advanced(byNanos: nanos)
        book.note([inspection], sender: sender, now: start)
        let record = try #require(book.records[sender]?.services.values.first)
        #expect((record.sightings[.clockSkew]?.detail.hasPrefix("ahead by ") ?? false) == isTold)
    }

    @Test(
        "a clock is behind when nothing of five looks came sooner than two minutes after its end",
        arguments: [(119_999_999_999, false), (120_000_000_000, true)] as [(Int64, Bool)])
    func clockBehind(nanos: Int64, isTold: Bool) throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        for look in 1...5 as ClosedRange<Int64> {
            let now = start.advanced(byNanos: look * 1_000_000_000)
            var inspection = OriginInspection(Resource(), receivedAt: now)
            // Late ones beside the soonest one do not matter.
            inspection.lastEnd = now.advanced(byNanos: look == 3 ? -nanos : -2 * nanos)
            book.note([inspection], sender: sender, now: now)
            let sightings = book.records[sender]?.services.values.first?.sightings ?? [:]
            #expect((sightings[.clockSkew] != nil) == (isTold && look == 5))
        }
    }

    @Test(
        "reasons that are not the sender's fault are no finding",
        arguments: [.overloaded, .unavailable] as [Refusal.Reason])
    func ownFaultsAreNotTold(reason: Refusal.Reason) throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        book.noteRefused(reason: .request(reason), message: "m", sender: sender, now: start)
        let record = try #require(book.records[sender])
        #expect(record.counts.refusals == 1)
        #expect(record.sightings.isEmpty)
    }
}
