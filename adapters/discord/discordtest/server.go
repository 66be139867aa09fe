package discordtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Who and where, unless a test needs others.
const (
	Token   = "MTIzNDU2Nzg5.test-token.abcdefghijklmnop"
	AppID   = "900000000000000001"
	BotID   = "900000000000000002"
	GuildID = "800000000000000001"
	Channel = "700000000000000001" // in the guild
	DM      = "700000000000000002" // between Reader and the bot
	Heading = "700000000000000009" // above the guild's channels
	Reader  = "600000000000000001"
	Other   = "600000000000000002"
)

// Settings are what Discord knows about the bot, and how the server behaves from the start. The zero value is a bot that is
// in one server, without privileged intents.
type Settings struct {
	Shards         int           // recommended; 0 is 1
	NeedShards     int           // fewer are refused with 4011
	Concurrency    int           // of identifies; 0 is 1
	Identifies     int           // left for today; 0 is 1000
	Heartbeat      time.Duration // interval; 0 is 41.25 s
	MessageContent bool          // the privileged intent is switched on in the portal
	Forget         bool          // keep no record of calls and messages, for long runs
	Pace           time.Duration // messages to a channel are limited to 5 in this time; Discord's is 5 s; 0 is no limit
	Bare           bool          // READY tells neither where to resume nor which application it is, and /gateway/bot is not there
	Guilds         int           // shown in READY beside the one guild
	Library        bool          // what the library says to the gateway by itself is taken: an older version, an older identify
}

// A Server is the Discord of one test.
type Server struct {
	tb   testing.TB
	set  Settings
	http *httptest.Server
	spec *spec // nil if it is not at hand

	mu           sync.Mutex
	changed      chan struct{} // closed and renewed whenever something happened
	lastID       uint64
	calls        []Call
	messages     []*Message
	byID         map[string]*Message
	nonces       map[string]*Message
	interactions map[string]*Interaction    // by token
	commands     map[string]json.RawMessage // "" global, else by guild
	writes       int                        // of commands
	refusals     []string
	tolerated    *regexp.Regexp
	faults       []*Fault
	pace         map[string][]time.Time
	noPermission map[string]int // by channel: the code with which messages are refused
	application  map[string]any
	date         string
	things       map[string]any // what GET answers, by path

	sessions   map[string]*session
	conns      []*conn
	connFaults []ConnFault
	identifies []time.Time
	resumes    int
	connects   int
}

// New starts a server for the time of the test. What it had to refuse makes the test fail, unless that was tolerated.
func New(tb testing.TB, set Settings) *Server {
	if set.Shards == 0 {
		set.Shards = 1
	}
	if set.Concurrency == 0 {
		set.Concurrency = 1
	}
	if set.Identifies == 0 {
		set.Identifies = 1000
	}
	if set.Heartbeat == 0 {
		set.Heartbeat = 41250 * time.Millisecond
	}
	s := &Server{
		tb: tb, set: set, changed: make(chan struct{}), lastID: 1_000_000_000_000_000_000,
		byID: make(map[string]*Message), nonces: make(map[string]*Message), interactions: make(map[string]*Interaction),
		commands: make(map[string]json.RawMessage), pace: make(map[string][]time.Time), noPermission: make(map[string]int),
		sessions: make(map[string]*session), application: defaultApplication(), things: defaultThings(),
	}
	var err error
	if s.spec, err = published(); err != nil {
		tb.Fatal(err)
	}
	s.http = httptest.NewServer(s)
	tb.Cleanup(func() {
		s.Stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, r := range s.refusals {
			if s.tolerated == nil || !s.tolerated.MatchString(r) {
				tb.Errorf("the test server refused: %s", r)
			}
		}
	})
	return s
}

// Stop ends all connections and takes no more.
func (s *Server) Stop() {
	s.Cut()
	s.http.CloseClientConnections()
	s.http.Close()
}

// URL stands for https://discord.com/api.
func (s *Server) URL() string { return s.http.URL + "/api" }

