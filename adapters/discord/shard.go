package discord

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Times of a shard's life. They are fields so that tests need not wait for them.
type times struct {
	open      time.Duration // for a connection to be ready once it has been dialled
	lowest    time.Duration // first wait after a failed attempt; doubled with each further one
	highest   time.Duration
	invalid   time.Duration // at most this is waited after opcode 9, at least a fifth of it
	identify  time.Duration // between two identifies of the same concurrency key
	forget    time.Duration // how long an unreachable session is tried before a new one is begun
	drain     time.Duration // for the replies under way at the end
	thinking  time.Duration // until a slow answer to an interaction is announced
	retry     time.Duration // first wait before a REST call is repeated
	perMinute int           // messages a minute that make a channel busy
}

func realTimes() times {
	return times{
		open: 30 * time.Second, lowest: 500 * time.Millisecond, highest: 90 * time.Second, invalid: 5 * time.Second,
		identify: 5 * time.Second, forget: 3 * time.Minute, drain: 10 * time.Second, thinking: 1200 * time.Millisecond,
		retry: 250 * time.Millisecond, perMinute: 20,
	}
}

// A shard keeps one session with the gateway alive.
//
// The library's Session is used for one session of the gateway, opened again for each resume, and dropped with it: it knows
// no other way to forget. Its own reconnecting is off, since it can be neither stopped nor told what not to retry.
type shard struct {
	id, total int
	token     string
	intents   discordgo.Intent
	gate      *gate
	take      func(event string, data json.RawMessage) // must not block
	greet     func(ready)                              // called with each READY; must not block
	log       *slog.Logger
	times     times

	session *discordgo.Session // nil: the next connection begins a new session
	address *address

	mu        sync.Mutex
	link      *link  // the newest
	resumeURL string // where READY said to resume

	up    atomic.Bool
	ready chan struct{} // READY or RESUMED has arrived
	down  chan struct{} // the library has noticed the end of a connection
}

func (s *shard) run(ctx context.Context) error {
	s.ready, s.down = make(chan struct{}, 1), make(chan struct{}, 1)
	failed := 0
	lost := time.Now()
	for {
		live, cause := s.connect(ctx)
		if ctx.Err() != nil {
			s.leave()
			return nil
		}
		if live {
			failed, lost = 0, time.Now()
		} else {
			failed++
		}
		next, fatal := fateOf(cause)
		var wait time.Duration
		switch {
		case next == perish:
			s.drop()
			return fatal
		case next == identify, errors.Is(cause, errResumable):
			// Asked for by Discord, so that not every bot comes back at once.
			wait = between(s.times.invalid/5, s.times.invalid)
		}
		if next == identify || time.Since(lost) > s.times.forget {
			s.drop()
		}
		if !live {
			backoff := min(s.times.lowest<<min(failed-1, 16), s.times.highest)
			wait = max(wait, between(backoff/2, backoff))
		}
		s.log.Warn("discord gateway connection ended", "shard", s.id, "cause", cause, "resuming", s.session != nil, "wait", wait)
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// connect opens one connection, waits for its end and says what ended it and whether it was live before.
func (s *shard) connect(ctx context.Context) (live bool, cause error) {
	if s.session == nil {
		url, err := s.gate.pass(ctx, s.id)
		if err != nil {
			return false, err
		}
		if err := s.build(url); err != nil {
			return false, err
		}
	} else {
		s.redirect()
	}
	drain(s.ready)
	drain(s.down)
	s.setLink(nil)

	session := s.session
	opened := make(chan error, 1)
	go func() { opened <- session.Open() }()
	deadline := time.NewTimer(s.times.open)
	defer deadline.Stop()

	var openErr error
	open, isReady := false, false
	for !open || !isReady {
		select {
		case openErr = <-opened:
			if openErr != nil {
				return false, s.ended(openErr)
			}
			open = true
			opened = nil
		case <-s.ready:
			isReady = true
		case <-s.linkDone(open):
			return false, s.settle()
		case <-deadline.C:
			s.abandon(opened)
			return false, errors.New("the gateway did not become ready in time")
		case <-ctx.Done():
			if !open {
				s.abandon(opened)
			}
			return false, ctx.Err()
		}
	}
	s.up.Store(true)
	defer s.up.Store(false)
	s.log.Info("discord gateway connected", "shard", s.id)
	select {
	case <-s.linkDone(true):
		return true, s.settle()
	case <-ctx.Done():
		return true, ctx.Err()
	}
}

// ended is the cause of a failed Open: what the link saw tells more than what the library made of it.
func (s *shard) ended(err error) error {
	if l := s.currentLink(); l != nil {
		if cause := l.why(); cause != nil && !errors.Is(cause, errLeft) {
			return cause
		}
	}
	return fmt.Errorf("opening the gateway: %w", withoutURL(err))
}

// settle waits until the library has put the ended connection away, which takes it a second, and returns the cause of the
// end. A session that does not manage is dropped: nothing that locks it would ever return.
func (s *shard) settle() error {
	cause := s.currentLink().why()
	t := time.NewTimer(10 * time.Second)
	defer t.Stop()
	select {
	case <-s.down:
	case <-t.C:
		s.session = nil
	}
	return cause
}

// abandon gives an Open up that does not return. Closing its socket usually ends it; if not, the session is dropped.
func (s *shard) abandon(opened <-chan error) {
	if l := s.currentLink(); l != nil {
		l.Close()
	}
	if opened == nil {
		s.settle()
		return
	}
	t := time.NewTimer(2 * time.Second)
	defer t.Stop()
	select {
	case <-opened:
	case <-t.C:
		s.session = nil
	}
}

// drop forgets the session; the next connection begins a new one.
func (s *shard) drop() {
	s.session = nil
	s.mu.Lock()
	s.resumeURL = ""
	s.mu.Unlock()
}

// leave closes the session for good. It does not wait for the library, which sleeps a second after its close frame.
func (s *shard) leave() {
	l := s.currentLink()
	if s.session == nil || l == nil || l.why() != nil {
		return
	}
	l.farewell()
	go s.session.Close()
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case <-l.parted:
		// The server's answer to it ends the connection.
		select {
		case <-l.done:
		case <-t.C:
		}
	case <-l.done:
	case <-t.C:
	}
	l.Close()
}

// build makes the library's session for a new session of the gateway.
func (s *shard) build(url string) error {
	d, err := discordgo.New("Bot " + s.token)
	if err != nil {
		return fmt.Errorf("making a session: %w", err)
	}
	s.address = &address{url: url}
	d.Client = &http.Client{Transport: s.address}
	d.Dialer = &websocket.Dialer{HandshakeTimeout: s.times.open, NetDialContext: s.dial, NetDialTLSContext: s.dialTLS}
	d.LogLevel = discordgo.LogError
	d.StateEnabled = false
	d.SyncEvents = true
	d.ShouldReconnectOnError = false
	d.ShouldReconnectVoiceOnSessionError = false
	d.Compress = false
	d.Identify.Compress = false
	d.Identify.Intents = s.intents
	if s.total > 1 {
		d.ShardID, d.ShardCount = s.id, s.total
	}
	// Handlers run on the goroutine that reads the socket, some while the session is locked: they call nothing on it.
	d.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { s.event(e) })
	d.AddHandler(func(_ *discordgo.Session, _ *discordgo.Disconnect) { signal(s.down) })
	s.session = d
	return nil
}

