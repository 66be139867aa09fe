package telegram

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
	"summitbot/kb"
	"summitbot/kb/summit"
)

// real is the bot with the knowledge base that it is built with.
var real = sync.OnceValues(func() (*bot.Bot, *kb.Base) {
	base, index, err := summit.Load()
	if err != nil {
		panic(err)
	}
	return bot.New(base, index, bot.Options{}), base
})

// Every reply that commands and buttons lead to, from any of them, is a message that Telegram takes, in every kind of chat.
func TestEveryReplyIsTaken(t *testing.T) {
	t.Parallel()
	core, base := real()
	var todo []bot.Message
	seen := map[string]bool{}
	act := func(action string) {
		if !seen[action] {
			seen[action] = true
			todo = append(todo, bot.Message{Action: action, User: "u", Conversation: "c"})
		}
	}
	for _, e := range base.Entries {
		act(entryAction + e.ID)
		act("up:" + e.ID)
		act("down:" + e.ID)
	}
	for _, p := range base.People {
		todo = append(todo, bot.Message{Command: "who", Args: p.Name}, bot.Message{Command: "quotes", Args: p.Name})
	}
	for _, e := range base.Events {
		todo = append(todo, bot.Message{Command: "delegation", Args: e.Title}, bot.Message{Command: "timeline", Args: e.Title})
	}
	for _, c := range core.Commands() {
		todo = append(todo, bot.Message{Command: c.Name})
		for _, o := range c.Options {
			for _, v := range o.Values {
				todo = append(todo, bot.Message{Command: c.Name, Args: v.Action})
			}
		}
	}
	act("none")
	replies, folded, longest := 0, 0, 0
	for len(todo) > 0 {
		m := todo[0]
		todo = todo[1:]
		r := core.Reply(t.Context(), m)
		replies++
		for _, c := range append(r.Choices, r.More...) {
			act(c.Action)
		}
		for name, v := range map[string]view{
			"private": {share: true, extra: strings.Repeat("Long. ", 40)}, "group": {group: true, share: true}, "inline": {inline: true, share: true},
		} {
			text, keys := render(r, v)
			messages := pages(text, keys)
			if v.inline {
				messages = []outgoing{{part: text.first(maxText), keyboard: keys}}
			}
			if len(messages) == 0 {
				t.Fatalf("%+v: no message", m)
			}
			for _, o := range messages {
				entities, _ := json.Marshal(o.Entities)
				markup := ""
				if o.keyboard != nil {
					raw, _ := json.Marshal(o.keyboard)
					markup = string(raw)
				}
				if err := telegramtest.Check(o.Text, string(entities), markup); err != nil {
					t.Errorf("%+v in %s: %v\n%s", m, name, err, o.Text)
				}
				longest = max(longest, utf16len(o.Text))
				for _, e := range o.Entities {
					if e.Type == "expandable_blockquote" {
						folded++
					}
				}
			}
			// No button is lost on the way.
			if want := len(r.Choices) + len(r.More); keys == nil && want > 0 || keys != nil && len(flat(keys)) < want {
				t.Errorf("%+v in %s: of %d buttons some are missing", m, name, want)
			}
		}
	}
	t.Logf("%d replies, the longest message has %d units, %d are folded", replies, longest, folded)
	if replies < 1000 || folded == 0 {
		t.Errorf("only %d replies were seen, %d of them folded", replies, folded)
	}
}

func flat(k *keyboard) (all []button) {
	for _, row := range k.Rows {
		all = append(all, row...)
	}
	return all
}

// The whole way with the real core: commands, pages, presses and links to entries.
func TestWithTheRealCore(t *testing.T) {
	t.Parallel()
	core, _ := real()
	srv := telegramtest.New(t)
	start(t, srv, core)
	for i, command := range []string{"/delegation", "/timeline", "/who lavrof", "/demands russia", "/quotes trump", "/topics", "/sources", "/help", "/about", "/privacy", "/start", "/ask"} {
		srv.Say(privately, ana, command)
		m := srv.AwaitSaid(privately, i+1)[i]
		if strings.Contains(m.Text, "no command") {
			t.Errorf("%s gets %q", command, m.Text)
		}
	}
	n := len(srv.Said(privately))
	// A link made for an entry opens it, which holds as long as the core's actions are what the adapter takes them for.
	srv.Say(privately, ana, "/topics")
	topics := srv.AwaitSaid(privately, n+1)[n]
	srv.Press(privately, ana, topics.ID, topics.Buttons()[0].Data)
	list := srv.AwaitSaid(privately, n+2)[n+1]
	var entry string
	for _, b := range list.Buttons() {
		if id, ok := strings.CutPrefix(b.Data, ">"+entryAction); ok {
			entry = id
			break
		}
	}
	if entry == "" {
		t.Fatalf("no entry among the buttons %+v", list.Buttons())
	}
	srv.Say(privately, ana, "/start "+entry)
	got := srv.AwaitSaid(privately, n+3)[n+2]
	if b, ok := got.Button("👍"); !ok || b.Data != "!up:"+entry {
		t.Errorf("/start %s gets %q", entry, got.Text)
	}
	if got.Styled("italic") == "" || got.Styled("bold") == "" {
		t.Errorf("the answer lacks its title or its source: %+v", got)
	}
	down, _ := got.Button("👎")
	srv.Press(privately, ana, got.ID, down.Data)
	if m := srv.AwaitSaid(privately, n+4)[n+3]; len(m.Keyboard) == 0 {
		t.Errorf("a thumb down gets %q and nothing to choose", m.Text)
	}
}

// Inline results are what the core finds for a question, then what the typed letters may become.
func TestInlineWithTheRealCore(t *testing.T) {
	t.Parallel()
	core, _ := real()
	srv := telegramtest.New(t)
	start(t, srv, core)
	for _, tc := range []struct {
		typed, want string // a part of the first result's title
		least       int
	}{
		{"", "", 5},
		{"when did Trump and Putin last meet?", "last meet", 3},
		{"putin demands", "want", 10},
		{"ushak", "Ushakov", 3},
		{"/timeline", "Timeline", 1},
		{"@@@@", "", 0},
		{strings.Repeat("very long query ", 16), "", 0},
	} {
		a := srv.AwaitAnswer(srv.Inline(ana, tc.typed))
		if len(a.Results) < tc.least || len(a.Results) > 50 {
			t.Errorf("%q gets %d results", tc.typed, len(a.Results))
			continue
		}
		if tc.want != "" && !strings.Contains(a.Results[0].Title, tc.want) {
			t.Errorf("%q gets %q first", tc.typed, a.Results[0].Title)
		}
		for _, r := range a.Results {
			if r.Description == "" || !strings.Contains(r.Message.Text, "Source: ") {
				t.Errorf("%q gets %+v", tc.typed, r)
			}
		}
	}
}
