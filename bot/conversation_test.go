package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPicked(t *testing.T) {
	choices := []Choice{{"One", "e:one"}, {"Two", "e:two"}, {"Three", "e:three"}, {"None of these", noneAction}}
	for _, tt := range []struct{ text, want string }{
		{"2", "e:two"}, {"the first one", "e:one"}, {"third", "e:three"}, {"number 3 please", "e:three"}, {"I mean the second", "e:two"},
		{"b", "e:two"}, {"the last one", "e:three"}, {"none of these", noneAction}, {"neither", noneAction},
		{"5", ""}, {"0", ""}, {"who was the first one", ""}, {"", ""}, {"two delegations", ""}, {"first second", ""},
	} {
		c, ok := picked(tt.text, choices)
		if c.Action != tt.want || ok != (tt.want != "") {
			t.Errorf("picked(%q) = %q, want %q", tt.text, c.Action, tt.want)
		}
	}
	if _, ok := picked("1", nil); ok {
		t.Error("something is picked where nothing was offered")
	}
}

func TestQuestions(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"Who led the talks?", []string{"Who led the talks?"}},
		{"Who led the talks? And when did they begin?", []string{"Who led the talks?", " And when did they begin?"}},
		{"who led the talks and when did they begin", []string{"who led the talks", "when did they begin"}},
		{"who came and went", []string{"who came and went"}},
		{"Really? Who led the talks?", []string{" Who led the talks?"}},
		{"", nil},
	} {
		got := questions(tt.text)
		if strings.Join(got, "|") != strings.Join(tt.want, "|") {
			t.Errorf("questions(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestLeaning(t *testing.T) {
	for _, text := range []string{"and who led it?", "what about Norda's?", "when was that?", "why?", "no, I mean the one on the ferry", "who else", "and then?", "how long did they sit?", "his role?"} {
		if leaning(text) == 0 {
			t.Errorf("%q is said to stand by itself", text)
		}
	}
	for _, text := range []string{"Where do the harbour talks take place this year?", "Which fish were caught before the truce of 1930?", ""} {
		if l := leaning(text); l != 0 {
			t.Errorf("%q is said to lean (%.2f)", text, l)
		}
	}
	if short, long := leaning("and why was it closed?"), leaning("and why was it that the port had to be closed by the guild in the year of the great storm?"); long >= short {
		t.Errorf("a long question leans %.2f, a short one %.2f", long, short)
	}
}

// A correction goes on from what was asked, not from what was answered.
func TestCorrection(t *testing.T) {
	b := harbour()
	last := topic{entry: "where-talks", before: "Where do the talks take place?", turns: []exchange{{"where is it", "where-talks"}}}
	q := b.query("no, I meant the port", last)
	if q.Text != "the port" || q.Context.Before != "where is it" || q.Context.Last != "" || !slices.Contains(q.Context.Told, "where-talks") {
		t.Errorf("the correction is read as %+v", q)
	}
	if q := b.query("no, wrong!", last); q.Text != "no, wrong!" || q.Context.Last != "where-talks" {
		t.Errorf("a correction that says nothing else is read as %+v", q)
	}
	if q := b.query("and the port?", last); q.Context.Last != "where-talks" || q.Context.Before != last.before || q.Typed != "and the port?" {
		t.Errorf("a follow-up is read as %+v", q)
	}
}

// A conversation in the made-up harbour: what is asked, and the entry that should answer.
func TestConversation(t *testing.T) {
	b := harbour()
	ask := func(conversation, text string) Reply {
		return b.Reply(context.Background(), Message{Conversation: conversation, Text: text})
	}
	if r := ask("a", "Where do the talks take place?"); r.Entry != "where-talks" {
		t.Fatalf("the first question finds %s", r.Entry)
	}
	if r := ask("a", "and when do they begin?"); r.Entry != "when-talks" {
		t.Errorf("\"and when do they begin?\" finds %s", r.Entry)
	}
	if r := ask("a", "Why was the port closed?"); r.Entry != "fish-3" {
		t.Errorf("another subject finds %s", r.Entry)
	}
	if r := ask("b", "when?"); r.Kind == KindAnswer && r.Entry == "when-talks" && r.Confidence > .99 {
		t.Errorf("a conversation knows what another was about: %+v", r)
	}
	if r := ask("a", "asdf qwer"); r.Entry == "fish-3" {
		t.Error("nonsense is taken for a follow-up")
	}
	if r := ask("a", "hello"); r.Kind != KindAnswer || r.Source != "" {
		t.Errorf("a greeting gets %s with source %q", r.Kind, r.Source)
	}
}

func TestTypedNumberPicksAChoice(t *testing.T) {
	b := harbour()
	ctx := context.Background()
	first := b.Reply(ctx, Message{Conversation: "pick", Command: "topics"})
	if len(first.Choices) == 0 {
		t.Fatal("/topics offers nothing")
	}
	got := b.Reply(ctx, Message{Conversation: "pick", Text: "1"})
	want := b.Reply(ctx, Message{Conversation: "other", Action: first.Choices[0].Action})
	if got.Title != want.Title || got.Text != want.Text {
		t.Errorf("typing 1 gives %q, pressing it %q", got.Title, want.Title)
	}
}

func TestConversationsAreForgotten(t *testing.T) {
	now := time.Date(2025, 8, 14, 12, 0, 0, 0, time.UTC)
	c := newConversations()
	c.set("x", topic{entry: "e", at: now})
	if _, ok := c.get("x", now.Add(rememberedFor)); !ok {
		t.Error("forgotten too soon")
	}
	if _, ok := c.get("x", now.Add(rememberedFor+time.Second)); ok {
		t.Error("remembered too long")
	}
	for i := range remembered + 10 {
		c.set(fmt.Sprint(i), topic{at: now})
	}
	if n := c.last.Len(); n > remembered {
		t.Errorf("%d conversations are remembered, %d at most", n, remembered)
	}
	c.set("", topic{entry: "e", at: now})
	if _, ok := c.get("", now); ok {
		t.Error("what belongs to no conversation is remembered")
	}
}

func TestExplain(t *testing.T) {
	b := harbour()
	if r := b.Reply(context.Background(), Message{Text: "Who cut the nets?", Explain: true}); len(r.Explanation) == 0 {
		t.Error("no explanation")
	}
	if r := b.Reply(context.Background(), Message{Text: "Who cut the nets?"}); len(r.Explanation) != 0 {
		t.Error("an explanation that nobody asked for")
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"", "when?", "/who lind", "/", "//", "1", strings.Repeat("a ", 2000), "\x00\xff", "and who? and when? and why?"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := harbour().Reply(context.Background(), Message{Conversation: "fuzz", Text: text})
		if r.Kind == "" || r.Kind != KindNone && r.Text == "" && len(r.Items)+len(r.Fields)+len(r.Choices) == 0 {
			t.Errorf("%q gets an empty reply: %+v", text, r)
		}
		seen := map[string]bool{}
		for _, c := range r.Choices {
			if seen[c.Action] {
				t.Errorf("%q offers %q twice", text, c.Label)
			}
			seen[c.Action] = true
			if len(c.Action) > maxAction || c.Label == "" {
				t.Errorf("%q offers %+v", text, c)
			}
		}
	})
}
