package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"summitbot/adapters/adaptertest"
	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
)

// What goes wrong between the bot and Telegram, and what people then see.

// answered says how often a question was answered in a chat: the script repeats the question's number.
func echo(m bot.Message) bot.Reply {
	return bot.Reply{Kind: bot.KindAnswer, Text: "re: " + m.Text}
}

func texts(ms []telegramtest.Message) []string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Text)
	}
	return out
}

func TestFatal(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault *telegramtest.Fault
		token string
		want  string
	}{
		{name: "a token of nobody", token: "123456789:AAanother_token-of-35-letters_for_it", want: "@BotFather"},
		{name: "a token that is revoked while the bot runs", fault: &telegramtest.Fault{Method: "getUpdates", Code: 401, Description: "Unauthorized", Times: -1}, want: "@BotFather"},
		{name: "a server that knows no bots", fault: &telegramtest.Fault{Code: 404, Description: "Not Found", Times: -1}, want: "@BotFather"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := telegramtest.New(t)
			if tc.fault != nil {
				srv.Fail(*tc.fault)
			}
			run := start(t, srv, &script{}, func(c *Config, _ *timing) {
				if tc.token != "" {
					c.Token = tc.token
				}
			})
			var fatal *Fatal
			if err := run.wait(); !errors.As(err, &fatal) || !strings.Contains(fatal.Error(), tc.want) {
				t.Errorf("Run returned %v", err)
			}
			if run.Stats().Ready {
				t.Error("ready with a refused token")
			}
		})
	}
}

// Faults of getUpdates pass, and the question that was waiting is answered once.
func TestPollingFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault telegramtest.Fault
		log   string // what the operator reads
	}{
		{"a proxy's page", telegramtest.Fault{Status: 502, Body: "<html>Bad Gateway</html>"}, "out of reach"},
		{"an answer that is no JSON", telegramtest.Fault{Status: 200, Body: "<html>hotel wifi</html>"}, "out of reach"},
		{"half an answer", telegramtest.Fault{Status: 200, Body: `{"ok":true,"result":[{"update_id":8700`}, "out of reach"},
		{"a cut connection", telegramtest.Fault{Cut: true, Times: 2}, "out of reach"},
		{"a connection that is cut after the answer", telegramtest.Fault{After: true}, "out of reach"},
		{"an internal error", telegramtest.Fault{Code: 500, Description: "Internal Server Error: restart"}, "out of reach"},
		{"too many requests", telegramtest.Fault{Code: 429, Description: "Too Many Requests: retry after 1", RetryAfter: 1}, "asks to wait"},
		{"another poller", telegramtest.Fault{Code: 409, Description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}, "another program polls"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := telegramtest.New(t)
			tc.fault.Method = "getUpdates"
			srv.Fail(tc.fault)
			srv.Say(privately, ana, "one")
			run := start(t, srv, &script{reply: echo})
			srv.AwaitSaid(privately, 1)
			run.stop()
			if got := texts(srv.Said(privately)); !slices.Equal(got, []string{"re: one"}) {
				t.Errorf("the bot said %q", got)
			}
			if !strings.Contains(run.log.String(), tc.log) {
				t.Errorf("the log does not say %q", tc.log)
			}
			srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
		})
	}
}

func TestAnotherPollerIsNoticed(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	run := start(t, srv, &script{reply: echo})
	srv.Await("the bot is ready", func() bool { return run.Stats().Ready })
	srv.Await("the bot polls", func() bool {
		srv.Steal()
		return !run.Stats().Ready
	})
	if f := run.Stats().Fault; !strings.Contains(f, "another program polls with the same token") {
		t.Errorf("the fault is %q", f)
	}
	srv.Await("the bot polls again", func() bool { return run.Stats().Ready })
	srv.SetWebhook("https://example.com/hook")
	srv.Await("the webhook is noticed", func() bool { return strings.Contains(run.Stats().Fault, "webhook") })
	if n := len(srv.Calls("deleteWebhook")); n != 1 {
		t.Errorf("the bot fights over the webhook: %d calls of deleteWebhook", n)
	}
}

