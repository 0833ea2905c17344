import TestSupport
import Testing

@testable import Telemetry

@Suite("disk-full: storage that is nearly full, or will be as it goes", .serialized)
struct DiskFullTests {
    /// Readings of a day's quarter, one a minute.
    private static func trend(_ share: (Int) -> Double) -> StorageTrend? {
        StorageTrend(
            (0..<360).map { StorageReadings.Reading(time: UInt64($0) * 60_000_000_000, share: share($0)) })
    }

    @Test("the line is the one that single readings do not bend")
    func line() throws {
        let seconds = try #require(Self.trend { 0.8 - Double($0) / 1_000 }?.secondsToFull)
        #expect(abs(seconds - (0.8 - 0.358) * 60_000) < 600)
        let bent = try #require(
            Self.trend { $0 % 50 == 7 ? 0.3 : 0.8 - Double($0) / 1_000 - Double($0 % 3) / 2_000 }?.share)
        #expect(bent < 0.5)
    }

    @Test("what does not fall, has stopped to, or is cleaned, has no line")
    func none() {
        #expect(Self.trend { _ in 0.5 }?.secondsToFull == nil)
        #expect(Self.trend { 0.2 + Double($0) / 1_000 }?.secondsToFull == nil)
        #expect(Self.trend { max(0.5, 0.8 - Double($0) / 200) }?.secondsToFull == nil)
        let teeth = Self.trend { 0.3 - Double($0 % 40) / 400 }
        #expect(teeth?.secondsToFull == nil)
        #expect(teeth?.troughs.count == 8)
    }

    @Test("a cache that is no longer cleaned where it was before has a line")
    func neglected() {
        let trend = Self.trend { $0 < 200 ? 0.3 - Double($0 % 40) / 400 : 0.3 - Double($0 - 200) / 1_000 }
        #expect(trend?.troughs.count == 5)
        #expect(trend?.secondsToFull != nil)
    }

    @Test("what is seen for an hour says nothing of a day")
    func reach() {
        let readings = (0..<70).map {
            StorageReadings.Reading(time: UInt64($0) * 60_000_000_000, share: 0.8 - Double($0) / 1_500)
        }
        // Full in eighteen hours.
        #expect(StorageTrend(readings)?.secondsToFull == nil)
    }

    @Test("a disk that fills is found, with how long it takes")
    func fills() async throws {
        var sample = GaugeSample()
        sample.add("edge-1", "goproxy.storage.usage") { 1e9 * (0.4 + Double($0) / 400) }
        sample.add("edge-1", "goproxy.storage.limit") { _ in 1e9 }
        sample.add("edge-2", "goproxy.storage.usage") { 1e9 * (0.4 + Double($0) / 100_000) }
        sample.add("edge-2", "goproxy.storage.limit") { _ in 1e9 }
        let folder = try TemporaryDirectory()
        let result = try await sample.reader(at: folder.file("gauges.db")).incidents(IncidentFleet.query())
        #expect(result.causesFound == ["disk-full edge-1"])
        let incident = try #require(result.incidents.first)
        #expect(incident.severity == .page && incident.end == nil)
        let numbers = Dictionary(uniqueKeysWithValues: incident.evidence.numbers)
        #expect(abs((numbers["time_to_full_s"] ?? 0) - 0.305 * 400 * 60) < 600)
        #expect(incident.explanation.hasPrefix("The storage of edge-1 fills: 30."), "\(incident.explanation)")
    }

    @Test(
        "a disk that has become nearly full is found, whichever way it is told",
        arguments: [
            ["system.filesystem.usage free", "system.filesystem.usage used"],
            ["node_filesystem_avail_bytes", "node_filesystem_size_bytes"],
            ["system.filesystem.utilization"],
        ])
    func nearlyFull(names: [String]) async throws {
        var sample = GaugeSample()
        for name in names {
            let parts = name.split(separator: " ").map(String.init)
            var attributes = ["mountpoint": "/var/cache"]
            if parts.count > 1 { attributes["state"] = parts[1] }
            sample.add("edge-1", parts[0], attributes) { minute in
                let free = minute < 90 ? 0.25 : 0.06
                return if name.hasSuffix("utilization") {
                    1 - free
                } else if name.hasSuffix("free") || name.hasSuffix("avail_bytes") {
                    free * 1e12
                } else if name.hasSuffix("used") {
                    (1 - free) * 1e12
                } else {
                    1e12
                }
            }
        }
        #expect(try await sample.found() == ["disk-full edge-1"])
    }

    @Test("no disk fills: a cache is cleaned, one is always as full, images are full, and memory is none")
    func confounders() async throws {
        var sample = GaugeSample()
        func add(_ node: String, _ attributes: [String: String] = [:], _ used: @escaping (Int) -> Double) {
            sample.add(node, "system.filesystem.utilization", attributes, used)
        }
        // From 25 % to 6 % in half an hour.
        add("cleaned") { 0.75 + 0.19 * Double($0 % 30) / 30 }
        add("full") { _ in 0.94 }
        add("image", ["type": "squashfs"]) { $0 < 90 ? 0.1 : 1 }
        add("memory", ["system.filesystem.type": "tmpfs"]) { Double($0) / 120 }
        add("reading", ["mode": "ro"]) { $0 < 90 ? 0.1 : 1 }
        add("reserved", ["state": "reserved"]) { $0 < 90 ? 0.1 : 0.99 }
        add("roomy") { 0.2 + Double($0 % 7) / 1_000 }
        #expect(try await sample.found() == [])
    }

    @Test("how much of the time before is looked at does not change what is found")
    func baselines() async throws {
        var sample = GaugeSample()
        sample.add("edge-1", "system.filesystem.utilization") { $0 < 90 ? 0.75 : 0.94 }
        let folder = try TemporaryDirectory()
        let reader = try await sample.reader(at: folder.file("gauges.db"))
        let hour: Int64 = 3_600_000_000_000
        let results = try [0, 1, 24, 720, 8_760].map {
            try reader.incidents(IncidentFleet.query(baseline: $0 * hour))
        }
        for result in results {
            #expect(result.causesFound == ["disk-full edge-1"])
            #expect(result.incidents.first?.explanation == results[0].incidents.first?.explanation)
            let start = try #require(result.incidents.first?.start)
            let begun = UnixNanos(clamping: Sample.baseNanos + 90 * 60_000_000_000)
            #expect(abs(start.rawValue - begun.rawValue) < 180_000_000_000)
        }
        #expect(results[2].incidents.first?.start == results[4].incidents.first?.start)
    }

    @Test("what is left is what was told last, and it does not begin before something was told")
    func last() async throws {
        var sample = GaugeSample()
        sample.minutes = 71..<120
        sample.add("edge-1", "system.filesystem.utilization") { $0 < 119 ? 0.92 : 0.975 }
        let folder = try TemporaryDirectory()
        let result = try await sample.reader(at: folder.file("gauges.db"))
            .incidents(IncidentFleet.query(baseline: 24 * 3_600_000_000_000))
        let incident = try #require(result.incidents.first)
        #expect(incident.explanation.contains(": 2.5 % are left"), "\(incident.explanation)")
        #expect(incident.start == UnixNanos(clamping: Sample.baseNanos + 71 * 60_000_000_000))
        // Somebody has made room just now.
        var cleaned = GaugeSample()
        cleaned.add("edge-1", "system.filesystem.utilization") { $0 < 119 ? 0.92 : 0.3 }
        #expect(try await cleaned.found() == [])
    }

    @Test(
        "what no volume can be says nothing",
        arguments: [
            .leastNonzeroMagnitude, 0, -1, 1, .nan, .infinity, -.infinity, 1e308, 0x1p63,
            .leastNormalMagnitude,
        ])
    func absurd(value: Double) async throws {
        var sample = GaugeSample()
        sample.add("edge-1", "goproxy.storage.usage") { _ in 5e9 }
        sample.add("edge-1", "goproxy.storage.limit") { _ in value }
        sample.add("edge-2", "node_filesystem_avail_bytes") { _ in 5e9 }
        sample.add("edge-2", "node_filesystem_size_bytes") { _ in value }
        sample.add("edge-3", "node_filesystem_avail_bytes") { _ in 5e11 }
        sample.add("edge-3", "node_filesystem_size_bytes") { $0 % 2 == 0 ? value : 1e12 }
        for (place, name) in ["usage", "limit"].enumerated() {
            sample.add("edge-4", "goproxy.storage.\(name)") { _ in place == 0 ? .nan : value }
        }
        #expect(try await sample.found() == [])
        var parts = GaugeSample()
        parts.add("edge-1", "system.filesystem.utilization") { $0 % 2 == 0 && value != 1 ? value : 0.3 }
        #expect(try await parts.found() == [])
    }

    @Test("what was told before the window alone says nothing of now")
    func gone() async throws {
        var sample = GaugeSample()
        sample.add("edge-1", "system.filesystem.utilization") { $0 < 50 ? 0.97 : nil }
        sample.add("edge-2", "edge.config.age") { _ in 1 }
        sample.add("edge-3", "edge.config.age") { _ in 1 }
        #expect(try await sample.found().filter { $0.hasPrefix("disk-full") } == [])
    }
}
