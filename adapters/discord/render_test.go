package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"summitbot/adapters/discord/discordtest"
	"summitbot/bot"
)

// accepted says what Discord would find wrong with a payload, by the test server's own rules.
func accepted(t testing.TB, p payload) []string {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return discordtest.Check(b)
}

func TestRender(t *testing.T) {
	tests := []struct {
		name  string
		reply bot.Reply
		set   setting
		want  string
	}{
		{"answer", bot.Reply{Kind: bot.KindAnswer, Title: "Who led it?", Text: "Rubio did.\n\nWith Waltz.", Source: "A paper, §1", AsOf: "14 August 2025",
			Entry: "led", Rate: true, Choices: []bot.Choice{{Label: "Where?", Action: "e:where"}}}, setting{owner: "36", follow: true},
			"# Who led it?\nRubio did.\n\nWith Waltz.\n_A paper, §1 · as of 14 August 2025_\n" +
				"[Where? r.10.e:where]\n[👍 v.10.up:led][👎 v.10.down:led][Follow up f.10.led]\n"},
		{"did you mean", bot.Reply{Kind: bot.KindClarify, Title: "Did you mean …?", Choices: []bot.Choice{{Label: "A", Action: "e:a"}, {Label: "None of these", Action: "none"}}},
			setting{owner: "1"}, "# Did you mean …?\n\n[A m.1.e:a]\n[None of these m.1.none]\n"},
		{"list", bot.Reply{Kind: bot.KindAnswer, Title: "Timeline", Text: "In short.", Items: []bot.Item{{Label: "2018", Text: "Helsinki"}, {Text: "*no* label"}}, Page: 2, Pages: 3,
			More: []bot.Choice{{Label: "◀", Action: "c:t::1"}, {Label: "▶", Action: "c:t::3"}}}, setting{owner: "1"},
			"# Timeline\nIn short.\n\n**2018** Helsinki\n\\*no\\* label\n_page 2 of 3_\n[◀ t.1.c:t::1][▶ t.1.c:t::3]\n"},
		{"sides", bot.Reply{Kind: bot.KindAnswer, Title: "Riyadh", Fields: []bot.Field{{Name: "US", Value: "Rubio\nWaltz"}, {Name: "Russia"}}}, setting{owner: "1"},
			"# Riyadh\n\n|US|Rubio\nWaltz|\n|Russia|\u200b|\n"},
		{"help", bot.Reply{Kind: bot.KindHelp, Items: []bot.Item{{Label: "/who [person]", Text: "Who it is"}, {Label: "/new", Text: "New"}}},
			setting{owner: "1", follow: true, commands: map[string]string{"who": "99"}}, "# \n**</who:99> \\[person\\]** Who it is\n**/new** New\n"},
		{"empty", bot.Reply{Kind: bot.KindAnswer}, setting{owner: "x"}, "# \n…\n"},
		{"same action twice, none, too long", bot.Reply{Text: "x", Choices: []bot.Choice{{Label: "A", Action: "e:a"}, {Label: "B", Action: "e:a"}, {Action: "e:b"},
			{Label: "C", Action: strings.Repeat("x", 99)}}}, setting{owner: "1"}, "# \nx\n[A r.1.e:a]\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := render(test.reply, test.set)
			if got := sketch(p); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if errs := accepted(t, p); len(errs) > 0 {
				t.Error(errs)
			}
		})
	}
}

