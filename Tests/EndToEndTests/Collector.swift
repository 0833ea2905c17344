import Foundation
import Glibc
import TestSupport

/// A running `traceq-collector` on free ports, as a user starts it.
struct Collector: Sendable {
    let process: ChildProcess
    let database: Database
    let httpPort: Int
    let grpcPort: Int

    /// Starts it and waits until it listens.
    static func start(
        on database: Database, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> Collector {
        let process = try ChildProcess(
            BuiltProgram.collector.path(),
            ["--db", database.path, "--listen-http", "127.0.0.1:0", "--listen-grpc", "127.0.0.1:0"]
                + ["--listen-zipkin", "127.0.0.1:0", "--listen-admin", "127.0.0.1:0"] + arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { _, own in own })
        async let http = process.standardError.first { listeningPort(of: "otlp/http", in: $0) }
        async let grpc = process.standardError.first { listeningPort(of: "otlp/grpc", in: $0) }
        guard let httpPort = await http, let grpcPort = await grpc else {
            throw TestSupportError("the collector ended at once: \(await process.standardError.wholeText())")
        }
        return Collector(process: process, database: database, httpPort: httpPort, grpcPort: grpcPort)
    }

    /// Runs `use` with a collector that is gone afterwards, whatever happens.
    static func running<Result>(
        on database: Database, _ arguments: [String] = [], use: (Collector) async throws -> Result
    ) async throws -> Result {
        let collector = try await start(on: database, arguments)
        defer { collector.process.send(SIGKILL) }
        return try await use(collector)
    }

    /// The port on which it tells about itself; nil when it has none.
    var adminPort: Int? {
        get async { await process.standardError.first { listeningPort(of: "protocol=admin", in: $0) } }
    }

    /// The status of an answer of its admin port.
    func health(_ path: String) async throws -> Int {
        guard let port = await adminPort else { throw TestSupportError("the collector has no admin port") }
        return try await onOwnThread {
            Result { () throws(TestSupportError) -> Int in
                var connection = try HTTPConnection(port: port)
                return try connection.send("GET", path, headers: [], body: []).status
            }
        }.get()
    }

    /// Asks it to end, and throws unless it does so in order.
    func stop(with signal: Int32 = SIGTERM) async throws {
        process.send(signal)
        _ = try await process.finish(within: .seconds(30)).succeeded()
    }

    /// Takes its life without a warning.
    func killAtOnce() async {
        process.send(SIGKILL)
        _ = await process.exitStatus()
    }

    /// Lets a small fleet of module proxies send to it for a few seconds, laid over a longer time.
    func fleet(rate: Int, spread: String) async throws {
        let arguments = [
            "--endpoint", "http://127.0.0.1:\(httpPort)", "--grpc-endpoint", "127.0.0.1:\(grpcPort)",
            "--rate", "\(rate)", "--duration", "5s", "--spread", spread, "--seed", "7",
        ]
        _ = try await FinishedProgram.run(BuiltProgram.fleetgen.path(), arguments).succeeded()
    }

    /// Sends one request body, and throws unless it is acknowledged.
    func store(_ body: [UInt8]) async throws {
        let reply = try await post(body)
        guard reply.status == 200 else {
            throw TestSupportError("\(reply.status): \(String(decoding: reply.body, as: UTF8.self))")
        }
    }

    /// Sends one request body on a connection of its own.
    func post(
        _ body: [UInt8], contentType: String = "application/x-protobuf", path: String = "/v1/traces"
    ) async throws -> HTTPReply {
        let port = httpPort
        return try await onOwnThread {
            Result { () throws(TestSupportError) -> HTTPReply in
                var connection = try HTTPConnection(port: port)
                return try connection.send("POST", path, headers: [("Content-Type", contentType)], body: body)
            }
        }.get()
    }
}

/// The port in a log line that says that a receiver listens.
private func listeningPort(of transport: String, in line: String) -> Int? {
    guard line.contains("listening"), line.contains(transport) else { return nil }
    guard let address = line.firstRange(of: "127.0.0.1:") else { return nil }
    return Int(line[address.upperBound...].prefix(while: \.isNumber))
}