// Of what cannot be read the log says where and of what kind it is, and not what it holds.
func TestShape(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"message":{"text":4930123456}}`: "message.text is a JSON number",
		`{"message":"secret"}`:            "message is a JSON string",
		`{"message":{"text":"secret`:      "not JSON",
	} {
		var u update
		if got := shape(json.Unmarshal([]byte(raw), &u)); got != want {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
	}
}

// One update that cannot be read costs itself and no other.
func TestUndecodableUpdates(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	srv.Say(privately, ana, "one")
	for _, raw := range []string{
		`{"update_id":%d,"message":5}`, `{"update_id":%d,"message":{"chat":"x"}}`, `{"update_id":%d}`, `{"update_id":%d,"message":{}}`,
		`{"update_id":%d,"message":null}`, `{"update_id":%d,"new_kind":{"deep":[1,2]}}`, `{"update_id":"x"}`, `[]`, `null`, `"text"`,
		`{"update_id":%d,"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"no author"}}`,
		`{"update_id":%d,"callback_query":{}}`, `{"update_id":%d,"callback_query":{"id":"5","data":">e:x"}}`, `{"update_id":%d,"inline_query":{}}`,
		`{"update_id":%d,"guest_message":{}}`, `{"update_id":%d,"edited_message":{}}`, `{"update_id":%d,"my_chat_member":{}}`,
	} {
		srv.PushRaw(raw)
	}
	srv.Say(privately, ana, "two")
	run := start(t, srv, &script{reply: echo})
	srv.AwaitSaid(privately, 2)
	run.stop()
	if got := texts(srv.Said(privately)); !slices.Equal(got, []string{"re: one", "re: two"}) {
		t.Errorf("the bot said %q", got)
	}
	if s := run.Stats(); s.Undecodable == 0 || s.Panics != 0 {
		t.Errorf("stats are %+v", s)
	}
	srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
}

// Faults of sendMessage: what surely did not arrive is sent again, what may have arrived is not.
func TestSendingFaults(t *testing.T) {
	t.Parallel()
	parse := "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0"
	for _, tc := range []struct {
		name  string
		fault telegramtest.Fault
		want  int // how many answers are seen
	}{
		{"too many requests", telegramtest.Fault{Code: 429, Description: "Too Many Requests: retry after 1", RetryAfter: 1}, 1},
		{"a bad gateway", telegramtest.Fault{Status: 502, Body: "<html>"}, 1},
		{"an internal error", telegramtest.Fault{Code: 500, Description: "Internal Server Error"}, 1},
		{"a gateway's timeout", telegramtest.Fault{Status: 504, Body: "<html>"}, 0},
		{"a connection cut before", telegramtest.Fault{Cut: true}, 0}, // nobody can know that it was before
		{"a connection cut after", telegramtest.Fault{After: true}, 1},
		{"the markup refused", telegramtest.Fault{Code: 400, Description: parse, When: func(p telegramtest.Params) bool { return p["entities"] != "" }}, 1},
		{"a button refused", telegramtest.Fault{Code: 400, Description: "Bad Request: BUTTON_DATA_INVALID", When: func(p telegramtest.Params) bool { return p["reply_markup"] != "" }}, 1},
		{"the markup refused for ever", telegramtest.Fault{Code: 400, Description: parse, Times: -1}, 0},
		{"a reply to nothing", telegramtest.Fault{Code: 400, Description: "Bad Request: message to be replied not found", When: func(p telegramtest.Params) bool { return p["reply_parameters"] != "" }}, 1},
		{"a user who blocked the bot", telegramtest.Fault{Code: 403, Description: "Forbidden: bot was blocked by the user", Times: -1}, 0},
		{"a group without rights", telegramtest.Fault{Code: 400, Description: "Bad Request: not enough rights to send text messages to the chat", Times: -1}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := telegramtest.New(t)
			tc.fault.Method = "sendMessage"
			where := tc.fault.When
			tc.fault.When = func(p telegramtest.Params) bool {
				return p.Int("chat_id") == group.ID && (where == nil || where(p))
			}
			srv.Fail(tc.fault)
			run := start(t, srv, &script{})
			srv.Say(group, ana, "/delegation@SummitBot")
			srv.Say(privately, boris, "when did they meet?") // other chats don't wait for it
			srv.AwaitSaid(privately, 1)
			srv.Await("the queue is empty", func() bool { return run.Stats().Queue == 0 })
			run.stop()
			if n := len(srv.Said(group)); n != tc.want {
				t.Errorf("%d answers are seen, want %d", n, tc.want)
			}
			srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
			if n := len(srv.Calls("sendMessage")); n > 8 {
				t.Errorf("%d calls of sendMessage", n)
			}
		})
	}
}