// Tolerate lets refusals that match pass without failing the test.
func (s *Server) Tolerate(pattern string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tolerated = regexp.MustCompile(pattern)
}

// A Call is a request that the bot made.
type Call struct {
	Method string
	Path   string // beneath the version, with the query
	Body   json.RawMessage
	Status int // that it was answered with; 0 if it was not
	At     time.Time
}

// Calls are those whose method and path match, in the order of their arrival.
func (s *Server) Calls(pattern string) []Call {
	re := regexp.MustCompile(pattern)
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if re.MatchString(c.Method + " " + c.Path) {
			out = append(out, c)
		}
	}
	return out
}

// happened wakes those who wait. The caller holds the lock.
func (s *Server) happened() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Until waits until the condition holds, which is looked at whenever something happened, with the lock held by nobody.
func (s *Server) Until(what string, within time.Duration, holds func() bool) {
	s.tb.Helper()
	if !s.Within(within, holds) {
		s.tb.Fatalf("waited %v in vain for: %s", within, what)
	}
}

// Within says whether the condition comes to hold in time.
func (s *Server) Within(d time.Duration, holds func() bool) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if holds() {
			return true
		}
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		case <-t.C:
			return holds()
		}
	}
}

func (s *Server) newID() string {
	s.lastID += 1 << 22
	return strconv.FormatUint(s.lastID, 10)
}

// ServeHTTP is the REST API and the gateway.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/gateway") || strings.HasPrefix(r.URL.Path, "/resume") {
		s.gateway(w, r)
		return
	}
	version := regexp.MustCompile(`^/api/v(9|10)/`).FindString(r.URL.Path)
	if version == "" {
		http.Error(w, "no such API version", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return
	}
	path := "/" + strings.TrimPrefix(r.URL.Path, version)
	full := path
	if r.URL.RawQuery != "" {
		full += "?" + r.URL.RawQuery
	}
	at := time.Now()
	fault := s.fault(r.Method, path)
	if fault != nil && (fault.Cut || fault.Status != 0) {
		s.record(Call{r.Method, full, body, fault.Status, at})
		fault.before(w, r)
		return
	}
	if fault != nil && fault.before(w, r) {
		return
	}
	a := s.rest(r, path, body)
	if s.spec != nil {
		if err := s.spec.check(r.Method, path, body); err != nil {
			a = invalid([]string{"not as in the published schema: " + err.Error()})
		}
	}
	if a.status == 400 {
		s.mu.Lock()
		s.refusals = append(s.refusals, fmt.Sprintf("%s %s: %s: %s", r.Method, path, a.encode(), body))
		s.mu.Unlock()
	}
	if fault != nil && fault.CutAfter {
		s.record(Call{r.Method, full, body, 0, at})
		cut(w)
		return
	}
	s.record(Call{r.Method, full, body, a.status, at})
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	s.mu.Lock()
	if s.date != "" {
		w.Header().Set("Date", s.date)
	}
	s.mu.Unlock()
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	w.Write(a.encode())
}

func (s *Server) record(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.set.Forget {
		s.calls = append(s.calls, c)
	}
	s.happened()
}

// An answer is what a route answers.
type answer struct {
	status int
	body   any
	header map[string]string
}

func (a answer) encode() []byte {
	b, err := json.Marshal(a.body)
	if err != nil {
		panic(err)
	}
	return b
}

func ok(body any) answer { return answer{status: 200, body: body} }

func none() answer { return answer{status: 204} }

// refuse is an error in Discord's form.
func refuse(status, code int, message string, errors ...string) answer {
	body := map[string]any{"code": code, "message": message}
	if len(errors) > 0 {
		body["errors"] = errors
	}
	return answer{status: status, body: body}
}

func invalid(errors []string) answer { return refuse(400, 50035, "Invalid Form Body", errors...) }

