package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Times of a shard's life. They are fields so that tests need not wait for them.
type times struct {
	open      time.Duration // for a connection to be ready once it has been dialled
	grace     time.Duration // of silence beyond the heartbeat interval, until the line is dead
	lowest    time.Duration // first wait after a failed attempt; doubled with each further one
	highest   time.Duration
	invalid   time.Duration // at most this is waited after opcode 9, at least a fifth of it
	identify  time.Duration // between two identifies of the same concurrency key: Discord's 5 s, and what the network may vary
	forget    time.Duration // how long an unreachable session is tried before a new one is begun
	drain     time.Duration // for the replies under way at the end
	thinking  time.Duration // until a slow answer to an interaction is announced
	retry     time.Duration // first wait before a REST call is repeated
	perMinute int           // messages a minute that make a channel busy
}

func realTimes() times {
	return times{
		open: 20 * time.Second, grace: 15 * time.Second, lowest: 500 * time.Millisecond, highest: 90 * time.Second, invalid: 5 * time.Second,
		identify: 5250 * time.Millisecond, forget: 3 * time.Minute, drain: 10 * time.Second, thinking: 1200 * time.Millisecond,
		retry: 250 * time.Millisecond, perMinute: 20,
	}
}

// A shard keeps one session with the gateway alive.
//
// A Session of the library serves for one connection and is then left to itself: its own reconnecting can be neither stopped
// nor told what not to retry, and putting a connection away takes it a second under its lock. What the gateway's session
// needs to be resumed is kept here, and the link says it to the gateway in place of the library's identify. So is the
// identify, since the library's holds what Discord's reference no longer names and a presence without a status.
type shard struct {
	id, total int
	token     string
	intents   discordgo.Intent
	gate      *gate
	take      func(event string, data json.RawMessage) // must not block
	greet     func(ready)                              // called with each READY; must not block
	log       *slog.Logger
	times     times

	up      atomic.Bool  // logged in
	again   atomic.Int64 // connections after the first
	gateway string       // where the last session began

	mu      sync.Mutex
	link    *link // the newest connection; events of older ones come again
	session ready // the gateway's, as READY told it; without an id there is none
	seq     int64 // of the last event taken
}

