package discord

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"summitbot/adapters/discord/discordtest"
	"summitbot/bot"
)

// BenchmarkLatency compares the adapter with a bare echo bot on the same library: the time from an event on the socket to the
// arrival of the answer at the server, at 100 events a second, in turns against the same server.
//
//	go test -run '^$' -bench Latency -benchtime 1x ./adapters/discord
func BenchmarkLatency(b *testing.B) {
	for _, kind := range []struct {
		name string
		say  func(s *discordtest.Server, n int)
		path string
	}{
		{"message", func(s *discordtest.Server, n int) {
			s.Say(discordtest.Said{Channel: fmt.Sprint(710000000000000000 + n%50), Text: discordtest.Mention + " when did Trump and Putin last meet?"})
		}, "^POST /channels/"},
		{"autocomplete", func(s *discordtest.Server, n int) {
			s.Type(discordtest.Place{User: fmt.Sprint(610000000000000000 + n%50)}, "ask", "question", "when did they")
		}, "^POST /interactions/"},
	} {
		b.Run(kind.name, func(b *testing.B) {
			for b.Loop() {
				s := discordtest.New(b, discordtest.Settings{Library: true})
				took := map[string][]time.Duration{}
				core := &timed{Core: benchCore()}
				adapter := func(ctx context.Context, s *discordtest.Server) error { return answer(ctx, s, core) }
				for range 3 {
					for name, run := range map[string]func(context.Context, *discordtest.Server) error{"echo": echo, "adapter": adapter} {
						ctx, stop := context.WithCancel(b.Context())
						ended := make(chan error, 1)
						go func() { ended <- run(ctx, s) }()
						s.AwaitConnected(1)
						took[name] = append(took[name], measure(b, s, kind.say, kind.path)...)
						stop()
						if err := <-ended; err != nil {
							b.Fatal(err)
						}
						s.AwaitConnected(0)
					}
				}
				took["core"] = core.took
				for name, d := range took {
					slices.Sort(d)
					b.ReportMetric(float64(d[len(d)/2].Microseconds()), name+"-p50-µs")
					b.ReportMetric(float64(d[len(d)*99/100].Microseconds()), name+"-p99-µs")
				}
				for _, p := range []int{50, 99} {
					at := func(d []time.Duration) float64 { return float64(d[len(d)*p/100]) }
					b.ReportMetric(at(took["adapter"])/at(took["echo"]), fmt.Sprintf("p%d-ratio", p))
				}
			}
		})
	}
}

// measure has something happen 100 times a second and returns how long each answer took.
func measure(b *testing.B, s *discordtest.Server, say func(*discordtest.Server, int), path string) []time.Duration {
	const warm, count = 50, 300
	before := len(s.Calls(path))
	var at []time.Time
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := range warm + count {
		<-tick.C
		at = append(at, time.Now())
		say(s, n)
	}
	s.Until("all answers", 20*time.Second, func() bool { return len(s.Calls(path)) >= before+warm+count })
	var took []time.Duration
	// At this pace the answers come in the order of the events.
	for n, c := range s.Calls(path)[before:] {
		if n >= warm {
			took = append(took, c.At.Sub(at[n]))
		}
	}
	return took
}

// A timed core notes how long it takes, which is not the adapter's doing.
type timed struct {
	Core
	mu   sync.Mutex
	took []time.Duration
}

func (c *timed) note(began time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took = append(c.took, time.Since(began))
}

func (c *timed) Reply(ctx context.Context, m bot.Message) bot.Reply {
	defer c.note(time.Now())
	return c.Core.Reply(ctx, m)
}

func (c *timed) Complete(command, option, typed string, limit int) []bot.Choice {
	defer c.note(time.Now())
	return c.Core.Complete(command, option, typed, limit)
}

// answer is the adapter.
func answer(ctx context.Context, s *discordtest.Server, core Core) error {
	a, err := New(Config{Token: discordtest.Token, APIURL: s.URL()}, core, nil)
	if err != nil {
		return err
	}
	a.times = quick()
	return a.Run(ctx)
}

