import TestSupport

/// A folder of Go module files as `GOPROXY` serves them, and what is asked of it.
struct ModuleFiles: Sendable {
    /// Paths below the site that exist.
    let present: [String]
    /// Paths that do not.
    let absent: [String]

    /// Writes the files to the folder `site`.
    ///
    /// - Parameter count: How many paths `present` and `absent` have together; every tenth is absent.
    init(count: Int, in folder: TemporaryDirectory) throws {
        let modules = [
            "github.com/!burnt!sushi/toml", "golang.org/x/net", "gopkg.in/yaml.v3", "example.com/a/b/v2",
        ]
        let endings = ["info", "mod", "zip"]
        var present: [String] = []
        var absent: [String] = []
        for number in 0..<count {
            let module = modules[number % modules.count]
            let path = "/\(module)/@v/v1.\(number).0.\(endings[number / modules.count % endings.count])"
            if number % 10 == 9 {
                absent.append(path)
            } else {
                try folder.write(String(repeating: "x", count: 1 + 37 * number), to: "site" + path)
                present.append(path)
            }
        }
        self.present = present
        self.absent = absent
    }

    /// The status that each path has to get.
    var statusOfPath: [String: Int] {
        Dictionary(uniqueKeysWithValues: present.map { ($0, 200) } + absent.map { ($0, 404) })
    }
}
