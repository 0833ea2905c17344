import Collector
import OTLPModel
import Telemetry
import Testing

@Suite("What is known of what senders send", .timeLimit(.minutes(15)))
struct SenderBookSignalTests {
    private let start = UnixNanos(rawValue: 1_790_000_000_000_000_000)

    @Test("each signal of a sender is looked at by itself")
    func signalsAreLookedAt() throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        book.note([OriginInspection(Resource(), receivedAt: start)], sender: sender, now: start)
        #expect(!book.wantsInspection(of: sender, signal: .traces, now: start))
        #expect(book.wantsInspection(of: sender, signal: .metrics, now: start))
        #expect(!book.wantsInspection(of: sender, signal: .metrics, now: start))
        let logs = OriginInspection(Resource(), signal: .logs, receivedAt: start)
        book.note([logs, logs], sender: sender, now: start)
        let record = try #require(book.records[sender])
        #expect(Signal.allCases.map { record.inspected[$0] } == [1, 0, 1])
        #expect(record.services.values.first?.sightings[.noServiceName]?.signals == [.traces, .logs])
    }

    @Test("a metric that is a total now and a difference then is told, by its name, at each change")
    func temporalityChanges() throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        func sighting(after metrics: [(String, Bool, Bool)]) -> SenderBook.Sighting? {
            var inspection = OriginInspection(Resource(), signal: .metrics, receivedAt: start)
            inspection.temporalities = metrics.map {
                OriginInspection.MetricTemporality(
                    metric: $0.0, type: .sum, isMonotonic: $0.1, isDelta: $0.2)
            }
            book.note([inspection], sender: sender, now: start)
            return book.records[sender]?.services.values.first?.sightings[.temporalityChanges]
        }
        // A sum that may fall is a total where one that only rises is a difference: two metrics, though of one name.
        #expect(sighting(after: [("b", true, true), ("b", false, false), ("a", true, true)]) == nil)
        #expect(sighting(after: [("b", true, true), ("b", false, false)]) == nil)
        #expect(sighting(after: [("b", true, false), ("a", true, false)])?.detail == "a, b")
        #expect(sighting(after: [("b", true, false)])?.count == 1)
        #expect(sighting(after: [("b", true, true)])?.detail == "b")
    }

    @Test("of a service 64 metrics are watched for changes", arguments: [63, 64, 65])
    func watchedMetricsAreBounded(count: Int) throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        for isDelta in [false, true] {
            for number in 0..<count where !isDelta || number == count - 1 {
                var inspection = OriginInspection(Resource(), signal: .metrics, receivedAt: start)
                inspection.temporalities = [
                    OriginInspection.MetricTemporality(
                        metric: "m\(number)", type: .histogram, isMonotonic: false, isDelta: isDelta)
                ]
                book.note([inspection], sender: sender, now: start)
            }
        }
        let service = try #require(book.records[sender]?.services.values.first)
        #expect((service.sightings[.temporalityChanges] != nil) == (count <= 64))
    }

    @Test("log records of one instance and spans of another are of one service")
    func logsAndSpansOfInstances() throws {
        let book = SenderBook()
        let sender = Sender(address: "10.0.0.1")
        func look(_ signal: Signal, _ service: String, _ node: String, items: Int) -> SenderBook.Sighting? {
            var resource = Resource()
            resource.attributes = [
                KeyValue("service.name", .string(service)), KeyValue("service.instance.id", .string(node)),
            ]
            var inspection = OriginInspection(resource, signal: signal, receivedAt: start)
            inspection.items = items
            book.note([inspection], sender: sender, now: start)
            return book.records[sender]?.services[SendingService(name: service, node: node)]?
                .sightings[.logsWithoutTrace]
        }
        #expect(look(.traces, "a", "1", items: 1) == nil)
        #expect(look(.logs, "b", "2", items: 500) == nil)
        #expect(look(.logs, "a", "2", items: 500)?.detail == "500 log records, none in a trace")
    }
}