// echo is a bot of a dozen lines as the library's examples are, which sends back what it hears.
func echo(ctx context.Context, s *discordtest.Server) error {
	d, err := discordgo.New("Bot " + discordtest.Token)
	if err != nil {
		return err
	}
	base, err := url.Parse(s.URL())
	if err != nil {
		return err
	}
	d.Client = &http.Client{Transport: elsewhere{base}}
	d.Identify.Intents = discordgo.IntentGuildMessages | discordgo.IntentDirectMessages
	d.AddHandler(func(d *discordgo.Session, m *discordgo.MessageCreate) {
		d.ChannelMessageSendComplex(m.ChannelID, &discordgo.MessageSend{Content: m.Content, AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}})
	})
	d.AddHandler(func(d *discordgo.Session, i *discordgo.InteractionCreate) {
		typed := i.ApplicationCommandData().Options[0].StringValue()
		d.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{Type: discordgo.InteractionApplicationCommandAutocompleteResult,
			Data: &discordgo.InteractionResponseData{Choices: []*discordgo.ApplicationCommandOptionChoice{{Name: typed, Value: typed}}}})
	})
	if err := d.Open(); err != nil {
		return err
	}
	<-ctx.Done()
	return d.Close()
}

// elsewhere sends requests for Discord to a test server.
type elsewhere struct{ base *url.URL }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = e.base.Scheme, e.base.Host
	r.URL.Path = strings.Replace(r.URL.Path, "/api", e.base.Path, 1)
	return http.DefaultTransport.RoundTrip(r)
}

func benchCore() Core {
	core, _ := realCore()
	return core
}

// BenchmarkOwnShare is what the adapter itself does between a message's arrival and the departure of the answer: no core, no
// library, no network.
//
//	go test -run '^$' -bench OwnShare ./adapters/discord
func BenchmarkOwnShare(b *testing.B) {
	core := benchCore()
	reply := core.Reply(b.Context(), bot.Message{Text: "when did Trump and Putin last meet?"})
	a, err := New(Config{Token: discordtest.Token}, core, nil)
	if err != nil {
		b.Fatal(err)
	}
	a.work, a.who.User.ID = b.Context(), discordtest.BotID
	a.api.session.Client.Transport = noting{taken{}}
	event := []byte(`{"t":"MESSAGE_CREATE","s":5,"op":0,"d":{"type":0,"tts":false,"timestamp":"2025-08-14T12:00:00.000000+00:00",
		"pinned":false,"nonce":"1405000000000000000","mentions":[{"username":"summitbot","public_flags":0,"id":"` + discordtest.BotID + `",
		"global_name":null,"discriminator":"1234","clan":null,"bot":true,"avatar_decoration_data":null,"avatar":null}],"mention_roles":[],
		"mention_everyone":false,"member":{"roles":["1"],"premium_since":null,"pending":false,"nick":null,"mute":false,
		"joined_at":"2020-01-01T00:00:00+00:00","flags":0,"deaf":false,"communication_disabled_until":null,"banner":null,"avatar":null},
		"id":"1405000000000000001","flags":0,"embeds":[],"edited_timestamp":null,"content":"` + discordtest.Mention + ` when did they last meet?",
		"components":[],"channel_type":0,"channel_id":"` + discordtest.Channel + `","author":{"username":"anna","public_flags":0,
		"id":"` + discordtest.Reader + `","global_name":"Anna","discriminator":"0","clan":null,"avatar_decoration_data":null,"avatar":"a"},
		"attachments":[],"guild_id":"` + discordtest.GuildID + `"}}`)
	b.ReportAllocs()
	for b.Loop() {
		s, err := screen(event)
		if err != nil {
			b.Fatal(err)
		}
		q, ok := a.asked(s.data)
		if !ok {
			b.Fatal("not asked")
		}
		if err := a.post(a.work, q.ChannelID, a.render(reply, setting{owner: q.author.ID})); err != nil {
			b.Fatal(err)
		}
	}
}

// taken takes every request at once.
type taken struct{}

func (taken) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

// BenchmarkMemory answers interactions and says by how much the heap has grown after them.
//
//	go test -run '^$' -bench Memory -benchtime 100000x ./adapters/discord
func BenchmarkMemory(b *testing.B) {
	s := discordtest.New(b, discordtest.Settings{Forget: true})
	a, err := New(Config{Token: discordtest.Token, APIURL: s.URL()}, benchCore(), nil)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	s.AwaitConnected(1)
	run := func(n int) {
		const most = 100 // under way at a time
		for i := range n {
			s.Use(discordtest.Place{User: fmt.Sprint(610000000000000000 + i%1000)}, "ask", "question", "when did Trump and Putin last meet?")
			for s.Waiting() >= most {
				time.Sleep(100 * time.Microsecond)
			}
		}
		if !s.Within(20*time.Second, func() bool { return s.Waiting() == 0 }) {
			b.Fatalf("%d without a response: %+v", s.Waiting(), a.Stats())
		}
	}
	run(20_000) // fills what is bounded
	before := heap()
	run(b.N)
	b.ReportMetric(float64(heap()-before)/1e6, "MB-growth")
	stop()
	<-ended
}

func heap() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
