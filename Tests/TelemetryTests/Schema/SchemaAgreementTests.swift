import Foundation
import TestSupport
import Testing

/// proto/ says what opentelemetry-proto says, and the check that holds it to that can fail.
@Suite("OTLP schema") struct SchemaAgreementTests {
    @Test("every field of opentelemetry-proto is in proto/ as it is published")
    func schemasAgree() async throws {
        let check = try await Self.check(proto: Repository.root.appending(path: "proto"))
        #expect(check.status == .exited(0), "\(check.standardError)")
        // So many that a check of nothing would be seen.
        #expect(
            check.standardOutput.contains(
                "compared 166 fields of 44 messages, 45 enum values, 3 methods: 0 differences"),
            "\(check.standardOutput)")
    }

    struct Mutation: CustomTestStringConvertible, Sendable {
        var file: String
        var text: String
        var replacement: String
        /// What the check must say.
        var complaint: String

        var testDescription: String { complaint }
    }

    static let mutations = [
        Mutation(
            file: "trace/v1/trace", text: "bytes parent_span_id = 4;",
            replacement: "bytes parent_span_id = 17;",
            complaint: ".Span.parent_span_id: the number is 17, should be 4"),
        Mutation(
            file: "trace/v1/trace", text: "fixed64 end_time_unix_nano = 8;",
            replacement: "uint64 end_time_unix_nano = 8;",
            complaint: ".Span.end_time_unix_nano: the type is 'uint64', should be 'fixed64'"),
        Mutation(
            file: "trace/v1/trace", text: "repeated Link links = 13;", replacement: "Link links = 13;",
            complaint: ".Span.links: the label is 'optional', should be 'repeated'"),
        Mutation(
            file: "common/v1/common", text: "bytes key = 1;", replacement: "bytes name = 1;",
            complaint: ".KeyValue.key: this field is missing"),
        Mutation(
            file: "common/v1/common", text: "bytes key = 1;", replacement: "bytes key = 1; bytes more = 9;",
            complaint: ".KeyValue.more: there is no such field"),
        Mutation(
            file: "metrics/v1/metrics", text: "oneof _sum {\n    double sum = 5;\n  }",
            replacement: "double sum = 5;",
            complaint: ".HistogramDataPoint.sum: the oneof is None, should be '_sum'"),
        Mutation(
            file: "logs/v1/logs", text: "SEVERITY_NUMBER_WARN = 13;",
            replacement: "SEVERITY_NUMBER_WARN = 31;",
            complaint: ".SeverityNumber.SEVERITY_NUMBER_WARN: the number is 31, should be 13"),
        Mutation(
            file: "trace/v1/trace", text: "  reserved 1;\n", replacement: "",
            complaint: ".Status: the list of reserved numbers is [], should be [1]"),
    ]

    @Test("a schema that differs is refused", arguments: mutations)
    func mutatedSchemaIsRefused(mutation: Mutation) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(at: Repository.root.appending(path: "proto"), to: folder)
        let file = folder.appending(path: "opentelemetry/proto/\(mutation.file).proto")
        let text = try String(contentsOf: file, encoding: .utf8)
        let place = try #require(text.range(of: mutation.text))
        try text.replacingCharacters(in: place, with: mutation.replacement)
            .write(to: file, atomically: true, encoding: .utf8)

        let check = try await Self.check(proto: folder)
        #expect(check.status == .exited(1))
        #expect(check.standardError.contains(mutation.complaint), "\(check.standardError)")
    }

    @Test("a schema file that is gone is missed")
    func missingFileIsMissed() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(at: Repository.root.appending(path: "proto"), to: folder)
        try FileManager.default.removeItem(
            at: folder.appending(path: "opentelemetry/proto/collector/logs/v1/logs_service.proto"))

        let check = try await Self.check(proto: folder)
        #expect(check.status == .exited(1))
        #expect(check.standardError.contains("logs_service.proto: this file is missing"))
    }

    @Test("the committed C code is what proto/ generates")
    func generatedCodeIsCurrent() async throws {
        let check = try await FinishedProgram.run(
            Repository.root.appending(path: "scripts/generate-otlp").path(percentEncoded: false), ["--check"])
        #expect(check.status == .exited(0), "\(check.standardError)\(check.standardOutput)")
    }

    private static func check(proto: URL) async throws -> FinishedProgram {
        try await PythonEnvironment.run(
            Repository.root.appending(path: "scripts/check-otlp-schema.py"),
            ["--proto", proto.path(percentEncoded: false)])
    }
}
