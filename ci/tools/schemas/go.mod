module emberline/ci/tools/schemas

go 1.26.0

require (
	github.com/grafana/grafana-operator/v5 v5.16.0
	k8s.io/kube-openapi v0.0.0-20250701173324-9bd5c66d9911
)