func TestReplyGoesPlainWhenMarkupIsRefused(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	srv.Fail(telegramtest.Fault{Method: "sendMessage", Code: 400, Description: "Bad Request: can't parse MessageEntity: expected an Object"})
	start(t, srv, &script{})
	srv.Say(privately, ana, "when did they meet?")
	got := srv.AwaitSaid(privately, 1)[0]
	if len(got.Entities) > 0 || len(got.Keyboard) > 0 || !strings.Contains(got.Text, "Osaka") {
		t.Errorf("the plain answer is %+v", got)
	}
}

// A gate lies between the bot and Telegram and can be shut: then nobody listens.
type gate struct {
	t        *testing.T
	addr, to string

	mu    sync.Mutex
	l     net.Listener
	conns []net.Conn
}

func newGate(t *testing.T, to string) *gate {
	g := &gate{t: t, addr: "127.0.0.1:0", to: strings.TrimPrefix(to, "http://")}
	g.open()
	t.Cleanup(g.shut)
	return g
}

func (g *gate) open() {
	l, err := net.Listen("tcp", g.addr)
	if err != nil {
		g.t.Error(err)
		return
	}
	g.addr, g.l = l.Addr().String(), l
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", g.to)
			if err != nil {
				c.Close()
				continue
			}
			g.mu.Lock()
			g.conns = append(g.conns, c, up)
			g.mu.Unlock()
			go func() { io.Copy(up, c); up.Close() }()
			go func() { io.Copy(c, up); c.Close() }()
		}
	}()
}

func (g *gate) shut() {
	g.l.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.conns {
		c.Close()
	}
	g.conns = nil
}

// The API goes away between a question and its answer, and comes back: nothing is lost.
func TestOutage(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	g := newGate(t, srv.URL)
	gone := make(chan struct{})
	run := start(t, srv, &script{reply: func(m bot.Message) bot.Reply {
		if m.Text == "one" {
			g.shut()
			time.Sleep(300 * time.Millisecond) // until the bot sees its connections closed
			close(gone)
		}
		return echo(m)
	}}, func(c *Config, _ *timing) { c.APIURL = "http://" + g.addr })
	srv.Await("the bot is ready", func() bool { return run.Stats().Ready })
	srv.Say(privately, ana, "one")
	<-gone
	srv.Say(privately, ana, "two")
	time.Sleep(700 * time.Millisecond) // some attempts are made in vain
	g.open()
	srv.AwaitSaid(privately, 2)
	srv.Await("the bot is ready again", func() bool { return run.Stats().Ready })
	if got := texts(srv.Said(privately)); !slices.Equal(got, []string{"re: one", "re: two"}) {
		t.Errorf("the bot said %q", got)
	}
	if s := run.Stats(); s.Errors["network"] == 0 {
		t.Errorf("stats are %+v", s)
	}
}

// What failed while it was being written did not arrive; of what was written whole nobody knows.
func TestUnwritten(t *testing.T) {
	t.Parallel()
	write := &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
	for _, tc := range []struct {
		err  error
		want bool
	}{
		{write, true}, {&net.OpError{Op: "readfrom", Net: "tcp", Err: write}, true}, {fmt.Errorf("x: %w", write), true},
		{&net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, false}, {io.EOF, false}, {nil, false},
	} {
		if got := unwritten(tc.err); got != tc.want {
			t.Errorf("%v: %v", tc.err, got)
		}
	}
}

// No server at all: the bot keeps trying, and ends when it is told to.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	log := &adaptertest.Journal{}
	a, err := New(Config{Token: telegramtest.Token, APIURL: "http://" + l.Addr().String() + "/"}, &script{}, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	if err := a.Run(ctx); err != nil {
		t.Errorf("Run returned %v", err)
	}
	if strings.Contains(log.String(), "AAfake") || !strings.Contains(log.String(), "connection refused") {
		t.Errorf("the log says %s", log)
	}
}

