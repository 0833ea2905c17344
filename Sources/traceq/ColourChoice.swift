import ArgumentParser

/// When to use colour.
package enum ColourChoice: String, CaseIterable, ExpressibleByArgument {
    /// On a terminal that is not dumb, unless NO_COLOR is set; elsewhere when FORCE_COLOR is.
    case auto
    case always
    case never

    package func isOn(environment: [String: String], isTerminal: Bool) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .auto:
            guard (environment["NO_COLOR"] ?? "").isEmpty else { return false }
            let force = environment["FORCE_COLOR"] ?? ""
            if !force.isEmpty, force != "0" { return true }
            return isTerminal && environment["TERM"] != "dumb"
        }
    }
}
