package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
)

// publicAPI is where Discord's REST API is, without a version. The version, of the gateway as well, is the one of the published
// schema; the library's own is older.
const (
	publicAPI  = "https://discord.com/api"
	apiVersion = "10"
)

const (
	maxResponse    = 8 << 20
	attemptTimeout = 15 * time.Second
	maxAttempts    = 30 // mostly the context ends earlier
	maxConns       = 256
)

// An api makes calls to Discord's REST API. It sends through a Session that is never opened, so that nothing of it depends
// on the gateway. The library's own rate limiter and retries are passed by: they sleep without regard to a context, keep
// an entry for every interaction for ever (discordgo issue 1333), and repeat what may have arrived.
type api struct {
	session *discordgo.Session
	base    string
	secret  string // the bot's token
	limits  *limits
	retry   time.Duration
	denied  chan struct{} // receives when the token is refused
	tally   tally
	log     *slog.Logger
}

func newAPI(base, token string, retry time.Duration, log *slog.Logger) (*api, error) {
	s, err := discordgo.New("Bot " + token)
	if err != nil {
		return nil, fmt.Errorf("making a session: %w", err)
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	// A burst over HTTP/1.1 must not open and close a connection for each call: the ports would run out.
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = maxConns, maxConns, maxConns
	s.Client = &http.Client{Transport: noting{t}, Timeout: attemptTimeout, CheckRedirect: stay}
	s.LogLevel = discordgo.LogError
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	s.UserAgent = userAgent
	return &api{session: s, base: base + "/v" + apiVersion, secret: token, limits: newLimits(), retry: retry, denied: make(chan struct{}, 1), log: log}, nil
}

const userAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, v" + discordgo.VERSION + ") summitbot"

// stay follows no redirect: Discord sends none, and the token would travel with it.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// A call is one request to Discord.
type call struct {
	method string
	path   string // beneath the version
	name   string // the path's template, for errors and logs: it shows no token
	bucket string // what Discord limits together
	body   any    // as JSON; nil for none
	secret string // an interaction's token, which no error may show

	// exchange, if not nil, receives what the last response said beside its body.
	exchange *exchange

	// repeatable says that the call may be made again although the first may have arrived.
	repeatable bool
	// interaction says that the global rate limit does not count it.
	interaction bool
}

// A refusal is Discord's answer to a call that it did not carry out.
type refusal struct {
	call    string
	status  int    // of HTTP
	code    int    // Discord's own, 0 if it gave none
	message string // Discord's words, without secrets
}

func (e *refusal) Error() string {
	return fmt.Sprintf("%s: Discord answered %d, code %d: %s", e.call, e.status, e.code, e.message)
}

// Discord's codes for what is handled in a way of its own.
const (
	codeUnknownInteraction = 10062
	codeMissingAccess      = 50001
	codeMissingPermissions = 50013
	codeAcknowledged       = 40060
	codeNoHistory          = 160002 // a reply needs to read what it replies to
)

func refused(err error, codes ...int) bool {
	var r *refusal
	if !errors.As(err, &r) {
		return false
	}
	for _, c := range codes {
		if r.code == c {
			return true
		}
	}
	return false
}

// do makes a call and decodes the answer into out, unless that is nil. It waits out rate limits and passing failures while
// the context lasts. Its errors hold no secret.
func (a *api) do(ctx context.Context, c call, out any) error {
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return fmt.Errorf("%s: encoding the request: %w", c.name, err)
		}
	}
	pause := a.retry
	for attempt := 1; ; attempt++ {
		if err := a.limits.wait(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		answer, x, err := a.once(ctx, c, body)
		switch {
		case x.status == http.StatusTooManyRequests:
			if attempt == maxAttempts {
				return a.refusal(c, x, answer)
			}
			a.limits.hold(c, x.header, answer)
			a.log.DebugContext(ctx, "discord asks to wait", "call", c.name, "attempt", attempt)
			continue
		case x.status == 0 || x.status >= 500:
			// Either it never arrived, or nobody knows.
			if !c.repeatable && !neverSent(err) || attempt == maxAttempts || ctx.Err() != nil {
				if x.status != 0 {
					return a.refusal(c, x, answer)
				}
				return fmt.Errorf("%s: %w", c.name, a.clean(err, c.secret))
			}
			a.log.DebugContext(ctx, "discord call is made again", "call", c.name, "attempt", attempt, "status", x.status)
			if !sleep(ctx, between(pause/2, pause)) {
				return fmt.Errorf("%s: %w", c.name, ctx.Err())
			}
			pause = min(2*pause, 10*time.Second)
			continue
		case x.status < 200 || x.status > 299:
			return a.refusal(c, x, answer)
		case out == nil:
			return nil
		case err != nil:
			// Carried out, but the answer was lost on the way.
			if !c.repeatable || attempt == maxAttempts {
				return fmt.Errorf("%s: reading the answer: %w", c.name, a.clean(err, c.secret))
			}
			continue
		}
		if err := json.Unmarshal(answer, out); err != nil {
			return fmt.Errorf("%s: decoding the answer: %w", c.name, err)
		}
		return nil
	}
}

func (a *api) once(ctx context.Context, c call, body []byte) ([]byte, *exchange, error) {
	x := &exchange{}
	ctx = context.WithValue(ctx, exchangeKey{}, x)
	if c.exchange != nil {
		defer func() { *c.exchange = *x }()
	}
	// A bucket of its own, which the library's limiter never holds back.
	free := discordgo.NewRatelimiter().LockBucket("")
	answer, err := a.session.RequestWithLockedBucket(c.method, a.base+c.path, "application/json", body, free, 0, discordgo.WithContext(ctx))
	var rest *discordgo.RESTError
	if errors.As(err, &rest) { // which the status tells as well
		answer, err = rest.ResponseBody, nil
	}
	a.limits.note(c, x)
	a.tally.count(x.status, err)
	return answer, x, err
}

