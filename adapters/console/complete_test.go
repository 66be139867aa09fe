package console

import (
	"slices"
	"strings"
	"testing"

	"summitbot/bot"
)

// harbour is a core with a few commands.
type harbour struct{ replier }

func (harbour) Commands() []bot.Command {
	return []bot.Command{
		{Name: "ask", Options: []bot.Option{{Name: "question", Required: true}}},
		{Name: "who", Options: []bot.Option{{Name: "person"}}},
		{Name: "crew", Options: []bot.Option{{Name: "ship"}, {Name: "voyage"}}},
		{Name: "help"},
	}
}

func (harbour) Complete(_, option, typed string, limit int) []bot.Choice {
	var list []bot.Choice
	for _, value := range map[string][]string{"person": {"ada", "kerr"}, "ship": {"gull", "heron"}, "voyage": {"1887", "1931"}, "question": {"e:height"}}[option] {
		if strings.Contains(value, typed) && len(list) < limit {
			list = append(list, bot.Choice{Label: "the " + value, Action: value})
		}
	}
	return list
}

func TestCompletions(t *testing.T) {
	for line, want := range map[string][]string{
		"":                    nil,
		"what":                nil,
		"/":                   {"/ask ", "/who ", "/crew ", "/help "},
		"/w":                  {"/who "},
		"/W":                  {"/who "},
		"/x":                  nil,
		"/who ":               {"/who ada", "/who kerr"},
		"/who k":              {"/who kerr"},
		"/crew ":              {"/crew gull", "/crew heron"},
		"/crew gull ":         {"/crew gull 1887", "/crew gull 1931"},
		"/crew gull 19":       {"/crew gull 1931"},
		"/crew gull 1887 19":  {"/crew gull 1887 1931"},
		"/crew  ":             {"/crew  gull", "/crew  heron"},
		"/ask h":              nil,
		"/help ":              nil,
		"/nothing of ours x ": nil,
	} {
		if got := completions(harbour{}, line); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

func TestTab(t *testing.T) {
	tab := &tab{core: harbour{}}
	line := "/who "
	for _, want := range []string{"/who ada", "/who kerr", "/who ada"} {
		next, pos, ok := tab.press(line, len(line), '\t')
		if !ok || next != want || pos != len(want) {
			t.Fatalf("%q became %q", line, next)
		}
		line = next
	}
	if _, _, ok := tab.press(line, len(line), 'x'); ok {
		t.Error("another key was taken")
	}
	// In the middle of a line, and where nothing fits, the key does nothing.
	for line, pos := range map[string]int{"/who k": 2, "what": 4} {
		if next, at, ok := tab.press(line, pos, '\t'); !ok || next != line || at != pos {
			t.Errorf("%q became %q", line, next)
		}
	}
}

func FuzzCompletions(f *testing.F) {
	f.Add("/who  k\t x")
	f.Fuzz(func(t *testing.T, line string) {
		for _, got := range completions(harbour{}, line) {
			if !strings.HasPrefix(got, "/") {
				t.Errorf("%q became %q", line, got)
			}
		}
	})
}
