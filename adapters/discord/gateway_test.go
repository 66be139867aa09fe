package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"summitbot/adapters/discord/discordtest"
)

func heartbeat(d time.Duration) discordtest.Settings { return discordtest.Settings{Heartbeat: d} }

func yes(b bool) *bool { return &b }

// Each way in which a connection ends, with what is to become of the session.
func TestSurvives(t *testing.T) {
	tests := []struct {
		name    string
		set     discordtest.Settings
		end     func(r *rig)
		resumes bool
	}{
		{"socket cut", discordtest.Settings{}, func(r *rig) { r.Cut() }, true},
		{"opcode 7", discordtest.Settings{}, func(r *rig) { r.Reconnect() }, true},
		{"opcode 9, resumable", discordtest.Settings{}, func(r *rig) { r.Invalidate(true) }, true},
		{"opcode 9", discordtest.Settings{}, func(r *rig) { r.Invalidate(false) }, false},
		{"close 1001", discordtest.Settings{}, func(r *rig) { r.Close(1001) }, true},
		{"close 4000", discordtest.Settings{}, func(r *rig) { r.Close(4000) }, true},
		{"close 4008", discordtest.Settings{}, func(r *rig) { r.Close(4008) }, true},
		{"close 4007", discordtest.Settings{}, func(r *rig) { r.Close(4007) }, false},
		{"close 4009", discordtest.Settings{}, func(r *rig) { r.Close(4009) }, false},
		{"missing acknowledgements", heartbeat(100 * time.Millisecond), func(r *rig) { r.HoldAcks() }, true},
		{"silence", heartbeat(100 * time.Millisecond), func(r *rig) { r.Silence() }, true},
		{"cut, and a resume refused", discordtest.Settings{}, func(r *rig) {
			r.BreakConnections(discordtest.ConnFault{Invalid: yes(false)})
			r.Cut()
		}, false},
		{"cut, and a resume refused for now", discordtest.Settings{}, func(r *rig) {
			r.BreakConnections(discordtest.ConnFault{Invalid: yes(true)})
			r.Cut()
		}, true},
		{"cut, and opcode 7 while resuming", discordtest.Settings{}, func(r *rig) {
			r.BreakConnections(discordtest.ConnFault{Reconnect: true}, discordtest.ConnFault{ReconnectFirst: true})
			r.Cut()
		}, true},
		{"cut, and no gateway for a while", discordtest.Settings{}, func(r *rig) {
			f := discordtest.ConnFault{Refuse: 503}
			r.BreakConnections(f, f, f, discordtest.ConnFault{Close: 4000})
			r.Cut()
		}, true},
		{"cut, and silence instead of Hello, then instead of Resumed", discordtest.Settings{}, func(r *rig) {
			r.BreakConnections(discordtest.ConnFault{NoHello: true}, discordtest.ConnFault{Silent: true})
			r.Cut()
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := start(t, test.set, func(_ *Config, times *times) { times.open = 600 * time.Millisecond })
			r.AwaitConnected(1)
			r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " before"}))
			// It answers before the library has opened, and an end before that counts as one failure more.
			r.Until("readiness", 5*time.Second, func() bool { return r.adapter.Ready() == nil })
			connects := r.Connects()
			test.end(r)
			r.Until("the end of the connection", 10*time.Second, func() bool { return r.Connected() == 0 || r.Connects() > connects })
			between := r.Say(discordtest.Said{Text: discordtest.Mention + " between"})
			r.AwaitConnected(1)
			after := r.Say(discordtest.Said{Text: discordtest.Mention + " after"})
			r.Answer(discordtest.Channel, after)
			if test.resumes {
				r.Answer(discordtest.Channel, between)
				if n := len(r.Identifies()); n != 1 {
					t.Errorf("%d sessions instead of a resume", n)
				}
				r.Until("a resume where READY said", time.Second, func() bool {
					return !slices.ContainsFunc(r.Paths(), func(p string) bool { return !strings.HasPrefix(p, "/resume") })
				})
			} else if n := len(r.Identifies()); n != 2 {
				t.Errorf("%d sessions, want a second", n)
			}
			seen := map[string]int{}
			for _, m := range r.Messages(discordtest.Channel) {
				if seen[m.Body.Nonce]++; seen[m.Body.Nonce] > 1 {
					t.Errorf("%q answered twice", m.Text())
				}
			}
		})
	}
}

