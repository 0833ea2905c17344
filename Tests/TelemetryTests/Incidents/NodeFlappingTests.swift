import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("node-flapping and slow-recovery: nodes that come and go, or do not come back", .serialized)
struct NodeFlappingTests {
    /// Four nodes that tell something each minute of two hours, and what one of them is said to be.
    /// - Parameters:
    ///   - isTelling: of `edge-3`, by minute
    ///   - isReady: the same; nil where nobody says it
    private func found(
        isReady: ((Int) -> Bool)? = nil, others: @escaping (Int) -> Bool = { _ in true },
        _ isTelling: @escaping (Int) -> Bool
    ) async throws -> [String] {
        var sample = GaugeSample()
        for node in 0..<3 {
            sample.add("edge-\(node)", "edge.config.age") { others($0) ? 1 : nil }
        }
        sample.add("edge-3", "edge.config.age") { isTelling($0) ? 1 : nil }
        if let isReady {
            let attributes = ["condition": "Ready", "status": "true", "node": "edge-3"]
            sample.add("cluster", "kube_node_status_condition", attributes) { isReady($0) ? 1 : 0 }
            // What else it tells of the node.
            for (condition, status) in [("Ready", "false"), ("MemoryPressure", "true")] {
                sample.add(
                    "cluster", "kube_node_status_condition",
                    ["condition": condition, "status": status, "node": "edge-3"]
                ) { isReady($0) ? 0 : 1 }
            }
        }
        return try await sample.found()
    }

    @Test("a node that goes silent and comes back three times an hour flaps, and is not lost besides")
    func flaps() async throws {
        #expect(try await found { $0 < 60 || $0 % 20 < 10 } == ["node-flapping edge-3"])
        // Silent at the end.
        #expect(try await found { $0 < 70 || (80..<95).contains($0) } == ["node-flapping edge-3"])
    }

    @Test("it does when it began shortly before the window, after long calm")
    func began() async throws {
        let isUp = { (minute: Int) in minute < 50 || minute % 20 < 10 }
        #expect(try await found(isUp) == ["node-flapping edge-3"])
        #expect(try await found(isReady: isUp, { _ in true }) == ["node-flapping edge-3"])
    }

    @Test("one silence is none, nor one that all have, nor what was so before")
    func calm() async throws {
        #expect(try await found { !(80..<95).contains($0) } == [])
        let isUp = { (minute: Int) in minute % 20 < 10 }
        #expect(try await found(others: isUp, isUp) == [])
        #expect(try await found(isUp) == [])
    }

    @Test("what comes by chance falls silent by chance")
    func chance() async throws {
        #expect(
            try await found { SeededRandom.mixed(UInt64($0)) % 6 == 0 }.filter {
                $0.hasPrefix("node-flapping")
            } == [])
    }

    @Test("a node that is ready and is not, again and again, flaps, though it tells something all the time")
    func gauge() async throws {
        #expect(
            try await found(isReady: { $0 < 60 || $0 % 20 < 10 }, { _ in true }) == ["node-flapping edge-3"])
        #expect(try await found(isReady: { $0 < 90 }, { _ in true }) == [])
    }

    @Test("nodes of one name in two clusters are two; who tells the same of one twice tells of one")
    func clusters() async throws {
        func found(
            _ states: [(cluster: String, teller: String, isReady: (Int) -> Double)]
        ) async throws -> [String] {
            var sample = GaugeSample()
            for node in 0..<3 { sample.add("edge-\(node)", "edge.config.age") { _ in 1 } }
            for (cluster, teller, isReady) in states {
                var attributes = ["condition": "Ready", "status": "true", "node": "worker-1"]
                if !cluster.isEmpty { attributes["cluster"] = cluster }
                sample.add(teller, "kube_node_status_condition", attributes) { isReady($0) }
            }
            return try await sample.found()
        }
        let flapping = { (minute: Int) in minute < 60 || minute % 20 < 10 ? 1.0 : 0 }
        let later = { (minute: Int) in minute < 65 || minute % 16 < 8 ? 1.0 : 0 }
        let worker = "node-flapping worker-1"
        #expect(try await found([("a", "ksm", flapping), ("b", "ksm", { _ in 1 })]) == [worker])
        #expect(try await found([("a", "ksm", flapping), ("b", "ksm", later)]) == [worker, worker])
        #expect(try await found([("", "ksm-1", flapping), ("", "ksm-2", later)]) == [worker, worker])
        #expect(try await found([("", "ksm-1", flapping), ("", "ksm-2", flapping)]) == [worker])
        // One is ready, and the other one is not: neither changes.
        #expect(try await found([("a", "ksm", { _ in 1 }), ("b", "ksm", { _ in 0 })]) == [])
        #expect(try await found([("", "ksm-1", { _ in 1 }), ("", "ksm-2", { _ in 0 })]) == [])
    }

    @Test("what is no number says nothing of whether a node is ready")
    func noNumber() async throws {
        var sample = GaugeSample()
        for node in 0..<3 { sample.add("edge-\(node)", "edge.config.age") { _ in 1 } }
        let attributes = ["condition": "Ready", "status": "true", "node": "edge-1"]
        sample.add("cluster", "kube_node_status_condition", attributes) {
            $0 % 20 < 10 ? 1 : [.nan, .infinity, -.infinity][$0 % 3]
        }
        sample.add("edge-2", "goproxy.pool.usage") { $0 % 2 == 0 ? .nan : .infinity }
        sample.add("edge-2", "goproxy.pool.limit") { _ in .nan }
        sample.add("edge-2", "edge.heartbeat.interval") { _ in .nan }
        #expect(try await sample.found() == [])
    }

    @Test("a node that is back but not ready for long recovers slowly; one that is ready soon does not")
    func recovery() async throws {
        let isTelling = { (minute: Int) in !(80..<95).contains(minute) }
        #expect(
            try await found(isReady: { !(81..<110).contains($0) }, isTelling) == ["slow-recovery edge-3"])
        #expect(try await found(isReady: { $0 < 81 }, isTelling) == ["slow-recovery edge-3"])
        #expect(try await found(isReady: { !(81..<97).contains($0) }, isTelling) == [])
        // Something else, later.
        #expect(try await found(isReady: { !(105..<118).contains($0) }, isTelling) == [])
    }

    @Test("who was silent in which slots is known exactly, and of the newest 45 hours at least")
    func presence() {
        var presence = NodePresence()
        let slots: [Int64] = [100, 163, 164, 191, 192, 300]
        for slot in slots { presence.add(UnixNanos(rawValue: slot * NodePresence.slotNanos + 17)) }
        #expect(presence.slots == slots)
        #expect(presence.bounds == 100...300)
        for first in Int64(95)..<310 {
            for length in [Int64(0), 1, 27, 64, 130] {
                let range = first..<(first + length)
                #expect(presence.isTelling(range) == slots.contains { range.contains($0) })
            }
        }
        var long = NodePresence()
        for slot in Int64(0)..<100_000 { long.add(UnixNanos(rawValue: slot * NodePresence.slotNanos)) }
        #expect(long.slots.count >= 45 * 720 && long.slots.last == 99_999)
    }
}
