/// Modules that builds really ask for, as the go command writes them, behind the proxies of the field.
enum RealModulePaths {
    static let all: [(input: String, expected: String)] = [
        (
            "/github.com/%21azure/azure-sdk-for-go/sdk/azcore/@v/v1.11.1.zip",
            "zip github.com/Azure/azure-sdk-for-go/sdk/azcore v1.11.1"
        ),
        (
            "https://proxy.golang.org/github.com/!azure/go-autorest/autorest/@v/v0.11.29.mod",
            "mod github.com/Azure/go-autorest/autorest v0.11.29"
        ),
        (
            "/artifactory/api/go/go/github.com/%21burnt%21sushi/toml/@v/v1.4.0.info",
            "info github.com/BurntSushi/toml v1.4.0 base:/artifactory/api/go/go"
        ),
        (
            "https://goproxy.cn/github.com/!masterminds/sprig/@v/v2.22.0+incompatible.zip",
            "zip github.com/Masterminds/sprig v2.22.0+incompatible"
        ),
        (
            "/repository/go-proxy/github.com/%21masterminds/semver/v3/@v/v3.2.1.mod",
            "mod github.com/Masterminds/semver/v3 v3.2.1 base:/repository/go-proxy"
        ),
        (
            "/api/v4/projects/77/packages/go/github.com/!puerkito!bio/goquery/@v/v1.9.2.zip",
            "zip github.com/PuerkitoBio/goquery v1.9.2 base:/api/v4/projects/77/packages/go"
        ),
        ("/github.com/%21shopify/sarama/@v/v1.43.3.info", "info github.com/Shopify/sarama v1.43.3"),
        (
            "https://proxy.golang.org/github.com/!vivid!cortex/ewma/@v/v1.2.0.mod",
            "mod github.com/VividCortex/ewma v1.2.0"
        ),
        (
            "/artifactory/api/go/go/github.com/aws/aws-sdk-go/@v/v1.55.5.zip",
            "zip github.com/aws/aws-sdk-go v1.55.5 base:/artifactory/api/go/go"
        ),
        (
            "https://goproxy.cn/github.com/aws/aws-sdk-go-v2/service/s3/@v/v1.66.3.mod",
            "mod github.com/aws/aws-sdk-go-v2/service/s3 v1.66.3"
        ),
        (
            "/repository/go-proxy/github.com/cespare/xxhash/v2/@v/v2.3.0.zip",
            "zip github.com/cespare/xxhash/v2 v2.3.0 base:/repository/go-proxy"
        ),
        (
            "/api/v4/projects/77/packages/go/github.com/docker/docker/@v/v27.3.1+incompatible.zip",
            "zip github.com/docker/docker v27.3.1+incompatible base:/api/v4/projects/77/packages/go"
        ),
        (
            "/github.com/emicklei/go-restful/v3/@v/v3.12.1.info",
            "info github.com/emicklei/go-restful/v3 v3.12.1"
        ),
        (
            "https://proxy.golang.org/github.com/gin-gonic/gin/@v/v1.10.0.mod",
            "mod github.com/gin-gonic/gin v1.10.0"
        ),
        (
            "/artifactory/api/go/go/github.com/go-playground/validator/v10/@v/v10.22.1.zip",
            "zip github.com/go-playground/validator/v10 v10.22.1 base:/artifactory/api/go/go"
        ),
        (
            "https://goproxy.cn/github.com/golang-jwt/jwt/v5/@v/v5.2.1.info",
            "info github.com/golang-jwt/jwt/v5 v5.2.1"
        ),
        (
            "/repository/go-proxy/github.com/googleapis/gax-go/v2/@v/v2.13.0.mod",
            "mod github.com/googleapis/gax-go/v2 v2.13.0 base:/repository/go-proxy"
        ),
        (
            "/api/v4/projects/77/packages/go/github.com/grpc-ecosystem/grpc-gateway/v2/@v/v2.23.0.zip",
            "zip github.com/grpc-ecosystem/grpc-gateway/v2 v2.23.0 base:/api/v4/projects/77/packages/go"
        ),
        (
            "/github.com/hashicorp/go-multierror/@v/v1.1.1.info",
            "info github.com/hashicorp/go-multierror v1.1.1"
        ),
        (
            "https://proxy.golang.org/github.com/jackc/pgx/v5/@v/v5.7.1.zip",
            "zip github.com/jackc/pgx/v5 v5.7.1"
        ),
        (
            "/artifactory/api/go/go/github.com/json-iterator/go/@v/v1.1.12.mod",
            "mod github.com/json-iterator/go v1.1.12 base:/artifactory/api/go/go"
        ),
        (
            "https://goproxy.cn/github.com/klauspost/compress/@v/v1.17.11.zip",
            "zip github.com/klauspost/compress v1.17.11"
        ),
        (
            "/repository/go-proxy/github.com/mattn/go-sqlite3/@v/v1.14.24.zip",
            "zip github.com/mattn/go-sqlite3 v1.14.24 base:/repository/go-proxy"
        ),
        (
            "/api/v4/projects/77/packages/go/github.com/modern-go/concurrent/@v/v0.0.0-20180306012644-bacd9c7ef1dd.mod",
            "mod github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd pseudo:20180306012644 base:/api/v4/projects/77/packages/go"
        ),
        (
            "/github.com/mwitkow/go-conntrack/@v/v0.0.0-20190716064945-2f068394615f.info",
            "info github.com/mwitkow/go-conntrack v0.0.0-20190716064945-2f068394615f pseudo:20190716064945"
        ),
        (
            "https://proxy.golang.org/github.com/prometheus/client_golang/@v/v1.20.5.mod",
            "mod github.com/prometheus/client_golang v1.20.5"
        ),
        (
            "/artifactory/api/go/go/github.com/spf13/cobra/@v/v1.8.1.zip",
            "zip github.com/spf13/cobra v1.8.1 base:/artifactory/api/go/go"
        ),
        (
            "https://goproxy.cn/github.com/stretchr/testify/@v/v1.9.0.mod",
            "mod github.com/stretchr/testify v1.9.0"
        ),
        (
            "/repository/go-proxy/github.com/xi2/xz/@v/v0.0.0-20171230120015-48954b6210f8.zip",
            "zip github.com/xi2/xz v0.0.0-20171230120015-48954b6210f8 pseudo:20171230120015 base:/repository/go-proxy"
        ),
        (
            "/api/v4/projects/77/packages/go/go.etcd.io/etcd/client/v3/@v/v3.5.16.mod",
            "mod go.etcd.io/etcd/client/v3 v3.5.16 base:/api/v4/projects/77/packages/go"
        ),
        (
            "/go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp/@v/v0.56.0.zip",
            "zip go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp v0.56.0"
        ),
        (
            "https://proxy.golang.org/go.opentelemetry.io/otel/@v/v1.31.0.info",
            "info go.opentelemetry.io/otel v1.31.0"
        ),
        (
            "/artifactory/api/go/go/go.uber.org/zap/@v/v1.27.0.zip",
            "zip go.uber.org/zap v1.27.0 base:/artifactory/api/go/go"
        ),
        (
            "https://goproxy.cn/go4.org/mem/@v/v0.0.0-20220726221520-4f986261bf13.mod",
            "mod go4.org/mem v0.0.0-20220726221520-4f986261bf13 pseudo:20220726221520"
        ),
        (
            "/repository/go-proxy/golang.org/x/crypto/@v/v0.28.0.zip",
            "zip golang.org/x/crypto v0.28.0 base:/repository/go-proxy"
        ),
        (
            "/api/v4/projects/77/packages/go/golang.org/x/exp/@v/v0.0.0-20241009180824-f66d83c29e7c.info",
            "info golang.org/x/exp v0.0.0-20241009180824-f66d83c29e7c pseudo:20241009180824 base:/api/v4/projects/77/packages/go"
        ),
        ("/golang.org/x/tools/gopls/@v/v0.16.2.zip", "zip golang.org/x/tools/gopls v0.16.2"),
        (
            "https://proxy.golang.org/google.golang.org/genproto/googleapis/rpc/@v/v0.0.0-20241015192408-796eee8c2d53.mod",
            "mod google.golang.org/genproto/googleapis/rpc v0.0.0-20241015192408-796eee8c2d53 pseudo:20241015192408"
        ),
        (
            "/artifactory/api/go/go/google.golang.org/grpc/@v/v1.67.1.zip",
            "zip google.golang.org/grpc v1.67.1 base:/artifactory/api/go/go"
        ),
        (
            "https://goproxy.cn/google.golang.org/protobuf/@v/v1.35.1.mod",
            "mod google.golang.org/protobuf v1.35.1"
        ),
        (
            "/repository/go-proxy/gopkg.in/check.v1/@v/v1.0.0-20201130134442-10cb98267c6c.zip",
            "zip gopkg.in/check.v1 v1.0.0-20201130134442-10cb98267c6c pseudo:20201130134442 base:/repository/go-proxy"
        ),
        (
            "/api/v4/projects/77/packages/go/gopkg.in/yaml.v3/@v/v3.0.1.info",
            "info gopkg.in/yaml.v3 v3.0.1 base:/api/v4/projects/77/packages/go"
        ),
        ("/gotest.tools/v3/@v/v3.5.1.mod", "mod gotest.tools/v3 v3.5.1"),
        ("https://proxy.golang.org/k8s.io/client-go/@v/v0.31.2.zip", "zip k8s.io/client-go v0.31.2"),
        (
            "/artifactory/api/go/go/k8s.io/utils/@v/v0.0.0-20240921022957-49e7df575cb6.info",
            "info k8s.io/utils v0.0.0-20240921022957-49e7df575cb6 pseudo:20240921022957 base:/artifactory/api/go/go"
        ),
        ("https://goproxy.cn/modernc.org/sqlite/@v/v1.33.1.zip", "zip modernc.org/sqlite v1.33.1"),
        (
            "/repository/go-proxy/sigs.k8s.io/controller-runtime/@v/v0.19.1.mod",
            "mod sigs.k8s.io/controller-runtime v0.19.1 base:/repository/go-proxy"
        ),
        (
            "/api/v4/projects/77/packages/go/sigs.k8s.io/yaml/@v/v1.4.0.info",
            "info sigs.k8s.io/yaml v1.4.0 base:/api/v4/projects/77/packages/go"
        ),
    ]
}
