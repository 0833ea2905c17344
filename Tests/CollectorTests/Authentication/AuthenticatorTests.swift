import Collector
import Telemetry
import TestSupport
import Testing

@Suite("Who may send is decided on the head of a request", .timeLimit(.minutes(15)))
struct AuthenticatorTests {
    static let token = "0123456789abcdef0123456789abcdef"
    static let clock = UnixNanos(rawValue: 1_800_000_000_000_000_000)

    private static func authenticator(_ more: [Credential] = []) -> Authenticator {
        Authenticator(
            credentials: [
                Credential(name: "edge", token: Secret(token)),
                Credential(user: "ops", password: Secret("correct horse")),
            ] + more, clock: { clock })
    }

    private func message(_ headers: [String], _ more: [Credential] = []) throws -> String {
        let refusal = #expect(throws: Refusal.self) { try Self.authenticator(more).check(headers) }
        #expect(refusal?.reason == .unauthenticated)
        return try #require(refusal).message
    }

    @Test("without credentials everybody may send")
    func open() throws {
        #expect(try Authenticator().check([]) == nil)
        #expect(try Authenticator().check(["Bearer whatever"]) == nil)
    }

    @Test("the right token and the right password, however the scheme is written")
    func right() throws {
        let authenticator = Self.authenticator()
        for scheme in ["Bearer", "bearer", "BEARER"] {
            #expect(try authenticator.check(["\(scheme) \(Self.token)"]) == "edge")
        }
        // printf 'ops:correct horse' | base64
        #expect(try authenticator.check(["Basic b3BzOmNvcnJlY3QgaG9yc2U="]) == "ops")
        #expect(try authenticator.check(["Basic  b3BzOmNvcnJlY3QgaG9yc2U="]) == "ops")
    }

    @Test(
        "hostile 71: anything else is refused and never repeated",
        arguments: [
            "", "Bearer", "Bearer ", "Bearer x", "Bearer 0123456789abcdef0123456789abcde",
            "Bearer 0123456789abcdef0123456789abcdeg", "Bearer 0123456789abcdef0123456789abcdeff",
            "Bearer  x 0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef",
            "Basic 0123456789abcdef0123456789abcdef", "Bearer b3BzOmNvcnJlY3QgaG9yc2U=",
            "Basic b3BzOmNvcnJlY3QgaG9yc2Uh", "Digest 0123456789abcdef0123456789abcdef",
            "Bearer " + String(repeating: "x", count: 1 << 20), "Bearer\u{0}\u{1b}[2J",
        ])
    func wrong(header: String) throws {
        let message = try message([header])
        #expect(!message.contains(Self.token))
        #expect(header.count < 12 || !message.contains(header.suffix(10)))
        #expect(message.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    }

    @Test("hostile 71: two Authorization headers, both right or one of them")
    func several() throws {
        #expect(try message(["Bearer \(Self.token)", "Bearer \(Self.token)"]).contains("several"))
        #expect(try message(["Bearer \(Self.token)", ""]).contains("several"))
    }

    @Test("J19: a token lost at a space names the setting to change")
    func lostToken() throws {
        for header in ["", "Bearer", "bearer"] {
            #expect(try message([header]).contains("OTEL_EXPORTER_OTLP_HEADERS"))
            #expect(try message([header]).contains("Bearer%20TOKEN"))
        }
        #expect(try message(["Bearer%20\(Self.token)"]).contains("%20"))
        #expect(try message(["Bearer%20\(Self.token)"]).contains("write a space"))
    }

    @Test("an expired token is out from its moment on, and not before")
    func expired() throws {
        let other = "fedcba9876543210fedcba9876543210"
        for (nanos, isIn) in [(-1 as Int64, false), (0, false), (1, true)] {
            let credential = Credential(
                name: "old", token: Secret(other), expires: Self.clock.advanced(byNanos: nanos))
            if isIn {
                #expect(try Self.authenticator([credential]).check(["Bearer \(other)"]) == "old")
            } else {
                #expect(try message(["Bearer \(other)"], [credential]).contains("expired"))
            }
        }
    }

    @Test("new credentials count at once, and old ones no more")
    func replaced() throws {
        let authenticator = Self.authenticator()
        authenticator.replace([Credential(name: "new", token: Secret("another token of some length"))])
        #expect(try authenticator.check(["Bearer another token of some length"]) == "new")
        #expect(throws: Refusal.self) { try authenticator.check(["Bearer \(Self.token)"]) }
        authenticator.replace([])
        #expect(try authenticator.check([]) == nil)
    }

    @Test("comparing looks at every byte, whatever differs")
    func comparison() {
        let secret = Secret(Self.token)
        #expect(secret.matches(Array(Self.token.utf8)))
        #expect(!secret.matches([]))
        for index in Self.token.utf8.indices {
            var other = Array(Self.token.utf8)
            other[Self.token.utf8.distance(from: Self.token.utf8.startIndex, to: index)] ^= 1
            #expect(!secret.matches(other))
        }
        #expect(!secret.matches(Array((Self.token + "0").utf8)))
        #expect(!secret.matches(Array(Self.token.utf8.dropLast())))
        #expect(Secret("").matches([]))
        #expect(!Secret("").matches([0]))
    }
}
