package console

import (
	"bytes"
	"strings"
	"testing"

	"summitbot/bot"
)

var full = bot.Reply{
	Kind:    bot.KindAnswer,
	Title:   "Who sat at the table?",
	Text:    "Two sides met in the morning.\n\nThey parted at noon without a word.",
	Fields:  []bot.Field{{Name: "North", Value: "Ada Kerr, keeper\nTwo guests"}, {Name: "South", Value: "nobody"}},
	Items:   []bot.Item{{Label: "1887", Text: "The tower is finished and lit."}, {Text: "no date"}},
	Page:    2,
	Pages:   3,
	Source:  "Gazette, “Tower”, §1",
	AsOf:    "1 May 2020",
	Choices: []bot.Choice{{Label: "How high is the tower, and since when?", Action: "e:height"}},
	More:    []bot.Choice{{Label: "Next page", Action: "p:3"}},
	Rate:    true,
}

func TestWrite(t *testing.T) {
	tests := []struct {
		name  string
		style Style
		reply bot.Reply
		want  string
	}{
		{"plain", Style{}, full, `Who sat at the table?
Two sides met in the morning.

They parted at noon without a word.

North
  Ada Kerr, keeper
  Two guests

South
  nobody

  1887: The tower is finished and lit.
  no date
page 2 of 3

Gazette, “Tower”, §1 (as of 1 May 2020)

  1  How high is the tower, and since when?
  2  Next page
`},
		{"narrow", Style{Width: func() int { return 25 }}, full, `Who sat at the table?
Two sides met in the
morning.

They parted at noon
without a word.

North
  Ada Kerr, keeper
  Two guests

South
  nobody

  1887: The tower is
    finished and lit.
  no date
page 2 of 3

Gazette, “Tower”, §1 (as
of 1 May 2020)

  1  How high is the
     tower, and since
     when?
  2  Next page
`},
		{"static", Style{Static: true}, full, `Who sat at the table?
Two sides met in the morning.

They parted at noon without a word.

North
  Ada Kerr, keeper
  Two guests

South
  nobody

  1887: The tower is finished and lit.
  no date

Gazette, “Tower”, §1 (as of 1 May 2020)

  - How high is the tower, and since when?
`},
		{"colour", Style{Colour: true}, bot.Reply{Title: "When?", Text: "Then.", Source: "Gazette"}, "\x1b[1mWhen?\x1b[0m\nThen.\n\n\x1b[2mGazette\x1b[0m\n"},
		{"talk", Style{Colour: true}, bot.Reply{Text: "Hello!"}, "Hello!\n"},
		{"nothing", Style{}, bot.Reply{Kind: bot.KindNone}, ""},
		{"control characters", Style{}, bot.Reply{Text: "a\x1b[2Jb\tc\x07\u009b1m\r\nd\x00"}, "a[2Jb c1m\nd\n"},
		{"wide letters", Style{Width: func() int { return 20 }}, bot.Reply{Text: "日本語の文字 日本語の文字 e\u0301e\u0301e\u0301 x"}, "日本語の文字\n日本語の文字 e\u0301e\u0301e\u0301 x\n"},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		if err := Write(&out, tt.reply, tt.style); err != nil {
			t.Fatal(err)
		}
		if out.String() != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, &out, tt.want)
		}
	}
}

func TestStyleIsPlainWithoutTerminal(t *testing.T) {
	if s := StyleOf(&bytes.Buffer{}, func(string) string { return "" }); s.Colour || s.Width != nil {
		t.Errorf("got %+v", s)
	}
}

// Wrapping loses nothing and keeps to the width unless a single word is wider.
func FuzzWrap(f *testing.F) {
	f.Add("a few words of text", 20)
	f.Add("日本 語 "+strings.Repeat("x", 40), 30)
	f.Fuzz(func(t *testing.T, line string, most int) {
		line = clean(strings.ToValidUTF8(line, "?"))
		parts := wrap(line, most)
		if got, want := strings.Join(strings.Fields(strings.Join(parts, " ")), " "), strings.Join(strings.Fields(line), " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, part := range parts {
			if most >= narrowest && columns(part) > most && len(strings.Fields(part)) > 1 {
				t.Errorf("%q has more than %d columns", part, most)
			}
		}
	})
}
