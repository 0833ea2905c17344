import Testing

@testable import Telemetry

@Suite("Tables that are looked up a batch at a time keep what a look for each would")
struct BatchTests {
    /// Numbers that come again within a batch, and in later ones.
    private let numbers = (0..<5_000).map { ($0 * 7_919 + $0 / 3) % 900 }

    @Test("Each file of a node is counted by itself, and its first miss is the earliest one")
    func files() {
        let entries = numbers.enumerated().map { place, number in
            FileMisses.Entry(
                file: FileMisses.File(
                    node: UInt32(number % 3), version: 0, module: UInt32(number / 3), kind: UInt8(number % 2)),
                misses: FileMisses.Misses(
                    count: 1, nanos: UInt64(place), firstStart: UInt64(10_000 - place),
                    firstNanos: UInt64(place)))
        }
        var all = FileMisses()
        all.add(Array(entries.prefix(1_234)))
        var rest = FileMisses()
        rest.add(Array(entries.dropFirst(1_234)))
        rest.add([])
        all.merge(rest)
        var found = 0
        all.forEach { file, misses in
            let own = entries.filter { $0.file == file }.map(\.misses)
            #expect(misses.count == own.count)
            #expect(misses.nanos == own.reduce(0) { $0 + $1.nanos })
            #expect(misses.firstStart == own.map(\.firstStart).min())
            #expect(misses.firstNanos == own.map(\.firstNanos).max())
            found += 1
        }
        #expect(found == Set(numbers).count)
    }

    @Test("Each key has its least value, while the table grows amid a batch")
    func least() {
        let entries = numbers.enumerated().map { place, number in
            (key: UInt64(number + 1) << 32, value: UInt64((place * 31) % 4_999 + 1))
        }
        var table = LeastByKey()
        let isComplete = table.add(entries, keptMax: .max)
        #expect(isComplete)
        var found: [UInt64: UInt64] = [:]
        table.forEach { found[$0] = $1 }
        #expect(found == Dictionary(entries, uniquingKeysWith: min))
        #expect(table.count == found.count)
    }

    @Test("Keys beyond a limit are not kept, which is told, and known ones go on")
    func limit() {
        var table = LeastByKey()
        let entries = (1...100).map { (key: UInt64($0), value: UInt64(1_000)) }
        let isComplete = table.add(entries, keptMax: 70)
        #expect(!isComplete && table.count == 70)
        let isKnown = table.add(entries.prefix(70).map { ($0.key, 5) }, keptMax: 70)
        #expect(isKnown)
        var values: Set<UInt64> = []
        table.forEach { values.insert($1) }
        #expect(values == [5])
    }

    @Test("Many clients of a segment have the numbers that each has alone")
    func clients() {
        let names = FleetNames()
        func clients(_ numbers: [Int]) -> ClientTexts.Clients {
            var clients = ClientTexts.Clients()
            for agent in 0..<3 { clients.agents.append("agent \(agent)".utf8) }
            for number in numbers {
                clients.addresses.append("192.0.2.\(number / 3)".utf8)
                clients.agentOfClient.append(UInt32(number % 4))
            }
            return clients
        }
        var memory = ClientMemory()
        let together = memory.numbers(of: clients(numbers), names)
        var other = ClientMemory()
        let alone = numbers.map { other.numbers(of: clients([$0]), names)[1] }
        #expect(together == [0] + alone)
        #expect(Set(alone).count == Set(numbers.map { [$0 / 3, $0 % 4] }).count)
    }
}
