import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Collector

@Suite("What was told of incidents is kept")
struct IncidentLedgerTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func entry(_ key: String, _ explanation: String) -> IncidentLedger.Entry {
        var entry = IncidentLedger.Entry(
            incident: NotedIncident(
                key: key, id: key + "-2", rule: "slow-upstream", severity: .ticket,
                subject: [.init(key: "upstream", value: "a\tb\\n\nc"), .init(key: "region", value: "")],
                start: UnixNanos(rawValue: 5), explanation: explanation, row: "{\"id\":\"x\"}"),
            severity: .page)
        entry.missed = 2
        entry.told = [
            "chat": .init(status: .firing, severity: .ticket),
            "ops": .init(status: .resolved, severity: .page),
        ]
        return entry
    }

    @Test("a file gives back what was written, whatever characters it has")
    func roundTrip() throws {
        var ledger = IncidentLedger()
        ledger.entries["a"] = entry("a", "tab\there, line\nend, \\t, \r and ü")
        var other = entry("b", "")
        other.status = .resolved
        other.resolvedAt = UnixNanos(rawValue: 9)
        other.incident.end = UnixNanos(rawValue: 8)
        other.incident.trace = "0f"
        ledger.entries["b"] = other
        let file = LedgerFile(path: folder.file("state"))
        #expect(try file.read() == IncidentLedger(), "no file yet")
        try file.write(ledger)
        #expect(try file.read() == ledger)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("state"))[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: folder.file("state.new")))
    }

    @Test(
        "a file that is cut or made up is none",
        arguments: [
            "", "traceq.notifications/2\n", "traceq.notifications/1\nincident\ta\n",
            "traceq.notifications/1\ntold\tchat\tfiring\tP1\n", "traceq.notifications/1\nincident",
            "\u{0}\u{0}",
        ])
    func damaged(text: String) { #expect(LedgerFile.ledger(text) == nil) }

    @Test("each prefix of a file is read without harm")
    func prefixes() {
        var ledger = IncidentLedger()
        ledger.entries["a"] = entry("a", "x")
        let text = LedgerFile.text(ledger)
        #expect(LedgerFile.ledger(text) == ledger)
        for count in 0..<text.count { #expect(LedgerFile.ledger(String(text.prefix(count))) != ledger) }
    }

    @Test("of one trouble at two times, the one that goes on counts")
    func twoTimes() {
        var ledger = IncidentLedger()
        func found(_ id: String, start: Int64, end: Int64?) -> NotedIncident {
            NotedIncident(
                key: "k", id: id, rule: "r", severity: .ticket, start: UnixNanos(rawValue: start),
                end: end.map { UnixNanos(rawValue: $0) }, explanation: id, row: "{}")
        }
        let now = UnixNanos(rawValue: 100)
        ledger.update(
            [found("k", start: 50, end: nil), found("k-2", start: 10, end: 20)], at: now, resolveAfter: 3,
            webhooks: [])
        #expect(ledger.entries["k"]?.incident.id == "k" && ledger.entries["k"]?.missed == 0)
        ledger.update(
            [found("k", start: 10, end: 20), found("k-2", start: 50, end: 90)], at: now, resolveAfter: 3,
            webhooks: [])
        #expect(
            ledger.entries["k"]?.incident.end == UnixNanos(rawValue: 90) && ledger.entries["k"]?.missed == 1)
    }

    @Test("an incident that goes on keeps the time at which it began, though the window moves on")
    func start() {
        var ledger = IncidentLedger()
        for start in [50, 40, 60] as [Int64] {
            let incident = NotedIncident(
                key: "k", id: "k", rule: "r", severity: .ticket, start: UnixNanos(rawValue: start),
                explanation: "", row: "{}")
            ledger.update([incident], at: UnixNanos(rawValue: 100), resolveAfter: 3, webhooks: [])
        }
        #expect(ledger.entries["k"]?.incident.start == UnixNanos(rawValue: 40))
    }

    @Test("what is over is forgotten when all were told, or after a day")
    func forgetting() throws {
        let webhook = Webhook(
            name: "chat", kind: .generic, address: try #require(WebhookAddress("http://example.com")))
        let incident = NotedIncident(
            key: "k", id: "k", rule: "r", severity: .ticket, start: UnixNanos(rawValue: 0), explanation: "",
            row: "{}")
        func step(_ ledger: inout IncidentLedger, _ found: [NotedIncident], at seconds: Int64) {
            ledger.update(
                found, at: UnixNanos(rawValue: seconds * 1_000_000_000), resolveAfter: 1, webhooks: [webhook])
        }
        var ledger = IncidentLedger()
        step(&ledger, [incident], at: 0)
        step(&ledger, [], at: 60)
        #expect(ledger.notices(for: webhook).map(\.reason) == [.ended])
        var told = ledger
        told.note(told.notices(for: webhook), toldTo: "chat")
        step(&told, [], at: 120)
        #expect(told.entries.isEmpty)
        step(&ledger, [], at: 86_000)
        #expect(ledger.entries.count == 1)
        step(&ledger, [], at: 86_500)
        #expect(ledger.entries.isEmpty)
    }

    @Test("more than a thousand incidents are not kept")
    func many() {
        var ledger = IncidentLedger()
        let found = (0..<1_200).map {
            NotedIncident(
                key: "k\($0)", id: "k\($0)", rule: "r", severity: .ticket, start: UnixNanos(rawValue: 0),
                explanation: "", row: "{}")
        }
        ledger.update(found, at: UnixNanos(rawValue: 0), resolveAfter: 3, webhooks: [])
        #expect(ledger.entries.count == 1_000)
    }
}

@Suite("Addresses of webhooks")
struct WebhookAddressTests {
    @Test(
        "what is one",
        arguments: [
            ("http://example.com", "example.com", 80, "/"),
            ("https://example.com/a?b=c", "example.com", 443, "/a?b=c"),
            ("http://[::1]:9093/x", "[::1]:9093", 9_093, "/x"), ("HTTPS://h:8443?q", "h:8443", 8_443, "/?q"),
        ])
    func good(text: String, authority: String, port: Int, target: String) throws {
        let address = try #require(WebhookAddress(text))
        #expect(address.authority == authority && address.port == port && address.target == target)
    }

    @Test(
        "what is none",
        arguments: [
            "", "example.com", "ftp://example.com", "http://", "http://user:pw@example.com", "http://a b",
            "http://a:0",
            "http://a:70000", "http://a/#b", "http://a:b:c", "http://a\r\nx: y", "http://[::1",
            "https://:443",
        ])
    func bad(text: String) { #expect(WebhookAddress(text) == nil) }

    @Test("a path is put behind the one that there is, once")
    func appending() throws {
        let path = "/api/v2/alerts"
        for (text, target) in [
            ("http://a", path), ("http://a/", path), ("http://a/b/?c", "/b" + path + "?c"),
            ("http://a" + path, path),
        ] {
            #expect(try #require(WebhookAddress(text)).appending(path).target == target)
        }
    }
}
