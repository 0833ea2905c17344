package final class TelemetryReader {
    package init(path: String) throws(StoreError) { throw StoreError(.missing, "stub") }
    package func info() throws(StoreError) -> DatabaseInfo { throw StoreError(.missing, "stub") }
    package func slowest(_ query: SlowestQuery) throws(StoreError) -> SlowestResult { throw StoreError(.missing, "stub") }
    package func trace(prefix: String) throws(StoreError) -> TraceLookup { throw StoreError(.missing, "stub") }
}