// event receives what the link let through.
func (s *shard) event(e *discordgo.Event) {
	switch e.Type {
	case eventReady:
		var r ready
		if json.Unmarshal(e.RawData, &r) == nil {
			s.mu.Lock()
			s.resumeURL = r.ResumeURL
			s.mu.Unlock()
			s.greet(r)
		}
		signal(s.ready)
	case eventResumed:
		signal(s.ready)
	default:
		if name, ok := strings.CutPrefix(e.Type, unknown); ok && name != "" {
			s.take(name, e.RawData)
		}
	}
}

// redirect makes the library resume where READY said. The library asks for the gateway's address once and forgets it only
// when dialling fails, so dialling fails once.
func (s *shard) redirect() {
	s.mu.Lock()
	url := s.resumeURL
	s.mu.Unlock()
	if url == "" || url == s.address.url {
		return
	}
	s.address.url = url
	s.address.stale.Store(true)
	s.session.Open()
	s.address.stale.Store(false)
}

// errStale fails the dial of redirect.
var errStale = errors.New("the gateway's address has changed")

func (s *shard) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if s.address.stale.Load() {
		return nil, errStale
	}
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return s.setLink(newLink(c)), nil
}

func (s *shard) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	if s.address.stale.Load() {
		return nil, errStale
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	d := tls.Dialer{Config: &tls.Config{ServerName: host, NextProtos: []string{"http/1.1"}}}
	c, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return s.setLink(newLink(c)), nil
}

func (s *shard) setLink(l *link) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link = l
	return l
}

func (s *shard) currentLink() *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

// linkDone is closed when the connection has ended; nil, so never, before Open has returned, which tells by itself.
func (s *shard) linkDone(open bool) <-chan struct{} {
	if !open {
		return nil
	}
	return s.currentLink().done
}

// An address answers the one REST call that a session of the gateway makes, for the gateway's address, without the network.
type address struct {
	url   string
	stale atomic.Bool
}

func (a *address) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := json.Marshal(map[string]string{"url": a.url})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body))), Request: r,
	}, nil
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func drain(c <-chan struct{}) {
	select {
	case <-c:
	default:
	}
}

// between draws a duration, so that many bots do not move in step.
func between(least, most time.Duration) time.Duration {
	if most <= least {
		return least
	}
	return least + rand.N(most-least)
}

// sleep waits and says whether the context lasted.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
