package telegram

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"summitbot/adapters/telegram/telegramtest"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	const text = "a🇺🇦é@bot"
	for _, tc := range []struct {
		offset, length int
		want           string
	}{
		{0, 1, "a"}, {1, 4, "🇺🇦"}, {5, 1, "é"}, {6, 4, "@bot"},
		// What Telegram would never send.
		{6, 400, "@bot"}, {600, 4, ""}, {-5, 1, "a"}, {0, -1, ""}, {2, 2, "🇺"}, {0, 2, "a"},
	} {
		from, to := span(text, entity{Offset: tc.offset, Length: tc.length})
		if got := text[from:to]; got != tc.want {
			t.Errorf("%d units from %d are %q, want %q", tc.length, tc.offset, got, tc.want)
		}
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, name, at, args string }{
		{"/who", "who", "", ""}, {"/who lavrov", "who", "", "lavrov"}, {"/who@SummitBot\tlavrov ", "who", "SummitBot", "lavrov"},
		{"/WHO", "who", "", ""}, {"/who\nis he?", "who", "", "is he?"}, {"/24", "24", "", ""},
		{"who", "", "", ""}, {"/", "", "", ""}, {"//", "", "", ""}, {"/ who", "", "", ""}, {"/path/to", "", "", ""}, {"/who?", "", "", ""},
		{"/who@a@b", "", "", ""}, {"/" + strings.Repeat("x", 33), "", "", ""}, {"", "", "", ""}, {"/é", "", "", ""},
	} {
		name, at, args, ok := command(tc.text)
		if name != tc.name || at != tc.at || args != tc.args || ok != (tc.name != "") {
			t.Errorf("%q is read as %q %q %q %v", tc.text, name, at, args, ok)
		}
	}
}

func TestSplitting(t *testing.T) {
	t.Parallel()
	var s styled
	s.add("A title", "bold")
	s.gap("\n\n")
	from := s.units
	for range 300 {
		s.add("🙂 One sentence of some length. Is this another one? Yes! ", "")
	}
	s.mark(from, "expandable_blockquote")
	parts := s.parts(maxText)
	if len(parts) != 5 {
		t.Fatalf("%d parts, want 5", len(parts))
	}
	for i, p := range parts {
		if last := p.Text[len(p.Text)-1]; last != '.' && last != '!' && last != '?' {
			t.Errorf("part %d ends inside a sentence: …%q", i, p.Text[len(p.Text)-20:])
		}
		folded := p.Entities[len(p.Entities)-1]
		if folded.Type != "expandable_blockquote" || folded.Offset+folded.Length != utf16len(p.Text) {
			t.Errorf("part %d is not folded to its end: %+v", i, p.Entities)
		}
	}
	if p := s.first(400); utf16len(p.Text) > 400 || !strings.HasSuffix(p.Text, ". …") && !strings.HasSuffix(p.Text, "! …") && !strings.HasSuffix(p.Text, "? …") {
		t.Errorf("the first part alone is %q", p.Text)
	}
}

// However a text is split, no word of it is lost, and Telegram takes every part.
func FuzzSplitting(f *testing.F) {
	f.Add("Bold title", "A sentence. Another one!\n\nA paragraph 🙂🙂 and more", 20)
	f.Add("", "  \n\n  ", 5)
	f.Add("x", strings.Repeat("🇺🇦", 50), 7)
	f.Add("\xd5", "\x9b", 4)
	f.Add("a", "b\u2028c\u200b d", 4)
	f.Fuzz(func(t *testing.T, title, text string, limit int) {
		if limit < 4 || limit > maxText || len(title)+len(text) > 1<<14 {
			return
		}
		var s styled
		s.add(title, "bold")
		s.gap("\n\n")
		from := s.units
		s.add(text, "")
		s.mark(from, "blockquote")
		var words strings.Builder
		parts := s.parts(limit)
		for _, p := range parts {
			if n := utf16len(p.Text); n > limit || n == 0 {
				t.Fatalf("a part of %d units, at most %d", n, limit)
			}
			words.WriteString(p.Text)
			if len(parts) > 100 {
				continue // checking thousands would be slow
			}
			entities, _ := json.Marshal(p.Entities)
			if err := telegramtest.Check(p.Text, string(entities), ""); err != nil {
				t.Fatalf("%q %s: %v", p.Text, entities, err)
			}
		}
		squeeze := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) {
					return -1
				}
				return r
			}, s)
		}
		if squeeze(words.String()) != squeeze(strings.ToValidUTF8(title, "\uFFFD")+strings.ToValidUTF8(text, "\uFFFD")) {
			t.Fatal("something was lost")
		}
		if p := s.first(limit); utf16len(p.Text) > limit {
			t.Fatalf("the first part has %d units", utf16len(p.Text))
		}
		if n := utf16len(shorten(text, limit)); n > limit {
			t.Fatalf("shortened to %d units", n)
		}
	})
}
