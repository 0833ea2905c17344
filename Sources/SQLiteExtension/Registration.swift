import Glibc
import Telemetry

/// What the extension's entry calls once the host's functions are known.
@_cdecl("traceq_register_tables")
func registerTables(_ connection: OpaquePointer) -> UnsafeMutablePointer<CChar>? {
    SQLiteHost.register(connection).flatMap { strdup($0) }
}