// A gateway of the barest kind: no address to resume at, no application, no recommendation.
func TestBareGateway(t *testing.T) {
	r := start(t, discordtest.Settings{Bare: true}, nil)
	r.AwaitConnected(1)
	r.awaitCommands(t)
	r.Cut()
	r.Until("the end of the connection", 5*time.Second, func() bool { return r.Connects() > 1 })
	r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who?"}))
	if r.Resumes() != 1 || len(r.Identifies()) != 1 {
		t.Errorf("%d resumes, %d sessions", r.Resumes(), len(r.Identifies()))
	}
}

func TestConnectsAgainstTrouble(t *testing.T) {
	refused := discordtest.Fault{Match: "GET /gateway/bot", Status: 503}
	tests := []struct {
		name  string
		rest  []discordtest.Fault
		conns []discordtest.ConnFault
	}{
		{"gateway down", []discordtest.Fault{refused, refused, {Match: "GET /gateway/bot", Cut: true}}, []discordtest.ConnFault{{Refuse: 502}, {Refuse: 429}}},
		{"opcode 7 at once", nil, []discordtest.ConnFault{{ReconnectFirst: true}, {Reconnect: true}}},
		{"opcode 9 at once", nil, []discordtest.ConnFault{{Invalid: yes(false)}, {Invalid: yes(true)}}},
		{"silence", nil, []discordtest.ConnFault{{NoHello: true}, {Silent: true}}},
		{"closed with codes that pass", nil, []discordtest.ConnFault{{Close: 4000}, {Close: 4009}, {Close: 1000}}},
		{"nonsense before READY", nil, []discordtest.ConnFault{{Garbage: "null"}, {Garbage: "{"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := prepare(t, discordtest.Settings{}, func(_ *Config, times *times) { times.open = 500 * time.Millisecond })
			r.Break(test.rest...)
			r.BreakConnections(test.conns...)
			if r.adapter.Ready() == nil {
				t.Error("ready before the start")
			}
			r.run(t)
			r.AwaitConnected(1)
			r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who?"}))
			r.Until("readiness", time.Second, func() bool { return r.adapter.Ready() == nil })
		})
	}
}

func TestGivesUpWhereAnOperatorIsNeeded(t *testing.T) {
	tests := []struct {
		name   string
		set    discordtest.Settings
		change func(*Config, *times)
		prep   func(r *rig)
		reason string
		help   string
	}{
		{"bad token, said by REST", discordtest.Settings{}, func(c *Config, _ *times) { c.Token = "wrong" }, nil, "token", "Reset Token"},
		{"bad token, said by the gateway", discordtest.Settings{}, nil, func(r *rig) { r.BreakConnections(discordtest.ConnFault{Close: 4004}) }, "token", "Reset Token"},
		{"intent not switched on", discordtest.Settings{}, func(c *Config, _ *times) { c.MessageContent = true }, nil, "intents", "Privileged Gateway Intents"},
		{"too few shards", discordtest.Settings{NeedShards: 4}, func(c *Config, _ *times) { c.Shards = 2 }, nil, "sharding", "shards"},
		{"no such shard", discordtest.Settings{}, nil, func(r *rig) { r.BreakConnections(discordtest.ConnFault{Close: 4010}) }, "sharding", "below the total"},
		{"gateway too new", discordtest.Settings{}, nil, func(r *rig) { r.BreakConnections(discordtest.ConnFault{Close: 4012}) }, "protocol", "newer release"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := prepare(t, test.set, test.change)
			if test.prep != nil {
				test.prep(r)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := r.adapter.Run(ctx)
			var fatal *Fatal
			if !errors.As(err, &fatal) || fatal.Reason != test.reason || !strings.Contains(err.Error(), test.help) {
				t.Errorf("ended with %v", err)
			}
			if n := r.Connects(); n > 2 {
				t.Errorf("%d attempts", n)
			}
		})
	}
}

func TestTokenRefusedLater(t *testing.T) {
	for name, refuse := range map[string]func(r *rig){
		"by the gateway": func(r *rig) { r.Close(4004) },
		"by REST": func(r *rig) {
			r.Break(discordtest.Fault{Match: "POST /channels/", Status: 401, Body: `{"message":"401: Unauthorized","code":0}`})
			r.Say(discordtest.Said{Text: discordtest.Mention + " who?"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := prepare(t, discordtest.Settings{}, nil)
			ended := make(chan error, 1)
			go func() { ended <- r.adapter.Run(t.Context()) }()
			r.AwaitConnected(1)
			refuse(r)
			select {
			case err := <-ended:
				if !errors.Is(err, badToken) {
					t.Errorf("ended with %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("went on")
			}
		})
	}
}

// 24 disconnects of different kinds in a row, with a question while the line is down each time.
func TestSurvivesManyDisconnects(t *testing.T) {
	r := start(t, heartbeat(200*time.Millisecond), func(_ *Config, times *times) { times.open = 2 * time.Second })
	r.AwaitConnected(1)
	ends := []func(){
		r.Cut, r.Reconnect, func() { r.Close(4000) }, r.HoldAcks, r.Silence, func() { r.Invalidate(true) },
		func() { r.BreakConnections(discordtest.ConnFault{Refuse: 503}); r.Cut() },
		func() { r.BreakConnections(discordtest.ConnFault{Reconnect: true}); r.Reconnect() },
	}
	var ids []string
	for n := range 24 {
		connects := r.Connects()
		ids = append(ids, r.Say(discordtest.Said{Text: fmt.Sprintf("%s up %d", discordtest.Mention, n)}))
		ends[n%len(ends)]()
		ids = append(ids, r.Say(discordtest.Said{Text: fmt.Sprintf("%s down %d", discordtest.Mention, n)}))
		r.Until("a new connection", 10*time.Second, func() bool { return r.Connects() > connects && r.Connected() == 1 })
	}
	count := map[string]int{}
	r.Until("all answers", 20*time.Second, func() bool {
		clear(count)
		for _, m := range r.Messages(discordtest.Channel) {
			count[m.Body.Nonce]++
		}
		return len(count) >= len(ids)
	})
	for i, id := range ids {
		if count[id] != 1 {
			t.Errorf("question %d answered %d times", i, count[id])
		}
	}
	// Each call is noted once it is answered.
	calls := func() int { return len(r.Calls("^POST /channels/")) }
	if r.Within(5*time.Second, func() bool { return calls() >= len(ids) }); calls() != len(ids) {
		t.Errorf("%d messages sent for %d questions", calls(), len(ids))
	}
	if n := len(r.Identifies()); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

func TestIdentifiesNoFasterThanAllowed(t *testing.T) {
	r := start(t, discordtest.Settings{Shards: 5, Concurrency: 2}, func(_ *Config, times *times) { times.identify = 300 * time.Millisecond })
	r.AwaitConnected(5)
	r.Until("readiness", time.Second, func() bool { return r.adapter.Ready() == nil })
	at := r.Identifies()
	if len(at) != 5 {
		t.Fatalf("%d identifies", len(at))
	}
	if d := at[2].Sub(at[0]); d < 250*time.Millisecond {
		t.Errorf("the third shard %v after the first", d)
	}
	if d := at[4].Sub(at[0]); d < 500*time.Millisecond || d > 5*time.Second {
		t.Errorf("the fifth shard %v after the first", d)
	}
	// Each question comes to one shard, and is answered by whichever it is.
	for _, said := range []discordtest.Said{{Text: discordtest.Mention + " who?"}, {DM: true, Text: "who?"}} {
		channel := discordtest.Channel
		if said.DM {
			channel = discordtest.DM
		}
		r.Answer(channel, r.Say(said))
	}
}

func TestRunsTheShardsConfigured(t *testing.T) {
	r := start(t, discordtest.Settings{Shards: 8}, func(c *Config, _ *times) { c.ShardIDs, c.Shards = []int{1, 3}, 4 })
	r.AwaitConnected(2)
	r.Until("readiness", time.Second, func() bool { return r.adapter.Ready() == nil })
}

func TestSavesIdentifies(t *testing.T) {
	r := prepare(t, discordtest.Settings{Identifies: 2}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := r.adapter.Run(ctx); err != nil {
		t.Error(err)
	}
	if n := len(r.Identifies()); n != 0 {
		t.Errorf("%d identifies although hardly any are left for the day", n)
	}
}

func TestAsksForFewIntents(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	if got := r.Intents(); got != 1<<0|1<<9|1<<12 {
		t.Errorf("intents %b", got)
	}
}

func TestAnswersHeartbeatRequest(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	for range 3 {
		r.AskHeartbeat()
	}
	r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who?"}))
	if n := r.Connects(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// The replies under way are sent, new questions are not taken, and the session is taken leave of.
func TestStops(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	r.Break(discordtest.Fault{Match: "POST /channels/", Delay: 500 * time.Millisecond, Times: 2})
	a := r.Say(discordtest.Said{Text: discordtest.Mention + " first"})
	b := r.Say(discordtest.Said{Text: discordtest.Mention + " second"})
	r.Until("the first to be asked", 5*time.Second, func() bool { return r.last().Text == "first" })
	time.Sleep(50 * time.Millisecond)
	r.stop()
	r.Until("draining", time.Second, r.adapter.stopping.Load)
	r.Say(discordtest.Said{Text: discordtest.Mention + " too late"})
	err := <-r.ended
	r.ended <- err
	if err != nil {
		t.Error(err)
	}
	if len(r.Messages(discordtest.Channel)) != 2 {
		t.Errorf("%d messages", len(r.Messages(discordtest.Channel)))
	}
	r.Answer(discordtest.Channel, a)
	r.Answer(discordtest.Channel, b)
	r.Until("the end of the session", 5*time.Second, func() bool { return r.Connected() == 0 })
}

func TestStopsInTime(t *testing.T) {
	r := start(t, discordtest.Settings{}, func(_ *Config, times *times) { times.drain = 200 * time.Millisecond })
	r.AwaitConnected(1)
	r.Break(discordtest.Fault{Match: "POST /channels/", Delay: time.Minute})
	r.Say(discordtest.Said{Text: discordtest.Mention + " first"})
	r.Until("the question", 5*time.Second, func() bool { return r.last().Text == "first" })
	began := time.Now()
	r.stop()
	err := <-r.ended
	r.ended <- err
	if d := time.Since(began); err != nil || d > 2*time.Second {
		t.Errorf("took %v: %v", d, err)
	}
}

func TestStopsWhileGatewayIsDown(t *testing.T) {
	r := prepare(t, discordtest.Settings{}, nil)
	r.Break(discordtest.Fault{Match: "GET /gateway/bot", Status: 503, Times: 1000})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := r.adapter.Run(ctx); err != nil || time.Since(began) > 3*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// Events of any shape cost at most themselves.
func TestMalformedEvents(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	for _, text := range []string{"null", "5", "[]", "{", `{"op":"0"}`, `{"op":null}`, `{"op":3}`, `{"op":11}`, `{"op":0}`, `{"op":0,"s":"x","t":5}`, "\xff"} {
		r.SendText(text)
	}
	for _, event := range []string{"READY_SUPPLEMENTAL", "GUILD_CREATE", "VOICE_STATE_UPDATE", "MESSAGE_CREATE", "INTERACTION_CREATE", "\"} x", ""} {
		for _, data := range []string{`null`, `[]`, `5`, `"x"`, `{}`, `{"id":5}`, `{"id":"5","author":5}`, `{"guild":null,"members":[null]}`,
			`{"id":"5","token":"t","type":2,"user":{"id":"6"}}`, `{"id":"6","token":"t","type":3,"user":{"id":"6"},"data":[]}`,
			`{"id":"7","token":"../../x","type":3,"user":{"id":"6"},"data":[]}`, `{"id":"8/x","channel_id":"1","author":{"id":"9"},"content":"x"}`} {
			r.Dispatch(event, json.RawMessage(data))
		}
	}
	r.Tolerate(".*")
	r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who?"}))
	if s := r.adapter.Stats(); s.Panics != 0 || s.Malformed == 0 {
		t.Errorf("%+v", s)
	}
	if n := r.Connects(); n != 1 {
		t.Errorf("%d connections", n)
	}
}