var routes = []struct {
	method  string
	pattern *regexp.Regexp
	open    bool // needs no token of the bot
	serve   func(s *Server, r *http.Request, part []string, body []byte) answer
}{
	{"GET", regexp.MustCompile(`^/gateway$`), true, (*Server).getGateway},
	{"GET", regexp.MustCompile(`^/gateway/bot$`), false, (*Server).getGatewayBot},
	{"GET", regexp.MustCompile(`^/users/@me$`), false, (*Server).getMe},
	{"GET", regexp.MustCompile(`^/applications/@me$`), false, (*Server).getApplication},
	{"GET", regexp.MustCompile(`^/applications/(\d+)(?:/guilds/(\d+))?/commands$`), false, (*Server).getCommands},
	{"PUT", regexp.MustCompile(`^/applications/(\d+)(?:/guilds/(\d+))?/commands$`), false, (*Server).putCommands},
	{"GET", regexp.MustCompile(`^(/channels/\d+|/guilds/\d+(?:/roles|/members/\d+)?)$`), false, (*Server).getThing},
	{"POST", regexp.MustCompile(`^/channels/(\d+)/messages$`), false, (*Server).postMessage},
	{"POST", regexp.MustCompile(`^/interactions/(\d+)/([^/]+)/callback$`), true, (*Server).postCallback},
	{"PATCH", regexp.MustCompile(`^/webhooks/(\d+)/([^/]+)/messages/@original$`), true, (*Server).patchOriginal},
}

func (s *Server) rest(r *http.Request, path string, body []byte) answer {
	known := false
	for _, route := range routes {
		part := route.pattern.FindStringSubmatch(path)
		if part == nil {
			continue
		}
		known = true
		if route.method != r.Method {
			continue
		}
		if auth := r.Header.Get("Authorization"); !route.open && auth != "Bot "+Token {
			return refuse(401, 0, "401: Unauthorized")
		}
		if len(body) > 0 && r.Header.Get("Content-Type") != "application/json" {
			return refuse(400, 50035, "Invalid Form Body", "Content-Type")
		}
		if !strings.HasPrefix(r.Header.Get("User-Agent"), "DiscordBot (") {
			return refuse(400, 0, "the User-Agent is not in Discord's form")
		}
		return route.serve(s, r, part, body)
	}
	if known {
		return refuse(405, 0, "405: Method Not Allowed")
	}
	return refuse(404, 0, "404: Not Found")
}

// ws is where the gateway is.
func (s *Server) ws(path string) string { return "ws" + strings.TrimPrefix(s.http.URL, "http") + path }

func (s *Server) getGateway(*http.Request, []string, []byte) answer {
	return ok(map[string]any{"url": s.ws("/gateway")})
}

func (s *Server) getGatewayBot(*http.Request, []string, []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.set.Bare {
		return refuse(404, 0, "404: Not Found")
	}
	return ok(map[string]any{"url": s.ws("/gateway"), "shards": s.set.Shards, "session_start_limit": map[string]any{
		"total": 1000, "remaining": s.set.Identifies, "reset_after": 86_000_000, "max_concurrency": s.set.Concurrency,
	}})
}

func (s *Server) getMe(*http.Request, []string, []byte) answer {
	return ok(map[string]any{"id": BotID, "username": "summitbot", "bot": true, "discriminator": "0000"})
}

func defaultApplication() map[string]any {
	return map[string]any{
		"id": AppID, "name": "summitbot", "flags": 0, "bot_public": true,
		"interactions_endpoint_url": nil, "bot_require_code_grant": false,
		"integration_types_config": map[string]any{
			"0": map[string]any{"oauth2_install_params": map[string]any{"scopes": []string{"applications.commands", "bot"}, "permissions": Rights}},
			"1": map[string]any{"oauth2_install_params": map[string]any{"scopes": []string{"applications.commands"}, "permissions": "0"}},
		},
	}
}

func (s *Server) getApplication(*http.Request, []string, []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok(s.application)
}

// SetClock gives responses another date than today's.
func (s *Server) SetClock(date string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.date = date
}

// SetApplication changes what is known of the application.
func (s *Server) SetApplication(change map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, v := range change {
		s.application[k] = v
	}
}