// Reasons are why calls to Discord fail.
var Reasons = []string{"network", "rate_limited", "unauthorised", "forbidden", "server", "refused", "cancelled"}

// A tally counts calls that failed, by an index of Reasons.
type tally [7]atomic.Int64

func (t *tally) count(status int, err error) {
	reason := ""
	switch {
	case status == 0 && errors.Is(err, context.Canceled):
		reason = "cancelled"
	case status == 0:
		reason = "network"
	case status == http.StatusTooManyRequests:
		reason = "rate_limited"
	case status == http.StatusUnauthorized:
		reason = "unauthorised"
	case status == http.StatusForbidden:
		reason = "forbidden"
	case status >= 500:
		reason = "server"
	case status >= 300:
		reason = "refused"
	}
	if i := slices.Index(Reasons, reason); i >= 0 {
		t[i].Add(1)
	}
}

func (t *tally) counts() map[string]int64 {
	m := make(map[string]int64, len(Reasons))
	for i, r := range Reasons {
		m[r] = t[i].Load()
	}
	return m
}

func (a *api) refusal(c call, x *exchange, answer []byte) error {
	var e struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	if x.status == http.StatusUnauthorized && !c.interaction {
		signal(a.denied)
	}
	r := &refusal{call: c.name, status: x.status}
	if json.Unmarshal(answer, &e) == nil && e.Message != "" {
		r.code, r.message = e.Code, e.Message
		if len(e.Errors) > 0 && len(e.Errors) < 1000 {
			r.message += " " + string(e.Errors)
		}
	} else {
		r.message = http.StatusText(x.status)
	}
	r.message = a.redact(r.message, c.secret)
	return r
}

// clean keeps an error's cause and drops what may hold a secret: the URL of an interaction is one.
func (a *api) clean(err error, secret string) error {
	err = withoutURL(err)
	if text := err.Error(); text != a.redact(text, secret) {
		return errors.New(a.redact(text, secret))
	}
	return err
}

func (a *api) redact(text, secret string) string {
	for _, s := range []string{a.secret, secret} {
		if s != "" {
			text = strings.ReplaceAll(text, s, "<secret>")
		}
	}
	return text
}

// withoutURL takes the URL out of an error of net/http.
func withoutURL(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

// neverSent says that a request cannot have reached Discord.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// An exchange is what a response said beside its body.
type exchange struct {
	status int // 0: there was none
	header http.Header
}

type exchangeKey struct{}

// noting notes status and headers of a response, and spares the library the headers of rate limits: one that it cannot
// parse makes it report a call as failed that was carried out.
type noting struct{ next http.RoundTripper }

func (n noting) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := n.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		x.status, x.header = resp.StatusCode, resp.Header.Clone()
	}
	for k := range resp.Header {
		if strings.HasPrefix(k, "X-Ratelimit-") {
			delete(resp.Header, k)
		}
	}
	resp.Body = limited{io.LimitReader(resp.Body, maxResponse), resp.Body}
	return resp, nil
}

type limited struct {
	io.Reader
	io.Closer
}

// limits holds calls back while Discord wants it. Only what is exhausted at the moment is kept.
type limits struct {
	mu      sync.Mutex
	global  time.Time
	buckets map[string]time.Time
}

func newLimits() *limits { return &limits{buckets: make(map[string]time.Time)} }

var errLimited = errors.New("rate limited for longer than there is time")

// wait waits until a call may be made. It fails at once if that is after the context's deadline.
func (l *limits) wait(ctx context.Context, c call) error {
	for {
		l.mu.Lock()
		until := l.buckets[c.bucket]
		if !c.interaction && l.global.After(until) {
			until = l.global
		}
		l.mu.Unlock()
		d := time.Until(until)
		if d <= 0 {
			return ctx.Err()
		}
		if deadline, ok := ctx.Deadline(); ok && deadline.Before(until) {
			return errLimited
		}
		if !sleep(ctx, d) {
			return ctx.Err()
		}
	}
}

// note remembers that a bucket is used up.
func (l *limits) note(c call, x *exchange) {
	if x.header.Get("X-RateLimit-Remaining") != "0" {
		return
	}
	if d, ok := seconds(x.header.Get("X-RateLimit-Reset-After")); ok {
		l.set(c.bucket, time.Now().Add(d))
	}
}

// hold obeys a 429.
func (l *limits) hold(c call, header http.Header, body []byte) {
	var b struct {
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}
	_ = json.Unmarshal(body, &b) // not JSON when it comes from Cloudflare
	d, _ := seconds(header.Get("Retry-After"))
	if exact := time.Duration(b.RetryAfter * float64(time.Second)); exact > 0 {
		// The header is the same, rounded up.
		d = exact
	}
	if d <= 0 {
		d = time.Second
	}
	until := time.Now().Add(d)
	if b.Global || header.Get("X-RateLimit-Global") != "" || header.Get("X-RateLimit-Scope") == "global" {
		l.mu.Lock()
		if until.After(l.global) {
			l.global = until
		}
		l.mu.Unlock()
		if !c.interaction {
			return
		}
	}
	l.set(c.bucket, until)
}

func (l *limits) set(bucket string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buckets) > 1000 {
		now := time.Now()
		for k, t := range l.buckets {
			if t.Before(now) {
				delete(l.buckets, k)
			}
		}
	}
	if until.After(l.buckets[bucket]) {
		l.buckets[bucket] = until
	}
}

// seconds reads a number of seconds, as Discord's headers give it.
func seconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f > 1e6 {
		return 0, false
	}
	return time.Duration(f * float64(time.Second)), true
}