// One chat that Telegram makes wait holds up nobody else, and what it waits for is not lost in a crash until much later.
func TestOneSlowChat(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	release := make(chan struct{})
	var once sync.Once
	t.Cleanup(func() { once.Do(func() { close(release) }) })
	srv.Fail(telegramtest.Fault{Method: "sendMessage", Times: -1, Delay: time.Minute, When: func(p telegramtest.Params) bool { return p.Int("chat_id") == group.ID }})
	start(t, srv, &script{reply: echo}, func(c *Config, tm *timing) { c.Drain = 100 * time.Millisecond })
	srv.Say(group, ana, "/delegation@SummitBot")
	for i := range 5 {
		srv.Say(privately, ana, fmt.Sprint(i))
		srv.AwaitSaid(privately, i+1)
	}
	if srv.Pending() == 0 {
		t.Error("a crash now would lose the group's question")
	}
	// Behind so many updates it has to be given up, since one getUpdates brings only so many.
	many := make([]telegramtest.User, 2*batchSize)
	for i := range many {
		many[i] = telegramtest.User{ID: int64(4000 + i), Name: "Somebody"}
		srv.Say(telegramtest.Private(many[i]), many[i], "hello")
	}
	for _, u := range many {
		srv.AwaitSaid(telegramtest.Private(u), 1)
	}
}

// However many questions come at once, those that are not answered are not confirmed: a crash would lose none.
func TestBacklogStaysUnconfirmed(t *testing.T) {
	t.Parallel()
	const chats, each = 40, 10
	srv := telegramtest.New(t)
	people := make([]telegramtest.User, chats)
	for i := range people {
		people[i] = telegramtest.User{ID: int64(2000 + i), Name: "Somebody"}
	}
	for q := range each {
		for _, p := range people {
			srv.Say(telegramtest.Private(p), p, fmt.Sprint(q))
		}
	}
	start(t, srv, &script{reply: echo}, func(c *Config, _ *timing) { c.Pace = &Pace{All: Rate{20, 100 * time.Millisecond}} })
	for answered := 0; answered < chats*each; {
		pending := srv.Pending() // before the answers are counted, so that it can only be too many
		answered = 0
		for _, p := range people {
			answered += len(srv.Said(telegramtest.Private(p)))
		}
		if pending < chats*each-answered {
			t.Fatalf("%d questions wait at Telegram when %d of %d are answered: a crash would lose some", pending, answered, chats*each)
		}
		time.Sleep(5 * time.Millisecond)
	}
	srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
}

// After a week without updates Telegram begins at another number, which may be lower.
func TestUpdatesNumberedAnew(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	start(t, srv, &script{reply: echo})
	srv.Say(privately, ana, "one")
	srv.AwaitSaid(privately, 1)
	srv.Await("it is confirmed", func() bool { return srv.Pending() == 0 })
	srv.Renumber(5_000)
	for i := range 3 {
		srv.Say(privately, ana, fmt.Sprint(i))
		srv.AwaitSaid(privately, i+2)
	}
	srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
}

func TestMigration(t *testing.T) {
	t.Parallel()
	old, super := telegramtest.Chat{ID: -500, Type: "group"}, telegramtest.Chat{ID: -100600700, Type: "supergroup"}
	for _, silent := range []bool{true, false} {
		srv := telegramtest.New(t)
		start(t, srv, &script{}, func(c *Config, _ *timing) { c.AllowedChats = []int64{old.ID} })
		srv.Say(old, ana, "/delegation@SummitBot")
		srv.AwaitSaid(old, 1)
		srv.Migrate(old, super, silent)
		// A question from before the group moved.
		srv.Say(old, ana, "/delegation@SummitBot")
		srv.AwaitSaid(super, 1)
		srv.Say(super, ana, "/delegation@SummitBot")
		srv.AwaitSaid(super, 2)
	}
}

// Messages keep Telegram's limits: a server that enforces them refuses none.
func TestPacing(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	srv.Limits = telegramtest.Limits{PerSecond: 30, PerChatSecond: 1, PerGroupMinute: 20}
	start(t, srv, &script{reply: echo}, func(c *Config, _ *timing) { c.Pace = nil })
	people := make([]telegramtest.User, 60)
	for i := range people {
		people[i] = telegramtest.User{ID: int64(5000 + i), Name: "Somebody"}
	}
	for range 2 {
		for _, p := range people {
			srv.Say(telegramtest.Private(p), p, "hello")
		}
	}
	began := time.Now()
	for _, p := range people {
		srv.AwaitSaid(telegramtest.Private(p), 2)
	}
	if d := time.Since(began); d < 3*time.Second || d > 9*time.Second {
		t.Errorf("120 messages to 60 chats took %v, at 28 a second", d)
	}
	for _, c := range srv.Calls("sendMessage") {
		if c.Code == 429 {
			t.Fatal("Telegram had to slow the bot down")
		}
	}
}