// Rights that a bot needs, as Discord writes them.
const Rights = "274877991936"

func defaultThings() map[string]any {
	return map[string]any{
		"/guilds/" + GuildID:                       map[string]any{"id": GuildID, "name": "Readers"},
		"/guilds/" + GuildID + "/roles":            []any{map[string]any{"id": GuildID, "permissions": Rights}, map[string]any{"id": "5", "permissions": "0"}},
		"/guilds/" + GuildID + "/members/" + BotID: map[string]any{"roles": []any{"5"}},
		"/channels/" + Channel:                     map[string]any{"id": Channel, "name": "summit", "guild_id": GuildID, "permission_overwrites": []any{}},
		"/channels/" + DM:                          map[string]any{"id": DM, "type": 1},
	}
}

// Set changes what GET answers for a channel, a guild, its roles or a member; nil is nothing there.
func (s *Server) Set(path string, thing any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.things[path] = thing
}

func (s *Server) getThing(_ *http.Request, part []string, _ []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.things[part[1]]; t != nil {
		return ok(t)
	}
	return refuse(404, 10003, "Unknown Channel")
}

func (s *Server) getCommands(r *http.Request, part []string, _ []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored := s.commands[part[2]]
	if stored == nil {
		stored = json.RawMessage("[]")
	}
	var list []map[string]any
	json.Unmarshal(stored, &list)
	for _, c := range list {
		if r.URL.Query().Get("with_localizations") != "true" {
			delete(c, "name_localizations")
			delete(c, "description_localizations")
		}
	}
	if list == nil {
		list = []map[string]any{}
	}
	return ok(list)
}

func (s *Server) putCommands(_ *http.Request, part []string, body []byte) answer {
	if part[1] != AppID {
		return refuse(403, 20012, "You are not authorized to perform this action on this application")
	}
	if errs := checkCommands(body, part[2] != ""); len(errs) > 0 {
		return invalid(errs)
	}
	var list []map[string]any
	json.Unmarshal(body, &list)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range list {
		// As Discord stores them: with what was left out filled in.
		c["id"], c["application_id"], c["version"] = s.newID(), AppID, s.newID()
		c["default_member_permissions"], c["nsfw"] = nil, false
		for k, v := range map[string]any{"type": 1, "name_localizations": nil, "description_localizations": nil, "description": ""} {
			if _, has := c[k]; !has {
				c[k] = v
			}
		}
		if part[2] == "" {
			c["dm_permission"] = true
			for k, v := range map[string]any{"contexts": nil, "integration_types": []int{0}} {
				if _, has := c[k]; !has {
					c[k] = v
				}
			}
		} else {
			c["guild_id"] = part[2]
		}
	}
	stored, _ := json.Marshal(list)
	s.commands[part[2]] = stored
	s.writes++
	return ok(list)
}

// Commands are those registered, everywhere or in a guild.
func (s *Server) Commands(guild string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []map[string]any
	json.Unmarshal(s.commands[guild], &list)
	return list
}

// A Message is one that the bot sent.
type Message struct {
	ID        string
	Channel   string
	Body      Body
	Ephemeral bool
	Edits     int
	At        time.Time // of arrival
}

// A Body is what a message shows.
type Body struct {
	Content    string      `json:"content"`
	Embeds     []Embed     `json:"embeds"`
	Components []Component `json:"components"`
	Flags      int         `json:"flags"`
	Nonce      string      `json:"nonce"`
	Enforce    bool        `json:"enforce_nonce"`
	Mentions   *struct {
		Parse   *[]string `json:"parse"`
		Users   []string  `json:"users"`
		Roles   []string  `json:"roles"`
		Replied bool      `json:"replied_user"`
	} `json:"allowed_mentions"`
	Reference *struct {
		MessageID string `json:"message_id"`
		Fail      *bool  `json:"fail_if_not_exists"`
	} `json:"message_reference"`
	TTS      bool     `json:"tts"`
	Stickers []string `json:"sticker_ids"`
}

