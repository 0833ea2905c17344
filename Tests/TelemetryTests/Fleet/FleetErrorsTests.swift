import Testing

@testable import Telemetry

@Suite("Errors by cause")
struct FleetErrorsTests {
    @Test(
        "messages lose what differs from one error to the next",
        arguments: [
            ("dial tcp 10.0.0.7:443: i/o timeout", "dial tcp #: … timeout"),
            ("dial tcp 10.9.1.22:8443: i/o timeout", "dial tcp #: … timeout"),
            ("unexpected status 502 from upstream", "unexpected status 502 from upstream"),
            ("get \"https://x.example/a\": EOF", "get …: EOF"),
            ("request 7f3a-11 failed after 31.5s", "request # failed after #"),
            ("sha256 mismatch\nat line 4", "sha256 mismatch"), ("", ""),
        ])
    func messages(message: String, expected: String) { #expect(MessageWords.normalised(message) == expected) }

    @Test("failures for paths of no module are told of, though they are in no cause")
    func otherRequests() async throws {
        var fleet = try SpelledFleet()
        fleet.add(20) { _, _ in }
        fleet.add(5) { request, number in
            request.path = "/no-module/\(number)/x"
            request.status = number < 3 ? 502 : 200
        }
        let query = FleetErrorsQuery(window: .all)
        let result = try await fleet.reader().errors(query)
        #expect(result.causes.isEmpty && result.others == 5 && result.otherFailures == 3)
        let notes = ResultTable.errors(result, query, zone: .utc).notes
        #expect(
            notes.first { $0.code == "other_requests" }?.message.hasPrefix("3 failures of 5 requests") == true
        )
    }

