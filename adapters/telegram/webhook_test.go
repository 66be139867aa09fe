package telegram

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
)

var nextPort atomic.Int32

// unused is an address that nobody listens at, below the ports that the system gives to whoever asks for any.
func unused(t *testing.T) string {
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20_000+(os.Getpid()*37+int(nextPort.Add(1)))%10_000)
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no unused port")
	return ""
}

// hooked starts an adapter that is delivered to, and returns its address.
func hooked(t *testing.T, srv *telegramtest.Server, core Core, change ...func(*Config, *timing)) (*running, string) {
	t.Helper()
	addr := unused(t)
	srv.Local = true
	url := "http://" + addr + "/hook"
	change = append([]func(*Config, *timing){func(c *Config, _ *timing) { c.Webhook = Webhook{URL: url, Listen: addr} }}, change...)
	run := start(t, srv, core, change...)
	srv.Await("the webhook is set", func() bool { u, _ := srv.Webhook(); return u == url })
	return run, url
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	run, _ := hooked(t, srv, &script{reply: echo})
	var want []string
	for i := range 20 {
		srv.Say(privately, ana, fmt.Sprint(i))
		want = append(want, fmt.Sprint("re: ", i))
	}
	if got := texts(srv.AwaitSaid(privately, 20)); !slices.Equal(got, want) {
		t.Errorf("the bot said %q", got)
	}
	srv.Await("the bot is ready", func() bool { return run.Stats().Ready })
	if got := srv.Allowed(); !slices.Equal(got, allowedUpdates) {
		t.Errorf("the webhook asks for %v", got)
	}
	if len(srv.Calls("getUpdates")) > 0 {
		t.Error("the bot polls beside its webhook")
	}
	run.stop()
	if u, _ := srv.Webhook(); u == "" {
		t.Error("the webhook is gone after a stop: Telegram would not keep delivering to the next start")
	}
}

