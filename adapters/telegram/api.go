package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// A client calls the Bot API. Every call goes through it: it adds what the library lacks (a context, an HTTP status, a
// retry) and keeps the token, which is part of every URL, out of every error.
type client struct {
	api   tgbotapi.BotAPI // copied for each call, see try
	http  *http.Client
	token string
	pace  *pacer
	stats *counters
	wait  func(context.Context, time.Duration) error
	log   *slog.Logger
}

const (
	callTimeout  = 30 * time.Second // one attempt at any call but getUpdates
	maxAnswer    = 16 << 20         // getUpdates is cut at 4 MiB by the server, everything else is far smaller
	maxAttempts  = 6                // of one call; with the backoff below about half a minute
	longestPause = 10 * time.Minute // a longer retry_after is given up: nobody waits for that answer any more
)

func newClient(cfg Config, stats *counters, log *slog.Logger) *client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// All calls go to one host, and the default of two kept connections would make most of them dial.
	transport.MaxIdleConnsPerHost = 64
	// What is written to a connection that the other side is just closing may have arrived, so it would not be sent again.
	// Idle connections are therefore closed from here, before servers do it.
	transport.IdleConnTimeout = 30 * time.Second
	// Telegram speaks HTTP/2, with one connection for all calls. Where that dies silently, as in a router that forgets it,
	// every call on it would wait for its own end until the kernel gives up after a quarter of an hour. A ping notices.
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second}
	c := &client{
		api: tgbotapi.BotAPI{Token: cfg.Token},
		http: &http.Client{
			Transport: transport,
			// A redirect's target would stand in errors, and no Bot API server sends any.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		token: cfg.Token,
		pace:  newPacer(*cfg.Pace),
		stats: stats,
		wait:  sleep,
		log:   log,
	}
	c.api.SetAPIEndpoint(strings.ReplaceAll(cfg.APIURL, "%", "%%") + "/bot%s/%s")
	return c
}

// An Error is what came of a call that failed. It never holds the token.
type Error struct {
	Method      string
	Code        int    // HTTP status or Telegram's error code; 0 where there was no answer
	Description string // Telegram's own words, or what went wrong on the way
	RetryAfter  time.Duration
	MigrateTo   int64 // the supergroup that the group has become

	sent  bool  // the request may have arrived
	whole bool  // all of it was handed to the network
	cause error // what the network said; nil where Telegram answered
}

func (e *Error) Error() string {
	if e.Code != 0 {
		return fmt.Sprintf("%s: %d %s", e.Method, e.Code, e.Description)
	}
	return e.Method + ": " + e.Description
}

// Unwrap finds context.Canceled and the like.
func (e *Error) Unwrap() error { return e.cause }

// says tells whether Telegram's words contain any of these, whatever their case.
func (e *Error) says(words ...string) bool {
	d := strings.ToLower(e.Description)
	for _, s := range words {
		if strings.Contains(d, strings.ToLower(s)) {
			return true
		}
	}
	return false
}

// reason puts an error into one of a few classes, to count it by.
func (e *Error) reason() string {
	switch {
	case errors.Is(e.cause, context.Canceled):
		return "cancelled"
	case e.Code == 0:
		return "network"
	case e.Code == 429:
		return "rate limited"
	case e.Code == 401 || e.Code == 404:
		return "unauthorised"
	case e.Code == 403:
		return "forbidden"
	case e.Code == 409:
		return "conflict"
	case e.Code >= 500:
		return "server"
	}
	return "refused"
}

// try makes one attempt at a call, with files where there are any, and reads its result into a variable, or nowhere where that
// is nil.
func (c *client) try(ctx context.Context, method string, params tgbotapi.Params, into any, files ...tgbotapi.RequestFile) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	// The library takes no context (its pull request 456), so each call gets a copy with an HTTP client that adds it.
	once := attempt{ctx: ctx, http: c.http}
	api := c.api
	api.Client = &once
	var answer *tgbotapi.APIResponse
	var err error
	if len(files) > 0 {
		answer, err = api.UploadFiles(method, params, files)
	} else {
		answer, err = api.MakeRequest(method, params)
	}
	c.stats.calls.Add(1)
	if err == nil && into != nil {
		if err = json.Unmarshal(answer.Result, into); err != nil {
			err = fmt.Errorf("reading the result: %w", err)
		}
	}
	if err == nil {
		return nil
	}
	e := &Error{Method: method, Code: once.status, sent: once.wrote.Load() && !unwritten(err), whole: once.whole.Load()}
	var refused *tgbotapi.Error
	switch {
	case errors.As(err, &refused):
		e.Description = refused.Message
		e.RetryAfter = time.Duration(refused.RetryAfter) * time.Second
		e.MigrateTo = refused.MigrateToChatID
		if refused.Code != 0 {
			e.Code = refused.Code
		}
	case once.status >= 300:
		// A proxy's page instead of JSON.
		e.Description = http.StatusText(once.status)
	default:
		e.Code = 0
		if once.status != 0 {
			e.Description = "the answer is not understood: "
		}
		e.cause = withoutURL(err)
		e.Description += e.cause.Error()
	}
	if e.Code == 429 && e.RetryAfter == 0 {
		e.RetryAfter = max(once.retryAfter, time.Second)
	}
	e.Description = strings.ReplaceAll(e.Description, c.token, "<token>")
	c.stats.failed(e.reason())
	return e
}

