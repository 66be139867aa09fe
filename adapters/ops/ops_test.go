package ops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"summitbot/adapters/guard"
	"summitbot/adapters/request"
	"summitbot/bot"
	"summitbot/kb"
)

type reporter struct {
	err   error
	stats Stats
}

func (r *reporter) Ready() error { return r.err }
func (r *reporter) Stats() Stats { return r.stats }

var names = []string{"discord", "telegram"}

func start(t *testing.T, profile bool) (*httptest.Server, *Board, *Metrics) {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	m := NewMetrics(reg, Build{"1.2.3", "abc", "2025-08-15"}, names)
	b := NewBoard(names)
	reg.MustRegister(b)
	s := httptest.NewServer(Handler(Options{Board: b, Metrics: reg, Profile: profile}))
	t.Cleanup(s.Close)
	return s, b, m
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

func TestReadiness(t *testing.T) {
	s, b, _ := start(t, false)
	d, tg := b.Platform("discord"), b.Platform("telegram")
	b.Knowledge("v1")
	lost := &reporter{err: errors.New("shard 0 is not logged in")}
	for _, step := range []struct {
		do   func()
		code int
		want string // of discord: state and reason
	}{
		{func() {}, 503, "starting "},
		{func() { d.Run(lost); tg.Run(&reporter{}) }, 503, "running shard 0 is not logged in"},
		{func() { lost.err = nil }, 200, "running "},
		{func() { d.End(Waiting, errors.New("cut off")) }, 503, "waiting cut off"},
		{func() { d.Run(lost) }, 200, "running "},
		{func() { d.End(Down, errors.New("the token is refused")) }, 503, "down the token is refused"},
		{func() { d.Run(lost); b.Drain() }, 503, "running "},
	} {
		step.do()
		code, body := get(t, s.URL+"/readyz")
		var status Status
		if err := json.Unmarshal([]byte(body), &status); err != nil {
			t.Fatal(err)
		}
		p := status.Platforms[0]
		if got := string(p.State) + " " + p.Reason; code != step.code || got != step.want || status.Ready != (code == 200) || status.Knowledge != "v1" {
			t.Errorf("got %d and %q, want %d and %q:\n%s", code, got, step.code, step.want, body)
		}
	}
	if code, _ := get(t, s.URL+"/healthz"); code != 200 {
		t.Error("it is not alive while it drains")
	}
	if r, err := http.Head(s.URL + "/readyz"); err != nil || r.StatusCode != 503 {
		t.Error("HEAD is not answered as GET", err)
	}
}

// Whatever may be counted is there from the start, as 0, so that rates and alerts see the first time that it happens.
func TestEverySeriesFromTheStart(t *testing.T) {
	s, _, m := start(t, false)
	m.Loaded(&kb.Base{Version: "v1"}, time.Unix(1e9, 0), false)
	before := series(t, s.URL)
	for _, p := range names {
		for _, o := range guard.Outcomes {
			m.Replied(guard.Happening{Platform: p, Outcome: o, Question: true, Confidence: .5})
		}
		m.Replied(guard.Happening{Platform: p, Outcome: "made up"})
		for _, s := range request.Stages {
			m.Took(p, s, time.Second)
		}
	}
	m.Replied(guard.Happening{Outcome: guard.Limited}) // asked by the program itself
	m.Took("", request.Core, time.Second)
	m.Took("discord", "made up", time.Second)
	m.LoadFailed()
	m.Loaded(&kb.Base{Version: "v1"}, time.Unix(1e9, 0), true)
	after := series(t, s.URL)
	for name := range after {
		if !before[name] {
			t.Errorf("%s was not there from the start", name)
		}
	}
	if len(before) != len(after) || len(before) < 100 {
		t.Errorf("%d series, then %d", len(before), len(after))
	}
}

// series are the names, with labels, of this project's own series. Whatever differs by the knowledge base is no matter.
func series(t *testing.T, url string) map[string]bool {
	_, body := get(t, url+"/metrics")
	all := map[string]bool{}
	for _, name := range regexp.MustCompile(`(?m)^summitbot_[^ ]*`).FindAllString(body, -1) {
		all[name] = true
	}
	return all
}

func TestFigures(t *testing.T) {
	s, b, m := start(t, false)
	base := &kb.Base{Version: "v2", Entries: []kb.Entry{{Asked: make([]kb.Phrase, 3)}, {Class: kb.NotTold}}}
	m.Loaded(&kb.Base{Version: "v1"}, time.Unix(1e9, 0), false)
	m.Loaded(base, time.Unix(2e9, 0), true)
	m.LoadFailed()
	m.Replied(guard.Happening{Platform: "discord", Outcome: guard.Outcome(bot.KindAnswer), Question: true, Confidence: .95})
	m.Took("discord", request.Core, 2*time.Millisecond)
	m.Replied(guard.Happening{Platform: "discord", Outcome: guard.Limited})
	d := b.Platform("discord")
	d.Run(&reporter{stats: Stats{Dropped: 1, Errors: map[string]float64{"server": 2, "of its own": 1}}})
	d.End(Waiting, errors.New("x"))
	d.Run(&reporter{stats: Stats{Queued: 7, Oldest: 1500 * time.Millisecond, Dropped: 2, Errors: map[string]float64{"server": 1}}})
	_, body := get(t, s.URL+"/metrics")
	for _, want := range []string{
		`summitbot_messages_total{outcome="answer",platform="discord"} 1`,
		`summitbot_messages_total{outcome="limited",platform="discord"} 1`,
		`summitbot_messages_total{outcome="panic",platform="telegram"} 0`,
		`summitbot_confidence_ratio_bucket{platform="discord",le="0.9"} 0`,
		`summitbot_confidence_ratio_count{platform="discord"} 1`,
		`summitbot_reply_duration_seconds_bucket{platform="discord",stage="core",le="0.0025"} 1`,
		`summitbot_reply_duration_seconds_count{platform="discord",stage="send"} 0`,
		`summitbot_knowledge_info{version="v2"} 1`,
		`summitbot_knowledge_entries{class="told"} 1`,
		`summitbot_knowledge_entries{class="not_told"} 1`,
		`summitbot_knowledge_phrasings 3`,
		`summitbot_knowledge_last_reload_successful 0`,
		`summitbot_knowledge_last_reload_success_timestamp_seconds 2e+09`,
		`summitbot_knowledge_reloads_total{result="failure"} 1`,
		`summitbot_knowledge_reloads_total{result="success"} 1`,
		`summitbot_platform_up{platform="discord"} 1`,
		`summitbot_platform_up{platform="telegram"} 0`,
		`summitbot_platform_restarts_total{platform="discord"} 1`,
		`summitbot_platform_errors_total{platform="discord",reason="server"} 3`,
		`summitbot_platform_errors_total{platform="discord",reason="other"} 1`,
		`summitbot_dropped_total{platform="discord"} 3`,
		`summitbot_queue_length{platform="discord"} 7`,
		`summitbot_queue_oldest_seconds{platform="discord"} 1.5`,
		`summitbot_draining 0`,
		`version="1.2.3"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not there", want)
		}
	}
	if strings.Contains(body, `version="v1"`) {
		t.Error("the version that answers no more is still there")
	}
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "summitbot_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// Operators find every metric in the documentation.
func TestMetricsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	s, _, m := start(t, false)
	m.Loaded(&kb.Base{Version: "v1"}, time.Unix(1e9, 0), false)
	_, body := get(t, s.URL+"/metrics")
	for _, match := range regexp.MustCompile(`(?m)^# HELP (summitbot_\S+)`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(string(doc), "| `"+match[1]) {
			t.Errorf("docs/operations.md does not tell of %s", match[1])
		}
	}
}

func TestProfile(t *testing.T) {
	for profile, want := range map[bool]int{true: 200, false: 404} {
		s, _, _ := start(t, profile)
		if code, _ := get(t, s.URL+"/debug/pprof/"); code != want {
			t.Errorf("asked for %v: %d", profile, code)
		}
	}
}

func TestServeAndCheck(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := NewBoard(names)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- Serve(ctx, l, Handler(Options{Board: b, Metrics: prometheus.NewRegistry()}), slog.New(slog.DiscardHandler))
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for _, address := range []string{"127.0.0.1:" + port, ":" + port, "0.0.0.0:" + port, "[::]:" + port} {
		if err := Check(t.Context(), address, "/healthz"); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := Check(t.Context(), ":"+port, "/readyz"); err == nil || !strings.Contains(err.Error(), `"state": "starting"`) {
		t.Errorf("ready: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := Check(t.Context(), ":"+port, "/healthz"); err == nil {
		t.Error("it is well after its end")
	}
}

func TestBoardIsACollector(t *testing.T) {
	if problems, err := testutil.CollectAndLint(NewBoard(names)); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
