package telegram

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A connection that dies without a word costs the calls that are under way on it, and not those that come after.
func TestSilentConnection(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the call came by %s", r.Proto)
		}
		io.WriteString(w, `{"ok":true,"result":{"id":5}}`)
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)

	// Between the two a router that may forget a connection: it goes on taking what is written to it.
	router, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { router.Close() })
	forgotten := make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			in, err := router.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", srv.Listener.Addr().String())
			if err != nil {
				in.Close()
				continue
			}
			t.Cleanup(func() { in.Close(); out.Close() })
			go io.Copy(out, in)
			go func() {
				if n > 0 {
					io.Copy(in, out)
					return
				}
				buf := make([]byte, 4096)
				for {
					k, err := out.Read(buf)
					if err != nil {
						return
					}
					select {
					case <-forgotten:
					default:
						in.Write(buf[:k])
					}
				}
			}()
		}
	}()
	c := newClient(Config{Token: "123:abc", APIURL: "https://" + router.Addr().String()}.filled(), newCounters(), slog.New(slog.DiscardHandler))
	transport := c.http.Transport.(*http.Transport)
	trusting := srv.Client().Transport.(*http.Transport).TLSClientConfig
	transport.TLSClientConfig = trusting.Clone()
	transport.TLSClientConfig.NextProtos = nil
	transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout = 200*time.Millisecond, 2*time.Second
	get := func(most time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), most)
		defer cancel()
		return c.try(ctx, "getMe", nil, nil)
	}
	if err := get(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	close(forgotten)
	if err := get(10 * time.Second); err == nil {
		t.Fatal("the connection is not forgotten")
	}
	if err := get(10 * time.Second); err != nil {
		t.Errorf("after the connection died: %v", err)
	}
}
