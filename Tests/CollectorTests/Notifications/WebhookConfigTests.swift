import Configuration
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Collector

@Suite("A configuration file says who is told of incidents")
struct WebhookConfigTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func read(_ text: String) throws -> ConfigFile {
        try folder.write(text, to: "collector.yaml")
        let variables = ["KEY": "key-secret", "HOOK": "https://hooks.example.com/path-secret"]
        return try ConfigFile.read(folder.file("collector.yaml")) { variables[$0] }
    }

    private func problems(_ text: String) throws -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as ConfigProblems {
            return error.problems.map { $0.description.replacing(folder.path + "/", with: "") }
        }
    }

    @Test("everything that can be said, and no secret in what is printed")
    func everything() async throws {
        let certificates = try await CertificateFolder.forThisMachine()
        try folder.write("token-secret\n", to: "token")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file("token"))
        let file = try read(
            """
            notifications:
              interval: 30s
              window: 2h
              baseline: 0s
              resolve_after: 5
              link: https://dash.example.com/d/1
              webhooks:
                - name: oncall
                  kind: alertmanager
                  url: http://alertmanager:9093/prefix
                  token: ${file:token}
                  headers: [{name: X-Key, value: "${KEY}"}]
                  ca: \(certificates.file("authority.pem"))
                  timeout: 5s
                  min_severity: P2
                - {name: chat, kind: generic, url: "${HOOK}"}
            """)
        let notifications = file.config.notifications
        #expect(notifications.intervalSeconds == 30 && notifications.windowSeconds == 7_200)
        #expect(notifications.baselineSeconds == 0 && notifications.resolveAfter == 5)
        #expect(notifications.link == "https://dash.example.com/d/1")
        let oncall = try #require(notifications.webhooks.first)
        #expect(oncall.kind == .alertmanager && oncall.address.target == "/prefix/api/v2/alerts")
        #expect(oncall.headers.map(\.name) == ["authorization", "X-Key"])
        #expect(oncall.headers[0].value.matches(Array("Bearer token-secret".utf8)))
        #expect(oncall.timeoutSeconds == 5 && oncall.severityMin == .ticket && oncall.authority != nil)
        #expect(notifications.webhooks[1].address.host == "hooks.example.com")
        let printed = ConfigFile.text(of: file.config)
        #expect(!printed.contains("-secret"))
        #expect(
            printed.contains("      token: ${file:token}\n") || printed.contains("token: \"${file:token}\"\n")
        )
        // What is printed is a file that says the same.
        #expect(ConfigFile.text(of: try read(printed).config) == printed)
    }

    @Test("which modules are private: by the file alone where it says it, else as for traceq incidents")
    func privateModules() throws {
        func modules(_ text: String, _ variables: [String: String] = [:]) throws -> PrivateModules {
            try folder.write(text, to: "collector.yaml")
            return try ConfigFile.read(folder.file("collector.yaml")) { variables[$0] }
                .config.notifications.privateModules
        }
        let hook = "\n  webhooks: [{name: a, kind: generic, url: \"http://a\"}]\n"
        let environment = ["GOPRIVATE": "go.example.org", "HOME": folder.path]
        let own = try modules(
            "notifications:\n  private: [git.example.com, \"*.corp.example.com\"]" + hook, environment)
        #expect(own.hidesFromProxies("git.example.com/a") && own.hidesFromChecksums("x.corp.example.com/b"))
        #expect(!own.hidesFromProxies("go.example.org/a"))
        let printed = ConfigFile.text(
            of: try read("notifications:\n  private: [git.example.com]" + hook).config)
        #expect(
            ConfigFile.text(of: try read(printed).config) == printed && printed.contains("git.example.com"))
        try folder.write(
            "routes:\n  - modules: routed.example.com\n    visibility: private\n",
            to: ".config/traceq/routes.yaml")
        let others = try modules("notifications:" + hook, environment)
        #expect(
            others.hidesFromProxies("go.example.org/a") && others.hidesFromProxies("routed.example.com/a"))
        #expect(!others.hidesFromProxies("git.example.com/a"))
        #expect(try modules("notifications:\n  interval: 1m\n", environment).isEmpty, "nobody is told")
        try folder.write("routes: 5\n", to: ".config/traceq/routes.yaml")
        #expect(throws: ConfigProblems.self) { try modules("notifications:" + hook, environment) }
        let problems = try problems(
            "notifications:\n  private: [\"https://a\", \"[\", \"a, b\", x.example.com]\n")
        #expect(problems.count == 3)
        #expect(problems.allSatisfy { $0.contains("an item of notifications.private is") })
    }

    @Test("all that is wrong is told with its place, and no secret with it")
    func wrong() throws {
        let problems = try problems(
            """
            notifications:
              interval: 5s
              window: 1m
              resolve_after: 0
              link: dashboard
              webhook: []
              webhooks:
                - {kind: generic, url: "http://a"}
                - {name: a, kind: slack, url: "http://a"}
                - {name: b, kind: generic, url: "ftp://a"}
                - {name: c, kind: generic, url: "http://u:inline-secret@a"}
                - {name: d, kind: generic, url: "http://a", token: inline-secret}
                - {name: e, kind: generic, url: "http://a", timeout: 5m, min_severity: high}
                - {name: f, kind: generic, url: "http://a", headers: [{name: Host, value: "${KEY}"}]}
                - {name: g, kind: generic, url: "http://a", ca: missing.pem}
                - {name: h, kind: generic, url: "http://a", urls: x}
                - {name: i, kind: generic, url: "http://a"}
                - {name: i, kind: generic, url: "http://b"}
                - {name: j}
            """)
        let expected = [
            "2:13: notifications.interval is \"5s\": give a duration of whole seconds from 10s to 1h",
            "3:11: notifications.window is \"1m\": give a duration",
            "4:18: notifications.resolve_after is \"0\": give a whole number from 1 to 100",
            "5:9: notifications.link is \"dashboard\": give the address of a page",
            "6:3: unknown key \"webhook\" in notifications: did you mean \"webhooks\"?",
            "8:7: an item of notifications.webhooks has no name",
            "9:23: kind is \"slack\": give one of generic, alertmanager",
            "10:37: url is \"ftp://a\": give http:// or https://",
            "11:37: url has a user name or a password: take it out",
            "12:56: token: a secret does not stand in this file",
            "13:58: timeout is \"5m\": give whole seconds",
            "13:76: min_severity is \"high\": give one of P1, P2, P3",
            "14:66: name is \"Host\": give the name of a header field", "15:53: ca: cannot read",
            "16:49: unknown key \"urls\" in an item of notifications.webhooks: did you mean \"url\"?",
            "18:7: the name \"i\" is that of another webhook",
            "19:7: an item of notifications.webhooks has no kind",
            "19:7: an item of notifications.webhooks has no url",
        ]
        #expect(problems.count == expected.count, "\(problems.joined(separator: "\n"))")
        for (problem, start) in zip(problems, expected) {
            #expect(problem.hasPrefix("collector.yaml:" + start))
            #expect(!problem.contains("key-secret") && !problem.contains("inline-secret"))
        }
    }
}