    @Test(
        "the example of a cause is a whole trace id where there is room, and its beginning where there is not"
    )
    func example() async throws {
        var fleet = try SpelledFleet()
        fleet.add(20) { request, number in
            request.status = 502
            request.node = "edge-with-a-long-name-\(number % 3)"
            request.message = "the upstream closed the connection before there was an answer to this request"
        }
        let query = FleetErrorsQuery(window: .all)
        let result = try await fleet.reader().errors(query)
        let id = try #require(result.causes.first?.exampleTrace?.hex)
        func text(width: Int) -> String {
            var text = ""
            var output = OutputBuffer { text += $0 }
            var diagnostics = OutputBuffer { _ in }
            ResultTable.errors(result, query, zone: .utc).write(
                as: .table, style: RenderStyle(width: width), to: &output, diagnostics: &diagnostics)
            return text
        }
        #expect(text(width: 200).contains(id))
        let lines = text(width: 80).split(separator: "\n")
        #expect(lines[0].contains("EXAMPLE"))
        #expect(lines[1].hasSuffix("  " + id.prefix(12)), "\(lines[1])")
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test("long messages are cut at a word")
    func longMessage() {
        let words = MessageWords.normalised((0..<100).map { _ in "wordy" }.joined(separator: " "))
        #expect(words.count <= MessageWords.lengthMax + 2)
        #expect(words.hasSuffix("wordy …"))
    }

    @Test(
        "one cause is one row; failures come before refusals, and probes and what clients gave up are neither"
    )
    func causes() async throws {
        var fleet = try SpelledFleet()
        fleet.add(200) { request, number in
            request.node = "edge-\(number % 4)"
            request.client = "192.0.2.\(number % 50)"
        }
        fleet.add(6) { request, number in
            request.node = "edge-1"
            request.client = "192.0.2.\(number)"
            request.status = 502
            request.message = "dial tcp 10.0.0.\(number):443: connection refused"
        }
        fleet.add(9) { request, number in
            request.node = "edge-\(number % 4)"
            request.path = "/gitlab.example/x/y\(number)/@v/v1.0.0.zip"
            request.status = 504
        }
        fleet.add(3) { request, _ in
            request.path = "/github.com/a/missing/@v/v9.0.0.mod"
            request.status = 404
        }
        fleet.add(2) { request, _ in request.status = 499 }
        fleet.add(1) { request, _ in
            request.path = "/github.com/@v/list"
            request.status = 404
        }
        let result = try await fleet.reader().errors(FleetErrorsQuery(window: .all))
        #expect(result.causes.map(\.count) == [9, 6, 3])
        #expect(result.causes.map(\.outcome) == [.timeout, .upstreamError, .notFound])
        #expect(result.causes[0].upstream == "gitlab.example")
        #expect(result.causes[0].nodes == 4)
        #expect(result.causes[1].node?.identity.name == "edge-1")
        #expect(result.causes[1].message == "dial tcp #: connection refused")
        #expect(result.causes[1].clients == 6)
        #expect(result.causes[1].last.rawValue - result.causes[1].first.rawValue == 500_000_000)
        #expect(result.failures == 15 && result.refusals == 3)
        #expect(result.probes == 1 && result.aborted == 2)
        #expect(result.requests == 221)
        #expect(result.causes.allSatisfy { $0.exampleTrace != nil })
        #expect(try await fleet.reader().errors(FleetErrorsQuery(window: .all, limit: 1)).causes.count == 1)
    }

    @Test("one cause is one row whatever was asked for, unless most of it is one kind that few requests are")
    func kinds() async throws {
        var fleet = try SpelledFleet()
        let files = ["v1.0.0.info", "v1.0.0.mod", "v1.0.0.zip", "list"]
        fleet.add(400) { request, number in request.path = "/github.com/a/b/@v/" + files[number % 4] }
        fleet.add(40) { request, number in
            request.path = "/github.com/a/c/@v/" + files[number % 4]
            request.status = 500
        }
        fleet.add(12) { request, number in
            request.path = "/github.com/a/d/@v/" + (number < 11 ? "v1.0.0.zip" : "list")
            request.status = 503
        }
        let query = FleetErrorsQuery(window: .all)
        let result = try await fleet.reader().errors(query)
        #expect(result.causes.map(\.count) == [40, 11, 1])
        #expect(result.causes.map(\.kind) == [nil, .zip, .list])
        #expect(result.causes.map(\.kinds) == [4, 1, 1])
        #expect(ResultTable.errors(result, query, zone: .utc).row(0).contains(.identifier("4 kinds")))
    }

    @Test("errors of several nodes of one region are a cause of that region")
    func region() async throws {
        var fleet = try SpelledFleet()
        fleet.add(600) { request, number in
            request.node = "edge-\(number % 9)"
            request.region = "region-\(number % 9 / 3)"
            request.status = number % 9 / 3 == 1 && number % 2 == 0 || number == 99 ? 502 : 200
        }
        let query = FleetErrorsQuery(window: .all)
        let result = try await fleet.reader().errors(query)
        #expect(result.causes.map(\.count) == [100, 1])
        #expect(result.causes[0].region == "region-1" && result.causes[0].nodes == 3)
        #expect(
            ResultTable.errors(result, query, zone: .utc).row(0).contains(
                .text("github.com, 3 nodes in region-1")))
    }

    @Test("errors of everybody are not blamed on the node with most requests")
    func noBlame() async throws {
        var fleet = try SpelledFleet()
        fleet.add(300) { request, number in
            request.node = number % 10 < 8 ? "edge-1" : "edge-\(number % 10)"
            request.status = number % 3 == 0 ? 500 : 200
        }
        let result = try await fleet.reader().errors(FleetErrorsQuery(window: .all))
        #expect(result.causes.count == 1)
        #expect(result.causes[0].node == nil)
        #expect(result.causes[0].nodes == 3)
    }

    @Test("where no client is known a table has no number of them; JSON has 0, as it always had")
    func noClients() {
        #expect(ResultTable.knownCount(0) == .missing && ResultTable.knownCount(3) == .integer(3))
    }
}
