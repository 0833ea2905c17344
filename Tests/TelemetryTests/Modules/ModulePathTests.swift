import Foundation
import TestSupport
import Testing

@testable import Telemetry

@Suite("Paths of module requests")
struct ModulePathTests {
    private struct Fixture: Decodable {
        struct Vector: Decodable {
            struct Tile: Decodable {
                var h: Int
                var l: String
                var n: Int64
                var w: Int64
            }
            struct Expectation: Decodable {
                var kind: String
                var module: String?
                var version: String?
                var query: String?
                var base: String?
                var pseudo: Bool?
                var commitTime: String?
                var toolchain: Bool?
                var sumdb: String?
                var tile: Tile?
                var treeSizeAtLeast: Int64?
                var why: String?
            }
            var input: String
            var expect: Expectation
        }
        var vectors: [Vector]
    }

    @Test("The name that is read off a path alone is that of the request which it is taken apart into")
    func names() throws {
        let file = Repository.root.appending(path: "Tests/Fixtures/module_path.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let vectors = try decoder.decode(Fixture.self, from: Data(contentsOf: file)).vectors
        let more = [
            "https://golang.org/x/tools/?go-get=1", "https://sum.golang.org/lookup/golang.org/x/text@v0.3.0",
            "/github.com/!azure/a%2fb/@v/v1.0.0.info", "/github.com/a/b/@v/v1.0.0-\u{e4}.info", "/", "-", "",
        ]
        var scanner = ModulePathScanner()
        var name: [UInt8] = [1]
        for text in vectors.map(\.input) + more {
            let bytes = Array(text.utf8)
            let finding = scanner.scan(bytes.span, bytes.indices, name: &name)
            let request = ModuleRequest(text)
            #expect(finding?.kind == request?.kind, "\(text)")
            let version = request?.version ?? request?.query
            let expected = (request?.module ?? "") + (version.map { "\0" + $0 } ?? "")
            #expect(String(decoding: name, as: UTF8.self) == expected, "\(text)")
        }
    }

    @Test("Every vector of the fixture is read as it says")
    func vectors() throws {
        let file = Repository.root.appending(path: "Tests/Fixtures/module_path.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let fixture = try decoder.decode(Fixture.self, from: Data(contentsOf: file))
        #expect(fixture.vectors.count == 37)
        for vector in fixture.vectors {
            let input = vector.input
            let expected = vector.expect
            let request = try #require(ModuleRequest(input), "\(input)")
            #expect(request.kind.name == expected.kind, "\(input)")
            #expect(request.module == expected.module, "\(input)")
            #expect(request.version == expected.version, "\(input)")
            #expect(request.query == expected.query, "\(input)")
            #expect(request.basePath == expected.base ?? "", "\(input)")
            #expect(request.isPseudo == expected.pseudo ?? false, "\(input)")
            #expect(request.isToolchain == expected.toolchain ?? false, "\(input)")
            #expect(request.sumdb == expected.sumdb, "\(input)")
            #expect(request.fault?.text == expected.why, "\(input)")
            #expect(request.tile?.height == expected.tile?.h, "\(input)")
            #expect(request.tile?.level == expected.tile.flatMap { Int($0.l) }, "\(input)")
            #expect(request.tile?.number == expected.tile?.n, "\(input)")
            #expect(request.tile?.width == expected.tile?.w, "\(input)")
            #expect(request.tile?.treeSizeAtLeast == expected.treeSizeAtLeast, "\(input)")
            #expect(
                request.commitTime.map { Self.digits($0) } == expected.commitTime, "\(input)")
        }
    }

    private static func digits(_ time: UnixNanos) -> String {
        CivilTime(secondsFromEpoch: time.rawValue / 1_000_000_000).text(separator: "").filter(\.isNumber)
    }

    @Test("More paths, good and bad, are read as stated", arguments: ModulePathCases.all)
    func more(input: String, expected: String) {
        #expect(ModuleRequest(input).map(Self.summary) ?? "nothing" == expected, "\(input)")
    }

    @Test("There are at least two hundred more, each once") func count() {
        #expect(Set(ModulePathCases.all.map(\.input)).count >= 200)
        #expect(Set(ModulePathCases.all.map(\.input)).count == ModulePathCases.all.count)
    }

    /// The parts that are there, in one line.
    private static func summary(_ request: ModuleRequest) -> String {
        var parts = [request.kind.name]
        if let fault = request.fault { parts.append("(\(fault.text))") }
        if let module = request.module { parts.append(module) }
        if let version = request.version { parts.append(version) }
        if let query = request.query { parts.append("?\(query)") }
        if request.isPseudo { parts.append("pseudo:" + (request.commitTime.map { digits($0) } ?? "-")) }
        if request.isToolchain { parts.append("toolchain") }
        if !request.basePath.isEmpty { parts.append("base:\(request.basePath)") }
        if let sumdb = request.sumdb { parts.append("db:\(sumdb)") }
        if let tile = request.tile {
            let level = tile.level.map(String.init) ?? "data"
            parts.append("tile:\(tile.height)/\(level)/\(tile.number)/\(tile.width)")
            if let size = tile.treeSizeAtLeast { parts.append("size:\(size)") }
        }
        return parts.joined(separator: " ")
    }

    @Test("Capitals survive the way into a path and back", arguments: 0..<50)
    func escapeRoundTrip(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("abcXYZ019-._~/")
        let text = String(
            (0..<Int.random(in: 0...40, using: &random)).map { _ in
                letters[Int.random(in: 0..<letters.count, using: &random)]
            })
        let encoded = ModuleEscape.encoded(text)
        #expect(!encoded.contains { $0.isUppercase }, "seed \(seed)")
        #expect(ModuleEscape.decoded(encoded) == text, "seed \(seed)")
        let path = "/github.com/\(encoded.filter { $0 != "/" })x/@latest"
        if let module = ModuleRequest(path)?.module { #expect(module.hasPrefix("github.com/")) }
    }

    @Test("What is not encoded is told", arguments: ["A", "!", "a!", "!A", "!1", "x!!a", "!/a"])
    func escapeFaults(text: String) { #expect(ModuleEscape.decoded(text) == nil) }

    @Test("Random and mutated bytes are read without harm", arguments: 0..<40)
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let seeds = ModulePathCases.all.map { Array($0.input.utf8) }
        for _ in 0..<200 {
            var bytes: [UInt8]
            if Bool.random(using: &random) {
                bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    .random(in: 0...255, using: &random)
                }
            } else {
                bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
                for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes.remove(at: place)
                    case 1: bytes[place] = .random(in: 0...255, using: &random)
                    default: bytes = Array(bytes[..<place])
                    }
                }
            }
            let request = ModuleRequest(bytes: bytes)
            var scanner = ModulePathScanner()
            let finding = scanner.scan(bytes.span, bytes.indices)
            #expect(finding?.kind == request?.kind, "seed \(seed): \(bytes)")
            if let request, request.version != nil {
                #expect(request.module != nil, "seed \(seed): \(bytes)")
            }
        }
    }

    @Test("A byte is found at its first place, wherever it stands", arguments: 0..<20)
    func byteSearch(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            // Neighbours of the wanted bytes and bytes with the high bit are what could mislead.
            let choices: [UInt8] = [0x2e, 0x2f, 0x30, 0xaf, 0x00, 0x01, 0x80, 0xff, 0x3f, 0x23]
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                choices[Int.random(in: 0..<choices.count, using: &random)]
            }
            let start = Int.random(in: 0...bytes.count, using: &random)
            let one = bytes[start...].firstIndex(of: 0x2f) ?? bytes.count
            #expect(bytes.span.place(of: 0x2f, in: start..<bytes.count) == one, "seed \(seed): \(bytes)")
            let any = bytes[start...].firstIndex { [0x2f, 0x3f, 0x23].contains($0) } ?? bytes.count
            #expect(bytes.span.place(of: 0x2f, 0x3f, 0x23, in: start..<bytes.count) == any, "seed \(seed)")
        }
    }

    @Test("Only a prefix of module paths is above modules")
    func aboveModules() {
        func isAbove(_ path: String) -> Bool? {
            var scanner = ModulePathScanner()
            let bytes = Array(path.utf8)
            return scanner.scan(bytes.span, bytes.indices)?.isAboveModules
        }
        #expect(isAbove("/github.com/@v/list") == true)
        #expect(isAbove("/github.com/nats-io/@v/list") == true)
        #expect(isAbove("/github.com/nats-io/nsc/@v/list") == false)
        #expect(isAbove("/go.uber.org/zap/@latest") == false)
        #expect(isAbove("/go.uber.org/@latest") == true)
        // A file is only asked for of a version that was listed.
        #expect(isAbove("/github.com/nats-io/@v/v1.0.0.mod") == false)
    }
}
