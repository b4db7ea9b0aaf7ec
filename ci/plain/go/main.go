// A service as a newcomer has it: client_golang's metrics and no OpenTelemetry.
//
//	go run . ADDRESS
package main

import (
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: service ADDRESS")
	}
	requests := promauto.NewCounterVec(
		prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests answered."},
		[]string{"handler", "code", "method"},
	)
	durations := promauto.NewHistogramVec(
		prometheus.HistogramOpts{
			Name:    "http_request_duration_seconds",
			Help:    "Time to answer a request.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1},
		},
		[]string{"handler", "code", "method"},
	)
	handle := func(path string, slow time.Duration, failing float64) {
		answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Duration(rand.Float64() * float64(slow)))
			if rand.Float64() < failing {
				http.Error(w, "the stock is out of reach", http.StatusInternalServerError)
				return
			}
			_, _ = w.Write([]byte("ok\n"))
		})
		labels := prometheus.Labels{"handler": path}
		counted := promhttp.InstrumentHandlerCounter(requests.MustCurryWith(labels), answer)
		http.Handle(path, promhttp.InstrumentHandlerDuration(durations.MustCurryWith(labels), counted))
	}
	handle("/orders", 20*time.Millisecond, 0.3)
	handle("/basket", 5*time.Millisecond, 0)
	// Counts and times scrapes of itself: promhttp_metric_handler_requests_total.
	http.Handle("/metrics", promhttp.InstrumentMetricHandler(prometheus.DefaultRegisterer, promhttp.Handler()))
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
