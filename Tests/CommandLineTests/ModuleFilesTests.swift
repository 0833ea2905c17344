import Configuration
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import traceq

@Suite("Files about mirrors and routes")
struct ModuleFilesTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func problems(_ text: String, routes: Bool = false) throws -> [String] {
        try folder.write(text, to: "file.yaml")
        let path = folder.file("file.yaml")
        do throws(ConfigProblems) {
            if routes { _ = try RoutesFile.read(path) } else { _ = try MirrorsFile.read(path) }
            return []
        } catch {
            return error.problems.map { $0.description.replacing(folder.path + "/", with: "") }
        }
    }

    @Test("config/mirrors.yaml says what is built in")
    func builtIn() throws {
        let path = Repository.root.appending(path: "config/mirrors.yaml").path(percentEncoded: false)
        #expect(try MirrorsFile.read(path) == .builtIn)
    }

    @Test("config/routes.yaml is an example that reads")
    func routesExample() throws {
        let path = Repository.root.appending(path: "config/routes.yaml").path(percentEncoded: false)
        let routes = try RoutesFile.read(path)
        #expect(routes.routes.count == 3)
        #expect(routes.privatePatterns.text == "git.example.com,*.corp.example.com,github.com/example/*")
        #expect(routes.route(of: "golang.org/x/text")?.through == ["athens.example.com", "proxy.golang.org"])
        #expect(routes.clients.region(of: "203.0.113.7") == "eu-central-1")
        #expect(routes.clients.region(of: "2001:db8:1::1") == "eu-central-1")
        #expect(routes.clients.region(of: "198.51.100.1") == nil)
    }

    @Test("a file may say where clients are alone, and what is wrong with that is told with its place")
    func clients() throws {
        #expect(try problems("clients:\n  - {networks: 192.0.2.0/24, region: eu}\n", routes: true) == [])
        let found = try problems(
            """
            clients:
              - {networks: [192.0.2.0/24, 192.0.2.7/24, "2001:db8::/200"], region: eu}
              - {networks: 192.0.2.0/24, region: us}
              - {networks: [], region: eu}
              - {network: 192.0.2.0/24}
            """, routes: true)
        let expected = [
            "file.yaml:2:31: a network is \"192.0.2.7/24\": give an address with the length of its prefix",
            "file.yaml:2:45: a network is \"2001:db8::/200\": give",
            "file.yaml:3:16: the network has another region above", "file.yaml:4:16: networks is empty",
            "file.yaml:5:6: unknown key \"network\" in an item of clients: did you mean \"networks\"?",
            "file.yaml:5:5: an item of clients has no networks",
        ]
        #expect(found.count == expected.count, "\(found.joined(separator: "\n"))")
        for text in expected {
            #expect(found.contains { $0.hasPrefix(text) }, "\(text)\n\(found.joined(separator: "\n"))")
        }
    }

    @Test("everything that a mirror can have")
    func mirror() throws {
        try folder.write(
            """
            mirrors:
              - name: own
                url: proxy.example.com:8443/go
                aliases: [mine, ours]
                hosts: old.example.com
                profile: athens
                visibility: private
                region: de
                sync_interval: 5m
                sumdb: true
            """, to: "file.yaml")
        let mirrors = try MirrorsFile.read(folder.file("file.yaml"))
        let mirror = try #require(mirrors[called: "Ours"])
        #expect(mirror.address.port == 8443)
        #expect(mirror.hosts == ["old.example.com"])
        #expect(mirror.profile == .athens)
        #expect(mirror.synchronization == .every(300_000_000_000))
        #expect(mirror.servesSumDB == true)
        #expect(mirrors[host: "old.example.com"] == mirror)
    }

    @Test("all that is wrong is told at once, with its place")
    func allAtOnce() throws {
        let found = try problems(
            """
            mirrors:
              - name: a
                url: ftp://a.com
                visibility: publik
                sumdb: maybe
                profil: athens
              - url: https://b.com
                visibility: public
                sync_interval: soon
              - just a text
              - {name: c, url: https://c.com, visibility: public, profile: goprxy}
              - {name: d, url: https://d.com, visibility: public, aliases: C}
            """)
        #expect(
            found == [
                "file.yaml:3:10: url is \"ftp://a.com\": give the address of a proxy, like https://proxy.example.com",
                "file.yaml:4:17: visibility is \"publik\": did you mean \"public\"?",
                "file.yaml:5:12: sumdb is \"maybe\": write true or false",
                "file.yaml:6:5: unknown key \"profil\" in a mirror: did you mean \"profile\"?",
                "file.yaml:7:5: a mirror has no name: add name: ...",
                "file.yaml:9:20: sync_interval is \"soon\": give a duration like 5m, or none",
                "file.yaml:10:5: a mirror has the keys name, url, aliases, hosts, profile, visibility, region, "
                    + "sync_interval, sumdb: write name: ...",
                "file.yaml:11:64: profile is \"goprxy\": did you mean \"goproxy\"?",
                "file.yaml:12:5: \"C\" is a name of c already: names tell mirrors apart",
            ])
    }

    @Test(
        "files that are no list",
        arguments: [
            (
                "",
                "file.yaml:1:1: the file is empty: write mirrors: and a list of mirrors, as in config/mirrors.yaml"
            ),
            ("mirors: []", "file.yaml:1:1: unknown key \"mirors\" in the file: did you mean \"mirrors\"?"),
            ("- a", "file.yaml:1:1: the file has the keys mirrors: write mirrors: ..."),
            (
                "mirrors: x",
                "file.yaml:1:10: mirrors is a list: write its items as lines with \"- \", or in brackets"
            ),
            (
                "mirrors: [",
                "file.yaml:"
            ),
        ])
    func noList(text: String, expected: String) throws {
        let found = try problems(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(String(expected.prefix(40))) == true, "\(found)")
    }

    @Test("patterns of routes that would match nothing, and targets that are no hosts")
    func routes() throws {
        let found = try problems(
            """
            routes:
              - modules: [a.com, "b.com, c.com", "[x", "https://d.com"]
                through: https://e.com
              - visibility: private
              - modules: []
            """, routes: true)
        #expect(found.count == 6)
        #expect(found.allSatisfy { $0.hasPrefix("file.yaml:") })
        #expect(found.contains { $0.contains("a route has no modules") })
        #expect(found.contains { $0.contains("modules is empty") })
    }
}
