import Testing

@Suite("Each rule fails on a file that breaks it, and on that alone")
struct BadSampleTests {
    @Test("code that breaks a rule of the source tree", arguments: Sample.broken)
    func badCodeIsFound(sample: Sample) throws {
        let violations = try sample.rule.violations(in: [sample.file])
        #expect(violations.count == 1, "\(sample.file.text)")
    }

    @Test("code that keeps the rule beside it", arguments: Sample.kept)
    func goodCodePasses(sample: Sample) throws {
        #expect(try sample.rule.violations(in: [sample.file]) == [])
    }

    @Test("a function of 70 lines passes, one of 71 does not")
    func functionLengthIsExact() {
        func file(bodyLines: Int) -> SourceFile {
            let body = (0..<bodyLines).map { "        value += \($0)" }.joined(separator: "\n")
            return SourceFile(
                path: "Sources/a.swift",
                text: "struct A {\n    func b(\n        _ c: Int\n    ) {\n\(body)\n    }\n}\n")
        }
        #expect(FunctionLength.tooLong(in: file(bodyLines: 66), limit: 70) == [])
        #expect(FunctionLength.tooLong(in: file(bodyLines: 67), limit: 70) == [2])
    }

    @Test("a file of 400 lines passes, one of 401 does not")
    func fileLengthIsExact() throws {
        func file(lines: Int) -> SourceFile {
            SourceFile(path: "Sources/a.swift", text: String(repeating: "// line\n", count: lines))
        }
        #expect(try Rules.shortFiles.violations(in: [file(lines: 400)]) == [])
        #expect(try Rules.shortFiles.violations(in: [file(lines: 401)]).count == 1)
    }

    @Test("a second file of a target that imports a walled library is found, one in another target is not")
    func secondImporterIsFound() throws {
        let files = ["Sources/A/One.swift", "Sources/A/Deep/Two.swift", "Sources/B/Three.swift"].map {
            SourceFile(path: $0, text: "import CZstd\n")
        }
        #expect(
            try Rules.holesInWall(of: "CZstd", in: files) == [
                "Sources/A/Deep/Two.swift", "Sources/A/One.swift",
            ])
        #expect(try Rules.holesInWall(of: "CDeflate", in: files) == [])
    }

    @Test("comments and strings are no code")
    func commentsAndStringsAreBlanked() {
        let text = #"""
            let a = "try! \(b("x!")) y" // try!
            /* as! /* nested */ try! */ let c = #"fatalError( \n "quoted" "#
            let d = """
                try! "inner"
                """
            """#
        let code = SwiftCode.withoutCommentsAndStrings(text)
        #expect(!code.contains("!"))
        #expect(!code.contains("fatalError"))
        #expect(code.contains("let a ="))
        #expect(code.contains("let c ="))
        #expect(code.contains("let d ="))
        #expect(code.split(separator: "\n").count == text.split(separator: "\n").count)
    }
}