// sketch draws a message for comparison.
func sketch(p payload) string {
	raw, _ := json.Marshal(p)
	var m discordtest.Message
	json.Unmarshal(raw, &m.Body)
	var b strings.Builder
	for _, e := range m.Body.Embeds {
		fmt.Fprintf(&b, "# %s\n%s\n", e.Title, e.Description)
		for _, f := range e.Fields {
			fmt.Fprintf(&b, "|%s|%s|\n", f.Name, f.Value)
		}
		if e.Footer.Text != "" {
			fmt.Fprintf(&b, "_%s_\n", e.Footer.Text)
		}
	}
	for _, row := range m.Body.Components {
		for _, c := range row.Components {
			fmt.Fprintf(&b, "[%s %s]", c.Label, c.CustomID)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// huge is a reply that is beyond all limits at once.
func huge(text string) bot.Reply {
	r := bot.Reply{Kind: bot.KindAnswer, Title: text, Text: text, Source: text, AsOf: text, Entry: "e", Rate: true}
	for i := range 40 {
		r.Fields = append(r.Fields, bot.Field{Name: text, Value: text})
		r.Items = append(r.Items, bot.Item{Label: text, Text: text})
		r.Choices = append(r.Choices, bot.Choice{Label: text, Action: fmt.Sprint("e:", i)})
		r.More = append(r.More, bot.Choice{Label: text, Action: fmt.Sprint("c:", i)})
	}
	return r
}

func TestRenderKeepsLimits(t *testing.T) {
	for _, text := range []string{strings.Repeat("word. ", 3000), strings.Repeat("*", 9000), strings.Repeat("\U0001F1E6", 9000), strings.Repeat("x", 9000),
		strings.Repeat("a\n", 5000), strings.Repeat("https://example.org/*_* ", 500), "\xff\xfe" + strings.Repeat("é", 5000)} {
		for _, follow := range []bool{true, false} {
			p := render(huge(text), setting{owner: "18446744073709551615", follow: follow, about: "https://discord.com/channels/1/2/3"})
			if errs := accepted(t, p); len(errs) > 0 {
				t.Errorf("%.20q: %v", text, errs)
			}
			if errs := accepted(t, plain(p)); len(errs) > 0 {
				t.Errorf("plain %.20q: %v", text, errs)
			}
		}
	}
}

func TestShorten(t *testing.T) {
	tests := []struct {
		in   string
		n    int
		want string
	}{
		{"Short.", 10, "Short."},
		{"One sentence. Another one. A third.", 30, "One sentence. Another one. …"},
		{"One very long sentence without an end", 20, "One very long …"},
		{"Unbreakablewordunbreakable", 10, "Unbreaka …"},
		{"Ends with a comma, then goes on for long", 20, "Ends with a comma …"},
		{"\U0001F1E6\U0001F1E6\U0001F1E6", 5, "\U0001F1E6 …"},
		{"abc", 2, ""},
	}
	for _, test := range tests {
		if got := shorten(test.in, test.n); got != test.want || size(got) > test.n {
			t.Errorf("shorten(%q, %d) = %q, want %q", test.in, test.n, got, test.want)
		}
	}
}

func TestEscape(t *testing.T) {
	tests := []struct{ in, want string }{
		{"a plain text, with: punctuation (and more) - done.", "a plain text, with: punctuation (and more) - done."},
		{"*a* _b_ ~c~ `d` ||e||", `\*a\* \_b\_ \~c\~ \` + "`d\\`" + ` \|\|e\|\|`},
		{"@everyone <@1> <#2>", `\@everyone \<\@1\> \<\#2\>`},
		{"- a\n  + b\n1. c\nof 2. d", "\\- a\n  \\+ b\n1\\. c\nof 2. d"},
		{"# a\n> b", "\\# a\n\\> b"},
		{"see https://example.org/a_b_c now_", `see https://example.org/a_b_c now\_`},
		{"[a](https://x.org)", `\[a\](https://x.org)`},
		{"é* ü_ – 12. Зустріч #1\n12. x", `é\* ü\_ – 12. Зустріч \#1` + "\n12\\. x"},
	}
	for _, test := range tests {
		if got := escape(test.in); got != test.want {
			t.Errorf("escape(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzRender(f *testing.F) {
	f.Add("Who led it?", "Rubio did. *With* <@1>.", "US", 3)
	f.Add("\xff", "\\", "`", 40)
	f.Fuzz(func(t *testing.T, title, text, name string, n int) {
		r := bot.Reply{Kind: bot.KindAnswer, Title: title, Text: text, Source: name, AsOf: name, Entry: name, Rate: true}
		for i := range max(0, min(n, 50)) {
			r.Fields = append(r.Fields, bot.Field{Name: name, Value: text})
			r.Items = append(r.Items, bot.Item{Label: name, Text: text})
			r.Choices = append(r.Choices, bot.Choice{Label: title, Action: fmt.Sprint(i)})
		}
		p := render(r, setting{owner: "1", follow: true})
		if errs := accepted(t, p); len(errs) > 0 {
			t.Error(errs)
		}
		if errs := accepted(t, plain(p)); len(errs) > 0 {
			t.Error("plain", errs)
		}
		// Web addresses apart, a reader sees the text as it is.
		if !strings.Contains(text, "http") && utf8.ValidString(text) && !strings.ContainsRune(text, utf8.RuneError) {
			if got := asRead(escape(text)); got != text {
				t.Errorf("%q is shown as %q", text, got)
			}
		}
	})
}

func FuzzPress(f *testing.F) {
	f.Add("r.1.e:a")
	f.Add("m..none")
	f.Fuzz(func(t *testing.T, id string) {
		if p, ok := parsePress(id); ok {
			if again, ok := parsePress(p.id()); !ok || again != p {
				t.Errorf("%q: %+v, %+v", id, p, again)
			}
		}
	})
}
