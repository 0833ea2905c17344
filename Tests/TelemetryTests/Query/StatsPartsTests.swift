import TestSupport
import Testing

@testable import Telemetry

@Suite("The parts of which statistics are made")
struct StatsPartsTests {
    @Test("Quantiles are those of the sorted durations", arguments: [1, 2, 99, 100, 8_192, 8_193, 60_000])
    func quantiles(count: Int) {
        let seed = UInt64.random(in: 0..<1 << 40)
        var random = SeededGenerator(seed: seed)
        for shape in 0..<5 {
            let durations = (0..<count).map { index -> Int64 in
                switch shape {
                case 0: Int64.random(in: 0...Int64(UInt32.max) + 5, using: &random)
                case 1: 1_234_567
                case 2: index % 10 == 0 ? Int64.random(in: 4_294_967_290...1 << 50, using: &random) : 77
                case 3: Int64.random(in: 1_000_000...1_000_300, using: &random)
                default: Int64.random(in: 0...1 << Int64.random(in: 0...40, using: &random), using: &random)
                }
            }
            var grouped = GroupedDurations()
            for part in stride(from: 0, to: count, by: 7_001) {
                let values = Array(durations[part..<min(count, part + 7_001)])
                for nanos in values where nanos >= Int64(GroupedDurations.long) {
                    grouped.addLong(nanos, group: 0)
                }
                grouped.add(values.map { UInt32(clamping: $0) }, ends: [values.count], groups: [0])
            }
            let sorted = durations.sorted()
            func quantile(_ percent: Int) -> Int64 { sorted[(count * percent + 99) / 100 - 1] }
            #expect(
                grouped.quantiles(groupCount: 1)
                    == [DurationQuantiles(p50: quantile(50), p90: quantile(90), p99: quantile(99))],
                "seed \(seed), shape \(shape)")
        }
    }

    @Test("Rows with equal codes fall into one group, however many codes there are")
    func groups() {
        let seed = UInt64.random(in: 0..<1 << 40)
        var random = SeededGenerator(seed: seed)
        let count = 3_000
        func coded(_ codeCount: Int) -> CodedRows {
            CodedRows(
                codes: (0..<count).map { _ in
                    UInt32.random(in: 0..<UInt32(min(codeCount, 40)), using: &random)
                },
                parts: [.periods(first: 0, count: codeCount - 1, nanos: 1)])
        }
        let keys = [coded(5), coded(1 << 21), coded(30)]
        let chosen = (0..<UInt32(count)).filter { _ in Bool.random(using: &random) }
        for rows in [nil, chosen] {
            var groups = RowGroups(rowCount: rows?.count ?? count)
            for key in keys { groups.split(by: key, rows: rows) }
            groups.split(by: nil, rows: rows)
            for position in groups.groups.indices {
                let row = rows.map { Int($0[position]) } ?? position
                #expect(
                    groups.codes[Int(groups.groups[position])] == keys.map { $0.codes[row] } + [0],
                    "seed \(seed)")
            }
            #expect(Set(groups.codes).count == groups.codes.count, "seed \(seed)")
        }
    }

    @Test("A part of a text is found in every entry that has it, and in no other")
    func search() {
        let seed = UInt64.random(in: 0..<1 << 40)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let texts = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    UInt8.random(in: 97...99, using: &random)
                }
            }
            let part = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                UInt8.random(in: 97...99, using: &random)
            }
            var table = StringTable()
            for text in texts { table.append(text) }
            let expected = texts.map { text in
                part.isEmpty
                    || text.indices.contains { text[$0...].starts(with: part) }
            }
            #expect(table.entries(containing: part) == expected, "seed \(seed): \(texts), \(part)")
        }
    }

    @Test(
        "Planes put together are the numbers that they were made of",
        arguments: [0, 1, 511, 512, 513, 1_024, 5_000])
    func planes(count: Int) throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var random = SeededGenerator(seed: seed)
        for bits in stride(from: 0, through: 64, by: 4) {
            let numbers = (0..<count).map { _ in
                bits == 0 ? 0 : UInt64.random(in: 0 ... .max, using: &random) >> UInt64(64 - bits)
            }
            for transform in [IntegerCoding.Transform.none, .zigzag, .delta] {
                var writer = ByteWriter()
                IntegerCoding.write(numbers, transform, ZstdCompressor(), to: &writer)
                var reader = ByteReader(writer.bytes.span)
                let read = try IntegerCoding.read(&reader, ZstdDecompressor(), countMax: count)
                #expect(read == numbers, "seed \(seed), \(bits) bits")
            }
        }
    }

    // MARK: Conditions

    @Test("Conditions are read from left to right, the longest comparison first")
    func conditions() throws {
        let route = try SpanPredicate(parsing: "http.route=/a=b")
        #expect(route.key == .attribute("http.route") && route.test.operand == "/a=b")
        #expect(try SpanPredicate(parsing: "duration>=250ms").test == ValueTest(.atLeast, "250ms"))
        #expect(try SpanPredicate(parsing: "a!=").test == ValueTest(.notEqual, ""))
        #expect(try SpanPredicate(parsing: "a!~b").test.comparison == .notContains)
        #expect(try SpanPredicate(parsing: " attr.name ~ x ").key == .attribute("name"))
        #expect(try SpanPredicate(parsing: "resource.a.b<7").key == .resource("a.b"))
    }

    @Test(
        "Conditions that make no sense are refused with the place",
        arguments: [
            ("", 1), ("name", 5), ("=x", 1), ("name!x", 5), ("é!x", 2), ("a>b", 3), ("a>", 3), ("a>=x", 4),
            ("a<nan", 3), ("duration=x", 10), ("duration~5", 10),
        ])
    func wrongConditions(text: String, position: Int) throws {
        let error = try #require(throws: PredicateError.self) { try SpanPredicate(parsing: text) }
        #expect(error.position == position, "\(error)")
        #expect(error.description.contains("at character \(position)"))
    }

    @Test("Integers are compared with all their digits")
    func exactNumbers() throws {
        let large: Int64 = 1 << 53
        func passes(_ comparison: ValueTest.Comparison, _ operand: String, _ value: SpanValue) throws -> Bool
        {
            try #require(ValueTest(comparison, operand)).passes(value)
        }
        for value in [SpanValue.integer(large), .text(String(large)), .decimal(Double(large).bitPattern)] {
            #expect(try passes(.atLeast, String(large), value))
            #expect(try !passes(.atLeast, String(large + 1), value))
            #expect(try passes(.less, String(large + 1), value))
            #expect(try !passes(.greater, String(large), value))
            #expect(try passes(.equal, "9007199254740992", value))
            #expect(try !passes(.equal, "9007199254740993", value))
            #expect(try passes(.notEqual, "9007199254740993", value))
        }
        #expect(try passes(.equal, "9007199254740993", .integer(large + 1)))
        #expect(try !passes(.equal, "9007199254740992", .integer(large + 1)))
        #expect(try passes(.equal, "200.0", .integer(200)) && passes(.equal, "2e2", .integer(200)))
        #expect(try passes(.less, "9223372036854775808", .integer(.max)))
        #expect(try passes(.greater, "-9.3e18", .integer(.min)))
        #expect(try passes(.greater, "0.5", .integer(1)) && !passes(.greater, "0.5", .integer(0)))
        #expect(try passes(.less, "-0.5", .integer(-1)) && !passes(.less, "-0.5", .integer(0)))
        let nan = SpanValue.decimal(Double.nan.bitPattern)
        #expect(try passes(.notEqual, "1", nan) && !passes(.equal, "1", nan) && !passes(.less, "1", nan))
        let duration = try #require(ValueTest(.greater, String(large)))
        #expect(duration.canPass(least: 0, most: large + 1) && !duration.canPass(least: 0, most: large))
    }

    @Test("Keys are called what reads back as the same key")
    func keys() {
        for (name, key) in SpanKey.builtIn {
            #expect(SpanKey(name) == key && key.text == name)
            #expect(SpanKey.attribute(name).text == "attr." + name)
            #expect(SpanKey("attr." + name) == .attribute(name))
        }
        #expect(SpanKey.attribute("count").text == "attr.count")
        #expect(SpanKey.attribute("http.route").text == "http.route")
        #expect(SpanKey.attribute("resource.x").text == "attr.resource.x")
        #expect(SpanKey.resource("x").text == "resource.x")
    }
}