func TestShutdown(t *testing.T) {
	t.Parallel()
	t.Run("confirms what was answered", func(t *testing.T) {
		t.Parallel()
		srv := telegramtest.New(t)
		run := start(t, srv, &script{reply: echo})
		srv.Say(privately, ana, "one")
		srv.AwaitSaid(privately, 1)
		if err := run.stop(); err != nil {
			t.Fatal(err)
		}
		srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
	})
	t.Run("finishes the answers under way", func(t *testing.T) {
		t.Parallel()
		srv := telegramtest.New(t)
		run := start(t, srv, &script{reply: echo})
		srv.Fail(telegramtest.Fault{Method: "sendMessage", Delay: 500 * time.Millisecond, Times: -1})
		for i := range 3 {
			srv.Say(privately, ana, fmt.Sprint(i))
		}
		srv.Await("the questions are taken on", func() bool { return run.Stats().Updates == 3 })
		if err := run.stop(); err != nil {
			t.Fatal(err)
		}
		if n := len(srv.Said(privately)); n != 3 {
			t.Errorf("%d of 3 questions are answered", n)
		}
		srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
	})
	t.Run("leaves to the next start what takes too long", func(t *testing.T) {
		t.Parallel()
		srv := telegramtest.New(t)
		run := start(t, srv, &script{reply: echo}, func(c *Config, _ *timing) { c.Drain = 200 * time.Millisecond })
		srv.Say(privately, ana, "one")
		srv.AwaitSaid(privately, 1)
		srv.Fail(telegramtest.Fault{Method: "sendMessage", Delay: time.Minute, When: func(telegramtest.Params) bool { return true }})
		srv.Say(privately, ana, "two")
		srv.Await("the question is taken on", func() bool { return run.Stats().Updates == 2 })
		began := time.Now()
		run.stop()
		if d := time.Since(began); d > 3*time.Second {
			t.Errorf("it took %v to end", d)
		}
		if srv.Pending() != 1 {
			t.Errorf("%d updates come again, want 1", srv.Pending())
		}
		start(t, srv, &script{reply: echo})
		srv.AwaitSaid(privately, 2)
		if got := texts(srv.Said(privately)); !slices.Equal(got, []string{"re: one", "re: two"}) {
			t.Errorf("the bot said %q", got)
		}
	})
	t.Run("leaves to the next start what waits for its turn", func(t *testing.T) {
		t.Parallel()
		srv := telegramtest.New(t)
		run := start(t, srv, &script{reply: echo}, func(c *Config, tm *timing) {
			tm.hold, c.Drain = time.Millisecond, 100*time.Millisecond
			c.Pace = &Pace{Chat: Rate{1, time.Minute}}
		})
		srv.Say(privately, ana, "one")
		srv.Say(privately, ana, "two")
		srv.Say(privately, ana, "three")
		srv.AwaitSaid(privately, 1)
		srv.Await("the first is confirmed", func() bool { return srv.Pending() == 2 })
		time.Sleep(50 * time.Millisecond)
		run.stop()
		if n := srv.Pending(); n != 2 {
			t.Errorf("%d updates come again, want 2", n)
		}
	})
}

// A panic over one message costs that message, and its author reads an apology.
func TestPanic(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	run := start(t, srv, &script{reply: func(m bot.Message) bot.Reply {
		if m.Text == "boom" {
			panic("about " + m.Text)
		}
		return echo(m)
	}})
	srv.Say(privately, ana, "boom")
	srv.Say(privately, ana, "one")
	got := srv.AwaitSaid(privately, 2)
	if got[0].Text != english.wentWrong || got[1].Text != "re: one" {
		t.Errorf("the bot said %q", texts(got))
	}
	if s := run.Stats(); s.Panics != 1 || strings.Contains(run.log.String(), "about boom") {
		t.Errorf("%d panics counted, or what was asked is in the log", s.Panics)
	}
}

