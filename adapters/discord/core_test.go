package discord

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"summitbot/adapters/discord/discordtest"
	"summitbot/bot"
	"summitbot/kb"
	"summitbot/kb/summit"
)

// realCore is the bot with the knowledge base that it is built with.
var realCore = sync.OnceValues(func() (*bot.Bot, *kb.Base) {
	base, index, err := summit.Load()
	if err != nil {
		panic(err)
	}
	return bot.New(base, index, bot.Options{}), base
})

// everyReply calls visit with each reply that can be got by commands, their values, entries, and whatever can be pressed from
// there on.
func everyReply(t testing.TB, visit func(how string, r bot.Reply)) {
	core, base := realCore()
	ask := func(m bot.Message) bot.Reply {
		m.Platform, m.Conversation, m.User = "discord", "discord:1:2", "discord:2"
		return core.Reply(t.Context(), m)
	}
	var actions []string
	seen := map[string]bool{}
	reach := func(how string, r bot.Reply) {
		visit(how, r)
		for _, list := range [][]bot.Choice{r.Choices, r.More} {
			for _, c := range list {
				if !seen[c.Action] {
					seen[c.Action] = true
					actions = append(actions, c.Action)
				}
			}
		}
	}
	for _, c := range core.Commands() {
		reach("/"+c.Name, ask(bot.Message{Command: c.Name}))
		for _, o := range c.Options {
			for _, v := range append(core.Complete(c.Name, o.Name, "", 1000), o.Values...) {
				reach("/"+c.Name+" "+v.Action, ask(bot.Message{Command: c.Name, Args: v.Action}))
			}
		}
	}
	for _, e := range base.Entries {
		for _, a := range []string{"e:" + e.ID, "up:" + e.ID, "down:" + e.ID} {
			seen[a] = true
			actions = append(actions, a)
		}
		reach(e.Question, ask(bot.Message{Text: e.Question}))
	}
	for _, text := range []string{"", "?", "asdf qwer", "who led", strings.Repeat("x ", 900), "/nothing", "what is the weather"} {
		reach(text, ask(bot.Message{Text: text}))
	}
	for len(actions) > 0 {
		a := actions[0]
		actions = actions[1:]
		reach(a, ask(bot.Message{Action: a}))
	}
}

// Every reply that the knowledge base can produce is within Discord's limits, shows its text as it is, and keeps every button.
func TestEveryReplyFits(t *testing.T) {
	n := 0
	everyReply(t, func(how string, r bot.Reply) {
		n++
		for _, s := range []setting{{owner: "18446744073709551615"}, {owner: "1", follow: true, about: "https://discord.com/channels/18446744073709551615/18446744073709551615/18446744073709551615", locale: "uk"}} {
			p := render(r, s)
			for _, p := range []payload{p, plain(p)} {
				if errs := accepted(t, p); len(errs) > 0 {
					t.Errorf("%s: %v", how, errs)
				}
			}
			e := p.Embeds[0]
			if got := asRead(e.Title); got != r.Title {
				t.Errorf("%s: title %q, want %q", how, got, r.Title)
			}
			if !strings.HasPrefix(e.Description, escape(r.Text)) {
				t.Errorf("%s: text %q, want %q", how, e.Description, r.Text)
			}
			if len(r.Items) > 0 && strings.HasSuffix(strings.TrimSuffix(e.Description, s.about), "\n…") {
				t.Errorf("%s: the list of %d is cut", how, len(r.Items))
			}
			if len(e.Fields) != len(r.Fields) {
				t.Errorf("%s: %d fields of %d", how, len(e.Fields), len(r.Fields))
			}
			buttons := strings.Count(sketch(p), "[")
			actions := map[string]bool{}
			for _, c := range append(r.Choices, r.More...) {
				actions[c.Action] = true
			}
			want := len(actions)
			if r.Rate {
				want += 2
			}
			if s.follow && r.Kind != bot.KindHelp && r.Kind != bot.KindNotice {
				want++
			}
			if buttons < want {
				t.Errorf("%s: %d buttons of %d: %s", how, buttons, want, sketch(p))
			}
		}
	})
	t.Logf("%d replies", n)
	if n < 500 {
		t.Errorf("only %d replies", n)
	}
}

func TestCoreCommandsAreTaken(t *testing.T) {
	core, _ := realCore()
	for guild, list := range map[bool][]registered{false: wanted(core.Commands(), true), true: wanted(core.Commands(), false)} {
		b, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		if errs := discordtest.CheckCommands(b, guild); len(errs) > 0 {
			t.Error(errs)
		}
		for _, c := range list {
			if n := max(len(c.Descriptions), len(c.Names)); n < 7 { // Spanish is two to Discord
				t.Errorf("/%s is told in %d languages", c.Name, n)
			}
		}
	}
}

// The whole way, with the real core: command, completion, press, follow-up.
func TestRealConversation(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	core, _ := realCore()
	r.core.mu.Lock()
	r.core.reply = func(m bot.Message) bot.Reply { return core.Reply(context.Background(), m) }
	r.core.mu.Unlock()
	r.AwaitConnected(1)
	m := r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " when did Trump and Putin last meet?"}))
	if !strings.Contains(m.Text(), "2019") || !strings.Contains(m.Text(), "as of 14 August 2025") {
		t.Errorf("answered %q", m.Text())
	}
	i := r.Responded(r.Use(discordtest.Place{}, "delegation"))
	if len(i.Message.Body.Embeds[0].Fields) < 2 {
		t.Errorf("answered %q", i.Message.Text())
	}
	for _, b := range i.Message.Buttons() {
		if b.Label == "Follow up" {
			continue
		}
		if got := r.Responded(r.Press(discordtest.Place{}, i.Message, b.CustomID)); got.Message.Text() == "" || strings.Contains(got.Message.Text(), "of no use any more") {
			t.Errorf("%s: %q", b.Label, got.Message.Text())
		}
	}
}
