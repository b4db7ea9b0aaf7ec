// The Go service: instrumented by otelhttp, otelgrpc and otelslog. What all four services do is told in ../README.md.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const (
	reserveMethod = "/polyglot.Stock/Reserve"
	callLimit     = 30 * time.Second
	supplierTakes = 20 * time.Millisecond
)

// Shop is the service with the peers that it calls.
type Shop struct {
	fault  string
	prices string
	http   *http.Client
	stock  *grpc.ClientConn
	orders *Orders
	telemetry
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	telemetry, err := start(ctx)
	if err != nil {
		return err
	}
	shop := &Shop{fault: os.Getenv("FAULT"), prices: os.Getenv("HTTP_PEER"), telemetry: telemetry}
	var transport http.RoundTripper = http.DefaultTransport
	if shop.fault == "header" {
		transport = allowList{http.DefaultTransport}
	}
	shop.http = &http.Client{Transport: otelhttp.NewTransport(transport), Timeout: callLimit}
	shop.stock, err = grpc.NewClient(
		os.Getenv("GRPC_PEER"),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()),
	)
	if err != nil {
		return err
	}
	shop.orders = newOrders(shop)
	go shop.orders.work()

	rpc := grpc.NewServer(grpc.StatsHandler(otelgrpc.NewServerHandler()))
	rpc.RegisterService(&stockService, shop)
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("GRPC_PORT"))
	if err != nil {
		return err
	}
	go func() { log.Print(rpc.Serve(listener)) }()

	routes := http.NewServeMux()
	route := func(path string, handler http.HandlerFunc) {
		routes.Handle("GET "+path, otelhttp.NewHandler(handler, "GET "+path))
	}
	route("/order", shop.order)
	route("/price", func(answer http.ResponseWriter, request *http.Request) {
		time.Sleep(supplierTakes)
		shop.logger.InfoContext(request.Context(), "told a price")
		fmt.Fprint(answer, "3")
	})
	routes.HandleFunc("GET /healthz", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprint(answer, "ok") })
	web := &http.Server{Addr: "127.0.0.1:" + os.Getenv("HTTP_PORT"), Handler: routes}
	go func() {
		if err := web.ListenAndServe(); err != http.ErrServerClosed {
			log.Fatal(err)
		}
	}()

	<-ctx.Done()
	last, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	_ = web.Shutdown(last)
	rpc.Stop()
	shop.orders.close()
	return telemetry.stop(last)
}

// order takes an order: a price over HTTP, a reservation over gRPC, a message to the queue.
func (shop *Shop) order(answer http.ResponseWriter, request *http.Request) {
	ctx, item, customer := request.Context(), request.FormValue("item"), request.FormValue("customer")
	price, err := shop.price(ctx, item)
	if err == nil {
		err = shop.stock.Invoke(ctx, reserveMethod, wrapperspb.String(item), new(wrapperspb.StringValue))
	}
	if err != nil {
		shop.logger.ErrorContext(ctx, "took no order: "+err.Error())
		http.Error(answer, err.Error(), http.StatusBadGateway)
		return
	}
	shop.orders.send(ctx, item)
	shop.count(ctx, item, customer)
	shop.tell(ctx, customer)
	fmt.Fprintln(answer, price)
}

func (shop *Shop) price(ctx context.Context, item string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, shop.prices+"/price?item="+url.QueryEscape(item), nil)
	if err != nil {
		return "", err
	}
	answer, err := shop.http.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("price: %s", answer.Status)
	}
	return string(body), err
}

// allowList is a transport below the instrumentation that passes on only the headers it knows.
type allowList struct{ next http.RoundTripper }

func (list allowList) RoundTrip(request *http.Request) (*http.Response, error) {
	known := []string{"Accept", "Content-Type", "User-Agent"}
	request = request.Clone(request.Context())
	for name := range request.Header {
		if !slices.Contains(known, name) {
			request.Header.Del(name)
		}
	}
	return list.next.RoundTrip(request)
}

// stockService is what protoc would generate of ../stock.proto.
var stockService = grpc.ServiceDesc{
	ServiceName: "polyglot.Stock",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{
		MethodName: "Reserve",
		Handler: func(shop any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
			item := new(wrapperspb.StringValue)
			if err := decode(item); err != nil {
				return nil, err
			}
			reserve := func(ctx context.Context, _ any) (any, error) {
				shop.(*Shop).logger.InfoContext(ctx, "reserved an item")
				return wrapperspb.String("reserved " + cmp.Or(item.Value, "nothing")), nil
			}
			if around == nil {
				return reserve(ctx, item)
			}
			return around(ctx, item, &grpc.UnaryServerInfo{FullMethod: reserveMethod}, reserve)
		},
	}},
}
