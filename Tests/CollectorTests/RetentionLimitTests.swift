import Collector
import Testing

@Suite("Limits of retention on the command line")
struct RetentionLimitTests {
    @Test(
        "ages of a minute and more are read",
        arguments: [("1m", 60), ("60s", 60), ("36h", 129_600), ("7d", 604_800)])
    func goodAge(text: String, seconds: Int64) throws {
        #expect(try RetentionLimits.age(text) == seconds * 1_000_000_000)
    }

    @Test(
        "shorter ones and what is no duration are refused",
        arguments: ["59s", "59999ms", "0s", "", "7", "-7d", "soon"])
    func badAge(text: String) {
        do throws(CollectorError) {
            _ = try RetentionLimits.age(text)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.code == .usage)
            #expect(error.message.contains("7d"))
        }
    }

    @Test(
        "sizes of 64 MiB and more are read",
        arguments: [("64MiB", 64 << 20), ("67108865", 67_108_865), ("20GiB", 20 << 30)])
    func goodSize(text: String, bytes: Int64) throws {
        #expect(try RetentionLimits.size(text) == bytes)
    }

    @Test(
        "smaller ones and what is no number are refused", arguments: ["67108863", "63MiB", "0", "", "many"])
    func badSize(text: String) {
        do throws(CollectorError) {
            _ = try RetentionLimits.size(text)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.code == .usage)
        }
    }
}