// run connects again and again, until the context ends or an operator is needed.
func (s *shard) run(ctx context.Context) error {
	failed, tried := 0, false
	lost := time.Now()
	for {
		began := time.Now()
		if tried {
			s.again.Add(1)
		}
		tried = true
		live, cause := s.connect(ctx, failed)
		if ctx.Err() != nil {
			return nil
		}
		now := time.Now()
		if live {
			failed, lost = 0, now
		} else {
			failed++
		}
		next, fatal := fateOf(cause)
		var wait time.Duration
		switch {
		case next == perish:
			return fatal
		case next == identify, errors.Is(cause, errResumable):
			// Asked for by Discord, so that not every bot comes back at once.
			wait = between(s.times.invalid/5, s.times.invalid)
		case live && now.Sub(began) < 5*time.Second:
			wait = between(s.times.lowest/2, s.times.lowest)
		}
		if next == identify || now.Sub(lost) > s.times.forget {
			s.forget()
		}
		if !live {
			backoff := min(s.times.lowest<<min(failed-1, 16), s.times.highest)
			wait = max(wait, between(backoff/2, backoff))
		}
		s.log.Warn("discord gateway connection ended", "shard", s.id, "cause", cause, "wait", wait.Round(time.Millisecond))
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// connect opens one connection, after some that failed, waits for its end and says what ended it and whether it was live
// before.
func (s *shard) connect(ctx context.Context, failed int) (live bool, cause error) {
	l := newLink(s.times.open, s.times.grace)
	l.take = func(event string, data json.RawMessage) {
		if s.newest(l) {
			s.take(event, data)
		}
	}
	at, resumes := s.introduce(l)
	if !resumes {
		var through func()
		var err error
		if at, through, err = s.gate.pass(ctx, s.id); err != nil {
			return false, err
		}
		s.gateway = at
		go func() {
			select {
			case <-l.said:
			case <-l.done:
			}
			through()
		}()
	} else if at == "" || failed >= 3 && failed%2 == 1 {
		// The address that READY told is the right one to resume at; where it is out of reach, any will do.
		at = s.gateway
	}
	session, isReady, err := s.build(at, l)
	if err != nil {
		return false, l.end(err)
	}
	// Whatever becomes of Open, the end of the link ends it.
	opened := make(chan error, 1)
	go func() { opened <- session.Open() }()
	deadline := time.NewTimer(s.times.open)
	defer deadline.Stop()
	for open, up := false, false; !open || !up; {
		select {
		case err := <-opened:
			if err != nil {
				return false, l.end(fmt.Errorf("opening the gateway: %w", withoutURL(err)))
			}
			open, opened = true, nil
		case <-isReady:
			up = true
		case <-l.done:
			return false, l.why()
		case <-deadline.C:
			return false, l.end(errors.New("the gateway did not become ready in time"))
		case <-ctx.Done():
			return false, l.end(errLeft)
		}
	}
	s.up.Store(true)
	defer s.up.Store(false)
	s.log.Info("discord gateway connected", "shard", s.id, "resumed", resumes)
	select {
	case <-l.done:
		return true, l.why()
	case <-ctx.Done():
		s.leave(session, l)
		return true, errLeft
	}
}

// introduce makes a link the newest and gives it its greeting: to resume the session, if there is one, or to begin one. It
// says where to resume.
func (s *shard) introduce(l *link) (at string, resumes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link = l
	token := "Bot " + s.token
	if s.session.SessionID != "" {
		type state struct {
			Token     string `json:"token"`
			SessionID string `json:"session_id"`
			Sequence  int64  `json:"seq"`
		}
		l.greeting = greeting(opResume, state{token, s.session.SessionID, s.seq})
		return s.session.ResumeURL, true
	}
	type properties struct {
		OS      string `json:"os"`
		Browser string `json:"browser"`
		Device  string `json:"device"`
	}
	type identity struct {
		Token      string           `json:"token"`
		Properties properties       `json:"properties"`
		Shard      [2]int           `json:"shard"`
		Intents    discordgo.Intent `json:"intents"`
	}
	l.greeting = greeting(opIdentify, identity{token, properties{runtime.GOOS, "summitbot", "summitbot"}, [2]int{s.id, s.total}, s.intents})
	return "", false
}

func greeting(op int, data any) []byte {
	b, _ := json.Marshal(struct {
		Op   int `json:"op"`
		Data any `json:"d"`
	}{op, data})
	return b
}

// forget gives the session up; the next connection begins a new one.
func (s *shard) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session, s.seq = ready{}, 0
}

// leave closes the session for good. It does not wait for the library, which sleeps a second after its close frame.
func (s *shard) leave(session *discordgo.Session, l *link) {
	l.farewell()
	go session.Close()
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
	l.end(errLeft)
}

// build makes the library's session for one connection, with a channel that receives once the gateway has taken it.
func (s *shard) build(gateway string, l *link) (*discordgo.Session, <-chan struct{}, error) {
	at, err := ofVersion(gateway)
	if err != nil {
		return nil, nil, err
	}
	d, err := discordgo.New("Bot " + s.token)
	if err != nil {
		return nil, nil, fmt.Errorf("making a session: %w", err)
	}
	d.Client = &http.Client{Transport: address(at)}
	d.Dialer = &websocket.Dialer{HandshakeTimeout: s.times.open, NetDialContext: l.dial, NetDialTLSContext: l.dialTLS}
	d.LogLevel = discordgo.LogError
	d.StateEnabled = false
	d.SyncEvents = true
	d.ShouldReconnectOnError = false
	d.ShouldReconnectVoiceOnSessionError = false
	d.Compress = false
	isReady := make(chan struct{}, 1)
	// It runs on the goroutine that reads the socket, at first while the session is locked: it calls nothing on it.
	d.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		if s.event(l, e) {
			signal(isReady)
		}
	})
	return d, isReady, nil
}

// event receives what the library heard, and says whether the gateway has taken the connection.
func (s *shard) event(l *link, e *discordgo.Event) (up bool) {
	var r ready
	isReady := e.Type == eventReady && json.Unmarshal(e.RawData, &r) == nil
	s.mu.Lock()
	if s.link != l {
		s.mu.Unlock()
		return false
	}
	s.seq = max(s.seq, e.Sequence)
	if isReady {
		s.session = r
	}
	s.mu.Unlock()
	if isReady {
		s.greet(r)
	}
	return isReady || e.Type == eventResumed
}

func (s *shard) newest(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link == l
}

// ofVersion adds the version to the gateway's address. The library adds an older one of its own at the end, where it is part
// of the fragment and stays here.
func ofVersion(gateway string) (string, error) {
	u, err := url.Parse(gateway)
	if err != nil {
		return "", errors.New("the gateway's address is malformed")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	q := u.Query()
	q.Set("v", apiVersion)
	q.Set("encoding", "json")
	u.RawQuery, u.Fragment = q.Encode(), "library"
	return u.String(), nil
}

// An address answers the one REST call that a Session makes while it opens, for the gateway's address, without the network.
type address string

func (a address) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := json.Marshal(map[string]string{"url": string(a)})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r,
	}, nil
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
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
