// Package telegramtest is a small Telegram: a real HTTP server that speaks the Bot API to one bot, for tests.
//
// It keeps chats, messages and updates, so that a test says what people do (Say, Press, Edit, Inline) and looks at what they
// then see (Message, Answer). It behaves as Telegram does where a bot can notice: getUpdates with its offset, its waiting and
// its conflicts; webhooks with their order and repeats; markup, limits and error texts. The texts and rules are those of
// https://github.com/tdlib/telegram-bot-api, which is what answers at api.telegram.org. A test can add any fault to any call.
//
// What Telegram would let pass but a bot should never send (a parameter that does not exist) fails the test.
package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Token is the bot's token.
const Token = "123456789:AAfake_token-of-35-letters_for_tests"

// A Server is Telegram for one bot. Its fields may be set before the bot connects.
type Server struct {
	URL string // stands for https://api.telegram.org

	// What getMe says about the bot.
	Username     string
	NoJoinGroups bool
	ReadsAll     bool // privacy mode is off
	NoInline     bool
	NoGuest      bool

	Limits  Limits        // flood control; the zero value has none
	Delay   time.Duration // how long each call takes
	Lenient bool          // what Telegram would let pass does not fail the test
	Clock   time.Duration // how far the server's clock is ahead
	Local   bool          // a Bot API server of one's own: webhooks may be plain http

	t    testing.TB
	http *httptest.Server
	spec *spec

	mu          sync.Mutex
	changed     chan struct{} // closed and made anew whenever something happens
	closed      chan struct{}
	calls       []Call
	faults      []*Fault
	nextUpdate  int64
	pending     []pendingUpdate
	allowed     []string // nil: everything but a few kinds
	poll        *poll
	lastOffset  int64
	lastPoll    time.Time
	hook        hook
	chats       map[int64]*chatState
	inline      map[string]*Message // messages sent inline or as a guest
	queries     map[string]*query   // callback, inline and guest queries
	commands    map[string]json.RawMessage
	texts       map[string]string
	nextQuery   int64
	sends       []sent
	violations  []string
	inlineCount int64
}

// BotID is the bot's user id, which its token begins with.
const BotID = 123456789

// New starts a server that lives as long as the test.
func New(t testing.TB) *Server {
	s := &Server{
		t: t, Username: "SummitBot", spec: loadSpec(), changed: make(chan struct{}), closed: make(chan struct{}),
		nextUpdate: 870_000_001, lastOffset: -1, chats: map[int64]*chatState{}, inline: map[string]*Message{},
		queries: map[string]*query{}, commands: map[string]json.RawMessage{}, texts: map[string]string{}, nextQuery: 4_000_001,
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	t.Cleanup(s.Close)
	return s
}

// Close ends the server and reports what the bot should not have sent.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closed:
		s.mu.Unlock()
		return
	default:
	}
	close(s.closed)
	for _, v := range s.violations {
		s.t.Errorf("the bot sent what it should not: %s", v)
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
}

// Params are a call's parameters; objects and lists are JSON.
type Params map[string]string

// Int reads a whole number, 0 where there is none.
func (p Params) Int(name string) int64 {
	n, _ := strconv.ParseInt(p[name], 10, 64)
	return n
}

// A Call is one call that the bot made.
type Call struct {
	Method string
	Params Params
	At     time.Time
	Code   int    // HTTP status of the answer
	Error  string // Telegram's words where it was refused
}

// A Fault is something that goes wrong with calls. The zero value of each field leaves that out.
type Fault struct {
	Method string            // the method it concerns; empty: any
	When   func(Params) bool // only calls for which this holds
	Times  int               // how many calls; 0 is one, -1 all

	Delay time.Duration // before anything else
	Cut   bool          // the connection breaks before the call is carried out
	After bool          // it is carried out, and the connection breaks before the answer

	Code        int // error_code and HTTP status
	Description string
	RetryAfter  int
	MigrateTo   int64

	Status int    // HTTP status of a raw answer, with Body
	Body   string // such as a proxy's HTML page
}

// Fail plays a fault.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// Mend ends all faults.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) fault(method string, p Params) *Fault {
	for i, f := range s.faults {
		if (f.Method == "" || f.Method == method) && (f.When == nil || f.When(p)) {
			if f.Times > 0 {
				if f.Times--; f.Times == 0 {
					s.faults = slices.Delete(s.faults, i, i+1)
				}
			}
			return f
		}
	}
	return nil
}

// Calls are the calls made so far, of some methods or of all.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

// Await waits until something holds; two minutes without it fail the test, so that a busy machine does not. It is asked again whenever something happens.
func (s *Server) Await(what string, holds func() bool) {
	s.t.Helper()
	s.AwaitFor(2*time.Minute, what, holds)
}

// AwaitFor is Await with another patience.
func (s *Server) AwaitFor(most time.Duration, what string, holds func() bool) {
	s.t.Helper()
	deadline := time.After(most)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if holds() {
			return
		}
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			s.t.Fatalf("waited in vain until %s; calls so far:\n%s", what, s.transcript())
		}
	}
}

func (s *Server) transcript() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, c := range s.calls[max(0, len(s.calls)-40):] {
		fmt.Fprintf(&b, "  %s %v → %d %s\n", c.Method, c.Params, c.Code, c.Error)
	}
	return b.String()
}

