import Collector
import Configuration
import Foundation
import Logging
import Telemetry
import TestSupport
import Testing

@Suite("A configuration file says what the collector works by", .timeLimit(.minutes(15)))
struct ConfigFileTests {
    private static let token = "0123456789abcdef-secret"

    /// Reads a file with some text, beside other files.
    private func read(
        _ text: String, files: [String: String] = [:], mode: Int = 0o600, variables: [String: String] = [:]
    ) throws -> ConfigFile {
        let folder = try TemporaryDirectory()
        for (name, content) in files {
            try Data(content.utf8).write(to: URL(filePath: folder.file(name)))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file(name))
        }
        let path = folder.file("collector.yaml")
        try Data(text.utf8).write(to: URL(filePath: path))
        return try ConfigFile.read(path) { variables[$0] }
    }

    private func problem(
        _ text: String, files: [String: String] = [:], mode: Int = 0o600, variables: [String: String] = [:]
    ) throws -> String {
        let problems = #expect(throws: ConfigProblems.self) {
            try read(text, files: files, mode: mode, variables: variables)
        }
        return try #require(problems?.problems.first).message
    }

    @Test("config/collector.yaml has every key with its default, and a comment before or beside it")
    func documentedFile() throws {
        let path = Repository.root.appending(path: "config/collector.yaml").path()
        let file = try ConfigFile.read(path) { _ in nil }
        #expect(file.keys == ConfigFile.knownKeys)
        let defaults = ConfigFile.text(of: CollectorConfig())
        #expect(ConfigFile.text(of: file.config) == defaults)
    }

    @Test("an empty file, and one of comments, is the defaults")
    func empty() throws {
        for text in ["", "\n", "# nothing\n", "---\n", "listen:\ndatabase:\n", "limits:\n  connections:\n"] {
            let file = try read(text)
            #expect(ConfigFile.text(of: file.config) == ConfigFile.text(of: CollectorConfig()), "\(text)")
        }
    }

    @Test("values of all kinds")
    func values() throws {
        let config = try read(
            """
            listen: {grpc: "[::1]:14317", http: 14318, zipkin: 19411, admin: off}
            database:
              path: data/telemetry.db
              retain: 36h
              max_size: 20GiB
            redaction:
              url_userinfo: false
              query_keys: ["q", 'sig']
            limits:
              request_bytes: 1MiB
              idle_timeout: 2m
            log: {level: debug}
            decoder: reference
            threads: 3
            """
        ).config
        #expect(config.settings.grpcAddress == ListenAddress(host: "::1", port: 14_317))
        #expect(config.settings.httpAddress == ListenAddress(host: "127.0.0.1", port: 14_318))
        #expect(config.settings.zipkinAddress == ListenAddress(host: "127.0.0.1", port: 19_411))
        #expect(!config.settings.isZipkinOptional)
        #expect(config.settings.adminAddress == nil)
        #expect(config.databasePath?.hasSuffix("/data/telemetry.db") == true)
        #expect(config.databasePath?.hasPrefix("/") == true)
        #expect(config.retainNanos == Int64(129_600_000_000_000))
        #expect(config.databaseBytesMax == 20 << 30)
        #expect(config.settings.redaction.replacesUserInfo == false)
        #expect(config.settings.redaction.queryKeys == ["q", "sig"])
        #expect(config.settings.maxBodyBytes == 1 << 20)
        #expect(config.settings.idleSecondsMax == 120)
        #expect(config.logLevel == .debug)
        #expect(config.settings.decoder == .reference)
        #expect(config.settings.eventLoopThreads == 3)
    }

    @Test("limits at their ends: n - 1, n, n + 1")
    func ends() throws {
        for (text, isRight) in [("0", false), ("1", true), ("1024", true), ("1025", false)] {
            let line = "threads: \(text)"
            if isRight { _ = try read(line) } else { #expect(try problem(line).contains("from 1 to 1024")) }
        }
        for (text, isRight) in [("1073741824", true), ("1073741825", false), ("0", false), ("1", true)] {
            let line = "limits: {request_bytes: \(text)}"
            if isRight { _ = try read(line) } else { #expect(try problem(line).contains("1GiB")) }
        }
        for (count, isRight) in [(256, true), (257, false)] {
            let keys = (0..<count).map { "k\($0)" }.joined(separator: ", ")
            let line = "redaction: {query_keys: [\(keys)]}"
            if isRight { _ = try read(line) } else { #expect(try problem(line).contains("at most 256")) }
        }
    }

    @Test("references to the environment and to files")
    func references() throws {
        let config = try read(
            """
            database:
              path: ${DATA}/a$$b.db
              retain: ${RETAIN:-7d}
            log:
              level: ${file:level}
            """, files: ["level": "warning\n"], variables: ["DATA": "/data"]
        ).config
        #expect(config.databasePath == "/data/a$b.db")
        #expect(config.retainNanos == Int64(604_800_000_000_000))
        #expect(config.logLevel == .warning)
    }

    @Test("what comes from outside cannot change what a file means")
    func noInjection() throws {
        let message = try problem(
            "log:\n  level: ${EVIL}", variables: ["EVIL": "info\nauthentication:\n  tokens: []"])
        #expect(message.contains("give one of"))
        #expect(!message.contains("authentication"))
    }

    @Test("tokens and users, their secrets from files and the environment")
    func credentials() throws {
        let config = try read(
            """
            authentication:
              tokens:
                - name: edge
                  token: ${file:${FOLDER_OF_SECRETS}edge.token}
                  expires: 2027-01-31
              users:
                - name: ops
                  password: ${OPS_PASSWORD}
            """, files: ["edge.token": Self.token + "\n"],
            variables: ["OPS_PASSWORD": "secret password", "FOLDER_OF_SECRETS": ""]
        ).config
        #expect(config.settings.credentials.map(\.name) == ["edge", "ops"])
        #expect(config.settings.credentials[0].secret.matches(Array(Self.token.utf8)))
        #expect(config.settings.credentials[0].expires?.rfc3339.hasPrefix("2027-01-31T00:00:00") == true)
        #expect(config.settings.credentials[1].scheme == .basic)
        let shown =
            ConfigFile.text(of: config) + "\(config)" + String(reflecting: config)
            + config.settings.credentials.map { "\($0.secret) \(String(describing: Mirror(reflecting: $0)))" }
            .joined()
        #expect(!shown.contains("secret password"))
        #expect(!shown.contains(Self.token))
        var dumped = ""
        dump(config, to: &dumped)
        #expect(!dumped.contains("secret password"))
        for byte in Self.token.utf8.prefix(3) { #expect(!dumped.contains("- \(byte)\n")) }
    }

    @Test("rates of single sources, by names and by addresses however they are written")
    func sourceRates() throws {
        let text = """
            authentication:
              users:
                - name: ops
                  password: ${OPS_PASSWORD}
            limits:
              decompression_ratio: 50
              series_per_source: 2000
              source_bytes_per_second: 1MiB
              source_rates:
                - source: ops
                  requests_per_second: 50
                  bytes_per_second: 2MiB
                - {source: "0:0:0:0:0:0:0:1", requests_per_second: 7, bytes_per_second: 0}
                - source: 10.0.0.1
            """
        let settings = try read(text, variables: ["OPS_PASSWORD": "secret password"]).config.settings
        #expect(settings.decompressionRatioMax == 50)
        #expect(settings.seriesPerSourceMax == 2_000)
        #expect(
            settings.sourceRates
                == SourceRates(
                    others: SourceRate(bytesPerSecond: 1_048_576),
                    bySource: [
                        "ops": SourceRate(requestsPerSecond: 50, bytesPerSecond: 2_097_152),
                        "::1": SourceRate(requestsPerSecond: 7), "10.0.0.1": SourceRate(),
                    ]))
        var config = CollectorConfig()
        config.settings.sourceRates = settings.sourceRates
        #expect(
            ConfigFile.text(of: config).contains(
                """
                    - source: 10.0.0.1
                    - source: "::1"
                      requests_per_second: 7
                    - source: ops
                      requests_per_second: 50
                      bytes_per_second: 2MiB
                """))
        // Again from what is printed; the user is not printed here, and so unknown.
        #expect(try problem(ConfigFile.text(of: config)).contains("no sender could have it"))
    }

    @Test(
        "hostile 84: a secret in a file that others may read or change is refused",
        arguments: [
            (0o600, true), (0o400, true), (0o640, true), (0o644, false), (0o604, false), (0o620, false),
        ])
    func modes(mode: Int, isRight: Bool) throws {
        let text = "authentication: {tokens: [{name: a, token: \"${file:a.token}\"}]}"
        if isRight {
            #expect(
                try read(text, files: ["a.token": Self.token], mode: mode).config.settings.credentials.count
                    == 1)
        } else {
            #expect(try problem(text, files: ["a.token": Self.token], mode: mode).contains("chmod 600"))
        }
    }

    @Test("what is printed is in force, also where it follows from another value, and is a right file")
    func budgetInForce() throws {
        let config = try read("limits: {request_bytes: 100MiB}").config
        let printed = ConfigFile.text(of: config)
        #expect(printed.contains("in_flight_bytes: 400MiB"))
        #expect(config.settings.inFlightBytesInForce == 400 << 20)
        #expect(try read(printed).config.settings.inFlightBytesInForce == 400 << 20)
    }

    @Test("tokens of 15, 16 and 17 bytes", arguments: [(15, false), (16, true), (17, true)])
    func tokenLength(count: Int, isRight: Bool) throws {
        let token = String(repeating: "x", count: count)
        let text = "authentication: {tokens: [{name: a, token: \"${T}\"}]}"
        if isRight {
            _ = try read(text, variables: ["T": token])
        } else {
            #expect(try problem(text, variables: ["T": token]).contains("needs 16 to 4096"))
        }
    }

    @Test("a file that is a folder, too large, or no text")
    func unreadable() throws {
        let folder = try TemporaryDirectory()
        for (path, words) in [
            (folder.file("."), "not a regular file"), (folder.file("no.yaml"), "No such file"),
            ("/dev/zero", "not a regular file"),
        ] {
            let problems = #expect(throws: ConfigProblems.self) { try ConfigFile.read(path) { _ in nil } }
            #expect(problems?.description.contains(words) == true, "\(String(describing: problems))")
        }
        #expect(try problem("# " + String(repeating: "x", count: 1 << 20)).contains("larger than 1MiB"))
    }

    @Test("Windows line ends and a byte order mark")
    func lineEnds() throws {
        #expect(try read("\u{feff}log:\r\n  level: debug\r\n").config.logLevel == .debug)
    }

    @Test(
        "a file that is damaged anywhere is read or refused, and never ends the program",
        arguments: 0..<4 as Range<UInt64>)
    func damaged(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = SeededGenerator(seed: seed)
        let whole = try Array(
            Data(contentsOf: Repository.root.appending(path: "config/collector.yaml")))
        let folder = try TemporaryDirectory()
        let file = folder.file("collector.yaml")
        let pieces = [
            "&a", "*a", "- ", ": ", "? ", "[", "]", "{", "}", "\"", "'", "|", ">", "#", "\t", "\n", "---",
            "!!x ",
        ]
        for _ in 0..<150 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                case 2: bytes.removeSubrange(place..<min(place + 40, bytes.count))
                default:
                    bytes.insert(
                        contentsOf: Array(pieces[Int.random(in: 0..<pieces.count, using: &generator)].utf8),
                        at: place)
                }
                if bytes.isEmpty { bytes = whole }
            }
            try Data(bytes).write(to: URL(filePath: file))
            do {
                _ = try ConfigFile.read(file) { _ in nil }
            } catch {
                let problems = try #require(error as ConfigProblems?).problems
                #expect(!problems.isEmpty, "seed \(seed)")
                #expect(
                    problems.allSatisfy { $0.position.line >= 1 && $0.position.column >= 1 }, "seed \(seed)")
            }
        }
    }

    @Test(
        "aliases are found wherever they hide",
        arguments: [
            "{\"a\":&b x}", "- key: |\n  other: &a x\n",
            "a: x\n  \" y\nb: " + String(repeating: "*c,", count: 9),
            "? *a\n", "- - &a x", "a: [&b x]", "*a : 1", "a:\n  - &b x", "a: !!binary x",
        ])
    func aliases(text: String) throws {
        #expect(try problem(text).contains("aliases"))
    }

    @Test(
        "stars and ampersands within texts are no aliases",
        arguments: [
            "a: \"&b\"", "a: '*b'", "a: x&b", "a: https://*.example.com", "a: |\n  &b\n", "# &a *b\na: x",
            "a: x # *b",
            "a: \"x # \\\" &b\"", "a: 5 * 3",
        ])
    func noAliases(text: String) throws {
        #expect(try problem(text).contains("unknown key"))
    }
}
