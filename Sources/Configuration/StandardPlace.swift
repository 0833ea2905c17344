import Glibc

/// Where the programs look for their files unless they are told.
package enum StandardPlace {
    /// The user's file, else that of the machine; nil when there is neither.
    /// - Parameter environment: the values of its variables
    package static func path(_ name: String, environment: (String) -> String?) -> String? {
        var folders: [String] = []
        if let folder = environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
            folders.append(folder)
        } else if let home = environment("HOME"), !home.isEmpty {
            folders.append(home + "/.config")
        }
        folders.append("/etc")
        return folders.map { "\($0)/traceq/\(name)" }.first { access($0, F_OK) == 0 }
    }
}