// happened wakes whoever awaits something. The lock is held.
func (s *Server) happened() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// violate notes something that Telegram lets pass and a bot should not do. The lock is held.
func (s *Server) violate(format string, args ...any) {
	if s.Lenient {
		return
	}
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// A refusal is an answer that is not ok.
type refusal struct {
	code        int
	description string
	retryAfter  int
	migrateTo   int64
}

func bad(format string, args ...any) *refusal {
	return &refusal{code: 400, description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	if s.Clock != 0 {
		w.Header().Set("Date", time.Now().Add(s.Clock).UTC().Format(http.TimeFormat))
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, method, slash := strings.Cut(rest, "/")
	if !ok || !slash || method == "" || strings.Contains(method, "/") {
		answer(w, nil, &refusal{code: 404, description: "Not Found"})
		return
	}
	if token != Token {
		id, key, colon := strings.Cut(token, ":")
		if _, err := strconv.ParseInt(id, 10, 64); err != nil || !colon || key == "" {
			answer(w, nil, &refusal{code: 404, description: "Not Found"})
			return
		}
		answer(w, nil, &refusal{code: 401, description: "Unauthorized"})
		return
	}
	params, err := readParams(r)
	if err != nil {
		answer(w, nil, bad("%v", err))
		return
	}
	if s.Delay > 0 {
		time.Sleep(s.Delay)
	}
	s.mu.Lock()
	f := s.fault(method, params)
	s.mu.Unlock()
	note := func(no *refusal, status int) {
		c := Call{Method: method, Params: params, At: at, Code: status}
		if no != nil {
			c.Code, c.Error = no.code, no.description
		}
		s.mu.Lock()
		s.calls = append(s.calls, c)
		s.happened()
		s.mu.Unlock()
	}
	if f != nil {
		if f.Delay > 0 {
			select {
			case <-time.After(f.Delay):
			case <-r.Context().Done():
				return
			case <-s.closed:
				return
			}
		}
		switch {
		case f.Cut:
			note(&refusal{0, "cut", 0, 0}, 0)
			panic(http.ErrAbortHandler)
		case f.Status != 0:
			note(nil, f.Status)
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(f.Status)
			io.WriteString(w, f.Body)
			return
		case f.Code != 0:
			no := &refusal{f.Code, f.Description, f.RetryAfter, f.MigrateTo}
			note(no, 0)
			answer(w, nil, no)
			return
		}
	}
	result, no := s.dispatch(r, method, params)
	if f != nil && f.After {
		note(&refusal{0, "cut after it was carried out", 0, 0}, 0)
		panic(http.ErrAbortHandler)
	}
	note(no, 200)
	answer(w, result, no)
}

func answer(w http.ResponseWriter, result any, no *refusal) {
	w.Header().Set("Content-Type", "application/json")
	if no == nil {
		json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
		return
	}
	body := map[string]any{"ok": false, "error_code": no.code, "description": no.description}
	parameters := map[string]any{}
	if no.retryAfter > 0 {
		parameters["retry_after"] = no.retryAfter
	}
	if no.migrateTo != 0 {
		parameters["migrate_to_chat_id"] = no.migrateTo
	}
	if len(parameters) > 0 {
		body["parameters"] = parameters
	}
	w.WriteHeader(no.code)
	json.NewEncoder(w).Encode(body)
}

// readParams takes parameters from the query, a form or a JSON object, as Telegram does; of a file its content.
func readParams(r *http.Request) (Params, error) {
	p := Params{}
	add := func(v url.Values) {
		for name, values := range v {
			p[name] = values[len(values)-1]
		}
	}
	add(r.URL.Query())
	body, err := io.ReadAll(io.LimitReader(r.Body, 50<<20))
	if err != nil {
		return nil, err
	}
	kind, media, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "application/json" && len(body) > 0:
		var object map[string]json.RawMessage
		if err := json.Unmarshal(body, &object); err != nil {
			return nil, fmt.Errorf("can't parse JSON object")
		}
		for name, raw := range object {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			p[name] = text
		}
	case kind == "application/x-www-form-urlencoded":
		v, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fmt.Errorf("can't parse the form")
		}
		add(v)
	case kind == "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(body), media["boundary"]).ReadForm(50 << 20)
		if err != nil {
			return nil, fmt.Errorf("can't parse the form")
		}
		defer form.RemoveAll()
		add(form.Value)
		for name, files := range form.File {
			f, err := files[0].Open()
			if err != nil {
				return nil, err
			}
			content, err := io.ReadAll(f)
			f.Close()
			if err != nil {
				return nil, err
			}
			p[name] = string(content)
		}
	}
	return p, nil
}

// dispatch carries a call out.
func (s *Server) dispatch(r *http.Request, method string, p Params) (any, *refusal) {
	run, ok := methods[strings.ToLower(method)]
	if !ok {
		return nil, &refusal{code: 404, description: "Not Found: method not found"}
	}
	s.mu.Lock()
	if no := s.spec.check(s, method, p); no != nil {
		s.mu.Unlock()
		return nil, no
	}
	s.mu.Unlock()
	return run(s, r, p)
}

// Commands are the menu that people see in a scope and language; empty is the default.
func (s *Server) Commands(scope, language string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.commands[scope+"/"+language])
}

// Texts are the bot's descriptions: by "description" or "short_description", a slash and a language.
func (s *Server) Texts() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.texts)
}
