import Glibc

/// The environment of the process.
enum Environment {
    /// The variables that decide where things lie.
    static func all() -> [String: String] {
        var values: [String: String] = [:]
        for name in ["XDG_DATA_HOME", "HOME"] {
            if let value = getenv(name) { values[name] = String(cString: value) }
        }
        return values
    }

    /// A variable; nil when it is not set.
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