// Where no authority has signed the certificate, Telegram is given it to trust; its refusals count as those of other calls do.
func TestWebhookCertificate(t *testing.T) {
	t.Parallel()
	const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
	file := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(file, []byte(pem), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := telegramtest.New(t)
	srv.Fail(telegramtest.Fault{Method: "setWebhook", Code: 429, Description: "Too Many Requests: retry after 1", RetryAfter: 1})
	hooked(t, srv, &script{reply: echo}, func(c *Config, _ *timing) { c.Webhook.Certificate = file })
	srv.Say(privately, ana, "hello")
	srv.AwaitSaid(privately, 1)
	calls := srv.Calls("setWebhook")
	if got := calls[len(calls)-1].Params["certificate"]; got != pem || len(calls) != 2 {
		t.Errorf("after %d calls the certificate is %q", len(calls), got)
	}

	gone := start(t, telegramtest.New(t), &script{}, func(c *Config, _ *timing) {
		c.Webhook = Webhook{URL: "https://bot.example.org/hook", Certificate: file + ".gone"}
	})
	var fatal *Fatal
	if err := gone.wait(); !errors.As(err, &fatal) || !strings.Contains(fatal.Advice, "certificate") {
		t.Errorf("with a file that is not there it ends with %v", err)
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{reply: echo}
	run, url := hooked(t, srv, core)
	_, secret := srv.Webhook()
	if len(secret) < 32 || strings.Contains(telegramtest.Token, secret) {
		t.Errorf("the secret is %q", secret)
	}
	update := `{"update_id":5,"message":{"message_id":1,"date":1,"chat":{"id":7,"type":"private"},"from":{"id":7,"is_bot":false,"first_name":"x"},"text":"hello"}}`
	for _, tc := range []struct {
		name, method, secret, body string
		want                       int
	}{
		{"no secret", "POST", "", update, 401},
		{"a wrong secret", "POST", secret[:len(secret)-1] + "x", update, 401},
		{"a part of the secret", "POST", secret[:5], update, 401},
		{"a browser", "GET", secret, "", 405},
		{"a huge body", "POST", secret, `{"update_id":6,"x":"` + strings.Repeat("x", maxUpdate) + `"}`, 413},
		// Telegram would send these again and again.
		{"no JSON", "POST", secret, "hello", 200},
		{"nothing", "POST", secret, "", 200},
		{"an update of another shape", "POST", secret, `{"update_id":7,"message":"x"}`, 200},
	} {
		req, _ := http.NewRequest(tc.method, url, bytes.NewReader([]byte(tc.body)))
		if tc.secret != "" {
			req.Header.Set("X-Telegram-Bot-Api-Secret-Token", tc.secret)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(tc.name, err)
		}
		resp.Body.Close()
		if resp.StatusCode != tc.want {
			t.Errorf("%s gets %d, want %d", tc.name, resp.StatusCode, tc.want)
		}
	}
	if resp, err := http.Post(strings.TrimSuffix(url, "/hook")+"/other", "", nil); err != nil || resp.StatusCode != 404 {
		t.Errorf("another path gets %v %v", resp, err)
	}
	if core.count() != 0 {
		t.Error("an update without the secret was answered")
	}
	if s := run.Stats(); s.Undecodable != 3 {
		t.Errorf("stats are %+v", s)
	}
}

// Where the queue is full Telegram is told to come again; nothing is lost and nothing answered twice.
func TestWebhookFull(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	run, _ := hooked(t, srv, &script{reply: echo}, func(c *Config, _ *timing) { c.Queue = 3 })
	srv.Fail(telegramtest.Fault{Method: "sendMessage", Delay: 150 * time.Millisecond, Times: -1})
	const n = 12
	for i := range n {
		u := telegramtest.User{ID: int64(6000 + i), Name: "Somebody"}
		srv.Say(telegramtest.Private(u), u, "hello")
	}
	for i := range n {
		srv.AwaitSaid(telegramtest.Chat{ID: int64(6000 + i), Type: "private"}, 1)
	}
	if run.Stats().Refused == 0 {
		t.Error("nothing was sent back: the test shows nothing")
	}
	srv.Await("all is delivered", func() bool { return srv.Pending() == 0 && run.Stats().Queue == 0 })
	if n := len(srv.Calls("sendMessage")); n != 12 {
		t.Errorf("%d messages sent, want 12", n)
	}
}

// The same update on two connections, or again after a lost 200, is answered once.
func TestWebhookRepeats(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{reply: echo}
	run, url := hooked(t, srv, core)
	_, secret := srv.Webhook()
	for range 3 {
		req, _ := http.NewRequest("POST", url, strings.NewReader(`{"update_id":5,"message":{"message_id":1,"date":1,"chat":{"id":7,"type":"private"},"from":{"id":7,"is_bot":false,"first_name":"x"},"text":"hello"}}`))
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
	}
	srv.Await("it is answered", func() bool { return run.Stats().Queue == 0 })
	if core.count() != 1 {
		t.Errorf("answered %d times", core.count())
	}
}

func TestWebhookShutdown(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	run, _ := hooked(t, srv, &script{reply: func(m bot.Message) bot.Reply { return echo(m) }})
	srv.Fail(telegramtest.Fault{Method: "sendMessage", Delay: 300 * time.Millisecond, Times: -1})
	for i := range 4 {
		srv.Say(privately, ana, fmt.Sprint(i))
	}
	srv.Await("the questions are taken on", func() bool { return run.Stats().Updates == 4 })
	if err := run.stop(); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.Said(privately)); n != 4 || srv.Pending() != 0 {
		t.Errorf("%d of 4 questions are answered, %d pending", n, srv.Pending())
	}
}

func TestWebhookCannotListen(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	srv := telegramtest.New(t)
	srv.Local = true
	run := start(t, srv, &script{}, func(c *Config, _ *timing) {
		c.Webhook = Webhook{URL: "http://" + l.Addr().String() + "/", Listen: l.Addr().String()}
	})
	var fatal *Fatal
	if err := run.wait(); err == nil || !strings.Contains(err.Error(), "cannot listen") {
		t.Errorf("Run returned %v, want a %T", err, fatal)
	}
}