// The bot is seen typing only where an answer takes long, and a spinner never waits for it.
func TestSlowCore(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	wait := make(chan struct{})
	start(t, srv, &script{reply: func(m bot.Message) bot.Reply {
		if m.Text == "slow" || m.Action == "slow" {
			<-wait
		}
		return echo(m)
	}}, func(_ *Config, tm *timing) { tm.typing = 50 * time.Millisecond })
	srv.Say(privately, ana, "quick")
	srv.AwaitSaid(privately, 1)
	if n := len(srv.Calls("sendChatAction")); n != 0 {
		t.Errorf("the bot was seen typing %d times for a quick answer", n)
	}
	srv.Say(privately, ana, "slow")
	srv.Await("the bot is seen typing", func() bool { return len(srv.Calls("sendChatAction")) == 1 })
	q := srv.Press(telegramtest.Private(boris), boris, 5, ">slow")
	srv.AwaitAnswer(q)
	close(wait)
	srv.AwaitSaid(privately, 2)
}

// A thousand questions from fifty chats at once: each is answered once, in the order of its chat.
func TestManyQuestions(t *testing.T) {
	t.Parallel()
	const chats, each = 50, 20
	srv := telegramtest.New(t)
	run := start(t, srv, &script{reply: echo})
	var wg sync.WaitGroup
	for c := range chats {
		wg.Go(func() {
			u := telegramtest.User{ID: int64(7000 + c), Name: "Somebody"}
			for q := range each {
				srv.Say(telegramtest.Private(u), u, fmt.Sprint(q))
			}
		})
	}
	wg.Wait()
	for c := range chats {
		chat := telegramtest.Chat{ID: int64(7000 + c), Type: "private"}
		got := srv.AwaitSaid(chat, each)
		for q, m := range got {
			if m.Text != fmt.Sprint("re: ", q) {
				t.Fatalf("chat %d: answer %d is %q", c, q, m.Text)
			}
		}
	}
	run.stop()
	if n := len(srv.Calls("sendMessage")); n != chats*each {
		t.Errorf("%d messages sent, want %d", n, chats*each)
	}
	srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
}

// A process that is killed leaves nothing unanswered: what it had not answered comes again after the restart, and what it had
// answered does so only if it could not say so any more.
func TestKill(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	launch := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+srv.URL)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		return cmd
	}
	first := launch()
	const n = 40
	people := make([]telegramtest.User, n)
	for i := range people {
		people[i] = telegramtest.User{ID: int64(8000 + i), Name: "Somebody"}
	}
	everybody := func(text string) {
		for _, p := range people {
			srv.Say(telegramtest.Private(p), p, text)
		}
	}
	count := func(text string) (n int) {
		for _, p := range people {
			for _, m := range srv.Said(telegramtest.Private(p)) {
				if m.Text == "re: "+text {
					n++
				}
			}
		}
		return n
	}
	everybody("zero")
	srv.Await("the first questions are answered and confirmed", func() bool { return count("zero") == n && srv.Pending() == 0 })
	srv.Fail(telegramtest.Fault{Method: "sendMessage", Delay: 30 * time.Millisecond, Times: -1})
	everybody("one")
	everybody("two")
	srv.Await("some questions are answered", func() bool { return count("one") > n/4 })
	first.Process.Kill()
	first.Wait()
	launch()
	for _, p := range people {
		srv.Await("both questions are answered", func() bool {
			got := texts(srv.Said(telegramtest.Private(p)))
			return slices.Contains(got, "re: one") && slices.Contains(got, "re: two")
		})
	}
	srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
	if got := count("zero"); got != n {
		t.Errorf("%d answers that were confirmed came twice", got-n)
	}
	t.Logf("of %d answers around the kill, %d came twice", 2*n, count("one")+count("two")-2*n)
}

const childEnv = "SUMMITBOT_TEST_TELEGRAM_API"

// TestMain lets the test's own binary be the process that TestKill kills.
func TestMain(m *testing.M) {
	url := os.Getenv(childEnv)
	if url == "" {
		flag.Parse()
		flag.Set("test.parallel", "8") // they wait more than they compute
		os.Exit(m.Run())
	}
	a, err := New(Config{Token: telegramtest.Token, APIURL: url, Pace: &Pace{}}, &script{reply: echo}, nil)
	if err == nil {
		err = a.Run(context.Background())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