// call makes a call until it succeeds, is refused, or there is no point any more.
func (c *client) call(ctx context.Context, method string, params tgbotapi.Params, into any) error {
	return c.repeat(ctx, method, func() error { return c.try(ctx, method, params, into) })
}

// write is call for what writes a message to a chat, at the pace that Telegram allows. Chat 0 is none in particular.
func (c *client) write(ctx context.Context, chat int64, method string, params tgbotapi.Params, into any) error {
	return c.repeat(ctx, method, func() error {
		end, err := c.pace.take(ctx, chat)
		if err != nil {
			return err
		}
		defer end()
		return c.try(ctx, method, params, into)
	})
}

// repeat makes attempts. What creates a message is repeated only when it surely did not arrive: there is no key by which
// Telegram would notice the twin.
func (c *client) repeat(ctx context.Context, method string, attempt func() error) error {
	for n := 1; ; n++ {
		err := attempt()
		var e *Error
		if err == nil || !errors.As(err, &e) || n == maxAttempts || ctx.Err() != nil {
			return err
		}
		pause := backoff(n)
		switch {
		case e.Code == 429:
			if e.RetryAfter > longestPause {
				return err
			}
			pause = e.RetryAfter
			c.stats.limited.Add(1)
		case e.Code >= 500:
			// Telegram says itself that it failed. Of a gateway's timeout nobody knows.
			if e.Code == http.StatusGatewayTimeout && creates(method) {
				return err
			}
		case e.Code == 0 && !(e.sent && creates(method)):
		default:
			return err
		}
		c.log.DebugContext(ctx, "a call to Telegram is made again", "error", err, "attempt", n, "wait", pause.Round(time.Millisecond))
		if c.wait(ctx, pause) != nil {
			return err
		}
	}
}

// creates says whether a method makes something new each time that it is called.
func creates(method string) bool { return method == "sendMessage" }

// backoff is how long to wait after the n-th failure in a row: half a second, doubled each time up to half a minute, of
// which up to half is left to chance so that many bots don't come back at once.
func backoff(n int) time.Duration {
	d := min(500*time.Millisecond<<min(n-1, 10), 30*time.Second)
	return d/2 + rand.N(d/2)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// withoutURL takes the URL, and with it the token, out of a network error.
func withoutURL(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

// unwritten says whether a call failed while its request was being written. What does not arrive whole is not carried out.
func unwritten(err error) bool {
	var op *net.OpError
	for errors.As(err, &op) {
		if op.Op == "write" {
			return true
		}
		err = op.Err
	}
	return false
}

// An attempt is the library's HTTP client for a single call.
type attempt struct {
	ctx        context.Context
	http       *http.Client
	status     int
	wrote      atomic.Bool // some of the request may have left
	whole      atomic.Bool // all of it has left
	retryAfter time.Duration
}

func (a *attempt) Do(r *http.Request) (*http.Response, error) {
	r = r.WithContext(httptrace.WithClientTrace(a.ctx, &httptrace.ClientTrace{
		WroteRequest: func(i httptrace.WroteRequestInfo) { a.whole.Store(i.Err == nil) },
	}))
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &watched{ReadCloser: r.Body, read: &a.wrote}
	}
	resp, err := a.http.Do(r)
	if err != nil {
		return nil, withoutURL(err)
	}
	a.status = resp.StatusCode
	if s, err := time.ParseDuration(resp.Header.Get("Retry-After") + "s"); err == nil {
		a.retryAfter = s
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// A watched body notes when it is read, which happens once there is a connection to write it to.
type watched struct {
	io.ReadCloser
	read *atomic.Bool
}

func (w *watched) Read(p []byte) (int, error) {
	w.read.Store(true)
	return w.ReadCloser.Read(p)
}
