import Glibc
import NIOCore
import NIOSSL
import Telemetry

/// The content of the files that TLS needs: compared to find out whether they changed.
struct TLSFiles: Equatable {
    var certificate: [UInt8]
    var privateKey: [UInt8]
    var clientAuthority: [UInt8]?

    /// A chain of certificates takes a few KiB, a bundle of all public authorities 250.
    private static let fileBytesMax = 4 << 20
    /// How long a connection that ends waits for its sender to end its side of TLS: as long as `LingeringClose` does
    /// for that of TCP. The library's 5 seconds would add to each restart for a sender that is not there any more.
    private static let closeNotifySecondsMax: Int64 = 1

    /// The paths, for messages.
    private let certificatePath: String
    private let privateKeyPath: String
    private let clientAuthorityPath: String

    /// - Throws: A `usage` error that says which file cannot be read, and why.
    init(_ settings: TLSSettings) throws(CollectorError) {
        guard let certificatePath = settings.certificatePath, let privateKeyPath = settings.privateKeyPath
        else {
            throw CollectorError(
                .usage, "TLS needs a certificate and its private key: give both, or nothing about TLS")
        }
        (self.certificatePath, self.privateKeyPath) = (
            AbsolutePath.of(certificatePath), AbsolutePath.of(privateKeyPath)
        )
        clientAuthorityPath = AbsolutePath.of(settings.clientAuthorityPath ?? "")
        certificate = try Self.read(certificatePath, "TLS certificate")
        privateKey = try Self.read(privateKeyPath, "TLS private key")
        if let path = settings.clientAuthorityPath {
            clientAuthority = try Self.read(path, "certificates of client authorities")
        }
    }

    private static func read(_ path: String, _ what: String) throws(CollectorError) -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw failure(path, what, String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= fileBytesMax {
            let count = fread(&part, 1, part.count, file)
            if count == 0 { break }
            bytes += part[..<count]
        }
        guard ferror(file) == 0 else { throw failure(path, what, String(cString: strerror(errno))) }
        guard bytes.count <= fileBytesMax else { throw failure(path, what, "it is larger than 4 MiB") }
        return bytes
    }

    private static func failure(_ path: String, _ what: String, _ reason: String) -> CollectorError {
        CollectorError(.usage, "cannot read the \(what) \"\(LogLine.escaped(path))\": \(reason)")
    }

    /// Everything that a connection needs.
    ///
    /// - Throws: A `usage` error that says which file holds what it should not.
    func context(_ settings: TLSSettings) throws(CollectorError) -> NIOSSLContext {
        let chain = try Self.certificates(certificate, certificatePath)
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: privateKey, format: .pem)
        } catch {
            throw CollectorError(
                .usage,
                "\"\(LogLine.escaped(privateKeyPath))\" holds no private key in PEM, or one with a "
                    + "passphrase: give a key without one")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = settings.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        configuration.shutdownTimeout = .seconds(Self.closeNotifySecondsMax)
        if let path = settings.clientAuthorityPath, let clientAuthority {
            configuration.trustRoots = .certificates(try Self.certificates(clientAuthority, path))
            configuration.certificateVerification = .noHostnameVerification
            configuration.sendCANameList = true
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw CollectorError(
                .usage,
                "the TLS certificate \"\(LogLine.escaped(certificatePath))\" and the private key "
                    + "\"\(LogLine.escaped(privateKeyPath))\" do not belong together")
        }
    }

    /// When the certificates end: of each file, the one that does so first.
    func expiries() throws(CollectorError) -> [Expiry] {
        var expiries = [
            Expiry(
                .certificate(path: certificatePath),
                end: Self.end(of: try Self.certificates(certificate, certificatePath)))
        ]
        if let clientAuthority {
            let authorities = try Self.certificates(clientAuthority, clientAuthorityPath)
            expiries.append(
                Expiry(.clientAuthority(path: clientAuthorityPath), end: Self.end(of: authorities)))
        }
        return expiries
    }

    private static func end(of certificates: [NIOSSLCertificate]) -> UnixNanos {
        let seconds = certificates.map { Int64($0.notValidAfter) }.min() ?? 0
        let (nanos, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .distantPast : .distantFuture) : UnixNanos(rawValue: nanos)
    }

    /// At least one.
    private static func certificates(
        _ bytes: [UInt8], _ path: String
    ) throws(CollectorError) -> [NIOSSLCertificate] {
        let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes)
        guard let certificates, !certificates.isEmpty else {
            throw CollectorError(.usage, "\"\(LogLine.escaped(path))\" holds no certificate in PEM")
        }
        return certificates
    }
}
