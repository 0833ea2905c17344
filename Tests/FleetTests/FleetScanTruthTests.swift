import FleetSupport
import Testing

@testable import Telemetry
@testable import fleetgen

/// What the scan of a fleet gives to those who add it up is held against what was really going on, request by request.
@Suite("The scan of a fleet sees what was really going on", .timeLimit(.minutes(15)))
struct FleetScanTruthTests {
    private static let scanned = Task { try await Scanned.made() }

    @Test("every request is seen once, with its node, kind, module, version, status and outcome")
    func requests() async throws {
        let scanned = try await Self.scanned.value
        let expected = scanned.answers.requests.map { scanned.line($0) }
        let found = scanned.requests.map { scanned.line($0) }
        expectEqual(found, expected)
        #expect(scanned.quality.requests == expected.count)
    }

    @Test("what caches did, as the client had it")
    func facingResults() async throws {
        let scanned = try await Self.scanned.value
        var wrong: [String: Int] = [:]
        var compared = 0
        for (item, truth) in scanned.paired() where !item.isAmbiguous {
            let found = CacheResult(rawValue: item.exchange.facingResult)?.name ?? "?"
            let expected = truth.cacheResult ?? "unknown"
            compared += 1
            if found != expected {
                let edge = scanned.answers.nodes[truth.node]?.implementation ?? ""
                wrong[
                    "\(edge) \(truth.truth.kind) \(truth.status ?? 0): \(expected) as \(found)", default: 0] +=
                    1
            }
        }
        #expect(wrong.isEmpty, "of \(compared): \(wrong)")
        #expect(compared > 2_000)
    }

    @Test("what the cache of each node did by itself")
    func ownResults() async throws {
        let scanned = try await Self.scanned.value
        let figures = scanned.answers.figuresByNode { TruthAnswers.immutableKinds.contains($0.truth.kind) }
        for (instance, figures) in figures {
            var found: [String: Int] = [:]
            for item in scanned.items where scanned.node(item) == scanned.answers.nodes[instance]?.name {
                guard item.exchange.moduleKind?.isImmutable == true else { continue }
                let result = CacheResult(rawValue: item.exchange.cacheResult)?.name ?? "?"
                found[item.isAmbiguous ? "ambiguous" : result, default: 0] += 1
            }
            let ambiguous = found.removeValue(forKey: "ambiguous") ?? 0
            let difference = figures.cacheResults.reduce(0) { $0 + abs($1.value - (found[$1.key] ?? 0)) }
            #expect(difference <= ambiguous, "\(instance): \(found) for \(figures.cacheResults)")
        }
    }

    @Test(
        "stages: where the time went, within 1 % of the request or two milliseconds",
        arguments: [false, true])
    func stages(clocksAreWrong: Bool) async throws {
        let scanned = try await Self.scanned.value
        var wrong: [String: Int] = [:]
        var compared = 0
        for (item, seen) in scanned.paired() where !item.isAmbiguous && seen.role == "edge" {
            let truth = seen.truth
            // What lies behind an edge without trace context shows nowhere, nor does a proxy that nobody reached.
            guard let node = scanned.answers.nodes[seen.node], node.propagates else { continue }
            guard truth.proxy != nil || truth.cache.edge == "hit" else { continue }
            let behind =
                truth.proxy.flatMap { scanned.answers.nodes[$0]?.clockOffsetNs } ?? node.clockOffsetNs
            guard clocksAreWrong == (abs(node.clockOffsetNs - behind) > 10_000_000) else { continue }
            compared += 1
            let tolerance = max(Double(truth.durationNs) / 100, 2e6)
            for (name, nanos) in truth.stages.all {
                guard let stage = Stage.allCases.first(where: { $0.name == name }) else { continue }
                let difference = abs(Double(item.stages[stage]) - Double(nanos))
                if difference > tolerance {
                    wrong["\(node.implementation) \(truth.kind) \(name)", default: 0] += 1
                }
            }
        }
        #expect(wrong.isEmpty, "of \(compared): \(wrong)")
        #expect(compared > 500)
    }

    @Test(
        "a request that an edge passed on without its trace is one request, and its other trace a hop of it")
    func splitRequests() async throws {
        let scanned = try await Self.scanned.value
        let split = scanned.answers.splitRequests()
        let matched = scanned.items.filter { $0.exchange.flags.contains(.matchedByTime) }
        #expect(matched.count == split.count)
        #expect(scanned.quality.hopsByTime == split.count)
    }

    @Test("nodes: role, region and software as they are")
    func nodes() async throws {
        let scanned = try await Self.scanned.value
        for node in scanned.truth.nodes where node.deliveredRequests > 0 {
            let found = try #require(
                scanned.nodes.first { $0.identity.name == node.name }, "\(node.instance)")
            #expect(found.software?.rawValue == node.implementation)
            if node.role != "mirror" { #expect(found.role?.rawValue == node.role) }
            // A node that does not name itself does not say where it is either; nor does Traefik.
            if node.name == node.instance, node.implementation != "traefik" {
                #expect(found.region == node.region)
            }
        }
    }

    private func expectEqual(_ found: [String], _ expected: [String]) {
        var counts: [String: Int] = [:]
        for line in found { counts[line, default: 0] += 1 }
        for line in expected { counts[line, default: 0] -= 1 }
        let tooMany = counts.filter { $0.value > 0 }.keys.sorted()
        let missing = counts.filter { $0.value < 0 }.keys.sorted()
        #expect(tooMany.isEmpty, "\(tooMany.count) too many, such as \(tooMany.prefix(3))")
        #expect(missing.isEmpty, "\(missing.count) are missing, such as \(missing.prefix(3))")
    }
}