// An Embed is a message's box.
type Embed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Color       int    `json:"color"`
	Footer      struct {
		Text string `json:"text"`
	} `json:"footer"`
	Fields []struct {
		Name   string `json:"name"`
		Value  string `json:"value"`
		Inline bool   `json:"inline"`
	} `json:"fields"`
}

// A Component is a row or a button.
type Component struct {
	Type       int         `json:"type"`
	ID         int         `json:"id,omitempty"`
	CustomID   string      `json:"custom_id,omitempty"`
	Label      string      `json:"label,omitempty"`
	Style      int         `json:"style,omitempty"`
	Disabled   bool        `json:"disabled,omitempty"`
	Emoji      any         `json:"emoji,omitempty"`
	Components []Component `json:"components,omitempty"`
}

// Buttons are a message's, in their order.
func (m *Message) Buttons() []Component {
	var out []Component
	for _, row := range m.Body.Components {
		out = append(out, row.Components...)
	}
	return out
}

// Button finds a button by its label.
func (m *Message) Button(label string) (Component, bool) {
	for _, b := range m.Buttons() {
		if strings.Contains(b.Label, label) {
			return b, true
		}
	}
	return Component{}, false
}

// Text is all that a message says.
func (m *Message) Text() string {
	parts := []string{m.Body.Content}
	for _, e := range m.Body.Embeds {
		parts = append(parts, e.Title, e.Description)
		for _, f := range e.Fields {
			parts = append(parts, f.Name, f.Value)
		}
		parts = append(parts, e.Footer.Text)
	}
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "\n"))
}

// Messages are those sent to a channel, answers to interactions apart.
func (s *Server) Messages(channel string) []*Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*Message
	for _, m := range s.messages {
		if m.Channel == channel {
			out = append(out, m)
		}
	}
	return out
}

// Deny refuses messages to a channel with one of Discord's codes; 0 allows them again.
func (s *Server) Deny(channel string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noPermission[channel] = code
}

func (s *Server) postMessage(r *http.Request, part []string, body []byte) answer {
	channel := part[1]
	var b Body
	if errs := checkMessage(body, create, &b); len(errs) > 0 {
		return invalid(errs)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch code := s.noPermission[channel]; {
	case code == 50013 && len(b.Embeds) == 0: // only embeds are denied
	case code == 160002 && b.Reference == nil:
	case code != 0:
		return refuse(403, code, "denied")
	}
	if m := s.nonces[channel+b.Nonce]; b.Nonce != "" && b.Enforce && m != nil {
		return ok(map[string]any{"id": m.ID, "channel_id": channel})
	}
	limit := map[string]string{}
	if window := s.set.Pace; window > 0 {
		now := time.Now()
		recent := slices.DeleteFunc(s.pace[channel], func(t time.Time) bool { return now.Sub(t) > window })
		if len(recent) >= 5 {
			after := (window - now.Sub(recent[0])).Seconds()
			s.pace[channel] = recent
			a := refuse(429, 0, "You are being rate limited.")
			a.body = map[string]any{"message": "You are being rate limited.", "retry_after": after, "global": false}
			a.header = map[string]string{"Retry-After": strconv.Itoa(int(after) + 1), "X-RateLimit-Scope": "user"}
			return a
		}
		recent = append(recent, now)
		s.pace[channel] = recent
		limit["X-RateLimit-Limit"] = "5"
		limit["X-RateLimit-Remaining"] = strconv.Itoa(5 - len(recent))
		limit["X-RateLimit-Reset-After"] = fmt.Sprintf("%.3f", (window - now.Sub(recent[0])).Seconds())
	}
	m := &Message{ID: s.newID(), Channel: channel, Body: b, At: time.Now()}
	if !s.set.Forget {
		s.messages = append(s.messages, m)
		s.byID[m.ID] = m
		if b.Enforce {
			s.nonces[channel+b.Nonce] = m
		}
	}
	a := ok(map[string]any{"id": m.ID, "channel_id": channel, "content": b.Content})
	a.header = limit
	return a
}
